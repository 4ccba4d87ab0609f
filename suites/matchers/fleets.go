package matchers

import (
	"fmt"
	"strings"

	"github.com/onsi/gomega/types"

	"github.com/failoverdrill/failoverdrill/drills"
)

// WorkBefore matches a drill in which the Fleets of a region, of every
// Namespace they serve in that state, completed work before the fault.
func WorkBefore(region string, state drills.FleetState) types.GomegaMatcher {
	return fleets("to have worked before the fault", region, state, func(f drills.FleetCounts) bool { return f.TasksBefore > 0 })
}

// RestBefore matches a drill in which the Fleets of a region in that state
// completed nothing before the fault.
func RestBefore(region string, state drills.FleetState) types.GomegaMatcher {
	return fleets("to have rested before the fault", region, state, func(f drills.FleetCounts) bool { return f.TasksBefore == 0 })
}

// WorkAfter matches a drill in which the Fleets of a region in that state
// completed work after the fault.
func WorkAfter(region string, state drills.FleetState) types.GomegaMatcher {
	return fleets("to have worked after the fault", region, state, func(f drills.FleetCounts) bool { return f.TasksAfter > 0 })
}

func fleets(want, region string, state drills.FleetState, holds func(drills.FleetCounts) bool) types.GomegaMatcher {
	return &matcher{fmt.Sprintf("its %s fleets of %s %s", state, region, want), func(r drills.Report) (string, bool) {
		var lines []string
		ok := true
		for _, f := range r.Fleets {
			if f.Region == region && f.State == state {
				ok = ok && holds(f)
				lines = append(lines, fmt.Sprintf("%s of %s: %d tasks before the fault, %d after", f.Region, f.Namespace, f.TasksBefore, f.TasksAfter))
			}
		}
		if len(lines) == 0 {
			return "there is no such fleet", false
		}
		return strings.Join(lines, "\n  "), ok
	}}
}
