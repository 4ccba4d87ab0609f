package drills

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Log is a Recorder that can be read while it is written.
type Log interface {
	Recorder
	Events() Timeline
}

// ErrNoSteadyState is returned by Run when the steady state was not reached,
// or was lost before the fault, or when a region was far behind in replication or a
// Worker was not heard to poll: nothing was broken, and nothing was measured.
var ErrNoSteadyState = errors.New("no steady state")

// Run drives a drill through its phases in a running world and records what
// happens. It judges nothing: a run that did not recover is a complete record
// too. now is the time since the run's base.
//
//	load ─► steady state ─► faults, each at its time ─► (control plane fails over)
//	     ─► recovered, or observed long enough ─► census without the region
//	     ─► heal ─► fail back ─► load stops ─► drained ─► census after heal
//
// A drill in which no Namespace moves goes the same way, but that nothing has to
// fail back; neither has it where what moved is to stay in the survivor. However
// it ends, nothing is left of a fault.
//
// Run returns ErrNoSteadyState, the cause of ctx, or an error of the harness.
func Run(ctx context.Context, d *Drill, w World, log Log, now func() time.Duration) error {
	r := &runner{drill: d, topology: d.Topology(), world: w, log: log, now: now}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	r.fail, r.faults = fail, newSchedule(r)
	watches := []func(context.Context) error{w.Watcher.Watch, w.Control.Watch}
	ended := make(chan struct{}, len(watches))
	for _, watch := range watches {
		go func() {
			err := watch(ctx)
			if err == nil && ctx.Err() == nil {
				err = errors.New("a watch ended before the drill: what it missed is not known")
			}
			if err != nil && ctx.Err() == nil {
				fail(err)
			}
			ended <- struct{}{}
		}()
	}
	err := r.phases(ctx)
	if cause := context.Cause(ctx); cause != nil {
		err = cause // also where the last phase did not notice
	}
	err = errors.Join(err, r.faults.cleanUp(ctx))
	fail(nil)
	for range watches {
		<-ended
	}
	return err
}

type runner struct {
	drill    *Drill
	topology Topology
	world    World
	log      Log
	now      func() time.Duration
	fail     context.CancelCauseFunc
	faults   *schedule
	usual    int // Workflows of the user's own that are open in the steady state
}

func (r *runner) phases(ctx context.Context) error {
	for _, phase := range []struct {
		name string
		run  func(context.Context) error
	}{
		{PhaseSteadyState, r.steadyState},
		{PhaseRecovery, r.recovery},
		{PhaseVerification, r.censusWithout},
		{PhaseHeal, r.heal},
		{PhaseFailback, r.failback},
		{PhaseDrain, r.drain},
		{PhaseVerification, r.censusAfter},
	} {
		began := r.now()
		err := phase.run(ctx)
		ended := r.now()
		r.log.Record(Event{At: Offset(ended), Kind: KindPhase, Name: phase.name, Value: (ended - began).Seconds()})
		if err != nil {
			return fmt.Errorf("%s: %w", phase.name, err)
		}
	}
	return nil
}

// The phases of a run, by the wall time that each takes. Boot and teardown are
// the harness's own.
const (
	PhaseBoot         = "boot"
	PhaseSteadyState  = "steady-state"
	PhaseRecovery     = "recovery"
	PhaseVerification = "verification"
	PhaseHeal         = "heal"
	PhaseFailback     = "failback"
	PhaseDrain        = "drain"
	PhaseTeardown     = "teardown"
)

func (r *runner) mark(stage Stage, detail string) Offset {
	at := Offset(r.now())
	r.log.Record(Event{At: at, Kind: KindMark, Name: string(stage), Detail: detail})
	return at
}

func namespaceNames(list []Namespace) []string {
	out := make([]string, len(list))
	for i, ns := range list {
		out[i] = ns.Name
	}
	return out
}

const (
	lookEvery = 100 * time.Millisecond
	// visibilityDelay is how much younger than now the newest completion may
	// be that a look can miss.
	visibilityDelay = time.Second
)

// askEvery is how often the clusters themselves are asked.
const askEvery = 250 * time.Millisecond

// wait looks until a condition holds and reports whether it did within atMost.
func wait(ctx context.Context, every, atMost time.Duration, holds func(context.Context) bool) (bool, error) {
	deadline := time.NewTimer(atMost)
	defer deadline.Stop()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if holds(ctx) {
			return true, nil
		}
		select {
		case <-ctx.Done():
			return false, context.Cause(ctx)
		case <-deadline.C:
			return false, nil
		case <-tick.C:
		}
	}
}

