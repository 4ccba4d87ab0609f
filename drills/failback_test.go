package drills_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// marked records a mark of the control plane.
func (w *world) marked(stage drills.Stage, region, namespace string) {
	w.Record(drills.Event{At: drills.Offset(w.now()), Kind: drills.KindMark, Name: string(stage), Region: region, Namespace: namespace})
}

// once calls do when a stage is marked for the first time.
func (w *world) once(stage drills.Stage, do func()) {
	done := false
	w.recorded = func(e drills.Event) {
		if e.Kind == drills.KindMark && e.Name == string(stage) && !done {
			done = true
			do()
		}
	}
}

func TestModesDecideWhatARunPasses(t *testing.T) {
	back := []drills.Stage{drills.FailbackRequested, drills.FailedBack, drills.SustainedAtHome}
	giveUp := func(w *world) {
		w.outage = -1
		w.at["stand down"] = func() { w.marked(drills.FailoverGivenUp, "us-east", "orders") }
	}
	tests := []struct {
		name     string
		failover drills.FailoverMode
		failback drills.FailbackMode
		world    func(*world)
		marks    []drills.Stage
		asked    bool // it is asked for
		stays    string
	}{
		{"a failback that is asked for", drills.Forced, drills.FailbackGraceful, func(*world) {}, allMarks(), true, "us-east"},
		{"no failover", drills.NoFailover, drills.FailbackForced, func(w *world) { w.outage = -1 }, without(allMarks(), back...), false, "us-east"},
		{"no failback", drills.Hybrid, drills.FailbackNever, func(*world) {}, without(allMarks(), back...), false, "us-west"},
		{"a failover that is given up", drills.Graceful, drills.FailbackForced, giveUp,
			slices.Insert(without(allMarks(), back...), 4, drills.FailoverGivenUp), false, "us-east"},
		{"one that is given up, and would not come back", drills.Manual, drills.FailbackNever, giveUp,
			slices.Insert(without(allMarks(), back...), 4, drills.FailoverGivenUp), false, "us-east"},
		{"a failback that the control plane began before the heal was over", drills.Forced, drills.FailbackAutomatic, func(w *world) {
			w.at["await healed"] = func() {
				w.marked(drills.FailbackRequested, "us-east", "")
				w.marked(drills.FailedBack, "us-east", "")
			}
		}, slices.Insert(without(allMarks(), back[:2]...), 5, back[:2]...), true, "us-east"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, "active-hot")
				w.drill.Failover.Mode, w.drill.Failback.Mode = test.failover, test.failback
				w.deaf = w.drill.Regions[0]
				if test.stays == w.deaf {
					w.deaf = w.drill.Regions[1]
				}
				test.world(w)
				if err := w.run(t.Context()); err != nil {
					t.Fatal(err)
				}
				w.ended(t)
				same(t, "marks", w.marks(), test.marks)
				if asked := slices.Contains(w.calls, "fail back us-east"); asked != test.asked {
					t.Errorf("the failback was asked for: %v", asked)
				}
				replica := "us-west"
				if test.stays == replica {
					replica = "us-east"
				}
				same(t, "last calls", w.calls[len(w.calls)-4:], []string{
					"census after-heal of orders in " + test.stays, "census replica-after-heal of orders in " + replica,
					"stored runs of orders in us-east", "stored runs of orders in us-west",
				})
			})
		})
	}
}

func TestTheMarkOfAFailbackTellsHowItWasDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "active-hot")
		if err := w.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, e := range w.events {
			if e.Name == string(drills.FailedBack) && e.Detail != "as asked" {
				t.Errorf("it says %q", e.Detail)
			}
		}
	})
}

// Throughput that is up while a failover still waits is no recovery.
func TestAFailoverThatStillWaitsIsObserved(t *testing.T) {
	tests := []struct {
		name string
		mode drills.FailoverMode
		ends drills.Stage  // of the failover; empty for one that does not end
		late time.Duration // from its detection
		want time.Duration // from the fault to the heal
	}{
		{"until it is carried out", drills.Manual, drills.Promoted, 40 * time.Second, 47 * time.Second},
		{"until it is given up", drills.Graceful, drills.FailoverGivenUp, 40 * time.Second, 41 * time.Second},
		{"for as long as the drill says", drills.Manual, "", 0, 2 * time.Minute},
		{"not where nothing fails over", drills.NoFailover, "", 0, 7 * time.Second},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, "active-hot")
				w.drill.Failover.Mode, w.outage = test.mode, time.Second
				w.once(drills.FaultEffective, func() {
					time.AfterFunc(time.Second, func() { w.marked(drills.Detected, "us-east", "") })
					if test.ends != "" {
						time.AfterFunc(time.Second+test.late, func() { w.marked(test.ends, "us-west", "orders") })
					}
				})
				if err := w.run(t.Context()); err != nil {
					t.Fatal(err)
				}
				if took := w.between(t, drills.FaultEffective, drills.HealRequested); took < test.want || took > test.want+2*time.Second {
					t.Errorf("it was observed for %v, want %v", took, test.want)
				}
			})
		})
	}
}

// A promotion that is marked while a look is under way is for the next one:
// throughput counts as recovered from then on only.
func TestAPromotionInTheMidstOfALookIsObserved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "active-hot")
		w.drill.Failover.Mode, w.outage = drills.Manual, time.Second
		w.once(drills.FaultEffective, func() {
			time.AfterFunc(time.Second, func() { w.marked(drills.Detected, "us-east", "") })
		})
		promoted := false
		w.read = func(seen drills.Timeline) {
			effective, ok := seen.Mark(drills.FaultEffective)
			if ok && !promoted && w.now()-time.Duration(effective) >= 40*time.Second {
				promoted = true
				w.marked(drills.Promoted, "us-west", "orders")
			}
		}
		if err := w.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if took := w.between(t, drills.Promoted, drills.HealRequested); took < 6*time.Second || took > 8*time.Second {
			t.Errorf("it was observed for %v after the promotion", took)
		}
	})
}

// A control plane that cannot even give up is a finding; what could go wrong is
// still looked at.
func TestAFailoverThatCannotBeGivenUpIsAFinding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "active-hot")
		w.hangs = "stand down"
		if err := w.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		noted := slices.ContainsFunc(w.events, func(e drills.Event) bool {
			return e.Kind == drills.KindNote && len(e.Detail) > 30 && e.Detail[:30] == "end of a failover that still w"
		})
		if last := w.calls[len(w.calls)-1]; !noted || last != lastCall {
			t.Errorf("noted: %v; the last call is %q", noted, last)
		}
	})
}
