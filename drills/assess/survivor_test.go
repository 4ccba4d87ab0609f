package assess_test

import (
	"strings"
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// The times of the outage of the survivor, in seconds on the run's clock.
const (
	goneToo = 21.65
	again   = 27.65
)

// alsoGone is the evidence of a catalog drill whose survivor is gone for a while too,
// and is declared lost.
func alsoGone(t *testing.T, drill string) *evidence {
	t.Helper()
	d := shipped(t, drill)
	e := told(d, back)
	d.Faults = append(d.Faults, drills.FaultSpec{
		Kind: drills.SurvivorOutage, Region: "us-west", Peer: "us-east", Flavour: drills.Dark, After: drills.Detected, For: 6 * time.Second,
	})
	happens := func(seconds float64, name string) {
		e.with(drills.Event{At: at(seconds), Kind: drills.KindFault, Name: name, Region: "us-west", Subject: "faults[1]"})
	}
	happens(goneToo, drills.FaultIsRequested)
	happens(goneToo+0.05, drills.FaultIsEffective)
	for _, link := range d.Topology().Links {
		kind := drills.KindSpared
		if link.Touches("us-west") {
			kind = drills.KindProbe
		}
		if !link.Touches("us-east") {
			e.with(drills.Event{At: at(goneToo + 0.05), Kind: kind, Name: "faults[1]", Region: "us-west", Subject: link.Name(), Held: true})
		}
	}
	happens(again, drills.FaultIsEnded)
	happens(again+0.1, drills.FaultIsHealed)
	return e.with(declaredLost(goneToo + 1.5))
}

func declaredLost(seconds float64) drills.Event {
	return drills.Event{At: at(seconds), Kind: drills.KindMark, Name: string(drills.Detected), Region: "us-west"}
}

func TestASurvivorThatIsGoneForAWhileIsNoSecondFailover(t *testing.T) {
	for _, drill := range []string{"active-hot", "active-cold", "active-active", "dual-active", "dual-active-ring"} {
		t.Run(drill, func(t *testing.T) {
			r := alsoGone(t, drill).expect(t, drills.Pass, "")
			for name, says := range map[string]string{
				"failover": "promoted once in its replica; us-west was declared lost too, and nothing moved on from there",
				"fault":    "faults[1]: survivor-outage of us-west, dark: ",
			} {
				if w := witness(t, r, name); !w.Held || !strings.Contains(w.Detail, says) {
					t.Errorf("got %+v, want one that says %q", w, says)
				}
			}
			if at := r.Stages; !inOrder(at, drills.Detected, drills.Promoted) || !r.Failover.Done {
				t.Errorf("failover %+v, stages %+v", r.Failover, at)
			}
		})
	}
}

func inOrder(stages []drills.StageTime, first, then drills.Stage) bool {
	found := false
	for _, s := range stages {
		found = found || s.Name == first
		if s.Name == then {
			return found
		}
	}
	return false
}

func TestASurvivorIsLostOnlyWhileItIsGone(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*evidence)
		says   string
	}{
		"before it is":            {func(e *evidence) { e.with(declaredLost(goneToo - 0.02)) }, "us-west was declared lost at"},
		"long after it is back":   {func(e *evidence) { e.with(declaredLost(again + 0.6)) }, "us-west was declared lost at"},
		"and what it took leaves": {func(e *evidence) { e.with(promotion("us-east", "orders")) }, "orders was promoted in us-east at"},
	} {
		t.Run(name, func(t *testing.T) {
			e := alsoGone(t, "active-hot")
			test.change(e)
			expectWitness(t, e, "failover", test.says)
		})
	}
}

func promotion(region, namespace string) drills.Event {
	return drills.Event{At: at(again), Kind: drills.KindMark, Name: string(drills.Promoted), Region: region, Namespace: namespace}
}

// What is at home in the survivor waits with it, and does not move.
func TestWhatIsAtHomeInASurvivorIsHeldUp(t *testing.T) {
	e := alsoGone(t, "dual-active").without(func(e drills.Event) bool {
		return e.Kind == drills.KindClosed && e.Namespace == "orders-us-west" && e.At > at(goneToo) && e.At < at(again)
	})
	r := e.expect(t, drills.Pass, "")
	if w := witness(t, r, "scope"); !strings.Contains(w.Detail, "orders-us-west is at home in us-west, which was gone too") {
		t.Errorf("got %+v", w)
	}
	e.with(promotion("us-east", "orders-us-west")).expect(t, drills.Inconclusive, "orders-us-west was moved to us-east")
}

// Throughput that was up before the survivor went was not sustained yet.
func TestARecoveryThatTheSurvivorEndsIsNone(t *testing.T) {
	const gone, there = 36.0, 42.0
	e := alsoGone(t, "active-hot").without(func(e drills.Event) bool {
		return e.Kind == drills.KindClosed && e.At > at(gone) && e.At < at(there)
	})
	up := e.judge().RecoveryTime.Sustained.Upper
	if up == nil || *up < at(there-requested) || *up > at(there-requested+1) {
		t.Errorf("it recovered within %v, while the survivor was still to go", up)
	}
}
