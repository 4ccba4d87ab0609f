package report

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// timetable puts the beginnings and ends of a drill's faults, and the steps of the
// failover that they bring or wait for, in the order of time.
//
//	steady state ─► faults[0] ─► detection ─► promotion ─► endpoint ─► survivor
//	     └ after it ┘    └ after it ┘ └── after it ──┘ └─ after it ─┘ └─ after it …
//
// Times count from the steady state and are those that are declared: what takes as
// long as it takes, such as a person or a handover, takes none of them.
type timetable struct {
	*planner
	stages  map[drills.Stage]time.Duration // when each comes
	moments []moment
	left    []int // faults that are still there when the drill heals
}

// moment is a step with its time. Of those at the same time the lower rank is first.
type moment struct {
	at   time.Duration
	rank int
	step step
}

// endRank has what ends come before what begins.
const endRank = -1

// ranked are the stages that faults wait for, in the order in which they come.
func ranked(stage drills.Stage) int {
	return 2 * slices.Index([]drills.Stage{
		drills.SteadyStateReached, drills.FaultRequested, drills.FaultEffective,
		drills.Detected, drills.Promoted, drills.EndpointRerouted, drills.TrafficMoved,
	}, stage)
}

// schedule is what happens between the steady state and the observation, and which
// faults the drill has to heal.
func (p *planner) schedule() ([]step, []int) {
	t := &timetable{planner: p, stages: map[drills.Stage]time.Duration{drills.SteadyStateReached: 0}}
	came := p.decided.Faults[0].At
	t.stages[drills.FaultRequested], t.stages[drills.FaultEffective] = came, came
	if p.lost != "" {
		t.failover(came)
	}
	for number := range p.decided.Faults {
		t.place(number)
	}
	slices.SortStableFunc(t.moments, func(a, b moment) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.rank, b.rank))
	})
	var out []step
	for _, m := range t.moments {
		out = append(out, m.step)
	}
	return out, t.left
}

// failover puts the steps of the control plane behind the loss of the region. A
// fault of the control plane holds some of them up.
func (t *timetable) failover(came time.Duration) {
	within := t.drill.Failover.Detect.Within()
	detection := t.detection()
	at, by := t.heldUp(drills.LateDetection, came+within)
	if by != "" {
		at += within // it sees the first of the failures only then
	}
	t.brings(drills.Detected, at, detection.until(by, 0))
	for _, s := range t.asked() {
		t.moments = append(t.moments, moment{at, ranked(drills.Promoted), s})
	}
	if t.drill.Failover.Mode == drills.NoFailover {
		return
	}
	at, by = t.heldUp(drills.PromoteThroughLost, at)
	store := moment{at, ranked(drills.Promoted), t.storePromoted()}
	if t.drill.Store.On() && t.drill.Store.Promotion == drills.PromoteBefore {
		t.moments = append(t.moments, store)
	}
	t.brings(drills.Promoted, at, t.promotion().until(by, 0))
	if t.drill.Store.On() && t.drill.Store.Promotion != drills.PromoteBefore {
		t.moments = append(t.moments, store)
	}
	at, by = t.heldUp(drills.FailoverInterrupted, at)
	t.brings(drills.EndpointRerouted, at, t.endpoint().until(by, 0))
	t.brings(drills.TrafficMoved, at+t.beforeTraffic(), does("survivor", t.each(t.takeOver)...))
}

// brings places the step that brings a stage.
func (t *timetable) brings(stage drills.Stage, at time.Duration, s step) {
	t.stages[stage] = at
	t.moments = append(t.moments, moment{at, ranked(stage), s})
}

// begins is when a fault comes, and whether the stage that it waits for does.
func (t *timetable) begins(number int) (at time.Duration, known bool) {
	f := t.decided.Faults[number]
	stage, known := t.stages[f.Trigger()]
	return stage + f.At, known
}

// heldUp is when a step comes that every fault of a kind holds up until it ends, and
// what a reader is told of that.
func (t *timetable) heldUp(kind drills.FaultKind, at time.Duration) (until time.Duration, by string) {
	for number, f := range t.decided.Faults {
		begins, known := t.begins(number)
		if ends := begins + f.For; f.Kind == kind && known && begins <= at && ends > at {
			at, by = ends, t.waitsFor(number)
		}
	}
	return at, by
}

func (t *timetable) waitsFor(number int) string {
	if t.fault.Kind == drills.FalseAlarm && t.drill.Faults[number].Kind == drills.PromoteThroughLost {
		return fmt.Sprintf("until %s ends it is asked of %s, which lives: it may come sooner", drills.FaultName(number), t.fault.Region)
	}
	return fmt.Sprintf("not before %s ends", drills.FaultName(number))
}

// beforeTraffic is the declared time before the survivor carries the traffic.
func (t *timetable) beforeTraffic() (longest time.Duration) {
	for _, ns := range t.topology.HomedIn(t.lost) {
		if t.fleetOf(ns, ns.Replica).State == drills.FleetAbsent {
			longest = t.drill.Provision.BeforeProcess()
		}
	}
	return longest
}

// place puts a fault where it begins and where it ends. What would come once the
// outage is no longer observed does not: the drill heals what is there by then.
func (t *timetable) place(number int) {
	f := t.decided.Faults[number]
	at, known := t.begins(number)
	observed := t.stages[drills.FaultEffective] + t.drill.Observe.Outage
	switch {
	case t.drill.Control():
		t.moments = append(t.moments, moment{at, ranked(f.Trigger()) + 1, t.nothing()})
		return
	case !known || at > observed:
		t.moments = append(t.moments, moment{at, ranked(f.Trigger()) + 1, t.misses(number)})
		return
	}
	t.moments = append(t.moments, moment{at, ranked(f.Trigger()) + 1, t.breaks(number)})
	if f.For == 0 || at+f.For > observed {
		t.left = append(t.left, number)
		return
	}
	t.moments = append(t.moments, moment{at + f.For, endRank, t.over(number)})
}
