package drills_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

func TestRunPassesItsPhasesInOrder(t *testing.T) {
	tests := []struct {
		drill string
		calls []string
	}{
		{"active-hot", []string{
			"start load", "inject", "await effect", "stand down",
			"census without-region of orders in us-west",
			"recover", "await healed", "fail back us-east", "stop load",
			"census after-heal of orders in us-east",
			"census replica-after-heal of orders in us-west",
			"stored runs of orders in us-east", "stored runs of orders in us-west",
		}},
		{"dual-active-ring", []string{
			"start load", "inject", "await effect", "stand down",
			"census without-region of orders-us-east in us-west",
			"census without-region of orders-us-west in us-west",
			"census without-region of orders-eu-central in eu-central",
			"recover", "await healed", "fail back us-east", "stop load",
			"census after-heal of orders-us-east in us-east",
			"census after-heal of orders-us-west in us-west",
			"census after-heal of orders-eu-central in eu-central",
			"census replica-after-heal of orders-us-east in us-west",
			"census replica-after-heal of orders-us-west in eu-central",
			"census replica-after-heal of orders-eu-central in us-east",
			"stored runs of orders-us-east in us-east", "stored runs of orders-us-east in us-west",
			"stored runs of orders-us-west in us-west", "stored runs of orders-us-west in eu-central",
			"stored runs of orders-eu-central in eu-central", "stored runs of orders-eu-central in us-east",
		}},
	}
	for _, test := range tests {
		t.Run(test.drill, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, test.drill)
				if err := w.run(t.Context()); err != nil {
					t.Fatal(err)
				}
				w.ended(t)
				same(t, "calls", w.calls, test.calls)
				same(t, "marks", w.marks(), allMarks())

				var phases []string
				found, namespaces := map[string]int{}, len(w.drill.Topology().Namespaces)
				for _, e := range w.events {
					switch e.Kind {
					case drills.KindPhase:
						phases = append(phases, e.Name)
					case drills.KindWorkflow:
						found[e.Workflow.Census]++
					case drills.KindCensus:
						if e.Value != 2 {
							t.Errorf("census %s of %s counts %v workflows, want 2", e.Name, e.Namespace, e.Value)
						}
					}
				}
				same(t, "phases", phases, []string{
					drills.PhaseSteadyState, drills.PhaseRecovery, drills.PhaseVerification, drills.PhaseHeal,
					drills.PhaseFailback, drills.PhaseDrain, drills.PhaseVerification,
				})
				want := map[string]int{drills.CensusWithoutRegion: 2 * namespaces, drills.CensusAfterHeal: 2 * namespaces, drills.CensusReplica: 2 * namespaces}
				if !reflect.DeepEqual(found, want) {
					t.Errorf("workflows recorded: got %v, want %v", found, want)
				}
			})
		})
	}
}

// A control is watched for as long as a false detection would take, and has
// nothing to fail back.
func TestAControlPassesWhatDoesNotDependOnAFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "active-hot")
		w.drill.Faults[0] = drills.FaultSpec{Kind: drills.NoFault, Region: "us-east"}
		w.drill.Failover.Detect = drills.Detect{Interval: time.Second, Failures: 7}
		w.outage = 0
		if err := w.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.ended(t)
		same(t, "calls", w.calls, []string{
			"start load", "inject", "await effect", "stand down",
			"census without-region of orders in us-west",
			"recover", "await healed", "stop load",
			"census after-heal of orders in us-east",
			"census replica-after-heal of orders in us-west",
			"stored runs of orders in us-east", "stored runs of orders in us-west",
		})
		same(t, "marks", w.marks(), without(allMarks(), drills.FailbackRequested, drills.FailedBack, drills.SustainedAtHome))
		if least, took := w.drill.SteadyState.Window+7*time.Second, w.between(t, drills.FaultEffective, drills.HealRequested); took < least || took > least+2*time.Second {
			t.Errorf("it was watched for %v, not for %v", took, least)
		}
	})
}

func TestNothingIsBrokenBeforeAWholeWindowWasSteady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "active-hot")
		w.startLag = 4 * time.Second
		if err := w.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		least := w.startLag + w.drill.SteadyState.Window*9/10
		if took := w.between(t, drills.LoadStarted, drills.FaultRequested); took < least {
			t.Errorf("the fault was requested %v after the load, less than %v", took, least)
		}
	})
}

