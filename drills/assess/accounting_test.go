package assess_test

import (
	"fmt"
	"maps"
	"math"
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
				w.Operations = slices.DeleteFunc(w.Operations, func(id string) bool { return id == order+"/payment" })
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

// tally is what became of operations, as a table of tests tells it; -1 is what
// nobody counted.
type tally struct {
	acknowledged, lost, lostAfterHeal, rolledBack, duplicated, indeterminate int
	age                                                                      float64 // of the oldest lost one, in seconds
}

func tallied(p drills.RecoveryPoint) tally {
	count := func(n *int) int {
		if n == nil {
			return -1
		}
		return *n
	}
	out := tally{
		acknowledged: p.Acknowledged, lost: count(p.Lost), lostAfterHeal: count(p.LostAfterHeal), rolledBack: count(p.RolledBack),
		duplicated: count(p.Duplicated), indeterminate: p.Indeterminate,
	}
	if p.LostSeconds != nil {
		out.age = p.LostSeconds.Seconds()
	}
	return out
}

// twice has a Worker carry out an order's Activity once more, some time after
// the first.
func twice(order string, after float64, state drills.OperationState) func(*evidence) {
	return func(e *evidence) {
		for _, op := range slices.Clone(e.Ledger) {
			if op.Workflow != order || op.Kind != drills.ActivityOperation || op.State == drills.OperationAcknowledged && state == drills.OperationSent {
				continue
			}
			op.ID, op.At = op.ID+"-again", op.At+at(after)
			if op.State == drills.OperationAcknowledged {
				op.State = state
			}
			e.Ledger = append(e.Ledger, op)
		}
	}
}

// again has the Activities of an order run once more in each of some regions, at a time.
func (e *evidence) again(order string, at drills.Offset, regions ...string) {
	for _, op := range slices.Clone(e.Ledger) {
		for n, region := range regions {
			if op.Workflow == order && op.Kind == drills.ActivityOperation {
				once := op
				once.ID, once.Region, once.At, once.Intended = fmt.Sprintf("%s-again-%d", op.ID, n), region, at, at
				e.Ledger = append(e.Ledger, once)
			}
		}
	}
}

func TestEveryAcknowledgedOperationIsAccountedFor(t *testing.T) {
	const operations = 4 * 320 // a start, a payment, a change of address and an Activity for each order
	tests := []struct {
		name   string
		change func(*evidence)
		want   tally
	}{
		{"all kept", func(*evidence) {}, tally{}},
		{
			"lost with the region, and there again after the heal", lost(drills.CensusWithoutRegion, orderEnded),
			tally{lost: 4, age: effective - 11.010},
		},
		{
			"the oldest counts", lost(drills.CensusWithoutRegion, orderInFlight, orderEnded),
			tally{lost: 7, age: effective - 11.010}, // one of them was shipped after the fault
		},
		{
			"lost for good", both(func(census string) func(*evidence) { return lost(census, orderEnded) }),
			tally{lost: 4, lostAfterHeal: 4, age: effective - 11.010},
		},
		{"lost only when conflicts were resolved", lost(drills.CensusAfterHeal, orderEnded), tally{lostAfterHeal: 4}},
		{
			"a payment lost, its order kept", forget(drills.CensusWithoutRegion, orderInFlight),
			tally{lost: 1, age: effective - 19.830},
		},
		{"what the survivor acknowledged is not lost with the region", lost(drills.CensusWithoutRegion, orderAbroad), tally{}},
		{"yet it has to be there after the heal", lost(drills.CensusAfterHeal, orderAbroad), tally{lostAfterHeal: 4}},
		{"never answered", unacknowledged(orderEnded), tally{acknowledged: -4, indeterminate: 4}},
		{"given up", unacknowledged(orderEnded, drills.OperationAbandoned), tally{acknowledged: -4, indeterminate: 4}},
		{
			"what nobody was told cannot be lost", func(e *evidence) {
				unacknowledged(orderEnded)(e)
				lost(drills.CensusWithoutRegion, orderEnded)(e)
				lost(drills.CensusAfterHeal, orderEnded)(e)
			},
			tally{acknowledged: -4, indeterminate: 4},
		},
		{
			"started twice", func(e *evidence) {
				e.with(drills.Event{At: at(recounted), Kind: drills.KindWorkflow, Namespace: "orders", Workflow: &drills.Workflow{
					Census: drills.CensusAfterHeal, ID: orderEnded, RunID: "another", Status: "Completed", StartedAt: at(25), ClosedAt: at(30),
				}})
			},
			tally{duplicated: 1},
		},
		{
			"a payment applied twice", func(e *evidence) {
				e.workflows(drills.CensusAfterHeal, func(_ string, w *drills.Workflow) {
					if w.ID == orderEnded {
						w.Operations = append(w.Operations, orderEnded+"/payment")
					}
				})
			},
			tally{duplicated: 1},
		},
		{"carried out twice, and answered once", twice(orderInFlight, 1, drills.OperationSent), tally{duplicated: 1, indeterminate: 1}},
		{"carried out twice, and refused once", twice(orderInFlight, 1, drills.OperationAbandoned), tally{duplicated: 1, indeterminate: 1}},
		{
			"carried out twice, and the first taken back", twice(orderInFlight, -0.1, drills.OperationAcknowledged),
			tally{acknowledged: 1, duplicated: 1, rolledBack: 1},
		},
		{
			"carried out before the fault, and once more where that had not arrived", twice(orderInFlight, -9, drills.OperationAcknowledged),
			tally{acknowledged: 1, lost: 1, duplicated: 1, rolledBack: 1, age: 1.06},
		},
		{"nobody counted without the region", func(e *evidence) { e.without(censusOf(drills.CensusWithoutRegion)) }, tally{lost: -1}},
		{
			"nobody counted after the heal", func(e *evidence) { e.without(censusOf(drills.CensusAfterHeal)) },
			tally{lostAfterHeal: -1, rolledBack: -1},
		},
		{"nobody counted", func(e *evidence) { e.without(ofKind(drills.KindCensus)) }, tally{lost: -1, lostAfterHeal: -1, rolledBack: -1, duplicated: -1}},
		{
			"no fault", func(e *evidence) {
				lost(drills.CensusWithoutRegion, orderEnded)(e.without(markOf(drills.FaultEffective)))
			},
			tally{lost: -1},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := passing(t, "active-hot")
			test.change(e)
			want := test.want
			want.acknowledged += operations
			p := e.judge().RecoveryPoint
			got := tallied(p)
			if math.Abs(got.age-want.age) < 0.05 {
				got.age = want.age // of what was shipped as the fault came, by the evidence's own rounding
			}
			if got != want {
				t.Errorf("got %+v\nwant %+v", got, want)
			}
			if p.Kept != nil && *p.Kept+*p.LostAfterHeal+*p.RolledBack != p.Acknowledged {
				t.Errorf("%d kept, %d lost and %d rolled back are not the %d acknowledged", *p.Kept, *p.LostAfterHeal, *p.RolledBack, p.Acknowledged)
			}
			var kinds int
			for _, k := range p.ByKind {
				kinds += k.Acknowledged + k.Indeterminate
			}
			if kinds != p.Acknowledged+p.Indeterminate {
				t.Errorf("all kinds together are %d operations of %d", kinds, p.Acknowledged+p.Indeterminate)
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
			drills.Fail, "measured 9.090 s (4 operations lost if us-east never returned)",
		},
		{"as many as allowed", lost(drills.CensusAfterHeal, orderEnded), drills.Objectives{LostAfterHeal: ptr(4)}, drills.Pass, ""},
		{"one more", lost(drills.CensusAfterHeal, orderEnded), drills.Objectives{LostAfterHeal: ptr(3)}, drills.Fail, "lostAfterHeal: declared ≤ 3, measured 4 of 1280 operations"},
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
	want := tallied(untouched.RecoveryPoint)
	want.lost, want.lostAfterHeal, want.age = 4, 4, at(effective-11.010).Seconds()
	if got := tallied(e.judge().RecoveryPoint); got != want {
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
			again.ResetAt = at(healed)
			reset.Workflow = &again
			e.with(reset)
			replicated := again
			replicated.Census = drills.CensusReplica
			e.with(drills.Event{At: reset.At, Kind: drills.KindWorkflow, Namespace: reset.Namespace, Workflow: &replicated})
			got := e.judge()
			if got.Workflows.Started != before.Workflows.Started {
				t.Errorf("%d started, %d without the reset", got.Workflows.Started, before.Workflows.Started)
			}
			if reset, again := *got.RecoveryPoint.Reset, *got.RecoveryPoint.Duplicated; reset != 1 || again != 0 {
				t.Errorf("%d reset and %d duplicated, want 1 and 0", reset, again)
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
