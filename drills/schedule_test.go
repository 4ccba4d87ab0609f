package drills_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// scheduled is a world of active-hot with the faults of a drill file.
func scheduled(t *testing.T, faults ...string) *world {
	t.Helper()
	w := newWorld(t, "active-hot")
	w.drill = parse(t, within(orders, strings.Join(faults, ", ")))
	return w
}

// slowed slows Links down that no other fault here acts on: each number has its own.
func slowed(number int, rest string) string {
	ends := []string{"us-west, peer: us-west, links: [fleet]", "us-west, peer: us-west, links: [starter]", "us-east, peer: us-east, links: [fleet]", "us-east, peer: us-east, links: [starter]"}
	return fmt.Sprintf("{kind: link-latency, region: %s, latency: 50ms%s}", ends[number], rest)
}

// marksAfter has a stage be marked a while after another one.
func (w *world) marksAfter(stage, next drills.Stage, later time.Duration) {
	before := w.recorded
	w.recorded = func(e drills.Event) {
		if before != nil {
			before(e)
		}
		if e.Kind == drills.KindMark && e.Name == string(stage) {
			time.AfterFunc(later, func() {
				w.Record(drills.Event{At: drills.Offset(w.now()), Kind: drills.KindMark, Name: string(next)})
			})
		}
	}
}

// when is when a fault took a step; fails the test if it did not, or did again.
func (w *world) when(t *testing.T, number int, name string) time.Duration {
	t.Helper()
	var at []time.Duration
	for _, s := range w.steps {
		if s.fault == drills.FaultName(number) && s.name == name {
			at = append(at, s.at)
		}
	}
	if len(at) != 1 {
		t.Fatalf("%s took the step %q at %v", drills.FaultName(number), name, at)
	}
	return at[0]
}

// told is when an event told of a fault; negative for never.
func (w *world) told(number int, name string) time.Duration {
	for _, e := range w.events {
		if e.Kind == drills.KindFault && e.Subject == drills.FaultName(number) && e.Name == name {
			return time.Duration(e.At)
		}
	}
	return -1
}

func (w *world) markedAt(t *testing.T, stage drills.Stage) time.Duration {
	t.Helper()
	at, ok := w.events.Mark(stage)
	if !ok {
		t.Fatalf("no %s among %v", stage, w.marks())
	}
	return time.Duration(at)
}

// took lists the faults that took a step, in order.
func (w *world) took(name string) []string {
	var out []string
	for _, s := range w.steps {
		if s.name == name {
			out = append(out, s.fault)
		}
	}
	return out
}

// exactly fails the test unless a moment is, to the millisecond, so long after another.
func exactly(t *testing.T, what string, got, since, want time.Duration) {
	t.Helper()
	if d := got - since - want; d < 0 || d >= ms {
		t.Errorf("%s came %s after what it waits for, want %s", what, got-since, want)
	}
}

func TestEachFaultComesAtItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := scheduled(t, "{kind: region-outage, region: us-east, part: temporal, flavour: freeze, at: 4321ms}",
			slowed(0, ", at: 1234ms, for: 1s"), // in the steady state too, and earlier
			slowed(1, ", after: promoted, at: 777ms, for: 1s"),
			"{kind: region-outage, region: us-west, part: workers, flavour: freeze, after: fault-effective, at: 2s, for: 3s}")
		w.marksAfter(drills.FaultEffective, drills.Promoted, 3*time.Second)
		if err := w.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.ended(t)
		for number, after := range []drills.Stage{
			drills.SteadyStateReached, drills.SteadyStateReached, drills.Promoted, drills.FaultEffective,
		} {
			at := w.when(t, number, "inject")
			exactly(t, drills.FaultName(number), at, w.markedAt(t, after), w.drill.Faults[number].At)
			exactly(t, "the request of "+drills.FaultName(number), w.told(number, drills.FaultIsRequested), at, 0)
		}
		same(t, "injected", w.took("inject"), []string{"faults[1]", "faults[0]", "faults[3]", "faults[2]"})
		if got, want := w.markedAt(t, drills.FaultRequested), w.when(t, 0, "inject"); got != want {
			t.Errorf("times count from a fault requested at %s, want that of the first, %s", got, want)
		}
	})
}

