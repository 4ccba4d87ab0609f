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
	out.holdOff()
	return &out
}

// holdOff has a drill whose first fault would come at once come at some time of the
// standby's back-off. Where other faults count from the steady state too, all of them
// come later by the same, so that their order stays.
func (d *Drill) holdOff() {
	if len(d.Faults) == 0 || d.Faults[0].At != 0 || d.Faults[0].Delay != (Span{}) {
		return
	}
	var together []*FaultSpec
	for i := range d.Faults {
		if d.Faults[i].Trigger() == SteadyStateReached {
			together = append(together, &d.Faults[i])
		}
	}
	if span := StandbyBackoff(); len(together) == 1 {
		d.Faults[0].Delay = span
	} else {
		for _, f := range together {
			f.At += (span.Least + span.Most) / 2
		}
	}
}

// namespaces is how many there are of the drill's model.
func (d *Drill) namespaces() int {
	if traits, _ := d.Model.traits(); traits.perRegion {
		return cmp.Or(len(d.Regions), 1)
	}
	return 1
}
