package report

import (
	"fmt"

	"github.com/failoverdrill/failoverdrill/drills"
)

// goesOn reports whether a region lives on behind its border, cut off.
func (p *planner) goesOn(region string) bool { return region == p.drill.Isolated() }

// opened is what a drill that makes conflicts begins with.
func (p *planner) opened() string {
	if p.drill.Conflicts() == 0 {
		return ""
	}
	return fmt.Sprintf("%s start that both sides will act on, and both regions hold them alike", count(p.drill.Conflicts(), "Workflow"))
}

// conflicts is what both sides of a split do.
func (p *planner) conflicts() []step {
	n := p.drill.Conflicts()
	if n == 0 {
		return nil
	}
	var out []string
	for _, ns := range p.drill.Leaves() {
		out = append(out,
			fmt.Sprintf("once %s and %s both believe %s active and the survivor works, both signal and update the %d that are open, and start %d of the same ids",
				ns.Home, ns.Replica, ns.Name, n, n),
			fmt.Sprintf("of each, both complete %d and leave %d open", n/2, n-n/2))
	}
	return []step{does("conflicts", out...)}
}

// closed is what becomes of what conflicts leave open.
func (p *planner) closed() string {
	if p.drill.Conflicts() == 0 {
		return ""
	}
	return "what both sides acted on and left open is closed"
}

// isolated is what goes on behind the border of a region that is cut off.
func isolated(f drills.FaultSpec) string {
	return fmt.Sprintf("within %s all goes on: its Workers and starters reach its cluster, which accepts what they ask", f.Region)
}
