// Package drilltest runs drills as tests, in a user's own repository as in this one:
//
//	func TestPaymentsSurvive(t *testing.T) {
//		d, err := drills.Load("drills/payments.yaml")
//		…
//		run := drilltest.Run(t, d)
//		if run.Report.Verdict != drills.Pass {
//			t.Error(run.Report.Reasons)
//		}
//	}
//
// In a Ginkgo suite t is GinkgoTB(), and package matchers asserts on the Report.
package drilltest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/harness"
	"github.com/failoverdrill/failoverdrill/drills/report"
	"github.com/failoverdrill/failoverdrill/fixtures/launch"
)

// OutVariable names the folder in which runs are kept, whatever comes of their tests.
const OutVariable = "FAILOVERDRILL_OUT"

// LauncherVariable says how components run, process or container; processes where it is
// not set.
const LauncherVariable = "FAILOVERDRILL_LAUNCHER"

// tearDown is what is left of a test's time for everything to be ended in, beside what
// Workers of the test's own may take. A test that took longer would be killed with what it
// started.
const tearDown = 45 * time.Second

// Run runs a drill, and fails the test at once where it could not be run at all. What the
// drill found is for the test to assert on: a verdict other than pass fails nothing here.
//
// The run ends with the test's context, and in time before the test's deadline; it is
// inconclusive then. Its folder is kept where the test failed, or in FAILOVERDRILL_OUT.
// The failoverdrill binary is found as harness.FindBinary has it. FAILOVERDRILL_LAUNCHER=container
// has components run in containers.
func Run(t testing.TB, d *drills.Drill) harness.Result {
	t.Helper()
	ctx, cancel := within(t, tearDown+d.Workers.Stop)
	defer cancel()
	return RunContext(ctx, t, d)
}

// within is the test's context, with its deadline less what the end of a run takes.
func within(t testing.TB, spare time.Duration) (context.Context, context.CancelFunc) {
	timed, ok := t.(interface{ Deadline() (time.Time, bool) })
	if !ok {
		return context.WithCancel(t.Context())
	}
	deadline, has := timed.Deadline()
	if !has {
		return context.WithCancel(t.Context())
	}
	return context.WithDeadlineCause(t.Context(), deadline.Add(-spare), errors.New("the test's time is over"))
}

// RunContext is Run that ends with a context of the test's choice, such as a spec's.
func RunContext(ctx context.Context, t testing.TB, d *drills.Drill) harness.Result {
	t.Helper()
	binary, err := harness.FindBinary(ctx)
	if err != nil {
		t.Fatalf("run drill %s: %v", d.Name, err)
	}
	out, kept := os.Getenv(OutVariable), true
	if out == "" {
		kept = false
		if out, err = os.MkdirTemp("", "failoverdrill-"); err != nil {
			t.Fatalf("run drill %s: %v", d.Name, err)
		}
	}
	t.Cleanup(func() {
		if kept || t.Failed() {
			return
		}
		if err := os.RemoveAll(out); err != nil {
			t.Errorf("remove run of drill %s: %v", d.Name, err)
		}
	})
	result, err := harness.Run(ctx, d, harness.Options{Out: out, Binary: binary, Launcher: launch.Kind(os.Getenv(LauncherVariable))})
	if err != nil {
		t.Fatalf("run drill %s: %v", d.Name, err)
	}
	t.Logf("%s: the run is in %s", Summary(result.Report), result.Dir)
	return result
}

// Summary is a Report as people read it: the verdict, its reasons, the figures and where
// the time went.
func Summary(r drills.Report) fmt.Stringer { return summary{r} }

type summary struct{ drills.Report }

func (s summary) String() string {
	var b strings.Builder
	if err := report.Text(&b, s.Report); err != nil {
		return err.Error()
	}
	return b.String()
}
