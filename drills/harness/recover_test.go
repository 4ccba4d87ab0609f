package harness

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/journal"
	"github.com/failoverdrill/failoverdrill/drills/record"
	"github.com/failoverdrill/failoverdrill/fixtures/launch"
)

// kept has the run's folder hold a run, as its record would.
func kept(t *testing.T, w *world) {
	t.Helper()
	err := os.MkdirAll(w.script.Dir, 0o700)
	if err == nil {
		err = os.WriteFile(filepath.Join(w.script.Dir, record.DrillFile), []byte("x"), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// told is what was found and what of it was there, in the order of undoing.
func told(r Recovered) []string {
	var out []string
	for _, s := range r.Steps {
		sign := "-"
		if s.Found {
			sign = "+"
		}
		name := string(s.Change.Kind)
		if s.Err != nil {
			sign = "!"
		}
		out = append(out, sign+name)
	}
	return out
}

func TestRecoverUndoesWhatAKilledHarnessLeft(t *testing.T) {
	g := NewWithT(t)
	w := newWorld(t)
	kept(t, w)
	harness := started(t, w.script)
	name := w.script.Link.Name()
	o := RecoverOptions{State: w.script.State}

	runs, err := Recover(t.Context(), o)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(runs).To(HaveLen(1))
	g.Expect(runs[0]).To(And(HaveField("Held", true), HaveField("Run.PID", harness.Process.Pid), HaveField("Steps", BeEmpty())))
	g.Expect(w.running(t)).To(Equal(2), "a run that goes on is left alone")

	killed(t, harness)
	g.Expect(w.running(t)).To(Equal(2), "they outlive it")
	frozen, err := launch.Owner{Run: w.script.run().ID, Component: "us-east/dns"}.Find()
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(syscall.Kill(frozen[0].PID, syscall.SIGSTOP)).To(Succeed())
	g.Expect(w.links(t)).To(Equal(map[string]bool{name: false}))
	g.Expect(w.leads(t)).To(Equal("us-west"))
	g.Expect(Interrupted(o.State)).To(ConsistOf(HaveField("ID", w.script.run().ID)))

	runs, err = Recover(t.Context(), o)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(runs).To(HaveLen(1))
	g.Expect(told(runs[0])).To(Equal([]string{
		"+refusal", "+frozen", "+endpoint", // heal, and lead back, before all else
		"+link", "+process", "+process", "-address", "+folder", "-record", // the last first
	}))
	g.Expect(w.running(t)).To(BeZero())
	g.Expect(w.links(t)).To(BeEmpty())
	g.Expect(w.leads(t)).To(Equal("us-east"))
	for _, address := range w.script.Own {
		_, err := net.Dial("tcp", address)
		g.Expect(err).To(HaveOccurred(), address)
	}
	g.Expect(files(t, w.script.State)).To(BeEmpty())
	left := files(t, w.script.Dir)
	g.Expect(left).To(ConsistOf(record.DrillFile, "log"))

	for range 2 {
		g.Expect(Recover(t.Context(), o)).To(BeEmpty())
		g.Expect(files(t, w.script.State)).To(BeEmpty())
		g.Expect(files(t, w.script.Dir)).To(Equal(left))
	}
}

func TestRecoverKeepsWorkingFoldersWhereItIsTold(t *testing.T) {
	g := NewWithT(t)
	w := newWorld(t)
	kept(t, w)
	killed(t, started(t, w.script))
	_, err := Recover(t.Context(), RecoverOptions{State: w.script.State, Keep: true})
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(files(t, w.script.Dir)).To(ContainElement(filepath.Join(workFolder, "us-east", "dns", "dns.json")))
	g.Expect(files(t, w.script.State)).To(BeEmpty())
}

// What cannot be undone now is told, and left for the next try; all else is
// undone.
func TestWhatCannotBeUndoneStaysInTheJournal(t *testing.T) {
	g := NewWithT(t)
	w := newWorld(t)
	kept(t, w)
	silent, err := net.Listen("tcp", free(t)) // accepts, by the kernel, and never answers
	g.Expect(err).NotTo(HaveOccurred())
	defer func() { _ = silent.Close() }()
	killed(t, started(t, w.script))
	path := filepath.Join(w.script.State, w.script.run().ID+".jsonl")
	j, err := journal.Open(path)
	g.Expect(err).NotTo(HaveOccurred())
	_, err = j.Begin(drills.Change{Kind: drills.RefusalChange, Subject: "fleet", Address: silent.Addr().String()})
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(j.Close()).To(Succeed())

	o := RecoverOptions{State: w.script.State, Within: 500 * time.Millisecond}
	for range 2 {
		runs, err := Recover(t.Context(), o)
		g.Expect(err).To(MatchError(And(ContainSubstring("undo refusal fleet at "+silent.Addr().String()), ContainSubstring(w.script.run().ID))))
		g.Expect(runs).To(HaveLen(1))
		g.Expect(told(runs[0])[0]).To(Equal("!refusal"))
		g.Expect(w.running(t)).To(BeZero())
		g.Expect(w.links(t)).To(BeEmpty())
		g.Expect(w.leads(t)).To(Equal("us-east"))
		g.Expect(path).To(BeARegularFile())
	}
	g.Expect(silent.Close()).To(Succeed())
	runs, err := Recover(t.Context(), o)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(told(runs[0])).To(Equal([]string{"-refusal"}), "what was undone before is not undone again")
	g.Expect(files(t, w.script.State)).To(BeEmpty())
}

func TestADamagedJournalIsUndoneUpToTheDamageAndStays(t *testing.T) {
	g := NewWithT(t)
	w := newWorld(t)
	kept(t, w)
	killed(t, started(t, w.script))
	path := filepath.Join(w.script.State, w.script.run().ID+".jsonl")
	content, err := os.ReadFile(path)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(os.WriteFile(path, append(content, "{}\n"...), 0o600)).To(Succeed())
	for range 2 {
		_, err = Recover(t.Context(), RecoverOptions{State: w.script.State})
		var damaged *journal.DamagedError
		g.Expect(errors.As(err, &damaged)).To(BeTrue(), "%v", err)
		g.Expect(w.running(t)).To(BeZero())
		g.Expect(w.leads(t)).To(Equal("us-east"))
		g.Expect(os.ReadFile(path)).To(HaveLen(len(content) + 3))
	}
}

// left is the journal of a run that was interrupted after these changes.
func left(t *testing.T, s script, changes ...drills.Change) {
	t.Helper()
	j, err := journal.Create(s.State, s.run())
	if err == nil {
		_, err = j.Begin(changes...)
	}
	if err == nil {
		err = j.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Addresses are leased again once their run is gone. Who has them then must not
// be asked to undo what another did.
func TestAnotherRunsAddressesAreLeftAlone(t *testing.T) {
	g := NewWithT(t)
	w := newWorld(t)
	host, _, _ := strings.Cut(w.script.Links, ":")
	holder, err := net.Listen("tcp", host+":0") // the lease of the run that has them now
	g.Expect(err).NotTo(HaveOccurred())
	defer func() { _ = holder.Close() }()
	_, err = w.api.CreateProxy("fleet", free(t), "127.0.0.1:1")
	g.Expect(err).NotTo(HaveOccurred())
	left(t, w.script,
		drills.Change{Kind: drills.AddressChange, Subject: host + "/32", Address: holder.Addr().String()},
		drills.Change{Kind: drills.ProcessChange, Subject: "links", Ports: []string{w.script.Links}},
		drills.Change{Kind: drills.LinkChange, Subject: "fleet", Address: w.script.Links})
	_, err = Recover(t.Context(), RecoverOptions{State: w.script.State})
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(w.links(t)).To(HaveKey("fleet"))
	g.Expect(files(t, w.script.State)).To(BeEmpty())
}

func TestWhatIsStillThereIsToldWhateverWasUndone(t *testing.T) {
	g := NewWithT(t)
	s := script{State: t.TempDir(), Dir: filepath.Join(t.TempDir(), "run")}
	elsewhere := filepath.Join(t.TempDir(), "thesis")
	g.Expect(os.Mkdir(elsewhere, 0o700)).To(Succeed())
	taken, err := net.Listen("tcp", free(t))
	g.Expect(err).NotTo(HaveOccurred())
	defer func() { _ = taken.Close() }()
	packets, err := net.ListenPacket("udp", free(t))
	g.Expect(err).NotTo(HaveOccurred())
	defer func() { _ = packets.Close() }()
	left(t, s, drills.Change{Kind: drills.FolderChange, Subject: elsewhere},
		drills.Change{Kind: drills.ProcessChange, Subject: "links", Ports: []string{taken.Addr().String(), packets.LocalAddr().String()}})
	runs, err := Recover(t.Context(), RecoverOptions{State: s.State})
	g.Expect(err).To(MatchError(And(
		ContainSubstring("port "+taken.Addr().String()+" is still in use"), ContainSubstring("port "+packets.LocalAddr().String()+" is still in use"),
		ContainSubstring("folder "+elsewhere+" is still there"), ContainSubstring("remove it by hand"))))
	g.Expect(runs).To(HaveLen(1))
	g.Expect(elsewhere).To(BeADirectory(), "a folder that is not the run's was removed")
}

func TestARecoveryThatHasNoTimeIsTold(t *testing.T) {
	g := NewWithT(t)
	w := newWorld(t)
	kept(t, w)
	killed(t, started(t, w.script))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Recover(ctx, RecoverOptions{State: w.script.State})
	g.Expect(err).To(MatchError(context.Canceled))
	_, err = Recover(t.Context(), RecoverOptions{State: w.script.State})
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(w.running(t)).To(BeZero())
}
