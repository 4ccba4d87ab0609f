package payments_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/harness"
	"github.com/failoverdrill/failoverdrill/suites/drilltest"
	. "github.com/failoverdrill/failoverdrill/suites/matchers"
)

func TestPayments(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Payments")
}

var _ = BeforeSuite(func() {
	said, err := exec.Command("go", "build", "-o", "bin/", "./worker", "./faulty", "./starter").CombinedOutput()
	Expect(err).NotTo(HaveOccurred(), string(said))
})

// within is far above what a drill of this service takes.
const within = NodeTimeout(5 * time.Minute)

// load reads a drill of this service.
func load(name string) *drills.Drill {
	GinkgoHelper()
	d, err := drills.Load(filepath.Join("drills", name+".yaml"))
	Expect(err).NotTo(HaveOccurred())
	return d
}

// run runs it, and has its report in that of the spec.
func run(ctx SpecContext, d *drills.Drill) drills.Report {
	GinkgoHelper()
	r := drilltest.RunContext(ctx, GinkgoTB(), d).Report
	AddReportEntry(d.Name, drilltest.Summary(r), ReportEntryVisibilityFailureOrVerbose)
	return r
}

var _ = DescribeTable("Payments survive the loss of a region", func(ctx SpecContext, drill string) {
	r := run(ctx, load(drill))
	Expect(r).To(MeetObjectives())
	Expect(r).To(CompleteAllWorkflows())
	Expect(r).To(LoseNothingAfterHeal())
	Expect(r).To(HoldInvariants())
	for _, kind := range r.RecoveryPoint.ByKind {
		if kind.Kind == drills.StartOperation || kind.Kind == drills.SignalOperation || kind.Kind == drills.ActivityOperation {
			Expect(kind.Acknowledged).To(BeNumerically(">", 0), "of kind %s", kind.Kind)
		}
	}
},
	Entry("with Workers that stand by", within, "payments-hot"),
	Entry("with Workers that are started", within, "payments-cold"),
	Entry("with Workers at work in both regions", within, "payments-active"),
	Entry("sent by a starter of its own", within, "payments-starter"),
	Entry("with Workers that have the operating system resolve names", within, "payments-plain"),
)

// faulty is the drill of payments with a Worker that has a defect.
func faulty(defect string) *drills.Drill {
	GinkgoHelper()
	d := load("payments-hot")
	d.Name = "faulty-" + defect
	d.Workers.Command = []string{"bin/faulty", defect}
	d.Workload.Workflow.Updates, d.Workload.Workflow.Queries = nil, nil     // it answers neither
	d.Failback.Mode, d.Observe.Drain = drills.FailbackNever, 10*time.Second // what is held so long is held
	return d
}

var _ = DescribeTable("A defect that nobody notices until then is named by what it held", func(ctx SpecContext, defect, what, activity, detail string) {
	d := faulty(defect)
	if defect == "long-tasks" {
		// Of a Namespace that moves, the survivor gives Workflow Tasks out anew at once. A
		// Worker that dies in its region holds its own until they time out.
		d.Workload.Workflow.TaskTimeout = time.Minute
		d.Fleets["us-east"] = drills.FleetSettings{Workers: 2}
		d.Faults = []drills.FaultSpec{drills.FleetKill.In("us-east")}
		d.Faults[0].Workers = []int{0}
	}
	r := run(ctx, d)
	Expect(r).To(HaveVerdict(drills.Fail))
	Expect(r.Held).To(ContainElement(And(HaveField("What", what), HaveField("Detail", ContainSubstring(detail)))))
	Expect(r.Held).To(HaveEach(HaveField("Activity", activity)), "nothing else holds any")
	Expect(r).To(GiveReason("held", what, activity))
	Expect(r.Findings).To(BeEmpty())
},
	Entry("state in the memory of a process", within, "memory", drills.HeldRetries, "Recall", "in memory"),
	Entry("an Activity that ignores its context", within, "deaf", drills.HeldGiven, "Slowly", "tried again after 600.000 s"),
	Entry("an Activity that is not tried again", within, "once", drills.HeldEnded, "Settle", "MaximumAttemptsReached"),
	Entry("a Workflow Task of a minute", within, "long-tasks", drills.HeldTaskGiven, "", "after 60.000 s"),
)

var _ = DescribeTable("A program that does not behave is found", func(ctx SpecContext, defect string, finding drills.FindingName, detail string) {
	d := faulty(defect)
	d.Faults = []drills.FaultSpec{drills.NoFault.In("us-east")} // for this nothing has to break
	d.Workers.Ready, d.Workers.Stop = 15*time.Second, 3*time.Second
	r := run(ctx, d)
	Expect(r).To(HaveVerdict(drills.Fail))
	found := []drills.FindingName{}
	for _, f := range r.Findings {
		found = append(found, f.Name)
		Expect(f.Detail).To(ContainSubstring(detail))
	}
	Expect(found).To(Equal([]drills.FindingName{finding, finding}), "one in each region")
},
	Entry("that ends before it does anything", within, "broken", drills.WorkerNotStarted, "PAYMENTS_BANK is not set"),
	Entry("that polls another task queue", within, "astray", drills.WorkerSilent, "never polled payments, but payment alone"),
	Entry("that ends after a while", within, "mortal", drills.WorkerExits, "the memory is used up"),
	Entry("that writes more than anybody reads", within, "chatty", drills.WorkerFloods, "wrote more than 4 MiB"),
	Entry("that does not end when it is told to", within, "stubborn", drills.WorkerIgnoresStop, "did not end within 3s of SIGTERM"),
)

var _ = DescribeTable("The command says what a test says", func(ctx SpecContext, d func() *drills.Drill, verdict drills.Verdict) {
	binary, err := harness.FindBinary(ctx)
	Expect(err).NotTo(HaveOccurred())
	content, err := d().YAML()
	Expect(err).NotTo(HaveOccurred())
	file := filepath.Join(GinkgoT().TempDir(), "drill.yaml")
	Expect(os.WriteFile(file, content, 0o600)).To(Succeed())
	said, err := exec.CommandContext(ctx, binary, "run", file, "--out", GinkgoT().TempDir()).CombinedOutput()
	code := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		Expect(err).NotTo(HaveOccurred())
	}
	Expect(code).To(Equal(verdict.ExitCode()), string(said))
},
	Entry("of Workers that are started", within, func() *drills.Drill { return load("payments-cold") }, drills.Pass),
	Entry("of state in the memory of a process", within, func() *drills.Drill { return faulty("memory") }, drills.Fail),
)
