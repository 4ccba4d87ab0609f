package assess

import (
	"slices"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// recoveryTime measures, from the fault, when work was first completed again
// and when throughput was sustained, where Namespaces moved not before they had.
// Both are intervals. The fault took effect
// somewhere between its request and the moment every probe saw it; the lower
// bound counts from the later, the upper from the earlier.
func (c *docket) recoveryTime() drills.RecoveryTime {
	if !c.faulted {
		return drills.RecoveryTime{}
	}
	times := c.Drill.Completions(c.Timeline, c.affected...)
	fault := time.Duration(c.effective)
	horizon := c.horizon()
	var out drills.RecoveryTime

	low, _ := slices.BinarySearch(times, fault)
	if low < len(times) && times[low] < horizon {
		out.FirstProgress = c.interval(fault, times[low])
	} else {
		out.FirstProgress = c.unbounded(horizon)
	}
	moved := time.Duration(c.movedSince())
	before, first, ok := c.Drill.Recovered(c.recovery(), times, moved, horizon)
	if before == moved { // nobody looked then: what was seen before it is the last known bad
		before = lastOf(times, fault, moved)
	}
	if ok {
		out.Recovered, out.Sustained = true, c.interval(before, first)
	} else {
		out.Sustained = c.unbounded(c.lastBad(times, before, horizon))
	}
	return out
}

// lastOf is the last of the sorted times in [from, to], or from.
func lastOf(times []time.Duration, from, to time.Duration) time.Duration {
	i, found := slices.BinarySearch(times, to)
	switch {
	case found:
		return to
	case i > 0 && times[i-1] > from:
		return times[i-1]
	}
	return from
}

// lastBad is until when a throughput that was not seen sustained is known to
// have been down. A completion in the last window may have begun the recovery:
// the record ends too early to tell.
func (c *docket) lastBad(times []time.Duration, before, horizon time.Duration) time.Duration {
	unwatched := max(time.Duration(c.effective), horizon-c.Drill.SteadyState.Window+1)
	i, _ := slices.BinarySearch(times, unwatched)
	if i == len(times) || times[i] >= horizon {
		return horizon
	}
	return c.quietBetween(before, times[i])
}

func (c *docket) recovery() drills.Recovery {
	times := c.Timeline.Completions(c.affected...)
	return drills.NewRecovery(times, time.Duration(c.steadyUntil), c.Drill.SteadyState.Window, c.Drill.Offered(c.affected))
}

// horizon is until when the outage was watched: the failback disturbs
// throughput again, and the end of the record ends all.
func (c *docket) horizon() time.Duration {
	if at, ok := c.Timeline.Mark(drills.HealRequested); ok {
		return time.Duration(at)
	}
	return c.end()
}

// end is the last time that the record tells of.
func (c *docket) end() time.Duration {
	var last drills.Offset
	for _, e := range c.Timeline {
		last = max(last, e.At)
	}
	return time.Duration(last)
}

// interval bounds a recovery first seen at first. It was known bad at the
// completion before it, or at the last look in between that found nothing new.
func (c *docket) interval(before, first time.Duration) drills.Interval {
	upper := drills.Offset(first) - c.requested
	bad := drills.Offset(c.quietBetween(before, first))
	return drills.Interval{Lower: max(c.since(bad), 0), Upper: &upper}
}

// quietBetween is the last look between two times that found nothing new, or
// the first of the two.
func (c *docket) quietBetween(before, first time.Duration) time.Duration {
	bad := before
	for _, e := range c.Timeline {
		if at := time.Duration(e.At); e.Kind == drills.KindQuiet && slices.Contains(c.affected, e.Namespace) && at > bad && at < first {
			bad = at
		}
	}
	return bad
}

// unbounded is a recovery whose end was not seen; it was still down at bad.
func (c *docket) unbounded(bad time.Duration) drills.Interval {
	return drills.Interval{Lower: max(c.since(drills.Offset(bad)), 0)}
}

// attribution splits the Recovery Time at the stages it passed: each share is
// the time spent to reach the next stage, and all shares add up to the upper
// bound of the sustained interval, less what the fault took to take effect.
// In a control no time went anywhere.
func (c *docket) attribution(stages []drills.StageTime, recovery drills.RecoveryTime) []drills.Attribution {
	out := []drills.Attribution{}
	if !recovery.Recovered || c.Drill.Control() {
		return out
	}
	spent, causes := drills.Offset(0), c.causes()
	inOrder := slices.SortedStableFunc(slices.Values(stages), func(a, b drills.StageTime) int { return int(a.At - b.At) })
	for _, s := range inOrder {
		cause, known := causes[s.Name]
		still := len(c.moved) == 0 && s.Name == drills.FirstCompleted // what was under way ends also while a fault lasts
		if !known || still || s.At < spent {
			continue
		}
		out = append(out, drills.Attribution{Cause: cause.name, Seconds: s.At - spent, Detail: cause.detail})
		spent = s.At
		if s.Name == drills.ThroughputSustained {
			break
		}
	}
	return out
}

type cause struct{ name, detail string }

// causes names the time that leads up to a stage.
func (c *docket) causes() map[drills.Stage]cause {
	return map[drills.Stage]cause{
		drills.FaultEnded:          {"fault", "until the fault ended by itself"},
		drills.Detected:            {"detection", "health probes until the declared number failed"},
		drills.Approved:            {"person, waited for", "from the detection until a person had approved the failover"},
		drills.Promoted:            {"promotion", c.how()},
		drills.StorePromoted:       {"store", "the survivor's store promoted, or handed over with every row"},
		drills.EndpointRerouted:    {"endpoint", "update of the Namespace Endpoint in every surviving region"},
		drills.Provisioned:         {"cold start, declared", "image pull and machine start, as the drill declares"},
		drills.WorkersStarted:      {"cold start, measured", "start of the real processes"},
		drills.TrafficMoved:        {"traffic", "starters of the survivor told to carry the load"},
		drills.FirstPoll:           {"polls", "warm-up, poller back-off and the survivor's caches"},
		drills.FirstTask:           {"first task", "back-off of the other pollers, until a worker completed a task"},
		drills.FirstCompleted:      {"first completion", "until a workflow ended in the survivor"},
		drills.ThroughputSustained: {"ramp", "until completions stayed at 90 % of the steady state"},
	}
}
