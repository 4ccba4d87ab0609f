package drills

import (
	"cmp"
	"fmt"
	"time"
)

// StandbyBackoff is how long a standby Worker's poll back-off takes to reach its cap,
// and one wait at that cap: a fault that comes anywhere in it finds the back-off as
// runs in production do.
func StandbyBackoff() Span { return Span{Least: 13 * time.Second, Most: 23 * time.Second} }

// Under is the drill as another model has it, to hold models against each other: the
// same regions, network, workload, probes, faults, objectives and seed. The rates are
// of all Namespaces together, whatever their number. What only some models know goes
// where this one does not: Fleets, starters and Clients of its own, what becomes of passive polls, the start
// of what runs already. A fault that has no delay comes some time into the steady
// state: see StandbyBackoff.
//
// It may be invalid, as Validate tells: not every fault is of every model.
func (d *Drill) Under(m Model) *Drill {
	out := *d
	out.Name, out.Model = fmt.Sprintf("%.50s-%s", d.Name, m), m
	out.Fleets, out.Forwarding, out.Starters, out.Clients = nil, Forwarding{}, nil, Clients{}
	traits, _ := m.traits()
	if traits.secondary != FleetAbsent {
		out.Codec.AfterWorkers = 0
		if !traits.addCapacity {
			out.Provision = Provisioning{}
		}
	}
	was, now := d.namespaces(), out.namespaces()
	share := func(r Rate) Rate { return r * Rate(was) / Rate(now) }
	out.Workload.Rate = share(d.Workload.Rate)
	p := d.Probes
	out.Probes = Probes{Start: share(p.Start), Signal: share(p.Signal), Query: share(p.Query), Update: share(p.Update), Workflow: share(p.Workflow)}
	out.Faults = append([]FaultSpec{}, d.Faults...)
	for i := range out.Faults {
		if f := &out.Faults[i]; i == 0 && f.Delay == (Span{}) && f.At == 0 {
			f.Delay = StandbyBackoff()
		}
	}
	return &out
}

// namespaces is how many there are of the drill's model.
func (d *Drill) namespaces() int {
	if traits, _ := d.Model.traits(); traits.perRegion {
		return cmp.Or(len(d.Regions), 1)
	}
	return 1
}
