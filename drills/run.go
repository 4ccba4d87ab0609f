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
// or was lost before the fault: nothing was broken, and nothing was measured.
var ErrNoSteadyState = errors.New("no steady state")

// Run drives a drill through its phases in a running world and records what
// happens. It judges nothing: a run that did not recover is a complete record
// too. now is the time since the run's base.
//
//	load ─► steady state ─► inject ─► await effect ─► (control plane fails over)
//	     ─► recovered, or observed long enough ─► census without the region
//	     ─► heal ─► fail back ─► load stops ─► drained ─► census after heal
//
// A control goes the same way, but that nothing has to fail back.
//
// Run returns ErrNoSteadyState, the cause of ctx, or an error of the harness.
func Run(ctx context.Context, d *Drill, w World, log Log, now func() time.Duration) error {
	r := &runner{drill: d, topology: d.Topology(), world: w, log: log, now: now}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
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

// lost is the region that the drill's fault takes away.
func (r *runner) lost() string { return r.drill.Faults[0].Region }

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
	if err := r.startLoad(ctx); err != nil {
		return err
	}
	atMost := r.drill.SteadyState.AtMost
	reached, err := r.steady(ctx, atMost)
	if err != nil {
		return err
	}
	if !reached {
		return fmt.Errorf("%w: completions stayed below 90%% of %s for %s", ErrNoSteadyState, r.drill.Workload.Rate, atMost)
	}
	r.mark(SteadyStateReached, "")
	return r.hold(ctx)
}

// hold lets the steady state last for as long as the seed says.
func (r *runner) hold(ctx context.Context) error {
	delay := r.drill.FaultDelay(0)
	_, err := wait(ctx, max(delay, time.Nanosecond), delay, func(context.Context) bool { return false })
	return err
}

// Bounds of what takes seconds where nothing is wrong.
const (
	effectWithin = 15 * time.Second // for a fault to take effect
	healWithin   = 90 * time.Second // for a region to return, and for a failback
	censusWithin = 90 * time.Second // for every history to be read
)

func (r *runner) recovery(ctx context.Context) error {
	if err := r.inject(ctx); err != nil {
		return err
	}
	return r.observe(ctx)
}

func (r *runner) inject(ctx context.Context) error {
	steady, err := r.steady(ctx, r.drill.SteadyState.Window)
	if err != nil {
		return err
	}
	if !steady {
		return fmt.Errorf("%w: it was lost before the fault", ErrNoSteadyState)
	}
	for i, fault := range r.world.Faults {
		spec := r.drill.Faults[i]
		r.mark(FaultRequested, spec.String())
		if err := fault.Inject(ctx); err != nil {
			return err
		}
		limited, cancel := context.WithTimeout(ctx, effectWithin)
		probes, err := fault.AwaitEffect(limited)
		cancel()
		at := Offset(r.now())
		for _, p := range probes {
			r.log.Record(Event{
				At: at, Kind: KindProbe, Name: string(spec.Kind), Region: spec.Region, Subject: p.Subject, Held: p.Severed, Detail: p.Detail,
			})
		}
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
			// A fault without effect is a finding, not an error: the
			// missing mark tells.
			continue
		}
		if err != nil {
			return err
		}
		r.mark(FaultEffective, "")
	}
	return nil
}

// recoveryOf is how a sustained throughput of the Namespaces is recognised.
func (r *runner) recoveryOf(namespaces []string) Recovery {
	until, _ := r.log.Events().SteadyUntil()
	times := r.log.Events().Completions(namespaces...)
	return NewRecovery(times, time.Duration(until), r.drill.SteadyState.Window, r.drill.Offered(namespaces))
}

