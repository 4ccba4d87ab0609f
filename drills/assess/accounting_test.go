package assess_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// Orders of the active-hot evidence: one that had ended before the fault, one
// that was in flight then, and one that the survivor was asked for.
const (
	orderEnded    = "order-orders-050" // started at 11.000 s, acknowledged at 11.010 s
	orderInFlight = "order-orders-094" // started at 19.800 s, acknowledged at 19.810 s
	orderAbroad   = "order-orders-120" // started at 25.000 s
)

func called(ids ...string) func(drills.Workflow) bool {
	return func(w drills.Workflow) bool { return slices.Contains(ids, w.ID) }
}

// forget has the censuses not find an order's payment.
func forget(census, order string) func(*evidence) {
	return func(e *evidence) {
		e.workflows(census, func(_ string, w *drills.Workflow) {
			if w.ID == order {
				w.Operations = nil
			}
		})
	}
}

func lost(census string, orders ...string) func(*evidence) {
	return func(e *evidence) { e.lose(census, called(orders...)) }
}

func both(change func(census string) func(*evidence)) func(*evidence) {
	return func(e *evidence) {
		change(drills.CensusWithoutRegion)(e)
		change(drills.CensusAfterHeal)(e)
	}
}

// unacknowledged takes the answers to an order's operations out of the ledger.
func unacknowledged(order string, instead ...drills.OperationState) func(*evidence) {
	return func(e *evidence) {
		var ledger []drills.Operation
		for _, op := range e.Ledger {
			if op.Workflow != order || op.State != drills.OperationAcknowledged {
				ledger = append(ledger, op)
				continue
			}
			for _, state := range instead {
				op.State = state
				ledger = append(ledger, op)
			}
		}
		e.Ledger = ledger
	}
}

func TestEveryAcknowledgedOperationIsAccountedFor(t *testing.T) {
	const operations = 2 * 320 // a start and a payment for each order
	tests := []struct {
		name   string
		change func(*evidence)
		want   drills.RecoveryPoint
	}{
		{"all kept", func(*evidence) {}, drills.RecoveryPoint{Acknowledged: operations}},
		{
			"lost with the region, and there again after the heal", lost(drills.CensusWithoutRegion, orderEnded),
			drills.RecoveryPoint{Acknowledged: operations, Lost: 2, LostSeconds: at(effective - 11.010)},
		},
		{
			"the oldest counts", lost(drills.CensusWithoutRegion, orderInFlight, orderEnded),
			drills.RecoveryPoint{Acknowledged: operations, Lost: 4, LostSeconds: at(effective - 11.010)},
		},
		{
			"lost for good", both(func(census string) func(*evidence) { return lost(census, orderEnded) }),
			drills.RecoveryPoint{Acknowledged: operations, Lost: 2, LostAfterHeal: 2, LostSeconds: at(effective - 11.010)},
		},
		{
			"lost only when conflicts were resolved", lost(drills.CensusAfterHeal, orderEnded),
			drills.RecoveryPoint{Acknowledged: operations, LostAfterHeal: 2},
		},
		{
			"a payment lost, its order kept", forget(drills.CensusWithoutRegion, orderInFlight),
			drills.RecoveryPoint{Acknowledged: operations, Lost: 1, LostSeconds: at(effective - 19.830)},
		},
		{
			"what the survivor acknowledged is not lost with the region", lost(drills.CensusWithoutRegion, orderAbroad),
			drills.RecoveryPoint{Acknowledged: operations},
		},
		{
			"yet it has to be there after the heal", lost(drills.CensusAfterHeal, orderAbroad),
			drills.RecoveryPoint{Acknowledged: operations, LostAfterHeal: 2},
		},
		{
			"never answered", unacknowledged(orderEnded),
			drills.RecoveryPoint{Acknowledged: operations - 2, Indeterminate: 2},
		},
		{
			"given up", unacknowledged(orderEnded, drills.OperationAbandoned),
			drills.RecoveryPoint{Acknowledged: operations - 2, Indeterminate: 2},
		},
		{
			"what nobody was told cannot be lost", func(e *evidence) {
				unacknowledged(orderEnded)(e)
				lost(drills.CensusWithoutRegion, orderEnded)(e)
				lost(drills.CensusAfterHeal, orderEnded)(e)
			},
			drills.RecoveryPoint{Acknowledged: operations - 2, Indeterminate: 2},
		},
		{
			"started twice", func(e *evidence) {
				e.with(drills.Event{At: at(recounted), Kind: drills.KindWorkflow, Namespace: "orders", Workflow: &drills.Workflow{
					Census: drills.CensusAfterHeal, ID: orderEnded, RunID: "another", Status: "Completed", StartedAt: at(25), ClosedAt: at(30),
				}})
			},
			drills.RecoveryPoint{Acknowledged: operations, Duplicated: 1},
		},
		{
			"nobody counted without the region", func(e *evidence) { e.without(censusOf(drills.CensusWithoutRegion)) },
			drills.RecoveryPoint{Acknowledged: operations},
		},
		{
			"no fault", func(e *evidence) {
				lost(drills.CensusWithoutRegion, orderEnded)(e.without(markOf(drills.FaultEffective)))
			},
			drills.RecoveryPoint{Acknowledged: operations},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := passing(t, "active-hot")
			test.change(e)
			want := test.want
			want.Kept = want.Acknowledged - want.LostAfterHeal // each is there or is not
			if got := e.judge().RecoveryPoint; got != want {
				t.Errorf("got %+v\nwant %+v", got, want)
			}
		})
	}
}

