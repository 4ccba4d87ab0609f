package assess

import (
	"fmt"
	"slices"
	"strings"

	"github.com/failoverdrill/failoverdrill/drills"
)

// returns reports whether the Namespaces that left have to come home.
func (c *docket) returns() bool {
	return len(c.moved) > 0 && c.Drill.Failback.Mode != drills.FailbackNever
}

// stays is where a Namespace has to be active in the end, and where its replica
// is then.
func (c *docket) stays(ns drills.Namespace) (active, replica string) {
	return c.Drill.Stays(c.Timeline, ns)
}

// settled is since when every Namespace has to be where it stays: since it was
// failed back, or since the region is there again where nothing comes back. In a
// control it is there all the time.
func (c *docket) settled() (drills.Offset, bool) {
	switch {
	case c.Drill.Control():
		return c.effective, c.faulted
	case c.returns():
		return c.Timeline.Mark(drills.FailedBack)
	}
	return c.Timeline.Mark(drills.Healed)
}

// movedSince is from when on throughput counts as recovered: not before the
// Namespaces had moved that have to. A fault that leaves them at work for a
// while is not over before the failover is.
func (c *docket) movedSince() drills.Offset {
	at, _ := c.Drill.MovedAt(c.Timeline)
	if end := drills.Offset(c.horizon()); at > end {
		return c.effective // it is no part of what was observed
	}
	return max(at, c.effective)
}

// givenUp tells of each failover that could not be carried out.
func (c *docket) givenUp() []string {
	var out []string
	for _, e := range c.Timeline {
		if e.Kind == drills.KindMark && e.Name == string(drills.FailoverGivenUp) {
			out = append(out, fmt.Sprintf("the failover of %s was given up: %s", e.Namespace, e.Detail))
		}
	}
	return out
}

// failover is how the Namespaces of the lost region left it.
func (c *docket) failover() drills.Move {
	m := drills.Move{Mode: string(c.Drill.Failover.Mode)}
	_, m.Done = c.Drill.MovedAt(c.Timeline)
	c.handovers(&m, func(e drills.Event) bool { return e.Region == c.lost })
	m.Forced = m.Done && !c.handedOver(func(e drills.Event) bool { return e.Region == c.lost })
	asked, wasAsked := c.Timeline.Mark(drills.ApprovalRequested)
	if came, did := c.Timeline.Mark(drills.Approved); did && wasAsked {
		m.Person = came - asked
	}
	return m
}

// failback is how they came home.
func (c *docket) failback() drills.Move {
	m := drills.Move{Mode: string(c.Drill.Failback.Mode)}
	if m.Mode == "" {
		m.Mode = string(drills.FailbackForced)
	}
	_, m.Done = c.Timeline.Mark(drills.FailedBack)
	c.handovers(&m, func(e drills.Event) bool { return e.Region != c.lost })
	m.Forced = m.Done && !c.handedOver(func(e drills.Event) bool { return e.Region != c.lost })
	return m
}

// handovers sums the handovers of the affected Namespaces that were tried.
func (c *docket) handovers(m *drills.Move, wanted func(drills.Event) bool) {
	for _, e := range c.Timeline {
		if e.Kind != drills.KindHandover || !wanted(e) || !slices.Contains(c.affected, e.Namespace) {
			continue
		}
		if e.Name == drills.HandoverFailed {
			m.Failed++
			continue
		}
		m.Handover = max(m.Handover, seconds(e.Value))
	}
}

func (c *docket) handedOver(wanted func(drills.Event) bool) bool {
	return slices.ContainsFunc(c.Timeline, func(e drills.Event) bool {
		return e.Kind == drills.KindHandover && e.Name == drills.HandoverDone && wanted(e) && slices.Contains(c.affected, e.Namespace)
	})
}

// how tells in which way a promotion was made, as its share of the Recovery Time
// is shown.
func (c *docket) how() string {
	m := c.failover()
	switch {
	case m.Handover == 0:
		return "forced failover, measured on the surviving cluster"
	case m.Forced:
		return fmt.Sprintf("handover given up after %s, then forced", m.Handover)
	}
	return "handover by the cluster that was left, until the survivor was active"
}

// loses reports whether a fault takes a region from the control plane.
func (c *docket) loses() bool { return slices.ContainsFunc(c.Drill.Faults, drills.FaultSpec.Loses) }

// unmoved tells what of the failover was not to happen, for a drill in which
// nothing moves.
func (c *docket) unmoved() string {
	switch {
	case !c.loses():
		return "no region was declared lost, no namespace promoted"
	case len(c.givenUp()) > 0:
		return fmt.Sprintf("%s declared lost once, no namespace promoted: %s", c.lost, strings.Join(c.givenUp(), "; "))
	}
	return fmt.Sprintf("%s declared lost once, no namespace promoted, as declared", c.lost)
}