func TestWithoutASteadyStateNothingIsBroken(t *testing.T) {
	tests := []struct {
		name  string
		drill string
		world func(*world)
		marks []drills.Stage
		says  string
	}{
		{
			"never reached", "active-hot",
			func(w *world) { w.startLag = time.Hour },
			[]drills.Stage{drills.LoadStarted}, "stayed below",
		},
		{
			"not reached by one of several namespaces", "dual-active-ring",
			func(w *world) { w.idle = "orders-eu-central" },
			[]drills.Stage{drills.LoadStarted}, "stayed below",
		},
		{
			"reached, and lost while it was held", "active-hot",
			func(w *world) {
				w.recorded = func(e drills.Event) {
					if e.Name == string(drills.SteadyStateReached) {
						w.set(func() { w.idle = "orders" })
					}
				}
			},
			[]drills.Stage{drills.LoadStarted, drills.SteadyStateReached}, "lost before the fault",
		},
		{
			"reached, and lost before the fault", "active-cold",
			func(w *world) {
				w.recorded = func(e drills.Event) {
					if e.Name == string(drills.SteadyStateReached) {
						w.set(func() { w.idle = "orders" })
						pass(3 * time.Second)
					}
				}
			},
			[]drills.Stage{drills.LoadStarted, drills.SteadyStateReached}, "lost before the fault",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, test.drill)
				test.world(w)
				err := w.run(t.Context())
				if !errors.Is(err, drills.ErrNoSteadyState) || !strings.Contains(err.Error(), test.says) {
					t.Errorf("got %v, want %v that says %q", err, drills.ErrNoSteadyState, test.says)
				}
				if took, most := w.now(), w.drill.SteadyState.AtMost+w.drill.FaultDelay(0)+w.drill.SteadyState.Window+4*time.Second; took > most {
					t.Errorf("it took %v, more than %v", took, most)
				}
				w.ended(t)
				same(t, "calls", w.calls, []string{"start load"})
				same(t, "marks", w.marks(), test.marks)
			})
		})
	}
}

func TestAFaultWithoutEffectIsAFindingAndIsTakenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "active-hot")
		w.noEffect = true
		if err := w.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		same(t, "marks", w.marks(), without(allMarks(), drills.FaultEffective))
		probes := slices.DeleteFunc(w.events, func(e drills.Event) bool { return e.Kind != drills.KindProbe })
		if len(probes) != 1 || probes[0].Held || probes[0].Subject != "cluster" || probes[0].Region != "us-east" {
			t.Errorf("got probes %+v, want the one that saw the cluster alive", probes)
		}
	})
}

func TestProbesOfAnEffectiveFaultAreRecordedBeforeItsMark(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "active-hot")
		if err := w.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		held := 0
		for _, e := range w.events {
			if e.Kind == drills.KindProbe && e.Held {
				held++
			}
			if e.Name == string(drills.FaultEffective) {
				break
			}
		}
		if held != 2 {
			t.Errorf("%d probes before the mark, want 2", held)
		}
		if took := w.between(t, drills.FaultRequested, drills.FaultEffective); took != 20*ms {
			t.Errorf("effective %v after the request, want 20ms", took)
		}
	})
}

func TestARunThatDoesNotRecoverGoesOnToHeal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "active-hot")
		w.outage = -1
		w.backlog = w.drill.Observe.Outage + 30*time.Second // which nobody waits for
		if err := w.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		watched := w.between(t, drills.FaultEffective, drills.HealRequested)
		if least := w.drill.Observe.Outage; watched < least || watched > least+time.Second {
			t.Errorf("the region was healed %v after the fault, want %v", watched, least)
		}
		same(t, "marks", w.marks(), allMarks())
	})
}

func TestARunThatRecoversIsHealedOnceThatIsKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "active-hot")
		if err := w.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		watched := w.between(t, drills.FaultRequested, drills.HealRequested)
		if least := w.outage + w.drill.SteadyState.Window; watched < least || watched > least+2*time.Second {
			t.Errorf("the region was healed %v after the fault, want little more than %v", watched, least)
		}
	})
}

