package suites

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/catalog"
	"github.com/failoverdrill/failoverdrill/drills/harness"
	"github.com/failoverdrill/failoverdrill/drills/report"
)

func TestSuites(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Failover drills")
}

// binary plays every component of every drill here. It is built once, unless
// FAILOVERDRILL_BIN names one.
var binary string

var _ = BeforeSuite(func() {
	if os.Getenv(harness.BinaryVariable) != "" {
		var err error
		binary, err = harness.FindBinary()
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
func shipped(ctx context.Context, name string) drills.Report {
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
var results = map[string]drills.Report{}

// fromFile runs a drill of testdata.
func fromFile(ctx context.Context, file string) drills.Report {
	GinkgoHelper()
	d, err := drills.Load(filepath.Join("testdata", file))
	Expect(err).NotTo(HaveOccurred())
	return run(ctx, d)
}

// run runs a drill as any test would, and attaches its summary to the spec.
// FAILOVERDRILL_OUT names a folder that keeps the runs; without it they go with
// the test.
func run(ctx context.Context, d *drills.Drill) drills.Report {
	GinkgoHelper()
	out := os.Getenv("FAILOVERDRILL_OUT")
	if out == "" {
		out = GinkgoT().TempDir()
	}
	result, err := harness.Run(ctx, d, harness.Options{Out: out, Binary: binary})
	Expect(err).NotTo(HaveOccurred())
	AddReportEntry(d.Name, summary{result.Report}, ReportEntryVisibilityFailureOrVerbose)
	Expect(filepath.Join(result.Dir, "work")).NotTo(BeADirectory(), "working files outlive the run")
	Expect(children()).To(BeEmpty(), "components outlive the run")
	return result.Report
}

// summary prints a report as people read it.
type summary struct{ drills.Report }

func (s summary) String() string {
	var b strings.Builder
	if err := report.Text(&b, s.Report); err != nil {
		return err.Error()
	}
	return b.String()
}