// A fault that waits for a stage and no longer comes as soon as that is looked for.
func TestAFaultComesAsSoonAsItsStageIsSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := scheduled(t, outageOf, slowed(0, ", after: promoted, for: 1s"))
		w.marksAfter(drills.FaultEffective, drills.Promoted, 3141*ms)
		if err := w.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if late := w.when(t, 1, "inject") - w.markedAt(t, drills.Promoted); late < 0 || late > 20*ms {
			t.Errorf("it came %s after the promotion", late)
		}
	})
}

func TestEachFaultIsDelayedAsTheSeedSays(t *testing.T) {
	met := map[time.Duration]bool{}
	for seed := range uint64(4) {
		synctest.Test(t, func(t *testing.T) {
			w := scheduled(t, "{kind: region-outage, region: us-east, delay: {least: 1s, most: 5s}}",
				slowed(0, ", after: fault-requested, at: 2s, delay: {least: 1s, most: 9s}"))
			w.drill.Seed = seed
			if err := w.run(t.Context()); err != nil {
				t.Fatal(err)
			}
			first, second := w.drill.FaultDelay(0), w.drill.FaultDelay(1)
			exactly(t, "faults[0]", w.when(t, 0, "inject"), w.markedAt(t, drills.SteadyStateReached), first)
			exactly(t, "faults[1]", w.when(t, 1, "inject"), w.markedAt(t, drills.FaultRequested), 2*time.Second+second)
			met[first], met[second] = true, true
		})
	}
	if len(met) != 8 {
		t.Errorf("4 seeds give the delays %v", met)
	}
}

// A fault that ends by itself does so while another goes on, and is seen healed.
func TestOneFaultEndsWhileAnotherGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := scheduled(t, outageOf, slowed(0, ", after: fault-effective, at: 1s, for: 4s"))
		w.at["await healed of faults[1]"] = func() { pass(2 * time.Second) }
		if err := w.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.ended(t)
		effective := w.told(1, drills.FaultIsEffective)
		exactly(t, "the end of faults[1]", w.when(t, 1, "recover"), effective, 4*time.Second)
		exactly(t, "the end of faults[1] as told", w.told(1, drills.FaultIsEnded), effective, 4*time.Second)
		exactly(t, "the healing of faults[1]", w.told(1, drills.FaultIsHealed), effective, 6*time.Second)
		heal := w.markedAt(t, drills.HealRequested)
		if w.told(1, drills.FaultIsHealed) >= heal || w.told(0, drills.FaultIsEnded) < heal || w.when(t, 0, "recover") < heal {
			t.Errorf("faults[1] healed at %s, the heal was requested at %s, faults[0] ended at %s", w.told(1, drills.FaultIsHealed), heal, w.told(0, drills.FaultIsEnded))
		}
		same(t, "marks", w.marks(), allMarks()) // of which none is of a fault but the first
	})
}

// The first fault marks that it ended, if it did by itself.
func TestTheEndOfTheFirstFaultIsMarked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := scheduled(t, "{kind: link-latency, region: us-east, latency: 50ms, for: 17s}")
		if err := w.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.ended(t)
		want := slices.Insert(without(allMarks(), drills.FailbackRequested, drills.FailedBack, drills.SustainedAtHome), 4, drills.FaultEnded)
		same(t, "marks", w.marks(), want)
		exactly(t, "the end", w.markedAt(t, drills.FaultEnded), w.markedAt(t, drills.FaultEffective), 17*time.Second)
		same(t, "steps", w.took("recover"), []string{"faults[0]"})
		same(t, "steps", w.took("await healed"), []string{"faults[0]"})
	})
}

