package drills_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

func TestAConditionThatHoldsHealsAtOnce(t *testing.T) {
	tests := map[string]struct {
		drill  string
		abort  drills.Abort
		change func(*world)
		says   string
		within time.Duration // of the fault
	}{
		"the blast radius is exceeded": {"active-hot", drills.AbortBlastRadius, func(w *world) { w.touches = "fleet-us-west-to-us-west" },
			"the blast radius was exceeded: fleet-us-west-to-us-west (not answered)", time.Second},
		"another namespace loses its steady state": {"dual-active", drills.AbortOthers, func(w *world) { w.starved = "orders-us-west" },
			"orders-us-west, which the fault should not touch, fell to", 10 * time.Second},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, test.drill)
				w.outage, w.drill.Abort = time.Minute, []drills.Abort{test.abort}
				test.change(w)
				if err := w.run(t.Context()); err != nil {
					t.Fatal(err)
				}
				if took := w.between(t, drills.FaultEffective, drills.HealRequested); took > test.within {
					t.Errorf("healed %s after the fault, want within %s", took, test.within)
				}
				if said := w.detail(drills.Aborted); !strings.Contains(said, test.says) {
					t.Errorf("marked %q, want %q", said, test.says)
				}
				if _, back := w.events.Mark(drills.FailedBack); !back {
					t.Errorf("the region was not taken back: %v", w.marks())
				}
				w.ended(t)
			})
		})
	}
}

func TestWithoutAConditionNothingIsAborted(t *testing.T) {
	for name, abort := range map[string][]drills.Abort{"none declared": nil, "another declared": {drills.AbortOthers}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, "dual-active")
				w.touches, w.drill.Abort = "fleet-us-west-to-us-west", abort
				if err := w.run(t.Context()); err != nil {
					t.Fatal(err)
				}
				if _, aborted := w.events.Mark(drills.Aborted); aborted {
					t.Errorf("aborted: %s", w.detail(drills.Aborted))
				}
			})
		})
	}
}

// detail is what the mark of a stage says.
func (w *world) detail(stage drills.Stage) string {
	for _, e := range w.events {
		if e.Kind == drills.KindMark && e.Name == string(stage) {
			return e.Detail
		}
	}
	return ""
}

// A Namespace that is at home in a survivor which goes too is none that a fault should
// leave alone.
func TestWhatASurvivorHoldsUpIsNoReasonToAbort(t *testing.T) {
	src := "abort: [other-namespaces]\n" + strings.NewReplacer(
		"active-hot", "dual-active", "["+outageOf+"]", "["+outageOf+", {kind: survivor-outage, region: us-west, after: detected}]").Replace(orders)
	checkMistake(t, src, mistake{at: "1:9", path: "abort[0]", words: []string{"never comes: no namespace of this drill is outside of its fault"}})
}
