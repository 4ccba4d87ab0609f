package toxics

import (
	"context"
	"fmt"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// workers are Workers that live on and do no work: they poll no more, or have no
// slot to poll for.
type workers struct {
	fault  *fault
	occupy bool
	struck []string
}

func (w *workers) setUp(context.Context) error { return nil }

func (w *workers) turn(ctx context.Context, off bool) error {
	if w.occupy {
		return w.fault.site.Fleets.Occupy(ctx, w.struck, off)
	}
	return w.fault.site.Fleets.Idle(ctx, w.struck, off)
}

func (w *workers) inject(ctx context.Context) error {
	if w.struck = w.fault.victims(); len(w.struck) == 0 {
		return w.fault.noVictims()
	}
	return w.turn(ctx, true)
}

// off tells whether a Worker does no work, by its own word.
func (w *workers) off(ctx context.Context, name string) (bool, string, error) {
	status, err := w.fault.site.Fleets.Worker(ctx, name)
	if err != nil {
		return false, "", err
	}
	if w.occupy {
		return status.Slots == 0, fmt.Sprintf("it gives out %d slots of each kind", status.Slots), nil
	}
	if status.Polling {
		return false, "it polls", nil
	}
	return true, "it does not poll", nil
}

// look wants the process to run, too: one that is gone is another fault.
func (w *workers) look(ctx context.Context) ([]drills.Probe, error) {
	var out []drills.Probe
	for _, name := range w.struck {
		at := time.Now()
		off, detail, err := w.off(ctx, name)
		if err != nil {
			return nil, err
		}
		state, err := w.fault.site.Machines.State(name)
		if err != nil {
			return nil, err
		}
		out = append(out, drills.Probe{
			Subject: name, Broken: off && state == drills.ProcessRuns, Detail: fmt.Sprintf("the process is %s; %s", state, detail), At: at,
		})
	}
	return out, nil
}

func (w *workers) recover(ctx context.Context) error {
	if len(w.struck) == 0 {
		return nil
	}
	return w.turn(ctx, false)
}

func (w *workers) works(ctx context.Context) error {
	for _, name := range w.struck {
		off, detail, err := w.off(ctx, name)
		if err == nil && off {
			err = notYet(name + ": " + detail)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *workers) cleanUp(ctx context.Context) error { return w.recover(ctx) }