func TestAFaultWhoseStageNeverComesIsNotInjected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := scheduled(t, outageOf, slowed(0, ", after: traffic-moved"))
		if err := w.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.ended(t)
		same(t, "marks", w.marks(), allMarks())
		same(t, "injected", w.took("inject"), []string{"faults[0]"})
		same(t, "cleaned up", w.took("clean up"), []string{"faults[0]", "faults[1]"})
		if at := w.told(1, drills.FaultIsRequested); at >= 0 {
			t.Errorf("it was requested at %s", at)
		}
	})
}

func TestOneOfSeveralFaultsWithoutEffectIsAFinding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := scheduled(t, outageOf, slowed(0, ", after: fault-effective, for: 4s"))
		w.hangs = "await effect of faults[1]"
		if err := w.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.ended(t)
		same(t, "marks", w.marks(), allMarks())
		if w.told(1, drills.FaultIsRequested) < 0 || w.told(1, drills.FaultIsEffective) >= 0 || w.told(1, drills.FaultIsEnded) < 0 {
			t.Errorf("it was requested at %s, effective at %s and ended at %s", w.told(1, drills.FaultIsRequested), w.told(1, drills.FaultIsEffective), w.told(1, drills.FaultIsEnded))
		}
	})
}

// What is still there is taken away as it came, the last first, and all of it
// before any is waited for.
func TestTheHealTakesTheLastFaultFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := scheduled(t, outageOf, slowed(0, ", after: fault-effective, at: 1m, for: 2m"), slowed(1, ", after: fault-effective, at: 50s, for: 2m"),
			"{kind: region-outage, region: us-west, part: workers, flavour: freeze, after: fault-effective, at: 5s, for: 1s}")
		if err := w.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.ended(t)
		heal := w.markedAt(t, drills.HealRequested)
		var steps []string
		for _, s := range w.steps {
			if s.at >= heal && s.name != "clean up" {
				steps = append(steps, s.name+" of "+s.fault)
			}
		}
		same(t, "steps of the heal", steps, []string{
			"recover of faults[2]", "recover of faults[1]", "recover of faults[0]",
			"await healed of faults[2]", "await healed of faults[1]", "await healed of faults[0]",
		})
		if observed := heal - w.markedAt(t, drills.FaultEffective); observed < w.drill.Observe.Outage || observed > w.drill.Observe.Outage+time.Second {
			t.Errorf("it was observed for %s", observed)
		}
	})
}

// What recovers under a fault that goes on has not recovered: it is watched until
// none is to come or to end any more.
func TestTheObservationLastsUntilTimedFaultsAreOver(t *testing.T) {
	tests := []struct {
		name   string
		faults []string
		last   int // fault to end
	}{
		{"one that goes on", []string{outageOf, slowed(0, ", after: fault-effective, for: 50s")}, 1},
		{"one that is still to come", []string{outageOf, slowed(0, ", after: fault-effective, at: 50s, for: 1s")}, 1},
		{"the first", []string{slowed(0, ", for: 50s")}, 0},
		{"the second of two", []string{slowed(0, ", for: 2s"), slowed(1, ", at: 30s, for: 20s")}, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := scheduled(t, test.faults...)
				w.outage = 3 * time.Second
				if err := w.run(t.Context()); err != nil {
					t.Fatal(err)
				}
				w.ended(t)
				ended, heal := w.told(test.last, drills.FaultIsEnded), w.markedAt(t, drills.HealRequested)
				if ended < 50*time.Second || heal < ended || heal > ended+15*time.Second {
					t.Errorf("the last fault ended at %s, the heal was requested at %s", ended, heal)
				}
			})
		})
	}
}

