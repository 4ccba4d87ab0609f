package toxics

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// processes are those of a region that a fault kills or freezes.
type processes struct {
	fault  *fault
	freeze bool
	struck []string
}

// processesOf is what a fault does to processes; nil where it leaves them alone.
func processesOf(f *fault) part {
	if len(f.blast.Processes) == 0 {
		return nil
	}
	switch f.spec.Kind {
	case drills.FleetIdle, drills.FleetSlots:
		return &workers{fault: f, occupy: f.spec.Kind == drills.FleetSlots}
	case drills.FleetCrashLoop:
		return &crashLoop{processes: processes{fault: f}}
	case drills.FleetSlowStart:
		return &slowStart{processes: processes{fault: f}}
	}
	return &processes{fault: f, freeze: f.spec.Flavour == drills.Freeze || f.spec.Kind == drills.FleetFreeze}
}

// victims lists the processes that run and are in the blast radius.
func (f *fault) victims() []string {
	running := f.site.Machines.Running(f.blast.Region)
	return slices.DeleteFunc(running, func(name string) bool { return !f.blast.Strikes(name) })
}

func (f *fault) noVictims() error {
	return fmt.Errorf("region %s runs no %s that could be struck", f.blast.Region, roles(f.blast.Processes))
}

func (p *processes) setUp(context.Context) error { return nil }

func (p *processes) inject(ctx context.Context) error {
	p.struck = p.fault.victims()
	if p.freeze {
		return p.fault.site.Machines.Freeze(ctx, p.struck)
	}
	return p.fault.site.Machines.Kill(ctx, p.struck)
}

// look asks the system for each process.
func (p *processes) look(ctx context.Context) ([]drills.Probe, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	want := drills.ProcessGone
	if p.freeze {
		want = drills.ProcessFrozen
	}
	var out []drills.Probe
	for _, name := range p.struck {
		at := time.Now()
		state, err := p.fault.site.Machines.State(name)
		if err != nil {
			return nil, err
		}
		out = append(out, drills.Probe{Subject: name, Broken: state == want, Detail: fmt.Sprintf("the process is %s", state), At: at})
	}
	if len(out) == 0 {
		return nil, p.fault.noVictims()
	}
	return out, nil
}

func roles(list []drills.Role) string {
	var out []string
	for _, r := range list {
		out = append(out, string(r))
	}
	return strings.Join(out, ", ")
}

func (p *processes) recover(ctx context.Context) error {
	if !p.freeze {
		return nil // the region is started again once its Links carry
	}
	return p.fault.site.Machines.Thaw(ctx, p.struck)
}

// works fails while a process that was struck does not run. What a model has no
// use for any more stays away.
func (p *processes) works(context.Context) error {
	for _, name := range p.struck {
		state, err := p.fault.site.Machines.State(name)
		if err != nil {
			return err
		}
		if state == drills.ProcessFrozen {
			return notYet(name + " is frozen")
		}
	}
	return nil
}

func (p *processes) cleanUp(ctx context.Context) error {
	if !p.freeze || len(p.struck) == 0 {
		return nil
	}
	return errors.Join(p.fault.site.Machines.Thaw(ctx, p.struck))
}
