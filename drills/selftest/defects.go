// Package selftest plants defects, one at a time, and holds the harness to
// finding each for the right reason, and none where none was planted.
package selftest

import (
	"context"
	"fmt"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/harness"
)

// Defect is something that a harness must not overlook.
type Defect struct {
	Name    string
	Verdict drills.Verdict // that it has to end in
	Finding string         // part of the reason that has to be given
	// Base names the shipped drill that it is planted in; empty is active-hot.
	Base string
	// One of these plants it: in the drill, in the world while the drill runs,
	// or in the record of a run that passed.
	drill func(*drills.Drill)
	plant func(harness.Scene) drills.World
	alter func(dir string) error
}

// Defects lists all that are planted, those in a record first: they need no run
// of their own.
func Defects() []Defect {
	return []Defect{
		{Name: "acknowledged start dropped", Verdict: drills.Fail, Finding: "lostAfterHeal", alter: dropStart},
		{Name: "acknowledged signal dropped", Verdict: drills.Fail, Finding: "lostAfterHeal", alter: dropSignal},
		{Name: "ledger truncated", Verdict: drills.Inconclusive, Finding: "ledger not witnessed", alter: truncateLedger},
		{Name: "clock jump", Verdict: drills.Inconclusive, Finding: "clock not witnessed", alter: jumpClock},
		{Name: "record cut short", Verdict: drills.Inconclusive, Finding: "the record breaks off", alter: cutEvents},
		{Name: "standby fleet on the wrong endpoint", Verdict: drills.Inconclusive, Finding: "model not witnessed", drill: wrongEndpoint},
		{Name: "fault that never took effect", Verdict: drills.Inconclusive, Finding: "fault not witnessed", plant: noEffect},
		{Name: "half the fault", Verdict: drills.Inconclusive, Finding: "fault not witnessed", plant: halfTheFault},
		{Name: "load generator stalled", Verdict: drills.Inconclusive, Finding: "no steady state", drill: held, plant: stalledLoad},
		{Name: "load generator stalled in the outage", Verdict: drills.Inconclusive, Finding: "load not witnessed", plant: stalledInOutage},
		{Name: "workers alive but idle", Verdict: drills.Fail, Finding: "first-poll not seen", drill: held, plant: idleWorkers},
		{Name: "activity executed twice", Verdict: drills.Fail, Finding: "effects once", drill: held, plant: executedTwice},
		{Name: "retry suppressed", Verdict: drills.Fail, Finding: "activities dispatched", drill: heldLonger, plant: retrySuppressed},
		{Name: "replication stopped before the cut", Verdict: drills.Fail, Finding: "recoveryPoint", drill: heldLonger, plant: stoppedReplication},
		{Name: "failback skipped", Verdict: drills.Inconclusive, Finding: "return not witnessed", plant: skippedFailback},
		{Name: "stale DNS", Verdict: drills.Inconclusive, Finding: "endpoint not witnessed: the name server of us-west leads orders to us-east", Base: "active-cold", drill: quickColdStart, plant: staleDNS},
		{Name: "region that never returns", Verdict: drills.Inconclusive, Finding: "return not witnessed", plant: neverReturns},
	}
}

// short has a drill take no longer than it takes to see what is looked for.
func short(d *drills.Drill) {
	d.Faults[0].Delay = drills.Span{}
	d.Observe.Outage = 40 * time.Second
	limit := 30 * time.Second
	d.Objectives.RecoveryTime = &limit
}

// held leaves time between the steady state and the fault, in which a defect
// is planted.
func held(d *drills.Drill) {
	d.Faults[0].Delay = drills.Span{Least: 3 * time.Second, Most: 3 * time.Second}
}

func heldLonger(d *drills.Drill) {
	d.Faults[0].Delay = drills.Span{Least: 9 * time.Second, Most: 9 * time.Second}
}

func wrongEndpoint(d *drills.Drill) {
	standby := d.Regions[1]
	settings := d.Fleets[standby]
	settings.Endpoint = drills.NamespaceEndpoint
	d.Fleets[standby] = settings
}

