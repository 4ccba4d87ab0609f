package drilltest_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/harness"
)

// A drill built in Go, run and judged. It is a control: nothing breaks, and nothing may be
// found.
func Example() {
	d := drills.New("steady", drills.ActiveHot, "us-east", "us-west")
	d.Replication.Basis = drills.EventBased
	d.Faults = []drills.FaultSpec{drills.NoFault.In("us-east")}
	d.Objectives = drills.Objectives{
		RecoveryTime: new(30 * time.Second), RecoveryPoint: new(time.Duration(0)),
		Completion: new(drills.Percent(100)), LostAfterHeal: new(0),
	}

	binary, err := harness.FindBinary(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := os.MkdirTemp("", "runs-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(out) }()

	run, err := harness.Run(context.Background(), d, harness.Options{Out: out, Binary: binary})
	if err != nil {
		fmt.Println(err)
		return
	}
	timeline, err := run.Timeline()
	if err != nil {
		fmt.Println(err)
		return
	}
	_, steady := timeline.Mark(drills.SteadyStateReached)
	_, promoted := timeline.Mark(drills.Promoted)
	fmt.Println(run.Report.Verdict, run.Report.Reasons)
	fmt.Println("steady state:", steady, "promoted:", promoted)
	// Output:
	// pass []
	// steady state: true promoted: false
}