func TestTheLagOfTheSurvivorIsThatOfTheLostRegionBeforeTheFault(t *testing.T) {
	e := passing(t, "active-hot")
	if got := e.judge().RecoveryPoint.ReplicationLag; got != nil {
		t.Errorf("got %+v of samples of the survivor", got)
	}
	for seconds, lag := range map[float64]float64{5: 1.5, 19: 0.25, 60: 30} {
		e.with(drills.Event{At: at(seconds), Kind: drills.KindReplication, Region: "us-east", Subject: "us-west", Value: lag})
	}
	if got := e.judge().RecoveryPoint.ReplicationLag; got == nil || *got != (drills.Lag{AtFault: at(0.25), Most: at(1.5), Samples: 2}) {
		t.Errorf("got %+v", got)
	}
}

func TestLostOperationsAreHeldAgainstTheirObjectives(t *testing.T) {
	age := time.Duration(at(effective - 11.010))
	tests := []struct {
		name       string
		change     func(*evidence)
		objectives drills.Objectives
		want       drills.Verdict
		reason     string
	}{
		{"nothing lost, nothing allowed", func(*evidence) {}, drills.Objectives{RecoveryPoint: ptr(time.Duration(0)), LostAfterHeal: ptr(0)}, drills.Pass, ""},
		{"as old as allowed", lost(drills.CensusWithoutRegion, orderEnded), drills.Objectives{RecoveryPoint: &age}, drills.Pass, ""},
		{
			"older", lost(drills.CensusWithoutRegion, orderEnded), drills.Objectives{RecoveryPoint: ptr(age - time.Microsecond)},
			drills.Fail, "measured 9.090 s (2 operations lost if us-east never returned)",
		},
		{"as many as allowed", lost(drills.CensusAfterHeal, orderEnded), drills.Objectives{LostAfterHeal: ptr(2)}, drills.Pass, ""},
		{"one more", lost(drills.CensusAfterHeal, orderEnded), drills.Objectives{LostAfterHeal: ptr(1)}, drills.Fail, "lostAfterHeal: declared ≤ 1, measured 2 of 640 operations"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := passing(t, "active-hot").objectives(test.objectives)
			test.change(e)
			e.expect(t, test.want, test.reason)
		})
	}
}

// ending has an order end in a way of its own, as both censuses tell.
func ending(order, status string) func(*evidence) {
	return func(e *evidence) {
		e.workflows("", func(_ string, w *drills.Workflow) {
			if w.ID == order {
				w.Status = status
				if status == "Running" {
					w.ClosedAt = 0
				}
			}
		})
	}
}