// observe waits until throughput is sustained again and the backlog is gone,
// or for as long as the drill says. After a fault that breaks nothing throughput
// is up at once: what would go wrong then is given the time to.
func (r *runner) observe(ctx context.Context) error {
	effective, ok := r.log.Events().Mark(FaultEffective)
	if !ok {
		return nil
	}
	affected := namespaceNames(r.topology.HomedIn(r.lost()))
	recovery := r.recoveryOf(affected)
	least := time.Duration(effective)
	if r.drill.Control() {
		least += r.drill.SteadyState.Window + r.drill.Failover.Detect.Within()
	}
	recovered, err := wait(ctx, lookEvery, r.drill.Observe.Outage, func(context.Context) bool {
		seen := r.now() - visibilityDelay
		_, _, up := recovery.Sustained(r.log.Events().Completions(affected...), time.Duration(effective), seen)
		return up && seen >= least
	})
	if err != nil || !recovered {
		return err
	}
	_, err = wait(ctx, askEvery, r.drill.Observe.Drain, func(ctx context.Context) bool { return r.backlog(ctx) <= r.inFlight() })
	return err
}

// backlog counts what survivors believe open in the affected Namespaces; an
// answer that does not come counts as too many.
func (r *runner) backlog(ctx context.Context) int {
	sum := 0
	for _, ns := range r.topology.HomedIn(r.lost()) {
		open, err := r.world.Watcher.Open(ctx, ns.Replica, ns.Name)
		if err != nil {
			return 1 << 30
		}
		sum += open
	}
	return sum
}

// inFlight is how many open Workflows the declared rate explains: three seconds
// of starts, above what an undisturbed order takes.
func (r *runner) inFlight() int {
	const orderTakes = 3
	return orderTakes * int(float64(r.drill.Workload.Rate)+1) * len(r.topology.HomedIn(r.lost()))
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
	healed, err := r.within(ctx, healWithin, "heal of region "+r.lost(), func(ctx context.Context) error {
		for _, fault := range r.world.Faults {
			if err := fault.Recover(ctx); err != nil {
				return err
			}
			if err := fault.AwaitHealed(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && healed {
		r.mark(Healed, how)
	}
	return err
}

func (r *runner) failback(ctx context.Context) error {
	if !r.passed(Healed) {
		return nil // there is no region to fail back to
	}
	if r.drill.Control() {
		return nil // nothing had a reason to leave; what left all the same is found where it is
	}
	r.mark(FailbackRequested, "")
	done, err := r.within(ctx, healWithin, "failback to region "+r.lost(), func(ctx context.Context) error {
		return r.world.Control.Failback(ctx, r.lost())
	})
	if err != nil || !done {
		return err
	}
	back := time.Duration(r.mark(FailedBack, ""))
	affected := namespaceNames(r.topology.HomedIn(r.lost()))
	recovery := r.recoveryOf(affected)
	up, err := wait(ctx, lookEvery, r.drill.Observe.Outage, func(context.Context) bool {
		_, _, up := recovery.Sustained(r.log.Events().Completions(affected...), back, r.now()-visibilityDelay)
		return up
	})
	if err == nil && up {
		r.mark(SustainedAtHome, "")
	}
	return err
}

// turn waits until every schedule has acted once more since the Namespaces are
// at home again, or for long enough: whether it did is the evidence.
func (r *runner) turn(ctx context.Context) error {
	back, home := r.log.Events().Mark(FailedBack)
	if !home {
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

// drain ends the load and waits until no Workflow is open: at home, or in the
// replica of a region that did not return.
func (r *runner) drain(ctx context.Context) error {
	if err := r.turn(ctx); err != nil {
		return err
	}
	settled, err := r.within(ctx, r.drill.Observe.Drain+time.Minute, "end of the load", r.world.Traffic.Stop)
	if err != nil || !settled {
		return err
	}
	r.mark(LoadStopped, "")
	home := r.passed(Healed)
	drained, err := wait(ctx, askEvery, r.drill.Observe.Drain, func(ctx context.Context) bool {
		for _, ns := range r.topology.Namespaces {
			region := ns.Home
			if !home && region == r.lost() {
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
