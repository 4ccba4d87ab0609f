package assess_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
)

func TestTheLoadHasToKeepItsSchedule(t *testing.T) {
	// stalled has the generator send nothing between two times.
	stalled := func(from, to float64, then func(*drills.Operation)) func(*evidence) {
		return func(e *evidence) {
			e.Ledger = slices.DeleteFunc(e.Ledger, func(o drills.Operation) bool {
				return then == nil && o.Intended >= at(from) && o.Intended < at(to)
			})
			for i := range e.Ledger {
				if o := &e.Ledger[i]; then != nil && o.Intended >= at(from) && o.Intended < at(to) {
					then(o)
				}
			}
		}
	}
	tests := []struct {
		name   string
		change func(*evidence)
		says   string // empty: the witness holds
	}{
		{"on schedule", func(*evidence) {}, ""},
		{"nothing is due while nobody is there to send", stalled(requested, moved-0.5, nil), ""},
		{"it stalls before the fault", stalled(10, 14, nil), "75 of 95 starts sent before the fault"},
		{"it stalls in the survivor", stalled(moved+1, heal, nil), "of 130 starts sent in the survivor"},
		{"it catches up", stalled(10, 10.5, func(o *drills.Operation) { o.At += at(3) }), "the latest 3.000 s after it was due"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := passing(t, "active-hot")
			test.change(e)
			w := witness(t, e.judge(), "load")
			if w.Held != (test.says == "") || !strings.Contains(w.Detail, test.says) {
				t.Errorf("got %+v, want one that says %q", w, test.says)
			}
		})
	}
}

// A ledger that lost lines must not make lost operations vanish with them.
func TestALedgerWithAGapProvesNothing(t *testing.T) {
	e := passing(t, "active-hot")
	e.Ledger = slices.DeleteFunc(e.Ledger, func(o drills.Operation) bool { return o.Workflow == "order-orders-300" })
	e.expect(t, drills.Inconclusive, "ledger not witnessed: it has a gap: it knows of no start of 1 workflows")
}

// A control plane that says it failed back, and did not, is caught by the
// regions' own answers.
func TestAFailbackThatDidNotHappenIsCaught(t *testing.T) {
	e := passing(t, "active-hot").without(func(e drills.Event) bool { return e.Kind == drills.KindActive && e.At >= at(home-0.2) })
	e.expect(t, drills.Inconclusive, "us-east believes orders active in us-west, not at home")
	e.without(func(e drills.Event) bool { return e.Kind == drills.KindActive && e.Region == "us-west" })
	e.expect(t, drills.Inconclusive, "us-west does not say where orders is active")
}