func quickColdStart(d *drills.Drill) { d.Provision = drills.Provisioning{ImagePull: time.Second} }

// altered is a fault of which a part is another.
type altered struct {
	drills.Fault
	inject  func(context.Context) error
	recover func(context.Context) error
}

func (f altered) Inject(ctx context.Context) error {
	if f.inject != nil {
		return f.inject(ctx)
	}
	return f.Fault.Inject(ctx)
}

func (f altered) Recover(ctx context.Context) error {
	if f.recover != nil {
		return f.recover(ctx)
	}
	return f.Fault.Recover(ctx)
}

func nothing(context.Context) error { return nil }

func primary(s harness.Scene) string { return s.Stack.Topology().Regions[0] }

func secondary(s harness.Scene) string { return s.Stack.Topology().Regions[1] }

func noEffect(s harness.Scene) drills.World {
	s.World.Faults[0] = altered{Fault: s.World.Faults[0], inject: nothing}
	return s.World
}

// halfTheFault kills the region's processes and leaves its Links as they are.
func halfTheFault(s harness.Scene) drills.World {
	crash := func(ctx context.Context) error { return s.Stack.Kill(ctx, s.Stack.Running(primary(s))) }
	s.World.Faults[0] = altered{Fault: s.World.Faults[0], inject: crash}
	return s.World
}

func neverReturns(s harness.Scene) drills.World {
	s.World.Faults[0] = altered{Fault: s.World.Faults[0], recover: nothing}
	return s.World
}

// freeze stops components where they stand, once an event of that name came.
func freeze(s harness.Scene, after drills.Stage, names ...string) drills.World {
	s.After(after, func(context.Context) error {
		for _, name := range names {
			c, known := s.Stack.Component(name)
			if !known {
				return fmt.Errorf("freeze %s: there is none", name)
			}
			if err := c.Freeze(); err != nil {
				return err
			}
		}
		return nil
	})
	return s.World
}

func stalledLoad(s harness.Scene) drills.World {
	return freeze(s, drills.SteadyStateReached, primary(s)+"/starter-orders")
}

// stalledInOutage freezes the survivor's starter once it carries the load, and
// lets it go on while the outage is still watched: it catches up.
func stalledInOutage(s harness.Scene) drills.World {
	name := secondary(s) + "/starter-orders"
	s.After(drills.TrafficMoved, func(ctx context.Context) error {
		c, known := s.Stack.Component(name)
		if !known {
			return fmt.Errorf("freeze %s: there is none", name)
		}
		if err := c.Freeze(); err != nil {
			return err
		}
		stall := time.NewTimer(4 * time.Second) // the defect itself
		defer stall.Stop()
		select {
		case <-stall.C:
		case <-ctx.Done():
		}
		return c.Thaw()
	})
	return s.World
}

func idleWorkers(s harness.Scene) drills.World {
	return freeze(s, drills.SteadyStateReached, secondary(s)+"/worker-orders-0")
}

// stoppedReplication closes the Links that the survivor replicates over. The
// harness restores them with the region's other Links.
func stoppedReplication(s harness.Scene) drills.World {
	s.After(drills.SteadyStateReached, func(ctx context.Context) error {
		var links []drills.Link
		for _, link := range s.Stack.Topology().Links {
			if link.Role == drills.ReplicationLink {
				links = append(links, link)
			}
		}
		return s.Links.Refuse(ctx, links)
	})
	return s.World
}

// failbackSkipped says that it failed back.
type failbackSkipped struct{ drills.ControlPlane }

func (failbackSkipped) Failback(context.Context, string) (string, error) { return "not at all", nil }

func skippedFailback(s harness.Scene) drills.World {
	s.World.Control = failbackSkipped{s.World.Control}
	return s.World
}

// staleDNS has the Namespace Endpoint lead to the lost region after all.
func staleDNS(s harness.Scene) drills.World {
	s.After(drills.EndpointRerouted, func(ctx context.Context) error { return s.Stack.Lead(ctx, "orders", primary(s)) })
	return s.World
}
