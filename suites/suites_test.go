package suites

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"
	"github.com/onsi/gomega/gleak"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/catalog"
	"github.com/failoverdrill/failoverdrill/drills/harness"
	"github.com/failoverdrill/failoverdrill/suites/drilltest"
	"github.com/failoverdrill/failoverdrill/suites/specs"
)

func TestSuites(t *testing.T) {
	RegisterFailHandler(Fail)
	specs.Run(t, "Failover drills")
}

// binary plays every component of every drill here. It is built once, unless
// FAILOVERDRILL_BIN names one.
var binary string

// kept is the folder of runs: FAILOVERDRILL_OUT, or one that goes with the test, unless it
// failed.
var kept string

// failed says that a spec did.
var failed bool

var _ = AfterEach(func() { failed = failed || CurrentSpecReport().Failed() })

var _ = BeforeSuite(func(ctx SpecContext) {
	if kept = os.Getenv("FAILOVERDRILL_OUT"); kept == "" {
		var err error
		kept, err = os.MkdirTemp("", "failoverdrill-suites-")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(func() error {
			if failed { // whoever looks for the cause needs what was seen
				fmt.Fprintln(os.Stderr, "a spec failed: the runs are kept in", kept)
				return nil
			}
			return os.RemoveAll(kept)
		})
	}
	if os.Getenv(harness.BinaryVariable) != "" {
		var err error
		binary, err = harness.FindBinary(ctx)
		Expect(err).NotTo(HaveOccurred())
		return
	}
	GinkgoT().Setenv("CGO_ENABLED", "0")
	var err error
	binary, err = gexec.Build("github.com/failoverdrill/failoverdrill/cmd/failoverdrill")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(gexec.CleanupBuildArtifacts)
})

// shipped runs a drill that ships, once for all specs that look at it.
func shipped(ctx context.Context, name string) harness.Result {
	GinkgoHelper()
	if done, ok := results[name]; ok {
		return done
	}
	d, err := catalog.Get(name)
	Expect(err).NotTo(HaveOccurred())
	results[name] = run(ctx, d)
	return results[name]
}

// results are the drills that ran, by name. Ginkgo runs the specs of one
// process one after another.
var results = map[string]harness.Result{}

// fromFile runs a drill of testdata.
func fromFile(ctx context.Context, file string) drills.Report {
	GinkgoHelper()
	return run(ctx, load(file)).Report
}

// load reads a drill of testdata. Replication by states stands still now and then when
// regions see each other again, and loses what was acknowledged: no spec is to fail for
// that, so each says events, as the drills that ship do.
func load(file string) *drills.Drill {
	GinkgoHelper()
	d, err := drills.Load(filepath.Join("testdata", file))
	Expect(err).NotTo(HaveOccurred())
	Expect(d.Replication.Basis).To(Equal(drills.EventBased), "%s replicates by states", file)
	return d
}

// run runs a drill as any test would, and attaches its summary to the spec.
func run(ctx context.Context, d *drills.Drill) harness.Result {
	GinkgoHelper()
	return planted(ctx, d, nil)
}

// planted runs a drill with something of the spec's own between it and the world.
func planted(ctx context.Context, d *drills.Drill, plant func(harness.Scene) drills.World) harness.Result {
	GinkgoHelper()
	before := gleak.Goroutines()
	result, err := harness.Run(ctx, d, harness.Options{Out: kept, Binary: binary, Plant: plant})
	Expect(err).NotTo(HaveOccurred())
	AddReportEntry(d.Name, drilltest.Summary(result.Report), ReportEntryVisibilityFailureOrVerbose)
	Expect(filepath.Join(result.Dir, "work")).NotTo(BeADirectory(), "working files outlive the run")
	Expect(children()).To(BeEmpty(), "components outlive the run")
	Eventually(gleak.Goroutines, soon).ShouldNot(gleak.HaveLeaked(before))
	return result
}
