package assess_test

import (
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// owned is the evidence of a drill that went well, with Workers of the user's own that
// polled what they should and ended as they were told to.
func owned(t *testing.T, drill string) *evidence {
	t.Helper()
	e := passing(t, drill)
	d := e.Drill
	d.Workload.Profile, d.Workload.Namespace = drills.OwnProfile, "orders"
	d.Workers = drills.WorkerSettings{
		WorkerProgram: drills.WorkerProgram{Command: []string{"./worker"}}, TaskQueues: []string{"payments"}, Ready: 5 * time.Second, Stop: 10 * time.Second,
	}
	for i := range e.Timeline {
		if e.Timeline[i].Kind == drills.KindPoll {
			e.Timeline[i].TaskQueue = "payments"
		}
	}
	e.program("us-east", drills.ProgramStarted, 0.2, 0, "")
	if d.Model != drills.ActiveCold {
		e.program("us-west", drills.ProgramStarted, 0.2, 0, "")
	}
	return e
}

// program is something that became of a region's Worker.
func (e *evidence) program(region, what string, seconds, value float64, detail string) *evidence {
	return e.with(drills.Event{
		At: at(seconds), Kind: drills.KindProgram, Name: what, Region: region, Namespace: "orders",
		Subject: region + "/worker-orders-0", Value: value, Detail: detail,
	})
}

// mute is without what a region's Worker polled, of the task queues that are not spared.
func (e *evidence) mute(region string) *evidence {
	return e.without(func(ev drills.Event) bool {
		return ev.Kind == drills.KindPoll && ev.Subject == drills.WorkerIdentity(region, "orders", 0)
	})
}

func TestWorkersThatBehaveHaveNoFinding(t *testing.T) {
	for _, drill := range []string{"active-hot", "active-cold"} {
		e := owned(t, drill).program("us-west", drills.ProgramStopped, 67.5, 0.2, "exit status 0")
		r := e.expect(t, drills.Pass, "")
		if len(r.Findings) > 0 {
			t.Errorf("%s: %+v", drill, r.Findings)
		}
		for _, i := range r.Invariants {
			if i.Name == "schedules advance" {
				t.Errorf("%s: nobody has a schedule, and it is said of it: %s", drill, i.Detail)
			}
		}
	}
}

func TestWhatIsWrongWithAWorkersProgramIsFound(t *testing.T) {
	for name, test := range map[string]struct {
		program func(e *evidence) *evidence
		want    drills.FindingName
		words   []string
	}{
		"it cannot be started": {
			func(e *evidence) *evidence {
				return e.mute("us-west").program("us-west", drills.ProgramFailed, 0.3, 0, "no such file")
			},
			drills.WorkerNotStarted, []string{"no such file", "workers.command"},
		},
		"it ends before it polls": {
			func(e *evidence) *evidence {
				return e.mute("us-west").program("us-west", drills.ProgramExited, 0.4, 0.2, "exit status 1").program("us-west", drills.ProgramExited, 2, 0.2, "exit status 1")
			},
			drills.WorkerNotStarted, []string{"2 times before it polled anything", "exit status 1", "logs/us-west-worker-orders-0.log"},
		},
		"it ends after a while": {
			func(e *evidence) *evidence {
				return e.program("us-west", drills.ProgramExited, 60, 59.8, "signal: killed")
			},
			drills.WorkerExits, []string{"once though nobody told it to", "59.8 s after it was started", "signal: killed"},
		},
		"it polls nothing": {
			func(e *evidence) *evidence { return e.mute("us-west") },
			drills.WorkerSilent, []string{"never polled payments, but no task queue at all"},
		},
		"it polls something else": {
			func(e *evidence) *evidence {
				return e.mute("us-west").with(drills.Event{
					At: at(0.5), Kind: drills.KindPoll, Name: "workflow", Region: "us-west", Namespace: "orders", Subject: drills.WorkerIdentity("us-west", "orders", 0), TaskQueue: "payment",
				})
			},
			drills.WorkerSilent, []string{"never polled payments, but payment alone"},
		},
		"it writes too much": {
			func(e *evidence) *evidence { return e.program("us-west", drills.ProgramFlooded, 3.2, 4<<20+1, "") },
			drills.WorkerFloods, []string{"more than 4 MiB within 3.0 s"},
		},
		"it does not end": {
			func(e *evidence) *evidence {
				return e.program("us-west", drills.ProgramKilled, 67.9, 10, "it did not end within 10s of SIGTERM")
			},
			drills.WorkerIgnoresStop, []string{"within 10s of SIGTERM", "workers.stop"},
		},
		"it ends, and writes too much": { // the first explains the second
			func(e *evidence) *evidence {
				return e.program("us-west", drills.ProgramFlooded, 3.2, 4<<20+1, "").program("us-west", drills.ProgramExited, 60, 59.8, "exit status 2")
			},
			drills.WorkerExits, []string{"exit status 2"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := test.program(owned(t, "active-hot")).judge()
			if r.Verdict != drills.Fail || len(r.Findings) != 1 || r.Findings[0].Name != test.want || r.Findings[0].Region != "us-west" {
				t.Fatalf("%s, it finds %+v, want %s", r.Verdict, r.Findings, test.want)
			}
			says(t, r.Findings[0].Detail, test.words...)
		})
	}
}

// What a program of the lost region does from the fault on is the fault's doing.
func TestWhatAFaultDoesToAProgramIsNoFinding(t *testing.T) {
	e := owned(t, "active-hot").program("us-east", drills.ProgramExited, effective+1, 20, "cannot connect").program("us-east", drills.ProgramFailed, heal, 0, "busy")
	e.expect(t, drills.Pass, "")
	second := owned(t, "active-hot").program("us-west", drills.ProgramExited, 31, 30, "cannot connect").program("us-west", drills.ProgramFlooded, 30.5, 5<<20, "")
	second.Drill.Faults = append(second.Drill.Faults, drills.FleetFreeze.In("us-west"))
	second.with(drills.Event{At: at(30), Kind: drills.KindFault, Name: drills.FaultIsRequested, Subject: drills.FaultName(1)})
	if r := second.judge(); len(r.Findings) > 0 {
		t.Errorf("of a second fault's region it finds %+v", r.Findings)
	}
	before := owned(t, "active-hot").program("us-east", drills.ProgramExited, requested-1, 18, "exit status 1")
	if r := before.judge(); len(r.Findings) != 1 || r.Findings[0].Region != "us-east" {
		t.Errorf("before the fault it finds %+v", r.Findings)
	}
}

// A Worker that was started only just before the end had no time to poll.
func TestAWorkerHasTheTimeThatItMayTake(t *testing.T) {
	late := owned(t, "active-cold").mute("us-west").program("us-west", drills.ProgramStarted, 65, 0, "")
	if r := late.judge(); len(r.Findings) > 0 {
		t.Errorf("it finds %+v", r.Findings)
	}
	soon := owned(t, "active-cold").mute("us-west").program("us-west", drills.ProgramStarted, 40, 0, "")
	if r := soon.judge(); len(r.Findings) != 1 || r.Findings[0].Name != drills.WorkerSilent {
		t.Errorf("it finds %+v", r.Findings)
	}
}

// What a user's Workers start by themselves is nobody's order, and may go on for ever.
func TestWorkflowsThatNobodyAskedForAreLeftAlone(t *testing.T) {
	e := owned(t, "active-hot")
	for _, census := range []string{drills.CensusAfterHeal, drills.CensusReplica} {
		region := map[string]string{drills.CensusAfterHeal: "us-east", drills.CensusReplica: "us-west"}[census]
		e.with(drills.Event{At: at(recounted), Kind: drills.KindWorkflow, Region: region, Namespace: "orders", Workflow: &drills.Workflow{
			Census: census, ID: "singleton", RunID: "run-1", Status: "Running", StartedAt: at(3), Length: 3, Digest: census,
		}})
		e.with(drills.Event{At: at(recounted), Kind: drills.KindUnended, Name: "Running", Region: region, Namespace: "orders", Subject: "singleton", Detail: "run-1"})
	}
	e.expect(t, drills.Pass, "")
	e.with(drills.Event{At: at(recounted), Kind: drills.KindUnended, Name: "Zombie", Region: "us-east", Namespace: "orders", Subject: "singleton", Detail: "run-0"})
	e.expect(t, drills.Fail, "no zombies: ")
}

// A chain of runs that continue as new is one Workflow, and each of its runs may have
// the same Activities.
func TestAWorkflowThatContinuesAsNewIsNoDuplicate(t *testing.T) {
	e := owned(t, "active-hot")
	id := "orders-c0ffee00-0-us-east-00001"
	op := func(seconds float64, kind drills.OperationKind, name, run string) {
		for _, state := range []drills.OperationState{drills.OperationSent, drills.OperationAcknowledged} {
			o := drills.Operation{At: at(seconds), ID: id + name, Kind: kind, State: state, Region: "us-east", Namespace: "orders", Workflow: id, Intended: at(seconds), Run: run}
			if kind == drills.ActivityOperation {
				o.Activity = "Charge/5"
			}
			e.Ledger = append(e.Ledger, o)
		}
	}
	op(2, drills.StartOperation, "/start", "")
	op(2.1, drills.ActivityOperation, "/Charge/5@1", "run-1")
	op(2.4, drills.ActivityOperation, "/Charge/5@2", "run-2")
	for _, census := range []string{drills.CensusWithoutRegion, drills.CensusAfterHeal, drills.CensusReplica} {
		for n, run := range []string{"run-1", "run-2"} {
			w := drills.Workflow{
				Census: census, ID: id, RunID: run, Status: []string{"ContinuedAsNew", "Completed"}[n], Continued: n > 0, StartedAt: at(2 + 0.2*float64(n)), ClosedAt: at(2.2 + 0.3*float64(n)),
				Operations: []string{[]string{id + "/Charge/5@1", id + "/Charge/5@2"}[n]}, Length: 9, Digest: run,
			}
			region := map[string]string{drills.CensusAfterHeal: "us-east"}[census]
			if region == "" {
				region = "us-west"
			}
			when := recounted
			if census == drills.CensusWithoutRegion {
				when = counted
			}
			e.with(drills.Event{At: at(when), Kind: drills.KindWorkflow, Region: region, Namespace: "orders", Workflow: &w})
		}
	}
	r := e.expect(t, drills.Pass, "")
	if *r.RecoveryPoint.Duplicated != 0 {
		t.Errorf("%d duplicated", *r.RecoveryPoint.Duplicated)
	}
}

// Signals that a starter reports by number are told apart by that alone: of two, one
// before the fault and one after it, the survivor that has one may lack the first.
func TestASignalThatIsMissingMayBeTheFirst(t *testing.T) {
	for name, test := range map[string]struct {
		survivor, home []string // what the two censuses hold
		lost, after    int
	}{
		"both are there":     {[]string{"#1", "#2"}, []string{"#1", "#2"}, 0, 0},
		"one came later":     {[]string{"#1"}, []string{"#1", "#2"}, 1, 0},
		"one is gone":        {[]string{"#1"}, []string{"#1"}, 1, 1},
		"somebody sent more": {[]string{"#1", "#2", "#3"}, []string{"#1", "#2", "#3"}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			e := owned(t, "active-hot")
			e.Drill.Workload.Starter.Command = []string{"./starter"}
			id := "orders-c0ffee00-0-us-east-x"
			for _, op := range []struct {
				at   float64
				kind drills.OperationKind
				id   string
			}{{19, drills.StartOperation, "/start"}, {19.5, drills.SignalOperation, "/signal/go#1"}, {30, drills.SignalOperation, "/signal/go#2"}} {
				e.Ledger = append(e.Ledger, drills.Operation{
					At: at(op.at), ID: id + op.id, Kind: op.kind, State: drills.OperationAcknowledged, Region: "us-east", Namespace: "orders", Workflow: id, Intended: at(op.at),
				})
			}
			add := func(census, region string, when float64, held []string) {
				w := drills.Workflow{Census: census, ID: id, RunID: "run-1", Status: "Completed", StartedAt: at(19), ClosedAt: at(31), Length: 9, Digest: "same"}
				for _, n := range held {
					w.Operations = append(w.Operations, id+"/signal/go"+n)
				}
				e.with(drills.Event{At: at(when), Kind: drills.KindWorkflow, Region: region, Namespace: "orders", Workflow: &w})
			}
			add(drills.CensusWithoutRegion, "us-west", counted, test.survivor)
			add(drills.CensusAfterHeal, "us-east", recounted, test.home)
			add(drills.CensusReplica, "us-west", recounted, test.home)
			r := e.judge()
			for _, kind := range r.RecoveryPoint.ByKind {
				if kind.Kind == drills.SignalOperation && (*kind.Lost != test.lost || *kind.LostAfterHeal != test.after) {
					t.Errorf("%d lost, %d after the heal; want %d and %d", *kind.Lost, *kind.LostAfterHeal, test.lost, test.after)
				}
			}
		})
	}
}

func TestAStarterThatDoesNotRunIsFound(t *testing.T) {
	for what, words := range map[string][]string{
		drills.ProgramFailed: {"us-east/starter-orders could not be started: no such file", "workload.starter"},
		drills.ProgramExited: {"us-east/starter-orders ended once though nobody told it to", "no such file"},
	} {
		e := owned(t, "active-hot")
		e.Drill.Workload.Starter.Command = []string{"./starter"}
		e.with(drills.Event{
			At: at(5), Kind: drills.KindProgram, Name: what, Region: "us-east", Namespace: "orders", Subject: "us-east/starter-orders", Value: 1.5, Detail: "no such file",
		})
		r := e.judge()
		if len(r.Findings) != 1 || r.Findings[0].Name != drills.StarterFails || r.Findings[0].Region != "us-east" {
			t.Fatalf("%s: it finds %+v", what, r.Findings)
		}
		says(t, r.Findings[0].Detail, words...)
	}
}