func TestTheRegionIsNotHealedWhileABacklogRemains(t *testing.T) {
	tests := []struct {
		name  string
		world func(*world)
		least time.Duration // from the fault to the heal
	}{
		{"until it is gone", func(w *world) { w.backlog = 40 * time.Second }, 40 * time.Second},
		{"an answer that does not come is no empty backlog", func(w *world) { w.unanswered = 40 * time.Second }, 40 * time.Second},
		{"for as long as the drill says", func(w *world) { w.backlog = time.Hour }, 15*time.Second + time.Minute},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, "active-hot")
				test.world(w)
				if err := w.run(t.Context()); err != nil {
					t.Fatal(err)
				}
				if took := w.between(t, drills.FaultRequested, drills.HealRequested); took < test.least || took > test.least+3*time.Second {
					t.Errorf("healed after %v, want %v", took, test.least)
				}
			})
		})
	}
}

// lastCall is what a run of active-hot ends with, once its region is back.
const lastCall = "stored runs of orders in us-west"

func TestWhatDoesNotComeBackLeavesNoMark(t *testing.T) {
	tests := []struct {
		name    string
		world   func(*world)
		missing drills.Stage
	}{
		{"throughput after the failback", func(w *world) { w.noHome = true }, drills.SustainedAtHome},
		{"a workflow that stays open", func(w *world) { w.stuck = true }, drills.Drained},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, "active-hot")
				test.world(w)
				if err := w.run(t.Context()); err != nil {
					t.Fatal(err)
				}
				same(t, "marks", w.marks(), without(allMarks(), test.missing))
				if last := w.calls[len(w.calls)-1]; last != lastCall {
					t.Errorf("the last call is %q, want %q", last, lastCall)
				}
			})
		})
	}
}

// What the world does not get done in time is evidence, so the run goes on to
// whatever can still be seen.
func TestWhatIsNotDoneInTimeIsAFinding(t *testing.T) {
	tests := []struct {
		name    string
		world   func(*world)
		missing []drills.Stage
		note    string
		last    string // call
	}{
		{"a region that does not heal", func(w *world) { w.noHeal = true },
			[]drills.Stage{drills.Healed, drills.FailbackRequested, drills.FailedBack, drills.SustainedAtHome},
			"heal of region us-east: not done within 1m30s", "stop load"},
		{"a failback that hangs", func(w *world) { w.hangs = "fail back us-east" },
			[]drills.Stage{drills.FailedBack, drills.SustainedAtHome},
			"failback to region us-east: not done within 1m30s", lastCall},
		{"starters that do not settle", func(w *world) { w.hangs = "stop load" },
			[]drills.Stage{drills.LoadStopped, drills.Drained},
			"end of the load: not done within 2m0s", lastCall},
		{"a census that nobody answers", func(w *world) { w.hangs = "census after-heal of orders in us-east" },
			nil, "census of orders in us-east: not done within 1m30s", lastCall},
		{"a region whose cluster ends as it returns", func(w *world) { w.fails["await healed"] = fmt.Errorf("cluster ended: %w", drills.ErrGone) },
			[]drills.Stage{drills.Healed, drills.FailbackRequested, drills.FailedBack, drills.SustainedAtHome},
			"heal of region us-east: cluster ended: it is gone", "stop load"},
		{"a replica that nobody can read", func(w *world) { w.hangs = "census replica-after-heal of orders in us-west" },
			nil, "comparison of orders in us-west with home: not done within 15s", lastCall},
		{"a database that nobody can read", func(w *world) { w.hangs = "stored runs of orders in us-east" },
			nil, "look at the runs of orders that us-east stores: not done within 1m30s", lastCall},
		{"a replica that stays behind", func(w *world) { w.behind = 1 << 30 },
			nil, "comparison of orders in us-west with home: not done within 15s", lastCall},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, "active-hot")
				test.world(w)
				if err := w.run(t.Context()); err != nil {
					t.Fatal(err)
				}
				w.ended(t)
				same(t, "marks", w.marks(), without(allMarks(), test.missing...))
				noted := slices.ContainsFunc(w.events, func(e drills.Event) bool {
					return e.Kind == drills.KindNote && strings.HasPrefix(e.Detail, test.note)
				})
				if !noted {
					t.Errorf("no note says %q", test.note)
				}
				if last := w.calls[len(w.calls)-1]; last != test.last {
					t.Errorf("the last call is %q, want %q", last, test.last)
				}
			})
		})
	}
}

// A survivor is asked for what is open where the region is gone for good.
func TestTheReplicaIsAskedWhenTheRegionDoesNotReturn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "active-hot")
		w.noHeal, w.deaf = true, "us-east"
		if err := w.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, ok := w.events.Mark(drills.Drained); !ok {
			t.Errorf("nobody saw that no workflow is open: %v", w.marks())
		}
	})
}

