package toxics

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// processes are those of a region that a fault strikes.
type processes struct {
	fault  *fault
	how    strike
	struck []string
}

// strike is what is done to processes, and how that is undone.
type strike struct {
	do   func(drills.Processes, context.Context, []string) error
	undo func(drills.Processes, context.Context, []string) error // nil where they start again
	want drills.ProcessState                                     // of one that was struck
	// first has it done, and over, before anything else of the fault.
	first bool
}

func kill() strike { return strike{do: drills.Processes.Kill, want: drills.ProcessGone} }

// strikeOf is what a fault does to processes.
func strikeOf(spec drills.FaultSpec) strike {
	switch {
	case spec.Kind == drills.FleetFreeze || spec.Flavour == drills.Freeze:
		return strike{do: drills.Processes.Freeze, undo: drills.Processes.Thaw, want: drills.ProcessFrozen}
	case spec.Flavour == drills.Unplugged:
		return strike{do: drills.Processes.Unplug, undo: drills.Processes.Plug, want: drills.ProcessUnplugged}
	case spec.Flavour == drills.Stop: // what drains needs its Links until it is done
		return strike{do: drills.Processes.Shut, want: drills.ProcessGone, first: true}
	}
	return kill()
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
		return &crashLoop{processes: processes{fault: f, how: kill()}}
	case drills.FleetSlowStart:
		return &slowStart{processes: processes{fault: f, how: kill()}}
	}
	return &processes{fault: f, how: strikeOf(f.spec)}
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

// before strikes them ahead of everything else, where that is how the fault goes.
func (p *processes) before(ctx context.Context) error {
	if !p.how.first {
		return nil
	}
	return p.hit(ctx)
}

func (p *processes) inject(ctx context.Context) error {
	if p.how.first {
		return nil
	}
	return p.hit(ctx)
}

func (p *processes) hit(ctx context.Context) error {
	p.struck = p.fault.victims()
	return p.how.do(p.fault.site.Machines, ctx, p.struck)
}

// look asks the system for each process.
func (p *processes) look(ctx context.Context) ([]drills.Probe, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var out []drills.Probe
	for _, name := range p.struck {
		at := time.Now()
		state, err := p.fault.site.Machines.State(name)
		if err != nil {
			return nil, err
		}
		out = append(out, drills.Probe{Subject: name, Broken: state == p.how.want, Detail: fmt.Sprintf("the process is %s", state), At: at})
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
	if p.how.undo == nil {
		return nil // the region is started again once its Links carry
	}
	return p.how.undo(p.fault.site.Machines, ctx, p.struck)
}

// works fails while a process that was struck does not run. What a model has no
// use for any more stays away.
func (p *processes) works(context.Context) error {
	for _, name := range p.struck {
		state, err := p.fault.site.Machines.State(name)
		if err != nil {
			return err
		}
		if p.how.undo != nil && state == p.how.want {
			return notYet(fmt.Sprintf("%s is %s", name, state))
		}
	}
	return nil
}

func (p *processes) cleanUp(ctx context.Context) error {
	if p.how.undo == nil || len(p.struck) == 0 {
		return nil
	}
	return p.how.undo(p.fault.site.Machines, ctx, p.struck)
}
