package toxics

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// within is what a region's cluster is told to do otherwise, or cannot do because of
// a Link, while its process runs on.
type within struct {
	fault   *fault
	inside  drills.Inside
	setting drills.Setting // none where a Link does it
	value   string
	sign    sign
	told    bool // and not yet taken back
}

// sign is how it shows, by the cluster's own figures.
type sign interface {
	// before measures what the fault will change, under load.
	before(ctx context.Context, m measurer) error
	// seen looks once. It also tells since when it is so.
	seen(ctx context.Context, m measurer) (shown bool, detail string, since time.Time, err error)
	// over fails until it is as before.
	over(ctx context.Context, m measurer) error
}

func newWithin(f *fault, in drills.Inside) *within {
	w := &within{fault: f, inside: in}
	switch f.spec.Kind {
	case drills.ReplicationLag:
		w.setting, w.value, w.sign = drills.ReplicationRate, fmt.Sprint(int(f.spec.Rate)), &lagging{}
	case drills.ReplicationStopped:
		w.setting, w.value, w.sign = drills.ReplicationHeld, "true", &still{}
	case drills.SlowPersistence:
		w.setting, w.value, w.sign = drills.PersistenceDelay, f.spec.Latency.String(), &slowWrites{by: f.spec.Latency}
	default:
		w.sign = unanswered{}
	}
	return w
}

// measurer takes measurements of one cluster.
type measurer func(ctx context.Context, figure drills.Figure) (float64, error)

// measureWithin is long for an answer of a process on the same machine.
const measureWithin = 5 * time.Second

func (w *within) measure(ctx context.Context, figure drills.Figure) (float64, error) {
	limited, cancel := context.WithTimeout(ctx, measureWithin)
	defer cancel()
	return w.fault.site.Machines.Measure(limited, w.fault.spec.Region, figure)
}

func (w *within) setUp(context.Context) error { return nil }

// before measures what is usual: only under load do the figures tell.
func (w *within) before(ctx context.Context) error {
	if err := w.sign.before(ctx, w.measure); err != nil {
		return fmt.Errorf("look at %s before the fault: %w", w.subject(), err)
	}
	return nil
}

func (w *within) inject(ctx context.Context) error {
	if w.setting == "" {
		return nil
	}
	w.told = true
	return w.fault.site.Machines.Tune(ctx, w.fault.spec.Region, w.setting, w.value)
}

func (w *within) subject() string { return drills.InsideName(w.fault.spec.Region, w.inside) }

// look takes a cluster that does not answer for one that does not show it: another
// fault may have taken it.
func (w *within) look(ctx context.Context) ([]drills.Probe, error) {
	shown, detail, since, err := w.sign.seen(ctx, w.measure)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		detail = err.Error()
	}
	return []drills.Probe{{Subject: w.subject(), Broken: err == nil && shown, Detail: detail, At: since}}, nil
}

// recover takes back what the cluster was told. One that is frozen hears it once it
// goes on.
func (w *within) recover(ctx context.Context) error {
	if !w.told {
		return nil
	}
	state, err := w.fault.site.Machines.State(drills.ClusterName(w.fault.spec.Region))
	if err != nil || state.Deaf() {
		return err
	}
	if state == drills.ProcessRuns {
		err = w.untune(ctx)
	}
	// A process that ended while it was told so has forgotten it.
	if state, _ := w.fault.site.Machines.State(drills.ClusterName(w.fault.spec.Region)); state == drills.ProcessGone {
		err = nil
	}
	w.told = err != nil
	return err
}

func (w *within) untune(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, measureWithin)
	defer cancel()
	return w.fault.site.Machines.Untune(limited, w.fault.spec.Region, w.setting)
}

// works cannot be told of a cluster that another fault has taken: it is looked at
// again once it is back.
func (w *within) works(ctx context.Context) error {
	name := drills.ClusterName(w.fault.spec.Region)
	state, err := w.fault.site.Machines.State(name)
	if err != nil {
		return err
	}
	if state != drills.ProcessRuns {
		return fmt.Errorf("%s is %s, and cannot tell: %w", name, state, drills.ErrGone)
	}
	if err := w.recover(ctx); err != nil {
		return err
	}
	err = w.sign.over(ctx, w.measure)
	var not notYet
	if err != nil && ctx.Err() == nil && !errors.As(err, &not) {
		return notYet(err.Error()) // a cluster that is on its way back
	}
	return err
}

func (w *within) cleanUp(ctx context.Context) error { return w.recover(ctx) }
