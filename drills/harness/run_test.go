package harness

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/catalog"
	"github.com/failoverdrill/failoverdrill/drills/journal"
)

// rehearsed is a drill whose components the test binary plays: its clusters
// never serve.
func rehearsed(t *testing.T) (*drills.Drill, Options) {
	t.Helper()
	d, err := catalog.Get("active-hot")
	if err != nil {
		t.Fatal(err)
	}
	return d, Options{Out: filepath.Join(t.TempDir(), "runs"), State: filepath.Join(t.TempDir(), "state"), Binary: os.Args[0]}
}

// nothingLeft is what holds of every run that has ended.
func nothingLeft(g Gomega, t *testing.T, o Options, r Result) {
	t.Helper()
	g.Expect(files(t, o.State)).To(BeEmpty())
	g.Expect(filepath.Join(r.Dir, workFolder)).NotTo(BeADirectory())
	w := world{script: script{Dir: r.Report.Run}}
	g.Expect(w.running(t)).To(BeZero())
}

func TestARunIsNotStartedWhileThereIsAStopFile(t *testing.T) {
	g := NewWithT(t)
	d, o := rehearsed(t)
	g.Expect(journal.Stop(o.State)).To(BeTrue())
	_, err := Run(t.Context(), d, o)
	var stop *journal.StoppedError
	g.Expect(errors.As(err, &stop)).To(BeTrue(), "%v", err)
	g.Expect(stop.File).To(Equal(filepath.Join(o.State, "stop")))
	g.Expect(o.Out).NotTo(BeADirectory())
	g.Expect(files(t, o.State)).To(Equal([]string{"stop"}))
}

func TestARunIsNotStartedOnAMachineThatLacksSomething(t *testing.T) {
	g := NewWithT(t)
	d, o := rehearsed(t)
	o.Binary = "/bin/false"
	_, err := Run(t.Context(), d, o)
	g.Expect(err).To(MatchError(And(ContainSubstring("nothing was started"), ContainSubstring("/bin/false"))))
	g.Expect(o.Out).NotTo(BeADirectory())
	g.Expect(o.State).NotTo(BeADirectory())
}

func TestARunWhoseRegionsDoNotStartLeavesNothing(t *testing.T) {
	g := NewWithT(t)
	d, o := rehearsed(t)
	o.Progress = func(e drills.Event) { // once there is a folder to find it in
		if e.Kind == drills.KindBegin {
			runs, err := filepath.Glob(filepath.Join(o.Out, "*"))
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(os.MkdirAll(filepath.Join(runs[0], workFolder, "broken"), 0o700)).To(Succeed())
		}
	}
	r, err := Run(t.Context(), d, o)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(r.Report.Verdict).To(Equal(drills.Errored))
	g.Expect(strings.Join(r.Report.Reasons, "\n")).To(ContainSubstring("it is broken"))
	g.Expect(r.Stopped).To(BeFalse())
	nothingLeft(g, t, o, r)
}

func TestAStopEndsARunThatIsHeldInItsJournal(t *testing.T) {
	g := NewWithT(t)
	d, o := rehearsed(t)
	type end struct {
		Result
		error
	}
	ended := make(chan end, 1)
	go func() {
		r, err := Run(context.Background(), d, o)
		ended <- end{r, err}
	}()
	var runs []string
	g.Eventually(func() []string { runs, _ = journal.List(o.State); return runs }, soon).Should(HaveLen(1))
	// It has started something.
	g.Eventually(func() string { b, _ := os.ReadFile(runs[0]); return string(b) }, soon).Should(ContainSubstring("us-west/cluster"))
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	stop, err := Stop(ctx, StopOptions{State: o.State})
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(stop).To(HaveLen(1))
	r := <-ended
	g.Expect(r.error).NotTo(HaveOccurred())
	g.Expect(r.Stopped).To(BeTrue())
	g.Expect(r.Report.Verdict).To(Equal(drills.Inconclusive))
	g.Expect(strings.Join(r.Report.Reasons, "\n")).To(ContainSubstring(journal.StopFile(o.State)))
	nothingLeft(g, t, o, r.Result)
}

// A run that cannot undo everything says so, and what to do.
func TestARunThatLeavesSomethingKeepsItsJournal(t *testing.T) {
	g := NewWithT(t)
	taken, err := net.Listen("tcp", free(t))
	g.Expect(err).NotTo(HaveOccurred())
	defer func() { _ = taken.Close() }()
	s := script{State: t.TempDir(), Dir: "/runs/one"}
	begin := func() *journal.Journal {
		j, err := journal.Create(s.State, s.run())
		g.Expect(err).NotTo(HaveOccurred())
		_, err = j.Begin(drills.Change{Kind: drills.ProcessChange, Subject: "links", Ports: []string{taken.Addr().String()}})
		g.Expect(err).NotTo(HaveOccurred())
		return j
	}
	err = settle(t.Context(), &undoer{journal: begin()})
	g.Expect(err).To(MatchError(And(ContainSubstring("`failoverdrill recover` tries again"), ContainSubstring("is still in use"))))
	g.Expect(Interrupted(s.State)).To(HaveLen(1))
	g.Expect(taken.Close()).To(Succeed())
	_, err = Recover(t.Context(), RecoverOptions{State: s.State})
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(settle(t.Context(), &undoer{journal: begin()})).To(Succeed())
	g.Expect(files(t, s.State)).To(BeEmpty())
}
