package toxics

import (
	"context"
	"fmt"

	"github.com/failoverdrill/failoverdrill/drills"
)

// none breaks nothing: a control. It looks, once, at everything that an outage
// of its region would sever.
type none struct{ spared *regionOutage }

// Inject leaves everything as it is.
func (none) Inject(context.Context) error { return nil }

// AwaitEffect returns a probe of each process and each Link of the region. What
// cannot be shown to be alive counts as severed.
func (f none) AwaitEffect(ctx context.Context) ([]drills.Probe, error) {
	probes, err := f.spared.look(ctx, unanswered)
	if err != nil {
		return nil, fmt.Errorf("look at region %s: %w", f.spared.region, err)
	}
	return probes, nil
}

// Recover has nothing to put back.
func (none) Recover(context.Context) error { return nil }

// AwaitHealed has nothing to wait for.
func (none) AwaitHealed(context.Context) error { return nil }
