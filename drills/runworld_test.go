package drills_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
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
	lag        time.Duration // of every replica, before the fault
	lagUntil   time.Duration // from the start of the run: how long it lasts; 0: for good
	untold     string        // region of which nobody tells how far others are behind it
	toldUntil  time.Duration // from the start of the run: how long it is told all the same
	mute       string        // identity of a Worker that does not poll
	noGate     error         // nobody tells who polls
	idle       string        // Namespace that completes nothing
	starved    string        // Namespace that completes nothing once the fault is there
	noEffect   bool          // the fault never takes effect
	touches    string        // what the fault touches beside its blast radius
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
	contest    drills.Contest             // of a drill that makes conflicts
	recorded   func(drills.Event)         // called after an event is recorded
	read       func(drills.Timeline)      // called after the events were read, before the reader looks at them
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
	steps    []step // of every fault
}

func newWorld(t *testing.T, drill string) *world {
	t.Helper()
	d, err := catalog.Get(drill)
	if err != nil {
		t.Fatal(err)
	}
	d.Workload.Rate = []drills.Rate{5, 3, 1.5}[len(d.Topology().Namespaces)-1] // what the tests count by
	return &world{
		drill: d, began: time.Now(), outage: 10 * time.Second,
		fails: map[string]error{}, at: map[string]func(){}, watches: map[string]<-chan struct{}{},
	}
}

func (w *world) run(ctx context.Context) error {
	return drills.Run(ctx, w.drill, drills.World{
		Faults: w.faults(), Traffic: traffic{w}, Control: control{w}, Watcher: watcher{w}, Gates: watcher{w}, Contest: w.contest,
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
	events := slices.Clone(w.events)
	w.mu.Unlock()
	if w.read != nil {
		w.read(events)
	}
	return events
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
	if w.load.IsZero() || w.stopped || ns.Name == w.idle || ns.Name == w.starved && !w.injected.IsZero() || time.Since(w.load) < w.startLag {
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

// replicate has every region tell how far others are behind it.
func (w *world) replicate() {
	w.mu.Lock()
	lag := w.lag
	w.mu.Unlock()
	if w.lagUntil > 0 && w.now() >= w.lagUntil {
		lag = 0
	}
	for _, ns := range w.drill.Topology().Namespaces {
		for from, to := range map[string]string{ns.Home: ns.Replica, ns.Replica: ns.Home} {
			if from != w.untold || w.now() < w.toldUntil {
				w.Record(drills.Event{At: drills.Offset(w.now()), Kind: drills.KindReplication, Region: from, Subject: to, Value: lag.Seconds()})
			}
		}
	}
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

func (w control) StandDown(ctx context.Context) error { return w.asked(ctx, "stand down") }

func (w control) Failback(ctx context.Context, region string) (string, error) {
	w.set(func() { w.home = true })
	return "as asked", w.asked(ctx, "fail back "+region)
}

type watcher struct{ *world }

func (w watcher) Watch(ctx context.Context) error {
	return w.watch(ctx, "watcher", func() { w.replicate(); w.complete() })
}

// Pollers are the Workers that are not absent. Each is heard in its own region, but
// for one that polls in another.
func (w watcher) Pollers(_ context.Context, region, namespace string) ([]drills.Poller, error) {
	var out []drills.Poller
	for _, f := range w.drill.Topology().Fleets {
		if f.Namespace != namespace || f.Region != region || f.State == drills.FleetAbsent {
			continue
		}
		for number := range f.Workers {
			if who := drills.WorkerIdentity(region, namespace, number); who != w.mute {
				out = append(out, drills.Poller{Identity: who, TaskQueue: "orders"})
			}
		}
	}
	return out, w.noGate
}

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

// ended fails the test when a watch or a fault outlived the run.
func (w *world) ended(t *testing.T) {
	t.Helper()
	w.cleaned(t)
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
