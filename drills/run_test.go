package drills_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/catalog"
)

// world is what the engine sees of a drill, in memory and in virtual time: each
// Namespace completes a Workflow at the declared rate while load flows and
// nothing holds it up. The knobs are set before the run.
type world struct {
	drill *drills.Drill
	began time.Time

	outage     time.Duration // from injection; negative: it does not end before the region heals
	startLag   time.Duration // between the start of the load and the first completion
	idle       string        // Namespace that completes nothing
	noEffect   bool          // the fault never takes effect
	noHeal     bool          // the region never comes back
	noHome     bool          // nothing completes after the failback
	hangs      string        // call that returns only when its context ends
	behind     int           // how many looks at the replica find it behind
	deaf       string        // region that nobody can ask what is open
	backlog    time.Duration // from injection: how long too many Workflows stay open
	unanswered time.Duration // from injection: how long nobody says how many are open
	stuck      bool          // a Workflow stays open at home
	acts       time.Time     // schedules act from then on
	slowEnd    time.Duration // a watch takes this long to end
	fails      map[string]error
	at         map[string]func()          // called before the call of that name
	recorded   func(drills.Event)         // called after an event is recorded
	watches    map[string]<-chan struct{} // a watch fails when its channel is closed

	mu       sync.Mutex
	calls    []string
	events   drills.Timeline
	load     time.Time
	injected time.Time
	healed   bool
	home     bool
	stopped  bool
	watching int
}

func newWorld(t *testing.T, drill string) *world {
	t.Helper()
	d, err := catalog.Get(drill)
	if err != nil {
		t.Fatal(err)
	}
	return &world{
		drill: d, began: time.Now(), outage: 10 * time.Second,
		fails: map[string]error{}, at: map[string]func(){}, watches: map[string]<-chan struct{}{},
	}
}

func (w *world) run(ctx context.Context) error {
	return drills.Run(ctx, w.drill, drills.World{
		Faults: []drills.Fault{w}, Traffic: traffic{w}, Control: control{w}, Watcher: watcher{w},
	}, w, w.now)
}

// pass lets virtual time go by.
func pass(d time.Duration) { <-time.After(d) }

func (w *world) now() time.Duration { return time.Since(w.began) }

// Record and Events make the world the log of its own run.
func (w *world) Record(e drills.Event) {
	w.mu.Lock()
	w.events = append(w.events, e)
	w.mu.Unlock()
	if w.recorded != nil {
		w.recorded(e)
	}
}

func (w *world) Events() drills.Timeline {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.events)
}

// called keeps the order of calls and gives the error that a call is to have.
func (w *world) called(name string) error {
	if hook := w.at[name]; hook != nil {
		hook()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = append(w.calls, name)
	return w.fails[name]
}

// asked is called, of a call that may hang.
func (w *world) asked(ctx context.Context, name string) error {
	err := w.called(name)
	if name == w.hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	return err
}

// watch is the life of a watch: it ends with ctx, or fails when it is told to.
func (w *world) watch(ctx context.Context, name string, each func()) error {
	w.mu.Lock()
	w.watching++
	w.mu.Unlock()
	defer func() {
		pass(w.slowEnd)
		w.mu.Lock()
		w.watching--
		w.mu.Unlock()
	}()
	tick := time.NewTicker(time.Duration(float64(time.Second) / float64(w.drill.Workload.Rate)))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-w.watches[name]:
			return w.fails[name]
		case <-tick.C:
			each()
		}
	}
}

// complete has a Workflow end in every Namespace that makes progress.
func (w *world) complete() {
	for _, ns := range w.drill.Topology().Namespaces {
		if w.progresses(ns) {
			w.Record(drills.Event{At: drills.Offset(w.now()), Kind: drills.KindClosed, Name: "Completed", Namespace: ns.Name})
			if w.acts.IsZero() || time.Now().After(w.acts) {
				w.Record(drills.Event{At: drills.Offset(w.now()), Kind: drills.KindAction, Name: "restock", Namespace: ns.Name})
			}
		}
	}
}

func (w *world) progresses(ns drills.Namespace) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.load.IsZero() || w.stopped || ns.Name == w.idle || time.Since(w.load) < w.startLag {
		return false
	}
	if ns.Home != w.drill.Faults[0].Region || w.injected.IsZero() {
		return true
	}
	if w.home {
		return !w.noHome
	}
	return w.healed || w.outage >= 0 && time.Since(w.injected) >= w.outage
}

func (w *world) set(change func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change()
}

func (w *world) Inject(context.Context) error {
	w.set(func() { w.injected = time.Now() })
	return w.called("inject")
}

func (w *world) AwaitEffect(ctx context.Context) ([]drills.Probe, error) {
	if err := w.called("await effect"); err != nil {
		return nil, err
	}
	if w.noEffect {
		<-ctx.Done()
		return []drills.Probe{{Subject: "cluster", Detail: "still answers"}}, ctx.Err()
	}
	pass(20 * ms)
	return []drills.Probe{{Subject: "cluster", Severed: true}, {Subject: "link", Severed: true}}, nil
}

func (w *world) Recover(context.Context) error { return w.called("recover") }

