package drills

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Abort is a condition that ends a drill at once: what was broken is healed, and
// the drill fails.
type Abort string

// The conditions that a drill may declare.
const (
	// AbortBlastRadius: a fault was seen to touch what is not in its blast radius.
	AbortBlastRadius Abort = "blast-radius"
	// AbortOthers: a Namespace that no fault should touch lost its steady state.
	AbortOthers Abort = "other-namespaces"
)

// Aborts lists the conditions that a drill may declare.
func Aborts() []Abort { return []Abort{AbortBlastRadius, AbortOthers} }

// checkAborts also refuses a condition that could never hold.
func (d *Drill) checkAborts(l *problemList) {
	for i, a := range d.Abort {
		path := fmt.Sprintf("abort[%d]", i)
		oneOf(l, path, a, "a condition to abort on", Aborts())
		if slices.Contains(d.Abort[:i], a) {
			l.add(path, fmt.Sprintf("%q is named twice", a))
		}
		if d.laidOut(d.Faults...) && len(d.Faults) > 0 && a == AbortOthers && len(d.others()) == 0 {
			l.add(path, fmt.Sprintf("%q never comes: no namespace of this drill is outside of its fault", a), "model", "regions", "faults")
		}
	}
}

// others lists the Namespaces whose work no fault should hold up.
func (d *Drill) others() []Namespace {
	affected := d.Affected()
	return slices.DeleteFunc(slices.Clone(d.Topology().Namespaces), func(ns Namespace) bool {
		return slices.Contains(affected, ns) || d.HeldUp(ns)
	})
}

// errAborted ends what a drill was about when a condition holds.
var errAborted = errors.New("a condition to abort on holds")

// unlessAborted runs a step that a condition may end. What ended it is marked.
func (r *runner) unlessAborted(ctx context.Context, step func(context.Context) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		for len(r.drill.Abort) > 0 && pass(ctx, lookEvery) == nil {
			if why := r.abortion(); why != "" {
				r.mark(Aborted, why)
				stop(errAborted)
				return
			}
		}
	}()
	err := step(ctx)
	stop(nil)
	<-watched
	if errors.Is(context.Cause(ctx), errAborted) {
		return nil
	}
	return err
}

// abortion says which declared condition holds, and why; empty for none.
func (r *runner) abortion() string {
	events := r.log.Events()
	for _, a := range r.drill.Abort {
		switch a {
		case AbortBlastRadius:
			var hit []string
			for _, e := range events {
				if e.Kind == KindSpared && !e.Held {
					hit = append(hit, fmt.Sprintf("%s (%s)", e.Subject, e.Detail))
				}
			}
			if len(hit) > 0 {
				return "the blast radius was exceeded: " + strings.Join(hit, ", ")
			}
		case AbortOthers:
			if why := r.othersLost(events); why != "" {
				return why
			}
		}
	}
	return ""
}

// othersLost names a Namespace outside of the fault that has been below its steady
// state for a whole window since the fault.
func (r *runner) othersLost(events Timeline) string {
	effective, ok := events.Mark(FaultEffective)
	end, window := r.now()-visibilityDelay, r.drill.SteadyState.Window
	if !ok || end-time.Duration(effective) < window {
		return ""
	}
	for _, ns := range r.drill.others() {
		if times := events.Completions(ns.Name); !Steady(times, end, window, r.drill.Workload.Rate) {
			return fmt.Sprintf("%s, which the fault should not touch, fell to %.1f/s of %s over %s",
				ns.Name, PerSecond(times, end-window, end), r.drill.Workload.Rate, window)
		}
	}
	return ""
}

func pass(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
