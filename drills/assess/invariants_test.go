package assess_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
)

func TestInvariantsHoldWhateverTheObjectivesSay(t *testing.T) {
	of := func(census, id string, change func(*drills.Workflow)) func(*evidence) {
		return func(e *evidence) {
			e.workflows(census, func(_ string, w *drills.Workflow) {
				if w.ID == id {
					change(w)
				}
			})
		}
	}
	again := func(e *evidence) {
		for _, event := range slices.Clone(e.Timeline) {
			if event.Kind == drills.KindWorkflow && event.Workflow.ID == "order-orders-007" && event.Workflow.Census != drills.CensusWithoutRegion {
				w := *event.Workflow
				w.RunID, w.ClosedAt, w.Status = w.RunID+"-again", 0, "Running"
				event.Workflow = &w
				e.with(event)
			}
		}
		of("", "order-orders-007", func(w *drills.Workflow) { w.ClosedAt, w.Status = 0, "Running" })(e)
	}
	tests := []struct {
		name, invariant string
		change          func(*evidence)
		verdict         drills.Verdict
		says            string
	}{
		{"all hold", "one open run", func(*evidence) {}, drills.Pass, "no workflow id has two"},
		{"all have ended", "none left open", func(*evidence) {}, drills.Pass, "all 320 runs"},
		{"all are the same", "equal histories", func(*evidence) {}, drills.Pass, "320 runs are the same"},
		{"two open runs", "one open run", again, drills.Fail, "order-orders-007 has 2 open runs"},
		{"a zombie in the replica", "none left open",
			of(drills.CensusReplica, "order-orders-003", func(w *drills.Workflow) { w.ClosedAt = 0 }), drills.Fail, "order-orders-003 (run run-003) is still open, in the replica"},
		{"another history", "equal histories",
			of(drills.CensusReplica, "order-orders-003", func(w *drills.Workflow) { w.Digest = "x" }), drills.Fail, "order-orders-003 (run run-003) has"},
		{"no digest proves nothing", "equal histories", func(e *evidence) {
			e.workflows("", func(_ string, w *drills.Workflow) { w.Digest = "" })
		}, drills.Fail, "and 317 more"},
		{"a run is missing", "equal histories", func(e *evidence) {
			e.without(func(event drills.Event) bool {
				return event.Kind == drills.KindWorkflow && event.Workflow.Census == drills.CensusReplica && event.Workflow.ID == "order-orders-003"
			})
		}, drills.Fail, "is not in the replica"},
		{"nobody read the replica", "equal histories", func(e *evidence) { e.without(censusOf(drills.CensusReplica)) },
			drills.Inconclusive, "nobody read both regions"},
		{"nobody counted", "none left open", func(e *evidence) { e.without(censusOf(drills.CensusAfterHeal)) },
			drills.Inconclusive, "nobody counted after the heal"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := passing(t, "active-hot")
			test.change(e)
			r := e.judge()
			i := slices.IndexFunc(r.Invariants, func(i drills.Invariant) bool { return i.Name == test.invariant })
			if i < 0 {
				t.Fatalf("no invariant %q", test.invariant)
			}
			if got := r.Invariants[i]; got.Verdict != test.verdict || !strings.Contains(got.Detail, test.says) {
				t.Errorf("got %+v, want %s that says %q", got, test.verdict, test.says)
			}
			if (r.Verdict == drills.Pass) != (test.verdict == drills.Pass) {
				t.Errorf("the verdict is %s", r.Verdict)
			}
		})
	}
}

// The region that returns believes itself active until it is told.
func TestSplitBrainIsWhereTwoRegionsBelieveThemselvesActive(t *testing.T) {
	got := passing(t, "active-hot").judge().SplitBrain
	if len(got) != 1 || got[0].Namespace != "orders" || got[0].From != at(50-effective) || got[0].To != at(51.5-effective) {
		t.Errorf("got %+v", got)
	}
}