func (w *world) AwaitHealed(ctx context.Context) error {
	if w.noHeal {
		<-ctx.Done()
		return context.Cause(ctx)
	}
	w.set(func() { w.healed = true })
	return w.called("await healed")
}

type traffic struct{ *world }

func (w traffic) Start(context.Context) error {
	w.set(func() { w.load = time.Now() })
	return w.called("start load")
}

func (w traffic) Stop(ctx context.Context) error {
	w.set(func() { w.stopped = true })
	return w.asked(ctx, "stop load")
}

type control struct{ *world }

func (w control) Watch(ctx context.Context) error { return w.watch(ctx, "control", func() {}) }

func (w control) Failback(ctx context.Context, region string) error {
	w.set(func() { w.home = true })
	return w.asked(ctx, "fail back "+region)
}

type watcher struct{ *world }

func (w watcher) Watch(ctx context.Context) error { return w.watch(ctx, "watcher", w.complete) }

func (w watcher) Open(_ context.Context, region, _ string) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if region == w.deaf {
		return 0, errors.New("unavailable")
	}
	since := time.Since(w.injected)
	switch {
	case since < w.unanswered:
		return 0, errors.New("unavailable")
	case since < w.backlog:
		return 1000, nil
	case w.stopped && w.stuck:
		return 1, nil
	}
	return 0, nil
}

func (w watcher) Stored(ctx context.Context, region, namespace string) error {
	return w.asked(ctx, fmt.Sprintf("stored runs of %s in %s", namespace, region))
}

func (w watcher) Census(ctx context.Context, region, namespace, census string) ([]drills.Workflow, error) {
	err := w.asked(ctx, fmt.Sprintf("census %s of %s in %s", census, namespace, region))
	if census == drills.CensusReplica && w.behind > 0 {
		w.behind--
		return []drills.Workflow{{Census: census, ID: "a", RunID: "a", Digest: "old"}}, err
	}
	return []drills.Workflow{{Census: census, ID: "a", RunID: "a", Digest: "x"}, {Census: census, ID: "b", RunID: "b", Digest: "y"}}, err
}

// marks lists the stages marked, in the order they were recorded.
func (w *world) marks() []drills.Stage {
	var out []drills.Stage
	for _, e := range w.events {
		if e.Kind == drills.KindMark {
			out = append(out, drills.Stage(e.Name))
		}
	}
	return out
}

// between is how long one stage came after another.
func (w *world) between(t *testing.T, from, to drills.Stage) time.Duration {
	t.Helper()
	a, begun := w.events.Mark(from)
	b, ended := w.events.Mark(to)
	if !begun || !ended {
		t.Fatalf("no %s or no %s among %v", from, to, w.marks())
	}
	return time.Duration(b - a)
}

// ended fails the test when a watch outlived the run.
func (w *world) ended(t *testing.T) {
	t.Helper()
	if w.watching != 0 {
		t.Errorf("%d watches have not ended", w.watching)
	}
}

func same[T any](t *testing.T, what string, got, want []T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %v\nwant %v", what, got, want)
	}
}

// allMarks are those that the engine itself makes, in order.
func allMarks() []drills.Stage {
	return []drills.Stage{
		drills.LoadStarted, drills.SteadyStateReached, drills.FaultRequested, drills.FaultEffective,
		drills.HealRequested, drills.Healed, drills.FailbackRequested, drills.FailedBack, drills.SustainedAtHome,
		drills.LoadStopped, drills.Drained,
	}
}

func without(marks []drills.Stage, stages ...drills.Stage) []drills.Stage {
	return slices.DeleteFunc(slices.Clone(marks), func(s drills.Stage) bool { return slices.Contains(stages, s) })
}

func TestRunPassesItsPhasesInOrder(t *testing.T) {
	tests := []struct {
		drill string
		calls []string
	}{
		{"active-hot", []string{
			"start load", "inject", "await effect",
			"census without-region of orders in us-west",
			"recover", "await healed", "fail back us-east", "stop load",
			"census after-heal of orders in us-east",
			"census replica-after-heal of orders in us-west",
			"stored runs of orders in us-east", "stored runs of orders in us-west",
		}},
		{"dual-active-ring", []string{
			"start load", "inject", "await effect",
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
			"start load", "inject", "await effect",
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

func TestTheDelayOfAFaultIsADecisionOfTheSeed(t *testing.T) {
	d := newWorld(t, "active-hot").drill
	span := d.Faults[0].Delay
	seen := map[time.Duration]bool{}
	for seed := range uint64(200) {
		d.Seed = seed
		delay := d.FaultDelay(0)
		if delay < span.Least || delay > span.Most {
			t.Fatalf("seed %d: %s is not within %s and %s", seed, delay, span.Least, span.Most)
		}
		if again := d.FaultDelay(0); again != delay {
			t.Fatalf("seed %d: %s, then %s", seed, delay, again)
		}
		seen[delay] = true
	}
	if len(seen) < 150 {
		t.Errorf("200 seeds give %d delays", len(seen))
	}
	d.Faults[0].Delay = drills.Span{Least: time.Second, Most: time.Second}
	if got := d.FaultDelay(0); got != time.Second {
		t.Errorf("a span of one second gives %s", got)
	}
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
		"start load", "inject", "await effect", "census without-region of orders in us-west", "recover", "await healed",
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
