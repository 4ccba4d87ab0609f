package report

import (
	"fmt"

	"github.com/failoverdrill/failoverdrill/drills"
)

// nothing is the step of a control at which another drill breaks something.
func (p *planner) nothing() step {
	return does("no fault",
		"nothing is broken, and nothing fails over: a control, of which there is nothing to report",
		fmt.Sprintf("each of the %d processes and %d Links that an outage of %s would sever is probed, and has to be alive",
			len(p.topology.Components(p.fault.Region)), len(p.fault.Blast(p.topology).Links()), p.fault.Region))
}

// watched is how long a control is watched at least; empty for other drills.
func (p *planner) watched() string {
	if p.lost != "" {
		return ""
	}
	detect := p.drill.Failover.Detect
	return fmt.Sprintf("for at least %s and the %s that a detection takes, of which there must be none",
		short(p.drill.SteadyState.Window), short(detect.Within()))
}

// afterwards heads what becomes of something once the fault was there.
func (p *planner) afterwards() string {
	if p.lost == "" || p.drill.Failover.Mode == drills.NoFailover {
		return "afterwards"
	}
	return "after failover"
}