func (r *runner) startLoad(ctx context.Context) error {
	if err := r.world.Traffic.Start(ctx); err != nil {
		return err
	}
	r.mark(LoadStarted, fmt.Sprintf("%s for each namespace", r.drill.Workload.Rate))
	return nil
}

// steady waits until every Namespace is in its steady state, and records the
// window in which it was.
func (r *runner) steady(ctx context.Context, atMost time.Duration) (bool, error) {
	return wait(ctx, lookEvery, atMost, func(context.Context) bool {
		events, end := r.log.Events(), r.now()-visibilityDelay
		for _, ns := range r.topology.Namespaces {
			if !Steady(events.Completions(ns.Name), end, r.drill.SteadyState.Window, r.drill.Workload.Rate) {
				return false
			}
		}
		r.log.Record(Event{At: Offset(end), Kind: KindSteady})
		return true
	})
}

func (r *runner) steadyState(ctx context.Context) error {
	if err := r.faults.setUp(ctx); err != nil {
		return err
	}
	if err := r.heard(ctx); err != nil {
		return err
	}
	if err := r.startLoad(ctx); err != nil {
		return err
	}
	if err := r.openContest(ctx); err != nil {
		return err
	}
	atMost, began := r.drill.SteadyState.AtMost, r.now()
	reached, err := r.steady(ctx, atMost)
	if err != nil {
		return err
	}
	if !reached {
		return fmt.Errorf("%w: completions stayed below 90%% of %s for %s", ErrNoSteadyState, r.drill.Workload.Rate, atMost)
	}
	seen, err := r.ready(ctx, max(atMost-(r.now()-began), r.drill.SteadyState.Window))
	if err != nil {
		return err
	}
	r.usually(ctx)
	r.mark(SteadyStateReached, seen)
	r.faults.start(ctx, r.fail)
	return r.hold(ctx)
}

// hold lets the steady state last until the first fault comes.
func (r *runner) hold(ctx context.Context) error {
	for {
		for _, f := range r.faults.faults {
			if f.at(faultOn) || f.at(faultOver) {
				return nil
			}
		}
		if err := r.faults.pass(ctx, triggerEvery); err != nil {
			return err
		}
	}
}

// stillSteady looks whether the steady state holds before a fault comes.
func (r *runner) stillSteady(ctx context.Context) error {
	steady, err := r.steady(ctx, r.drill.SteadyState.Window)
	if err == nil && !steady {
		err = fmt.Errorf("%w: it was lost before the fault", ErrNoSteadyState)
	}
	return err
}

// Bounds of what takes seconds where nothing is wrong.
const (
	effectWithin = 15 * time.Second // for a fault to take effect
	healWithin   = 90 * time.Second // for a region to return, and for a failback
	censusWithin = 90 * time.Second // for every history to be read
)