func TestTheSteadyStateIsSeenOnceMoreBeforeTheFirstFaultAlone(t *testing.T) {
	tests := map[string][]string{
		"at different times": {outageOf, slowed(0, ", at: 5s"), slowed(1, ", after: fault-effective, at: 1s")},
		"at the same time":   {"{kind: region-outage, region: us-east, at: 2s}", slowed(0, ", at: 2s"), slowed(1, ", at: 2s")},
		"another one first":  {"{kind: region-outage, region: us-east, at: 9s}", slowed(0, ", at: 2s"), slowed(1, ", at: 4s")},
	}
	for name, faults := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := scheduled(t, faults...)
				if err := w.run(t.Context()); err != nil {
					t.Fatal(err)
				}
				w.ended(t)
				reached, first, looks := false, time.Hour, 0
				for i := range w.drill.Faults {
					first = min(first, w.when(t, i, "inject"))
				}
				for _, e := range w.events {
					switch {
					case e.Name == string(drills.SteadyStateReached):
						reached = true
					case e.Kind == drills.KindSteady && reached:
						looks++
						if at := time.Duration(e.At); at > first || at < first-2*time.Second {
							t.Errorf("the steady state was seen at %s, the first fault came at %s", at, first)
						}
					}
				}
				if looks != 1 {
					t.Errorf("it was seen %d times after it had been reached", looks)
				}
			})
		})
	}
}

// No fault comes in a steady state that was lost, and not the second in place of
// the first.
func TestNoFaultComesOnceTheSteadyStateIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := scheduled(t, "{kind: region-outage, region: us-east, at: 8s}", slowed(0, ", at: 8s"), slowed(1, ", at: 10s"))
		w.recorded = func(e drills.Event) {
			if e.Name == string(drills.SteadyStateReached) {
				w.set(func() { w.idle = "orders" })
			}
		}
		if err := w.run(t.Context()); !errors.Is(err, drills.ErrNoSteadyState) {
			t.Errorf("got %v", err)
		}
		w.ended(t)
		same(t, "injected", w.took("inject"), nil)
		same(t, "cleaned up", w.took("clean up"), []string{"faults[0]", "faults[1]", "faults[2]"})
	})
}

// threeFaults are one that the drill heals, one that ends by itself, and one whose
// stage never comes.
func threeFaults(t *testing.T) *world {
	t.Helper()
	return scheduled(t, outageOf, slowed(0, ", after: fault-effective, at: 1s, for: 4s"), slowed(1, ", after: traffic-moved"))
}

func TestAnErrorOfAFaultEndsTheRunAndCleansUp(t *testing.T) {
	broken := errors.New("broken")
	for _, call := range []string{"set up", "inject", "await effect", "recover", "await healed", "clean up"} {
		for number, fault := range []string{"faults[0]", "faults[1]"} {
			t.Run(call+" of "+fault, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := threeFaults(t)
					w.fails[call+" of "+fault] = broken
					err := w.run(t.Context())
					if !errors.Is(err, broken) {
						t.Errorf("got %v, want %v", err, broken)
					}
					healing := number == 0 && (call == "recover" || call == "await healed") // by the drill, of all faults
					if !healing && !strings.Contains(fmt.Sprint(err), fault+": ") {
						t.Errorf("%v does not name the fault", err)
					}
					w.ended(t)
					ready := []string{"faults[0]", "faults[1]", "faults[2]"}
					if call == "set up" {
						ready = ready[:number+1]
						same(t, "injected", w.took("inject"), nil)
					}
					same(t, "cleaned up", w.took("clean up"), ready)
					if last := w.steps[len(w.steps)-len(ready)-1]; call != "clean up" && (last.name != call || last.fault != fault) {
						t.Errorf("the last step is to %s %s", last.name, last.fault)
					}
				})
			})
		}
	}
}

func TestEveryFaultIsCleanedUpThoughOthersAreNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := threeFaults(t)
		for number := range 3 {
			w.fails["clean up of "+drills.FaultName(number)] = fmt.Errorf("broken %d", number)
		}
		err := w.run(t.Context())
		for number := range 3 {
			if want := fmt.Sprintf("clean up faults[%d]: broken %d", number, number); !strings.Contains(fmt.Sprint(err), want) {
				t.Errorf("%v does not say %q", err, want)
			}
		}
		w.ended(t)
		same(t, "cleaned up", w.took("clean up"), []string{"faults[0]", "faults[1]", "faults[2]"})
	})
}

