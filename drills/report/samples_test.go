package report_test

import (
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

func seconds(s float64) drills.Offset { return drills.Offset(s * float64(time.Second)) }

func between(lower, upper float64) drills.Interval {
	u := seconds(upper)
	return drills.Interval{Lower: seconds(lower), Upper: &u}
}

func ptr(i drills.Interval) *drills.Interval { return &i }

func number(n int) *int { return &n }

func age(s float64) *drills.Offset {
	o := seconds(s)
	return &o
}

// counted is what became of operations; what was neither lost after the heal nor
// rolled back was kept.
func counted(acknowledged, lost, afterHeal, rolledBack, duplicated, indeterminate int) drills.OperationCounts {
	return drills.OperationCounts{
		Acknowledged: acknowledged, Kept: number(acknowledged - afterHeal - rolledBack), Lost: &lost, LostAfterHeal: &afterHeal,
		RolledBack: &rolledBack, Duplicated: &duplicated, Indeterminate: indeterminate,
	}
}

func above(lower float64) drills.Interval { return drills.Interval{Lower: seconds(lower)} }

// passed is a run in which everything went as promised.
func passed() drills.Report {
	return drills.Report{
		SchemaVersion: drills.SchemaVersion,
		Run:           "orders-active-hot-7",
		Drill:         "orders-active-hot",
		Model:         drills.ActiveHot,
		Replication:   drills.EventBased,
		Seed:          7,
		Failover:      drills.Move{Mode: "forced", Done: true, Forced: true},
		Failback:      drills.Move{Mode: "forced", Done: true, Forced: true},
		Verdict:       drills.Pass,
		ColdStarts: []drills.ColdStart{
			{Worker: "us-west/worker-orders-0", Region: "us-west", Namespace: "orders", Declared: seconds(20), Create: new(seconds(0.062)), Start: seconds(0.31), FirstPoll: new(seconds(0.4))},
			{Worker: "us-west/worker-orders-1", Region: "us-west", Namespace: "orders", Start: seconds(0.012)},
		},
		StartedAt:   time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
		JudgedAt:    time.Date(2026, 3, 1, 12, 2, 0, 0, time.UTC),
		Environment: map[string]string{"cpus": "2", "server": "1.32.1"},
		Faults: []drills.FaultReport{{
			Name: "faults[0]", Kind: drills.RegionOutage, Flavour: drills.Crash, Region: "us-east", What: "region-outage of us-east, crash",
			RequestedAt: age(-0.061), EffectiveAt: age(0), EndedAt: age(35.41), HealedAt: age(41.006), Struck: 14, Spared: 5,
		}},
		Stages: []drills.StageTime{
			{Name: drills.LoadStarted, At: seconds(-13.402)},
			{Name: drills.SteadyStateReached, At: seconds(-5.017)},
			{Name: drills.FaultRequested, At: seconds(-0.061)},
			{Name: drills.FaultEffective, At: 0},
			{Name: drills.Detected, At: seconds(1.512)},
			{Name: drills.Promoted, At: seconds(1.704)},
			{Name: drills.EndpointRerouted, At: seconds(1.75)},
			{Name: drills.FirstPoll, At: seconds(1.625)},
			{Name: drills.FirstTask, At: seconds(4.120)},
			{Name: drills.FirstCompleted, At: seconds(4.522)},
			{Name: drills.ThroughputSustained, At: seconds(5.113)},
			{Name: drills.HealRequested, At: seconds(35.200)},
			{Name: drills.Healed, At: seconds(41.006)},
			{Name: drills.FailedBack, At: seconds(44.873)},
			{Name: drills.Drained, At: seconds(58.141)},
		},
		RecoveryTime: drills.RecoveryTime{Recovered: true, FirstProgress: between(4.310, 4.522), Sustained: between(4.902, 5.113)},
		RecoveryPoint: drills.RecoveryPoint{
			OperationCounts: counted(2410, 0, 0, 0, 0, 4), LostSeconds: age(0), Reset: number(0),
			ByKind: []drills.KindCounts{
				{Kind: drills.StartOperation, OperationCounts: counted(406, 0, 0, 0, 0, 3)},
				{Kind: drills.SignalOperation, OperationCounts: counted(406, 0, 0, 0, 0, 1)},
				{Kind: drills.UpdateOperation, OperationCounts: counted(198, 0, 0, 0, 0, 0)},
				{Kind: drills.ActivityOperation, OperationCounts: counted(1400, 0, 0, 0, 0, 0)},
			},
			ReplicationLag: &drills.Lag{AtFault: seconds(0.12), Most: seconds(0.41), Samples: 13},
		},
		Workflows: drills.WorkflowCounts{
			WorkflowTally: drills.WorkflowTally{Started: 812, Completed: 812}, InFlight: 12,
			ByRegion: map[string]drills.WorkflowTally{
				"us-west": {Started: 300, Completed: 300}, "us-east": {Started: 512, Completed: 512},
			},
		},
		Fleets: []drills.FleetCounts{
			{Region: "us-east", Namespace: "orders", State: drills.FleetActive, TasksBefore: 1204, Completed: 300, Polled: true},
			{Region: "us-west", Namespace: "orders", State: drills.FleetStandby, TasksAfter: 2871, Completed: 512, Polled: true},
		},
		Throughput: []drills.Throughput{
			{Namespace: "orders", Affected: true, Declared: 10, Steady: 9.9666, Outage: 0.58, Recovered: 11.4},
		},
		Lanes: []drills.LaneReport{
			{
				Lane: drills.StartLane, Region: "us-east", Namespace: "orders", Sent: 260, LongestGap: seconds(0.071),
				Latency: drills.LanePhases{Before: drills.Latency{Count: 260, P50: seconds(0.003), P95: seconds(0.009), P99: seconds(0.014), Max: seconds(0.021)}},
			},
			{
				Lane: drills.StartLane, Region: "us-west", Namespace: "orders", Sent: 1120, Failed: 31,
				Errors: map[string]int{"Unavailable": 30, "DeadlineExceeded": 1}, Outage: ptr(between(1.512, 1.733)), LongestGap: seconds(1.76),
				Latency: drills.LanePhases{
					Before: drills.Latency{Count: 260, P50: seconds(0.075), P95: seconds(0.081), P99: seconds(0.092), Max: seconds(0.1)},
					After:  drills.Latency{Count: 829, P50: seconds(0.003), P95: seconds(0.008), P99: seconds(0.012), Max: seconds(0.034)},
				},
			},
			{
				Lane: drills.QueryLane, Region: "us-west", Namespace: "orders", Sent: 280, Failed: 200,
				Errors: map[string]int{"DeadlineExceeded": 200}, Outage: ptr(above(33.1)), LongestGap: seconds(35.2),
			},
		},
		Attribution: []drills.Attribution{
			{Cause: "detection", Seconds: seconds(1.512), Detail: "three health probes failed in a row, one every 500ms (declared)"},
			{Cause: "promotion", Seconds: seconds(0.192), Detail: "the replica was made active by force (measured)"},
			{Cause: "endpoint", Seconds: seconds(0.046), Detail: "the Namespace Endpoint was moved; Workers on a Regional Endpoint do not wait for it (measured)"},
			{Cause: "poller back-off", Seconds: seconds(2.37), Detail: "from promotion to the first Workflow Task that a standby Worker was given (measured)"},
			{Cause: "backlog", Seconds: seconds(0.993), Detail: "from the first task until completions stayed at the steady rate (measured)"},
		},
		Phases: []drills.Phase{
			{Name: "boot", Seconds: seconds(8.1)}, {Name: "steady-state", Seconds: seconds(12)},
			{Name: "recovery", Seconds: seconds(30.2)}, {Name: "heal", Seconds: seconds(5.806)},
			{Name: "failback", Seconds: seconds(13.268)}, {Name: "verification", Seconds: seconds(2.4)}, {Name: "teardown", Seconds: seconds(0.9)},
		},
		Memory: []drills.Memory{
			{Region: "us-east", Component: "cluster", Bytes: 241 << 20}, {Region: "us-east", Component: "worker", Bytes: 38 << 20},
			{Region: "us-west", Component: "cluster", Bytes: 252 << 20}, {Region: "us-west", Component: "worker", Bytes: 41 << 20},
		},
		Objectives: []drills.ObjectiveResult{
			{Name: "recovery-time", Declared: "≤ 30s", Measured: "4.902–5.113 s", Verdict: drills.Pass},
			{Name: "recovery-point", Declared: "≤ 0s", Measured: "0.000 s", Verdict: drills.Pass},
			{Name: "completion", Declared: "≥ 100%", Measured: "100%", Verdict: drills.Pass},
		},
		Invariants: []drills.Invariant{
			{Name: "one open run", Verdict: drills.Pass, Detail: "no workflow id has two"},
			{Name: "equal histories", Verdict: drills.Pass, Detail: "812 runs are the same in both regions"},
		},
		SplitBrain: []drills.SplitBrain{
			{Namespace: "orders", Regions: []string{"us-east", "us-west"}, From: seconds(36.101), To: seconds(37.402)},
		},
		Delays: &drills.DelayReport{
			InFlight: 12, StartedDuring: 30, Open: 1, Total: seconds(96.4), Unexplained: seconds(1.2),
			Causes: []drills.DelayCause{
				{Cause: drills.DelayDetection, Seconds: seconds(18.1), Workflows: 12, Longest: seconds(1.512)},
				{Cause: drills.DelayPollers, Seconds: seconds(77.1), Workflows: 41, Longest: seconds(2.37)},
			},
		},
		Witnesses: []drills.Witness{
			{Name: "model-real", Held: true, Detail: "the standby Fleet of us-west polled and completed no task before the fault"},
			{Name: "fault-real", Held: true, Detail: "7 of 7 severed directions were probed: replication-us-east-to-us-west, replication-us-west-to-us-east, fleet-us-east-to-us-east and 4 more refused connections"},
		},
	}
}

// failed is a run that recovered too late and lost operations for good.
func failed() drills.Report {
	r := passed()
	r.Invariants = []drills.Invariant{
		{Name: "one open run", Verdict: drills.Pass, Detail: "no workflow id has two"},
		{Name: "equal histories", Verdict: drills.Fail, Detail: "order-17 (run 4f) has 31 events at home and others, 29, in the replica"},
	}
	r.Verdict = drills.Fail
	r.Reasons = []string{
		"recovery-time: 41.310–41.522 s is above the declared 30s",
		"recovery-point: 0.412 s of acknowledged operations were lost, 0s was declared",
		"lost-after-heal: 2 acknowledged operations are still lost after us-east returned and its conflicts were resolved, among them start order-us-east-000417 at -0.201 s",
	}
	r.Stages = []drills.StageTime{
		{Name: drills.LoadStarted, At: seconds(-13.402)},
		{Name: drills.SteadyStateReached, At: seconds(-5.017)},
		{Name: drills.FaultRequested, At: seconds(-0.061)},
		{Name: drills.FaultEffective, At: 0},
		{Name: drills.Detected, At: seconds(1.512)},
		{Name: drills.Promoted, At: seconds(1.704)},
		{Name: drills.EndpointRerouted, At: seconds(1.75)},
		{Name: drills.FirstPoll, At: seconds(38.120)},
		{Name: drills.FirstTask, At: seconds(38.655)},
		{Name: drills.FirstCompleted, At: seconds(39.207)},
		{Name: drills.ThroughputSustained, At: seconds(41.522)},
		{Name: drills.LoadStopped, At: seconds(71.522)},
	}
	r.RecoveryTime = drills.RecoveryTime{Recovered: true, FirstProgress: between(39.010, 39.207), Sustained: between(41.310, 41.522)}
	r.RecoveryPoint = drills.RecoveryPoint{
		OperationCounts: counted(2410, 9, 2, 4, 5, 4), LostSeconds: age(0.412), Reset: number(3),
		ByKind: []drills.KindCounts{
			{Kind: drills.StartOperation, OperationCounts: counted(406, 2, 1, 0, 1, 3)},
			{Kind: drills.SignalOperation, OperationCounts: counted(406, 3, 1, 0, 0, 1)},
			{Kind: drills.UpdateOperation, OperationCounts: counted(198, 0, 0, 0, 0, 0)},
			{Kind: drills.ActivityOperation, OperationCounts: counted(1400, 4, 0, 4, 4, 0)},
		},
	}
	r.Store = &drills.StoreReport{
		Engine: drills.NATSStore, Fencing: drills.NoFencing, Acknowledged: 1400, Kept: number(1390), Duplicates: number(2), LostAfterHeal: number(8),
		Lost: number(8), LostSeconds: age(0.311), WrongRegion: 12, Indeterminate: 1, Rows: number(1393), Unacknowledged: number(1), StaleTaken: number(1),
		Led: []drills.StoreLead{
			{Region: "us-east", Namespace: "orders", Epoch: 1, Stretch: drills.Stretch{From: seconds(-13.4), To: age(0.061)}},
			{Region: "us-west", Namespace: "orders", Epoch: 2, Stretch: drills.Stretch{From: seconds(1.8)}},
		},
	}
	r.Workflows.Completed, r.Workflows.Failed, r.Workflows.Stuck = 804, 1, 3
	r.Throughput[0].Outage = 0.12
	r.Attribution = append(r.Attribution[:3],
		drills.Attribution{Cause: "resolution", Seconds: seconds(36.37), Detail: "until a Worker resolved the Namespace Endpoint anew: grpc-go waits 30 s between two resolutions (measured)"},
		drills.Attribution{Cause: "backlog", Seconds: seconds(3.402), Detail: "from the first poll until completions stayed at the steady rate (measured)"},
	)
	r.Objectives = []drills.ObjectiveResult{
		{Name: "recovery-time", Declared: "≤ 30s", Measured: "41.310–41.522 s", Verdict: drills.Fail},
		{Name: "recovery-point", Declared: "≤ 0s", Measured: "0.412 s", Verdict: drills.Fail},
		{Name: "completion", Declared: "≥ 99%", Measured: "99.38%", Verdict: drills.Pass},
		{Name: "lost-after-heal", Declared: "≤ 0", Measured: "2", Verdict: drills.Fail},
	}
	return r
}

// notRecovered is a run that was given up before the application worked again.
func notRecovered() drills.Report {
	r := failed()
	r.Failover = drills.Move{Mode: "graceful", Handover: seconds(118.5), Failed: 2}
	r.Failback = drills.Move{Mode: "forced"}
	r.Reasons = []string{"recovery-time: > 120.000 s is above the declared 30s"}
	r.RecoveryTime = drills.RecoveryTime{FirstProgress: above(120), Sustained: above(120)}
	r.RecoveryPoint = drills.RecoveryPoint{OperationCounts: drills.OperationCounts{Acknowledged: 204, Indeterminate: 31}}
	r.Workflows = drills.WorkflowCounts{
		WorkflowTally: drills.WorkflowTally{Started: 204, Completed: 192, Stuck: 12}, InFlight: 12,
		ByRegion: map[string]drills.WorkflowTally{"us-east": {Started: 204, Completed: 192, Stuck: 12}},
	}
	r.Stages = append(r.Stages[:7], drills.StageTime{Name: drills.LoadStopped, At: seconds(120.004)})
	r.Fleets[1].TasksAfter = 0
	r.Throughput[0].Outage, r.Throughput[0].Recovered = 0, 0
	r.Attribution = append(r.Attribution[:3],
		drills.Attribution{Cause: "unexplained", Seconds: seconds(118.25), Detail: "no Worker of the survivor polled before the drill stopped watching"})
	r.Objectives = []drills.ObjectiveResult{
		{Name: "recovery-time", Declared: "≤ 30s", Measured: "> 120.000 s", Verdict: drills.Fail},
		{Name: "recovery-point", Declared: "≤ 0s", Measured: "0.000 s", Verdict: drills.Pass},
		{Name: "completion", Declared: "≥ 99%", Measured: "not measured", Verdict: drills.Inconclusive},
	}
	return r
}

// inconclusive is a run whose model was not what the drill says.
func inconclusive() drills.Report {
	r := passed()
	r.Verdict = drills.Inconclusive
	r.Reasons = []string{"model-real: the standby Fleet of us-west completed 41 tasks before the fault"}
	r.Fleets[1].TasksBefore = 41
	r.Witnesses[0] = drills.Witness{Name: "model-real", Detail: "the standby Fleet of us-west completed 41 tasks before the fault"}
	return r
}

// errored is a run whose harness failed before the fault.
func errored() drills.Report {
	r := passed()
	return drills.Report{
		SchemaVersion: r.SchemaVersion, Run: r.Run, Drill: r.Drill, Model: r.Model, Seed: r.Seed,
		Verdict: drills.Errored, StartedAt: r.StartedAt, JudgedAt: r.JudgedAt, Environment: r.Environment,
		Faults:  []drills.FaultReport{{Name: "faults[0]", Kind: drills.RegionOutage, Flavour: drills.Crash, Region: "us-east", What: "region-outage of us-east, crash"}},
		Reasons: []string{"start cluster us-west: exit status 1: \x1b[31mlisten tcp 127.0.0.1:7233:\n\tbind: address already in use\x1b[0m"},
		Phases:  []drills.Phase{{Name: "boot", Seconds: seconds(3.25)}, {Name: "teardown", Seconds: seconds(0.4)}},
	}
}

// samples are the reports that have golden files, by the names of those.
func samples() map[string]drills.Report {
	return map[string]drills.Report{
		"pass": passed(), "fail": failed(), "not-recovered": notRecovered(), "inconclusive": inconclusive(), "error": errored(),
	}
}
