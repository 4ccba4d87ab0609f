package drills

import (
	"context"
	"slices"
	"time"
)

// standDownWithin bounds how long a failover that still waits may take to be
// given up.
const standDownWithin = 15 * time.Second

// standDown ends the observation of the outage: what has not been decided by now
// never is.
func (r *runner) standDown(ctx context.Context) error {
	_, err := r.within(ctx, standDownWithin, "end of a failover that still waits", r.world.Control.StandDown)
	return err
}

// decided reports whether no failover is under way that may still be given up:
// until then the Namespaces of the lost region have not moved, and throughput
// that is up is no recovery.
func (r *runner) decided(events Timeline) bool {
	if _, detected := events.Mark(Detected); !detected || r.drill.Failover.Mode == NoFailover {
		return true
	}
	for _, ns := range r.drill.Leaves() {
		settled := slices.ContainsFunc(events, func(e Event) bool {
			return e.Kind == KindMark && e.Namespace == ns.Name && (e.Name == string(Promoted) || e.Name == string(FailoverGivenUp))
		})
		if !settled {
			return false
		}
	}
	return true
}

// moved reports whether the Namespaces of the lost region had to leave it.
func (r *runner) moved() bool {
	events := r.log.Events()
	return slices.ContainsFunc(r.drill.Leaves(), func(ns Namespace) bool { return r.drill.Moves(events, ns) })
}

// stays is where a Namespace has to be active in the end, and where its replica
// is then.
func (r *runner) stays(ns Namespace) (active, replica string) {
	return r.drill.Stays(r.log.Events(), ns)
}

// settled is since when every Namespace is where it stays; not ok where that is
// not known, or where none ever left.
func (r *runner) settled() (Offset, bool) {
	switch {
	case r.drill.Control():
		return 0, false
	case !r.moved() || r.drill.Failback.Mode == FailbackNever:
		return r.log.Events().Mark(Healed)
	}
	return r.log.Events().Mark(FailedBack)
}

// failback has the Namespaces of the lost region come home, and waits until they
// work there. A control plane that fails back on its own marks that itself: it
// may have begun before the region was healed.
func (r *runner) failback(ctx context.Context) error {
	if !r.passed(Healed) {
		return nil // there is no region to fail back to
	}
	if !r.moved() || r.drill.Failback.Mode == FailbackNever {
		return nil // nothing had a reason to leave, or to return; what did all the same is found where it is
	}
	if !r.drill.Failback.Mode.Unasked() {
		r.mark(FailbackRequested, "")
	}
	var how string
	done, err := r.within(ctx, healWithin, "failback to region "+r.drill.Struck(), func(ctx context.Context) (err error) {
		how, err = r.world.Control.Failback(ctx, r.drill.Struck())
		return err
	})
	if err != nil || !done {
		return err
	}
	back, marked := r.log.Events().Mark(FailedBack)
	if !marked {
		back = r.mark(FailedBack, how)
	}
	affected := namespaceNames(r.drill.Leaves())
	recovery := r.recoveryOf(affected)
	up, err := wait(ctx, lookEvery, r.drill.Observe.Outage, func(context.Context) bool {
		_, _, up := recovery.Sustained(r.log.Events().Completions(affected...), time.Duration(back), r.now()-visibilityDelay)
		return up
	})
	if err == nil && up {
		r.mark(SustainedAtHome, "")
	}
	return err
}
