package report_test

import (
	"fmt"
	"os"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/report"
)

func ExampleText() {
	r := drills.Report{
		Drill: "orders-active-hot", Model: drills.ActiveHot, Run: "nightly-7", Seed: 7, Verdict: drills.Pass,
		RecoveryTime:  drills.RecoveryTime{Recovered: true, FirstProgress: between(4.310, 4.522), Sustained: between(4.902, 5.113)},
		RecoveryPoint: drills.RecoveryPoint{OperationCounts: counted(812, 0, 0, 0, 0, 0), LostSeconds: age(0), Reset: number(0)},
		Workflows:     drills.WorkflowCounts{WorkflowTally: drills.WorkflowTally{Started: 812, Completed: 812}, InFlight: 12},
		Objectives: []drills.ObjectiveResult{
			{Name: "recovery-time", Declared: "≤ 30s", Measured: "4.902–5.113 s", Verdict: drills.Pass},
		},
	}
	if err := report.Text(os.Stdout, r); err != nil {
		fmt.Println(err)
	}
	// Output:
	// ✓ PASS  orders-active-hot · active-hot
	//   run nightly-7 · seed 7
	//
	// Recovery Time   first progress 4.310–4.522 s · sustained 4.902–5.113 s
	// Recovery Point  lost 0 of 812 acknowledged · lost after heal 0 · rolled back 0 · duplicated 0 · indeterminate 0
	//                 workflows reset 0 · replication lag not sampled
	// Workflows       started 812 · completed 812 · failed 0 · stuck 0 · in flight at the fault 12
	//
	// Objectives
	//   objective      declared  measured       verdict
	//   ─────────────  ────────  ─────────────  ───────
	//   recovery-time  ≤ 30s     4.902–5.113 s  ✓ pass
}

func ExampleSummary() {
	reports := []drills.Report{
		{
			Drill: "orders-active-hot", Model: drills.ActiveHot, Verdict: drills.Pass,
			RecoveryTime:  drills.RecoveryTime{Recovered: true, Sustained: between(4.902, 5.113)},
			RecoveryPoint: drills.RecoveryPoint{OperationCounts: counted(812, 0, 0, 0, 0, 0), LostSeconds: age(0), Reset: number(0)},
			Workflows:     drills.WorkflowCounts{WorkflowTally: drills.WorkflowTally{Started: 812, Completed: 812}},
			Faults:        []drills.FaultReport{{Kind: drills.RegionOutage, Flavour: drills.Freeze}},
			Attribution: []drills.Attribution{
				{Cause: "detection", Seconds: seconds(1.512)}, {Cause: "promotion", Seconds: seconds(0.192)}, {Cause: "polls", Seconds: seconds(3.409)},
			},
		},
		{
			Drill: "orders-active-cold", Model: drills.ActiveCold, Run: "nightly-8", Verdict: drills.Errored,
			Faults:  []drills.FaultReport{{Kind: drills.RegionOutage, Flavour: drills.Freeze}},
			Reasons: []string{"start cluster us-west: exit status 1"},
		},
	}
	if err := report.Summary(os.Stdout, reports); err != nil {
		fmt.Println(err)
	}
	// Output:
	// drill               model        fault                  verdict  Recovery Time  lost  after heal  stuck
	// ──────────────────  ───────────  ─────────────────────  ───────  ─────────────  ────  ──────────  ─────
	// orders-active-hot   active-hot   region-outage, freeze  ✓ pass   4.902–5.113 s     0           0      0
	// orders-active-cold  active-cold  region-outage, freeze  ! error   not measured     –           –      –
	//
	// 2 runs          1 pass · 1 error
	//
	// Why not every run passed
	//   ! orders-active-cold, run nightly-8: start cluster us-west: exit status 1
	//
	// Where the time went, drill by drill, in seconds
	// drill and fault                            detection  polls  other  total
	// ─────────────────────────────────────────  ─────────  ─────  ─────  ─────
	// orders-active-hot: region-outage, freeze       1.512  3.409  0.192  5.113
	// orders-active-cold: region-outage, freeze          –      –      –      –
}