func (r *runner) recovery(ctx context.Context) error {
	select {
	case <-r.faults.faults[0].looked:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	err := r.unlessAborted(ctx, func(ctx context.Context) error {
		if err := r.contend(ctx); err != nil {
			return err
		}
		return r.observe(ctx)
	})
	if err != nil {
		return err
	}
	return r.standDown(ctx)
}

// recoveryOf is how a sustained throughput of the Namespaces is recognised.
func (r *runner) recoveryOf(namespaces []string) Recovery {
	until, _ := r.log.Events().SteadyUntil()
	times := r.log.Events().Completions(namespaces...)
	return NewRecovery(times, time.Duration(until), r.drill.SteadyState.Window, r.drill.Offered(namespaces))
}

// observe waits until throughput is sustained again, by Namespaces that have moved
// where they have to, and the backlog is gone, or for as long as the drill says.
// Where no Namespace moves, throughput may be up at once: what would go wrong then
// is given the time to.
func (r *runner) observe(ctx context.Context) error {
	effective, ok := r.log.Events().Mark(FaultEffective)
	if !ok {
		return nil
	}
	affected := namespaceNames(r.drill.Affected())
	recovery := r.recoveryOf(affected)
	more := time.Duration(0)
	if len(r.drill.Leaves()) == 0 {
		more = r.drill.SteadyState.Window + r.drill.Failover.Detect.Within()
	}
	quiet := time.Duration(effective) // since when no fault comes or ends by itself
	recovered, err := wait(ctx, lookEvery, r.drill.Observe.Outage, func(context.Context) bool {
		if r.faults.busy() {
			quiet = r.now()
			return false
		}
		seen, events := r.now()-visibilityDelay, r.log.Events()
		since, _ := r.drill.MovedAt(events)
		_, _, up := r.drill.Recovered(recovery, r.drill.Completions(events, affected...), time.Duration(max(since, effective)), seen)
		// Decided as of the same events: a promotion that is marked meanwhile is one
		// whose throughput this look has not held against it.
		return up && seen >= quiet+more && r.decided(events)
	})
	if err != nil || !recovered {
		return err
	}
	_, err = wait(ctx, askEvery, r.drill.Observe.Drain, func(ctx context.Context) bool { return r.backlog(ctx) <= r.inFlight() })
	return err
}

// backlog counts what is believed open in the affected Namespaces, where each is
// active; an answer that does not come counts as too many.
func (r *runner) backlog(ctx context.Context) int {
	moved := len(r.drill.Leaves()) > 0
	sum := 0
	for _, ns := range r.drill.Affected() {
		region := ns.Home
		if moved {
			region = ns.Replica
		}
		open, err := r.world.Watcher.Open(ctx, region, ns.Name)
		if err != nil {
			return 1 << 30
		}
		sum += open
	}
	return sum
}

// inFlight is how many open Workflows the declared rate explains: three seconds
// of starts, above what an undisturbed order takes; of Workflows of the user's own, twice
// what was open in the steady state, where that is more.
func (r *runner) inFlight() int {
	const orderTakes = 3
	return max(orderTakes*int(float64(r.drill.Workload.Rate)+1)*len(r.drill.Affected()), 2*r.usual)
}

// usually counts the Workflows of the user's own that are open while nothing is wrong.
// Where a cluster does not tell, it is as if they were orders.
func (r *runner) usually(ctx context.Context) {
	if !r.drill.Own() {
		return
	}
	for _, ns := range r.drill.Affected() {
		if open, err := r.world.Watcher.Open(ctx, ns.Home, ns.Name); err == nil {
			r.usual += open
		}
	}
}

// within carries out a step that has to end in time. A step that does not, or
// that waits for what is gone, is a finding, not an error of the harness: the mark that is missing tells, and a
// note says what the step was waiting for.
func (r *runner) within(ctx context.Context, atMost time.Duration, what string, step func(context.Context) error) (bool, error) {
	limited, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	err := step(limited)
	switch {
	case err == nil:
		return true, nil
	case ctx.Err() == nil && limited.Err() != nil:
		r.log.Record(Event{At: Offset(r.now()), Kind: KindNote, Detail: fmt.Sprintf("%s: not done within %s: %v", what, atMost, err)})
		return false, nil
	case errors.Is(err, ErrGone):
		r.log.Record(Event{At: Offset(r.now()), Kind: KindNote, Detail: fmt.Sprintf("%s: %v", what, err)})
		return false, nil
	}
	return false, err
}

func (r *runner) passed(stage Stage) bool {
	_, ok := r.log.Events().Mark(stage)
	return ok
}

func (r *runner) heal(ctx context.Context) error {
	r.mark(HealRequested, "")
	how := "replication has caught up in both directions"
	if r.drill.Control() {
		how = "nothing was broken"
	}
	healed, err := r.within(ctx, healWithin, "heal of region "+r.drill.Struck(), r.faults.heal)
	if err == nil && healed {
		r.mark(Healed, how)
	}
	return err
}

// turn waits until every schedule has acted once more since the Namespaces are
// where they stay, or for long enough: whether it did is the evidence.
func (r *runner) turn(ctx context.Context) error {
	back, there := r.settled()
	if !there || !r.drill.Scheduled() {
		return nil
	}
	_, err := wait(ctx, lookEvery, r.drill.Observe.Drain, func(context.Context) bool {
		for _, ns := range r.topology.Namespaces {
			if at, acted := r.log.Events().LastAction(ns.Name); !acted || at <= back {
				return false
			}
		}
		return true
	})
	return err
}

// drain ends the load and waits until no Workflow is open: where each Namespace
// stays, or in the replica of a region that did not return.
func (r *runner) drain(ctx context.Context) error {
	if err := r.closeContest(ctx); err != nil {
		return err
	}
	if err := r.turn(ctx); err != nil {
		return err
	}
	settled, err := r.within(ctx, r.drill.Observe.Drain+time.Minute, "end of the load", r.world.Traffic.Stop)
	if err != nil || !settled {
		return err
	}
	r.mark(LoadStopped, "")
	healed := r.passed(Healed)
	drained, err := wait(ctx, askEvery, r.drill.Observe.Drain, func(ctx context.Context) bool {
		for _, ns := range r.topology.Namespaces {
			region, _ := r.stays(ns)
			if !healed && ns.Home == r.drill.Struck() {
				region = ns.Replica
			}
			if open, err := r.world.Watcher.Open(ctx, region, ns.Name); err != nil || open > 0 {
				return false
			}
		}
		return true
	})
	if err == nil && drained {
		r.mark(Drained, "no workflow is open")
	}
	return err
}
