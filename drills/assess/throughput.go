package assess

import (
	"slices"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// throughput is the completions per second of each Namespace before, during
// and after the outage.
func (c *docket) throughput(recovery drills.RecoveryTime) []drills.Throughput {
	out := []drills.Throughput{}
	window := c.Drill.SteadyState.Window
	for _, ns := range c.topology.Namespaces {
		t := drills.Throughput{
			Namespace: ns.Name, Affected: !c.Drill.Control() && slices.Contains(c.affected, ns.Name), Declared: float64(c.Drill.Workload.Rate),
		}
		if c.faulted {
			times := c.Drill.Completions(c.Timeline, ns.Name)
			until := time.Duration(c.steadyUntil)
			t.Steady = drills.PerSecond(times, until-window, until)
			end := c.horizon()
			if t.Affected {
				end = c.outageEnd(recovery)
			}
			t.Outage = drills.PerSecond(times, time.Duration(c.effective), end)
			if up := recovery.Sustained.Upper; up != nil {
				begin := time.Duration(*up + c.requested)
				t.Recovered = drills.PerSecond(times, begin, begin+window)
			}
		}
		out = append(out, t)
	}
	return out
}

// outageEnd is when throughput was sustained, or until when it was watched.
func (c *docket) outageEnd(recovery drills.RecoveryTime) time.Duration {
	if up := recovery.Sustained.Upper; up != nil {
		return time.Duration(*up + c.requested)
	}
	return c.horizon()
}
