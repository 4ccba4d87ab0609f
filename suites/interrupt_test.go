package suites

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"
	"github.com/onsi/gomega/gexec"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/catalog"
	"github.com/failoverdrill/failoverdrill/drills/harness"
	"github.com/failoverdrill/failoverdrill/drills/journal"
	"github.com/failoverdrill/failoverdrill/drills/record"
	. "github.com/failoverdrill/failoverdrill/suites/matchers"
)

// soon bounds what takes a moment, on a machine that may be busy.
const soon = time.Minute

var _ = Describe("A drill in a test", Label("interrupt"), func() {
	It("is torn down when the test's own context ends, and proves nothing", func(ctx SpecContext) {
		d, err := catalog.Get("active-hot")
		Expect(err).NotTo(HaveOccurred())
		cut, cancel := context.WithCancel(ctx)
		defer cancel()
		result, err := harness.Run(cut, d, harness.Options{Out: kept, Binary: binary, Progress: func(e drills.Event) {
			if e.Name == string(drills.LoadStarted) {
				cancel()
			}
		}})
		Expect(err).NotTo(HaveOccurred())
		Expect(result.Report).To(HaveVerdict(drills.Inconclusive))
		Expect(result.Report).To(GiveReason(drills.OutcomeInterrupted))
		Expect(children()).To(BeEmpty())
	})
})

var _ = Describe("A drill that is cut short", Label("interrupt"), func() {
	var out string
	var session *gexec.Session

	// command is one of the binary, which keeps its journals out of the user's.
	command := func(arguments ...string) *exec.Cmd {
		c := exec.Command(binary, arguments...)
		c.Env = append(os.Environ(), journal.FolderVariable+"="+filepath.Join(out, "state"))
		return c
	}

	// begin runs a drill until it has passed a stage.
	begin := func(stage drills.Stage) {
		GinkgoHelper()
		out = GinkgoT().TempDir()
		var err error
		session, err = gexec.Start(command("run", "active-cold", "--out", filepath.Join(out, "runs")), GinkgoWriter, GinkgoWriter)
		Expect(err).NotTo(HaveOccurred())
		Eventually(session.Err, soon).Should(gbytes.Say(string(stage)))
		Expect(descendants(session.Command.Process.Pid)).NotTo(BeEmpty())
	}

	// folder is the one run below out.
	folder := func() string {
		GinkgoHelper()
		runs, err := filepath.Glob(filepath.Join(out, "runs", "*"))
		Expect(err).NotTo(HaveOccurred())
		Expect(runs).To(HaveLen(1))
		return runs[0]
	}

	It("by an interrupt tears everything down and keeps the run, inconclusive", func() {
		begin(drills.FaultEffective) // the control plane is about to act
		Eventually(session.Interrupt(), soon).Should(gexec.Exit(drills.Inconclusive.ExitCode()))
		Expect(children()).To(BeEmpty())
		Expect(filepath.Join(folder(), "work")).NotTo(BeADirectory())
		r, err := record.LoadReport(folder())
		Expect(err).NotTo(HaveOccurred())
		Expect(r).To(HaveVerdict(drills.Inconclusive))
		Expect(r).To(GiveReason(drills.OutcomeInterrupted))
	})

	// The seed of the suite picks the moment.
	It("by SIGKILL leaves no component, and a record that is inconclusive", func() {
		stages := []drills.Stage{drills.LoadStarted, drills.SteadyStateReached, drills.FaultEffective, drills.Promoted, drills.HealRequested}
		begin(stages[GinkgoRandomSeed()%int64(len(stages))])
		below := descendants(session.Command.Process.Pid)
		Eventually(session.Signal(syscall.SIGKILL), soon).Should(gexec.Exit())
		Eventually(func() []string { return running(below) }, soon).Should(BeEmpty())
		analyze, err := gexec.Start(exec.Command(binary, "analyze", folder()), GinkgoWriter, GinkgoWriter)
		Expect(err).NotTo(HaveOccurred())
		Eventually(analyze, soon).Should(gexec.Exit(drills.Inconclusive.ExitCode()))
		Expect(analyze.Out).To(gbytes.Say("breaks off"))
		recovered, err := gexec.Start(command("recover"), GinkgoWriter, GinkgoWriter)
		Expect(err).NotTo(HaveOccurred())
		Eventually(recovered, soon).Should(gexec.Exit(0))
		Expect(filepath.Glob(filepath.Join(out, "state", "*"))).To(BeEmpty(), "the journal is left")
	})
})