func TestEveryAcknowledgedWorkflowEndsInOneWay(t *testing.T) {
	const orders = 320
	tests := []struct {
		name   string
		change func(*evidence)
		want   drills.WorkflowTally // without what all cases share
	}{
		{"all completed", func(*evidence) {}, drills.WorkflowTally{Started: orders, Completed: orders}},
		{"stuck", ending(orderEnded, "Running"), drills.WorkflowTally{Started: orders, Completed: orders - 1, Stuck: 1}},
		{"failed", ending(orderEnded, "Failed"), drills.WorkflowTally{Started: orders, Completed: orders - 1, Failed: 1}},
		{"timed out", ending(orderEnded, "TimedOut"), drills.WorkflowTally{Started: orders, Completed: orders - 1, Failed: 1}},
		{"terminated", ending(orderEnded, "Terminated"), drills.WorkflowTally{Started: orders, Completed: orders - 1, Failed: 1}},
		{"canceled", ending(orderEnded, "Canceled"), drills.WorkflowTally{Started: orders, Completed: orders - 1, Failed: 1}},
		{"lost", lost(drills.CensusAfterHeal, orderEnded), drills.WorkflowTally{Started: orders, Completed: orders - 1}},
		{"open, but nobody was told that it had started", func(e *evidence) {
			ending(orderEnded, "Running")(e)
			unacknowledged(orderEnded)(e)
		}, drills.WorkflowTally{Started: orders - 1, Completed: orders - 1}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := passing(t, "active-hot")
			test.change(e)
			got := e.judge().Workflows
			sum := 0
			for _, n := range got.ByRegion {
				sum += n.Started
			}
			if sum != got.Started {
				t.Errorf("%d starts by region %v, %d in all", sum, got.ByRegion, got.Started)
			}
			if got.WorkflowTally != test.want {
				t.Errorf("got %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func TestStartsAreCountedByTheRegionThatSentThem(t *testing.T) {
	want := map[string]drills.WorkflowTally{ // of 5 a second, abroad from 20 s to 56 s
		"us-east": {Started: 95 + 45, Completed: 95 + 45}, "us-west": {Started: 180, Completed: 180},
	}
	if got := passing(t, "active-hot").judge().Workflows.ByRegion; !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Orders take 0.6 s: those of the last 0.6 s before the fault are in flight,
// and only those whose region was lost.
func TestInFlightIsWhatWasOpenAtTheFaultInTheLostRegion(t *testing.T) {
	for drill, want := range map[string]int{"active-hot": 2, "dual-active": 1} {
		if got := passing(t, drill).judge().Workflows.InFlight; got != want {
			t.Errorf("%s: got %d, want %d", drill, got, want)
		}
	}
	r := passing(t, "active-hot").workflows("", func(_ string, w *drills.Workflow) {
		if w.ID == orderInFlight {
			w.ClosedAt, w.Status = 0, "Running" // open to the end
		}
	}).judge()
	if got := r.Workflows.InFlight; got != 2 {
		t.Errorf("with one that is stuck: got %d, want 2", got)
	}
}

func TestAStuckWorkflowFailsADrillThatMeetsItsObjectives(t *testing.T) {
	e := passing(t, "active-hot").objectives(drills.Objectives{RecoveryTime: ptr(time.Minute), Completion: ptr(drills.Percent(99))})
	ending(orderEnded, "Running")(e)
	r := e.expect(t, drills.Fail, "1 acknowledged workflows are still open")
	for _, o := range r.Objectives {
		if o.Verdict != drills.Pass {
			t.Errorf("objective %+v", o)
		}
	}
}

func TestCompletionIsTheShareOfTheKnownWorkflows(t *testing.T) {
	tests := []struct {
		name      string
		change    func(*evidence)
		objective drills.Percent
		want      drills.Verdict
		measured  string
	}{
		{"all", func(*evidence) {}, 100, drills.Pass, "100% (320 of 320)"},
		{"one failed", ending(orderEnded, "Failed"), 100, drills.Fail, "99.6875% (319 of 320)"},
		{"one may fail", ending(orderEnded, "Failed"), 99.6875, drills.Pass, "99.6875% (319 of 320)"},
		{"a stuck one did not complete", ending(orderEnded, "Running"), 99.7, drills.Fail, "99.6875% (319 of 320)"},
		{"a lost one is the Recovery Point's", lost(drills.CensusAfterHeal, orderEnded), 100, drills.Pass, "100% (319 of 319)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := passing(t, "active-hot").objectives(drills.Objectives{Completion: &test.objective})
			test.change(e)
			got := objective(t, e.judge(), "completion")
			if got.Verdict != test.want || got.Measured != test.measured {
				t.Errorf("got %+v, want %s of %s", got, test.want, test.measured)
			}
		})
	}
}

// Starters of two Namespaces in one region may give the same ids.
func TestNamesakesInTwoNamespacesAreDifferentOperations(t *testing.T) {
	e := passing(t, "dual-active")
	rename := func(id string) string { return "order" + id[len("order-orders-us-east"):] }
	e.workflows("", func(_ string, w *drills.Workflow) {
		w.ID = rename(w.ID)
		for i := range w.Operations {
			w.Operations[i] = rename(w.Operations[i])
		}
	})
	for i := range e.Ledger {
		e.Ledger[i].ID, e.Ledger[i].Workflow = rename(e.Ledger[i].ID), rename(e.Ledger[i].Workflow)
	}
	r := e.expect(t, drills.Pass, "")
	untouched := passing(t, "dual-active").judge()
	if asJSON(t, r) != asJSON(t, untouched) {
		t.Errorf("got\n%s\nwant\n%s", asJSON(t, r), asJSON(t, untouched))
	}

	// The namesake in the other Namespace does not stand in for a lost one.
	e.without(func(event drills.Event) bool {
		return event.Kind == drills.KindWorkflow && event.Namespace == "orders-us-east" && event.Workflow.ID == "order-030"
	})
	want := untouched.RecoveryPoint
	want.Lost, want.LostAfterHeal, want.LostSeconds = 2, 2, at(effective-11.010)
	want.Kept -= 2
	if got := e.judge().RecoveryPoint; got != want {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

// Conflict resolution resets a Workflow that had ended in the survivor when the
// region returns with events of it: the id has two runs, and counts once.
func TestAWorkflowThatWasResetCountsOnceByItsCurrentRun(t *testing.T) {
	for status, want := range map[string]drills.Verdict{"Completed": drills.Pass, "Running": drills.Fail} {
		t.Run(status, func(t *testing.T) {
			e := passing(t, "active-hot")
			before := e.judge()
			var reset drills.Event
			for _, event := range e.Timeline {
				if event.Kind == drills.KindWorkflow && event.Workflow.Census == drills.CensusAfterHeal {
					reset = event
				}
			}
			again := *reset.Workflow
			again.RunID, again.StartedAt, again.Status = again.RunID+"-reset", again.StartedAt+1, status
			reset.Workflow = &again
			e.with(reset)
			replicated := again
			replicated.Census = drills.CensusReplica
			e.with(drills.Event{At: reset.At, Kind: drills.KindWorkflow, Namespace: reset.Namespace, Workflow: &replicated})
			got := e.judge()
			if got.Workflows.Started != before.Workflows.Started {
				t.Errorf("%d started, %d without the reset", got.Workflows.Started, before.Workflows.Started)
			}
			if got.RecoveryPoint.Duplicated != 1 {
				t.Errorf("%d duplicated, want 1", got.RecoveryPoint.Duplicated)
			}
			if got.Verdict != want {
				t.Errorf("verdict %s, want %s: %v", got.Verdict, want, got.Reasons)
			}
		})
	}
}

// Nobody who looked means that absence of completions is no evidence.
func TestNotRecoveredIsUnknownWhereNobodyLooked(t *testing.T) {
	e := passing(t, "active-hot")
	kept := e.Timeline[:0]
	effective, _ := e.Timeline.Mark(drills.FaultEffective)
	for _, event := range e.Timeline {
		look := event.Kind == drills.KindQuiet || event.Kind == drills.KindClosed
		if !look || event.At <= effective {
			kept = append(kept, event)
		}
	}
	e.Timeline = kept
	for _, o := range e.judge().Objectives {
		if o.Name == "recoveryTime" && o.Verdict != drills.Inconclusive {
			t.Errorf("recoveryTime is %s: %s", o.Verdict, o.Measured)
		}
	}
}