func TestARunIsCleanedUpHoweverItEnds(t *testing.T) {
	broken := errors.New("broken")
	tests := []struct {
		name  string
		world func(*world)
		want  error
	}{
		{"by itself", func(*world) {}, nil},
		{"without load", func(w *world) { w.fails["start load"] = broken }, broken},
		{"without a steady state", func(w *world) { w.startLag = time.Hour }, drills.ErrNoSteadyState},
		{"without an effect", func(w *world) { w.noEffect = true }, nil},
		{"without a recovery", func(w *world) { w.outage = -1 }, nil},
		{"without a census", func(w *world) { w.fails["census without-region of orders in us-west"] = broken }, broken},
		{"without a region", func(w *world) { w.noHeal = true }, nil},
		{"without a failback", func(w *world) { w.fails["fail back us-east"] = broken }, broken},
		{"without a watch", func(w *world) {
			now := make(chan struct{})
			w.watches["control"], w.fails["control"], w.at["inject of faults[1]"] = now, broken, func() { close(now) }
		}, broken},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := threeFaults(t)
				test.world(w)
				if err := w.run(t.Context()); !errors.Is(err, test.want) {
					t.Errorf("got %v, want %v", err, test.want)
				}
				w.ended(t)
				same(t, "cleaned up", w.took("clean up"), []string{"faults[0]", "faults[1]", "faults[2]"})
			})
		})
	}
}

// A run can be cancelled at any event, and a while after it.
func TestACancelledRunIsCleanedUp(t *testing.T) {
	operator := errors.New("the operator has seen enough")
	type moment struct{ kind, name, subject string }
	var moments []moment
	synctest.Test(t, func(t *testing.T) {
		w := threeFaults(t)
		if err := w.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, e := range w.events {
			if e.Kind == drills.KindMark || e.Kind == drills.KindFault {
				moments = append(moments, moment{string(e.Kind), e.Name, e.Subject})
			}
		}
	})
	if len(moments) != len(allMarks())+8 {
		t.Fatalf("the run has the moments %v", moments)
	}
	for _, m := range moments[:len(moments)-1] { // then it is over
		for _, later := range []time.Duration{0, ms, 90 * ms} {
			t.Run(fmt.Sprintf("%s %s %s, %s later", m.kind, m.name, m.subject, later), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithCancelCause(t.Context())
					defer cancel(nil)
					w := threeFaults(t)
					w.recorded = func(e drills.Event) {
						if (moment{string(e.Kind), e.Name, e.Subject}) != m {
							return
						}
						if later == 0 {
							cancel(operator)
							return
						}
						time.AfterFunc(later, func() { cancel(operator) })
					}
					if err := w.run(ctx); err != nil && !errors.Is(err, operator) || ctx.Err() != nil && err == nil {
						t.Errorf("got %v", err)
					}
					w.ended(t)
					same(t, "cleaned up", w.took("clean up"), []string{"faults[0]", "faults[1]", "faults[2]"})
				})
			})
		}
	}
}

// A fault that ended, and does not heal in time, is waited for again with the region.
func TestAFaultThatDoesNotHealIsAFinding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := scheduled(t, outageOf, slowed(0, ", after: fault-effective, for: 1s"))
		w.hangs = "await healed of faults[1]"
		if err := w.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.ended(t)
		same(t, "marks", w.marks(), without(allMarks(), drills.Healed, drills.FailbackRequested, drills.FailedBack, drills.SustainedAtHome))
		var notes []string
		for _, e := range w.events {
			if e.Kind == drills.KindNote {
				notes = append(notes, e.Detail)
			}
		}
		if len(notes) < 2 || !strings.HasPrefix(notes[0], "healing of faults[1]: not done within 1m30s") || !strings.HasPrefix(notes[1], "heal of region us-east: not done within 1m30s") {
			t.Errorf("notes: %q", notes)
		}
	})
}
