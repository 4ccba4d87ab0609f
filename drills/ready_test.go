package drills_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// What would have a fault show something else than what it does ends a drill before
// it, and says where it was and what to do.
func TestNothingIsBrokenInAWorldThatIsNotReady(t *testing.T) {
	for name, test := range map[string]struct {
		drill string
		world func(*world)
		says  []string
	}{
		"a replica far behind": {
			"active-hot", func(w *world) { w.lag = drills.MostLag + time.Second },
			[]string{"us-west is 6.000s behind us-east", "more than 5s", "steadyState.atMost"},
		},
		"a replica nobody knows how far behind": {
			"dual-active-ring", func(w *world) { w.untold = "eu-central" },
			[]string{"how far us-east is behind eu-central in replication is not known", "logs/eu-central-cluster.log"},
		},
		"a replica nobody knows any more how far behind": {
			"active-hot", func(w *world) { w.untold, w.toldUntil, w.startLag = "us-east", 3*time.Second, 10*time.Second },
			[]string{"how far us-west is behind us-east in replication is not known"},
		},
		"an active Fleet that does not poll": {
			"active-active", func(w *world) { w.mute = "worker/us-west/orders/0" },
			[]string{"1 of 1 Workers of the active Fleet of orders in us-west", "logs/us-west-worker-orders-0.log", "fleets.us-west.endpoint"},
		},
		"a standby Fleet of which one Worker does not poll": {
			"active-hot", func(w *world) {
				w.drill.Fleets = map[string]drills.FleetSettings{"us-west": {Workers: 3}}
				w.mute = "worker/us-west/orders/2"
			},
			[]string{"1 of 3 Workers of the standby Fleet of orders in us-west", "logs/us-west-worker-orders-2.log"},
		},
		"a Fleet of a cluster that does not tell": {
			"active-cold", func(w *world) { w.mute, w.noGate = "worker/us-east/orders/0", errors.New("connection refused") },
			[]string{"active Fleet of orders in us-east", "us-east does not tell: connection refused"},
		},
		"several things at once": {
			"active-hot", func(w *world) { w.lag, w.mute = time.Minute, "worker/us-east/orders/0" },
			[]string{"60.000s behind", "active Fleet of orders in us-east"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, test.drill)
				test.world(w)
				err := w.run(t.Context())
				if !errors.Is(err, drills.ErrNoSteadyState) {
					t.Fatalf("got %v, want %v", err, drills.ErrNoSteadyState)
				}
				for _, says := range test.says {
					if !strings.Contains(err.Error(), says) {
						t.Errorf("%q does not say %q", err, says)
					}
				}
				atMost := w.drill.SteadyState.AtMost
				if took := w.now(); took < atMost || took > atMost+w.drill.SteadyState.Window+time.Second {
					t.Errorf("it was waited for %v, want %v", took, atMost)
				}
				w.ended(t)
				same(t, "calls", w.calls, []string{"start load"})
				same(t, "marks", w.marks(), []drills.Stage{drills.LoadStarted})
			})
		})
	}
}

// It is waited for, like the steady state, and what was seen is on record.
func TestAReplicaThatCatchesUpIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "active-hot")
		w.lag, w.lagUntil = 20*time.Second, 15*time.Second
		if err := w.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if at, _ := w.events.Mark(drills.SteadyStateReached); at < drills.Offset(w.lagUntil) || at > drills.Offset(w.lagUntil+time.Second) {
			t.Errorf("the steady state was reached at %s, want %s", at, w.lagUntil)
		}
		for _, e := range w.events {
			if e.Kind == drills.KindMark && e.Name == string(drills.SteadyStateReached) && e.Detail != "replication at most 0s behind, each of 2 Workers heard to poll" {
				t.Errorf("it says %q", e.Detail)
			}
		}
	})
}

// In a cold region nobody polls: nobody is asked for.
func TestAnAbsentFleetIsNotAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "active-cold")
		w.lag = drills.MostLag // which is not above it
		if err := w.run(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

// The world of the drill may be worse by the time of the fault: that is for the
// witnesses and the objectives to tell.
func TestALagThatComesLaterIsMeasured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "active-hot")
		w.recorded = func(e drills.Event) {
			if e.Kind == drills.KindMark && e.Name == string(drills.SteadyStateReached) {
				w.set(func() { w.lag = time.Minute })
			}
		}
		if err := w.run(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}
