package report

import (
	"fmt"

	"github.com/failoverdrill/failoverdrill/drills"
)

// leaves reports whether the fault moves a Namespace.
func (p *planner) leaves(ns drills.Namespace) bool { return p.drill.Moves(nil, ns) }

// active is where a Namespace stays once the drill is over.
func (p *planner) active(ns drills.Namespace) string {
	active, _ := p.drill.Stays(nil, ns)
	return active
}

// asked is what stands between the detection and the failover, by the drill's mode.
func (p *planner) asked() []step {
	switch p.drill.Failover.Mode {
	case drills.NoFailover:
		return []step{does("no failover", p.each(func(ns drills.Namespace) string {
			return fmt.Sprintf("nothing moves: %s waits in %s for the end of the fault", ns.Name, ns.Home)
		})...)}
	case drills.Manual:
		return []step{does("approval",
			"a person is asked, and types failoverdrill approve; until then nothing moves, and if nobody comes while the outage is observed nothing ever does",
			"the person's time is part of the Recovery Time, and told apart")}
	}
	return nil
}

// promotion makes the survivor active.
func (p *planner) promotion() step {
	way := p.drill.Failover.Mode.Way()
	promotion := does("promotion", p.each(func(ns drills.Namespace) string {
		if way.Handover {
			return handover(ns.Name, ns.Home, ns.Replica)
		}
		return fmt.Sprintf("%s becomes active in %s, forced: by the surviving cluster, without waiting for %s", ns.Name, ns.Replica, ns.Home)
	})...)
	switch {
	case way.Handover && way.Forced:
		promotion = promotion.until("else it is forced by the surviving cluster, and the handover ended as soon as the region can be asked", drills.HybridAfter)
	case way.Handover:
		promotion = promotion.until("it needs the region that is left: it is tried while the outage is observed, and never forced", 0)
	}
	return promotion
}

// handover is what the server does when it is asked for one.
func handover(namespace, from, to string) string {
	return fmt.Sprintf("%s is handed over to %s by the cluster of %s: once that of %s is nearly up to date, nobody is served until it has everything",
		namespace, to, from, to)
}

// each tells of every Namespace of the lost region.
func (p *planner) each(say func(drills.Namespace) string) []string {
	var out []string
	for _, ns := range p.topology.HomedIn(p.fault.Region) {
		out = append(out, say(ns))
	}
	return out
}

// failback is how the Namespaces come home, or that they do not.
func (p *planner) failback() []step {
	mode := p.drill.Failback.Mode
	if p.lost == "" || p.drill.Failover.Mode == drills.NoFailover {
		return nil // none has left
	}
	if mode == drills.FailbackNever {
		return []step{does("no failback", p.each(func(ns drills.Namespace) string {
			return fmt.Sprintf("%s stays in %s, and the drill goes on there", ns.Name, ns.Replica)
		})...)}
	}
	s := does("failback", p.unasked())
	for _, said := range p.each(p.moveHome) {
		s = s.until(said, 0)
	}
	if way := mode.Way(); way.Handover && way.Forced {
		s = s.until("where the handover takes longer, it is ended and the failback forced, asked of the survivor", drills.HybridAfter)
	}
	return []step{s.until("until completions stay up at home", p.drill.Observe.Outage)}
}

// unasked tells what has the control plane fail back on its own; empty where it is
// asked to, once the region has caught up.
func (p *planner) unasked() string {
	region, detect := p.fault.Region, p.drill.Failover.Detect
	switch p.drill.Failback.Mode {
	case drills.FailbackAutomatic:
		return fmt.Sprintf("nobody asks: it begins once %s has answered %d health probes in a row, one every %s, and has caught up",
			region, detect.Failures, short(detect.Interval))
	case drills.FailbackImmediate:
		return fmt.Sprintf("nobody asks: it begins as soon as %s answers, before it has caught up; what is lost by that, the drill shows", region)
	}
	return ""
}
