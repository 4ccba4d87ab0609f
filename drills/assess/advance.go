package assess

import (
	"fmt"
	"strings"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// overdue is by how much something may be late when a Workflow is looked at: it
// has had the whole drain to come, and the clusters' own clocks settle in less.
const overdue = drills.Offset(10 * time.Second)

// readAt is when the census after the heal was complete, of one Namespace.
func (c *docket) readAt(namespace string) drills.Offset {
	var at drills.Offset
	for _, e := range c.Timeline {
		if e.Kind == drills.KindCensus && e.Name == drills.CensusAfterHeal && e.Namespace == namespace {
			at = max(at, e.At)
		}
	}
	return at
}

// activitiesDispatched wants that no Activity waits that was due long ago: after
// a failover, a retry that nothing will ever dispatch leaves its Workflow open
// for good.
func (c *docket) activitiesDispatched() drills.Invariant {
	const name = "activities dispatched"
	if !c.complete(drills.CensusAfterHeal) {
		return unseen(name, nobodyCounted)
	}
	var broken []string
	for e, w := range c.census[drills.CensusAfterHeal] {
		for _, p := range w.Pending {
			late := c.readAt(e.namespace) - p.DueAt
			if p.State == "Started" || late <= overdue {
				continue
			}
			broken = append(broken, fmt.Sprintf("%s of %s, attempt %d, was due %s before it was looked at and is %s: nothing dispatches it",
				p.Activity, e.id, p.Attempt, late, p.State))
		}
	}
	return judged(name, "none waits that was due", broken)
}

// timersAdvance wants that no timer of an open run is overdue.
func (c *docket) timersAdvance() drills.Invariant {
	const name = "timers advance"
	if !c.complete(drills.CensusAfterHeal) {
		return unseen(name, nobodyCounted)
	}
	var broken []string
	for e, w := range c.census[drills.CensusAfterHeal] {
		ended := map[int]bool{}
		for _, s := range w.Steps {
			if s.Type == timerFired || s.Type == timerCanceled {
				ended[s.Of] = true
			}
		}
		for i, s := range w.Steps {
			late := c.readAt(e.namespace) - s.At - s.Lasts
			if w.ClosedAt == 0 && s.Type == timerStarted && !ended[i] && late > overdue {
				broken = append(broken, fmt.Sprintf("a timer of %s was due %s before it was looked at and has not fired", e.id, late))
			}
		}
	}
	return judged(name, "none is overdue", broken)
}

// childrenAdvance wants that no child and no parent waits for the other: a child
// that ended is known to its parent, and one whose parent ended has ended.
func (c *docket) childrenAdvance() drills.Invariant {
	const name = "children advance"
	if !c.complete(drills.CensusAfterHeal) {
		return unseen(name, nobodyCounted)
	}
	current := c.current()
	var broken []string
	children := 0
	for id, w := range current {
		if w.Parent == "" {
			continue
		}
		children++
		parent, known := current[scoped{id.namespace, w.Parent}]
		switch {
		case w.ClosedAt == 0 && (!known || parent.ClosedAt != 0):
			broken = append(broken, fmt.Sprintf("%s is still open, and %s, whose child it is, is not", id.id, w.Parent))
		case w.ClosedAt != 0 && known && parent.ClosedAt == 0:
			broken = append(broken, fmt.Sprintf("%s has ended, and %s, whose child it is, is still open", id.id, w.Parent))
		}
	}
	return judged(name, fmt.Sprintf("%d have ended, and so have their parents", children), broken)
}

// schedulesAdvance wants that the schedules of every Namespace, which acted
// before the fault, act again once it is where it stays.
func (c *docket) schedulesAdvance() drills.Invariant {
	const name = "schedules advance"
	back, there := c.settled()
	switch {
	case (!there || !c.faulted) && c.returns():
		return unseen(name, "the namespaces were not failed back")
	case !there || !c.faulted:
		return unseen(name, "the region did not come back")
	}
	since := "since it is at home"
	if len(c.moved) > 0 && !c.returns() {
		since = "since the region is back"
	}
	var broken []string
	actions := 0
	for _, ns := range c.topology.Namespaces {
		before, after := 0, 0
		var last drills.Offset
		for _, e := range c.Timeline {
			if e.Kind != drills.KindAction || e.Namespace != ns.Name {
				continue
			}
			last = max(last, e.At)
			switch {
			case e.At <= c.requested:
				before++
			case e.At > back:
				after++
			}
		}
		if before == 0 {
			return unseen(name, "nobody saw a schedule of "+ns.Name+" act before the fault")
		}
		if after == 0 {
			broken = append(broken, fmt.Sprintf("no schedule of %s acted %s; the last did %s before", ns.Name, since, back-last))
		}
		actions += after
	}
	return judged(name, fmt.Sprintf("they acted %d times %s", actions, strings.Replace(since, "it is", "their namespaces are", 1)), broken)
}