func TestAReplicaIsReadUntilItHoldsWhatHomeHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "active-hot")
		w.behind = 3
		if err := w.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		digests := []string{}
		for _, e := range w.events {
			if e.Kind == drills.KindWorkflow && e.Workflow.Census == drills.CensusReplica {
				digests = append(digests, e.Workflow.Digest)
			}
		}
		same(t, "digests in the replica", digests, []string{"x", "y"})
	})
}

func TestTheSteadyStateIsHeldForTheDelayOfTheSeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "active-hot")
		want := w.drill.FaultDelay(0)
		if err := w.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := w.between(t, drills.SteadyStateReached, drills.FaultRequested); got < want || got > want+time.Second {
			t.Errorf("held for %s, want %s", got, want)
		}
	})
}

// Whether schedules act at home again can be told only while there is load.
func TestTheLoadGoesOnUntilSchedulesActAtHome(t *testing.T) {
	for name, late := range map[string]time.Duration{"soon": 0, "later": 12 * time.Second, "never": time.Hour} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, "active-hot")
				w.at["fail back us-east"] = func() { w.acts = time.Now().Add(late) }
				if err := w.run(t.Context()); err != nil {
					t.Fatal(err)
				}
				back, _ := w.events.Mark(drills.FailedBack)
				sustained, _ := w.events.Mark(drills.SustainedAtHome)
				stopped, _ := w.events.Mark(drills.LoadStopped)
				least := max(sustained, min(back+drills.Offset(late), sustained+drills.Offset(w.drill.Observe.Drain)))
				if stopped < least || stopped > least+drills.Offset(time.Second) {
					t.Errorf("the load stopped at %s, want %s", stopped, least)
				}
			})
		})
	}
}

func TestAnErrorOfTheWorldEndsTheRun(t *testing.T) {
	broken := errors.New("broken")
	for _, call := range []string{
		"start load", "inject", "await effect", "stand down", "census without-region of orders in us-west", "recover", "await healed",
		"fail back us-east", "stop load", "census after-heal of orders in us-east", "census replica-after-heal of orders in us-west",
		"stored runs of orders in us-east",
	} {
		t.Run(call, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, "active-hot")
				w.fails[call] = broken
				if err := w.run(t.Context()); !errors.Is(err, broken) {
					t.Errorf("got %v, want %v", err, broken)
				}
				w.ended(t)
				if last := w.calls[len(w.calls)-1]; last != call {
					t.Errorf("%q was called after %q had failed", last, call)
				}
			})
		})
	}
}

func TestARunThatIsCancelledReturnsTheCauseOnceItsWatchesHaveEnded(t *testing.T) {
	operator := errors.New("the operator has seen enough")
	for _, stage := range []drills.Stage{
		drills.LoadStarted, drills.FaultRequested, drills.FaultEffective, drills.HealRequested,
		drills.FailedBack, drills.LoadStopped,
	} {
		t.Run(string(stage), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				w := newWorld(t, "active-hot")
				w.outage, w.noHeal, w.noEffect = 5*time.Second, stage == drills.HealRequested, stage == drills.FaultRequested
				w.stuck, w.noHome = stage == drills.LoadStopped, stage == drills.FailedBack
				w.slowEnd = 3 * time.Second
				w.recorded = func(e drills.Event) {
					if e.Kind == drills.KindMark && e.Name == string(stage) {
						time.AfterFunc(ms, func() { cancel(operator) })
					}
				}
				if err := w.run(ctx); !errors.Is(err, operator) {
					t.Errorf("got %v, want %v", err, operator)
				}
				w.ended(t)
				same(t, "last mark", w.marks()[len(w.marks())-1:], []drills.Stage{stage})
			})
		})
	}
}

func TestAWatchThatFailsEndsTheRun(t *testing.T) {
	broken := errors.New("broken")
	for _, name := range []string{"watcher", "control"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, "active-hot")
				now := make(chan struct{})
				w.watches[name], w.fails[name] = now, broken
				w.slowEnd = time.Second
				w.at["await effect"] = func() { close(now) }
				if err := w.run(t.Context()); !errors.Is(err, broken) {
					t.Errorf("got %v, want %v", err, broken)
				}
				w.ended(t)
				if slices.Contains(w.calls, "recover") {
					t.Errorf("the run went on: %v", w.calls)
				}
			})
		})
	}
}
