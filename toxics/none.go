package toxics

import (
	"context"
	"fmt"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// none breaks nothing: a control. It looks, once, at everything that an outage
// of its region would sever.
type none struct{ spares *fault }

// SetUp has nothing to make ready.
func (none) SetUp(context.Context) error { return nil }

// Inject leaves everything as it is.
func (none) Inject(context.Context) error { return nil }

// AwaitEffect returns a probe of each process and each Link of the region. What
// cannot be shown to be alive counts as broken.
func (n none) AwaitEffect(ctx context.Context) ([]drills.Probe, error) {
	f := n.spares
	var out []drills.Probe
	for _, name := range f.site.Machines.Running(f.spec.Region) {
		state, err := f.site.Machines.State(name)
		if err != nil {
			return nil, fmt.Errorf("look at region %s: %w", f.spec.Region, err)
		}
		out = append(out, drills.Probe{Subject: name, Broken: state != drills.ProcessRuns, Detail: fmt.Sprintf("the process is %s", state), At: time.Now()})
	}
	for _, link := range f.blast.Links() {
		at := time.Now()
		came, err := knock(ctx, f.site, link)
		if came == "" {
			return nil, fmt.Errorf("look at region %s: probe link %s: %w", f.spec.Region, link.Name(), err)
		}
		out = append(out, drills.Probe{Subject: link.Name(), Broken: came != answered, Detail: string(came), At: at})
	}
	return out, nil
}

// Recover has nothing to put back.
func (none) Recover(context.Context) error { return nil }

// AwaitHealed has nothing to wait for.
func (none) AwaitHealed(context.Context) error { return nil }

// CleanUp has nothing to leave.
func (none) CleanUp(context.Context) error { return nil }
