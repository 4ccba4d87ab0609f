package assess

import (
	"slices"

	"github.com/failoverdrill/failoverdrill/drills"
)

// delays attributes the delay of every Workflow that the outage touched.
//
//	start:    intended ─────────────► started           by the ledger
//	history:  event ─► event ─► event ─► … ─► closed     each interval: what it takes undisturbed + delay
func (c *docket) delays(recovery drills.RecoveryTime) *drills.DelayReport {
	if !c.faulted || !c.complete(drills.CensusWithoutRegion) {
		return nil
	}
	until := drills.Offset(c.outageEnd(recovery))
	usual := c.undisturbed()
	sum := newDelays()
	starts, undone, contested := c.acknowledgedStarts(), c.undone(), c.contested()
	outages := map[string]outage{}
	for _, ns := range c.affected {
		outages[ns] = c.outage(ns)
	}
	for e, w := range c.census[drills.CensusWithoutRegion] {
		start, known := starts[e.scoped]
		inFlight := w.StartedAt <= c.effective && (w.ClosedAt == 0 || w.ClosedAt > c.effective)
		during := known && w.StartedAt > c.effective && start.Intended <= until
		if !slices.Contains(c.affected, e.namespace) || contested[e.scoped] || !inFlight && !during {
			continue
		}
		switch {
		case inFlight:
			sum.report.InFlight++
		default:
			sum.report.StartedDuring++
		}
		if w.ClosedAt == 0 || len(w.Steps) == 0 {
			sum.report.Open++
			continue
		}
		sum.begin()
		outage := outages[e.namespace]
		outage.undone = undone[e.scoped]
		if during {
			outage.late(sum, usual, waited{"start", start.Intended, w.StartedAt}, outage.client(drills.DelayRetry))
		}
		outage.walk(sum, usual, w.Steps)
	}
	return sum.done()
}

// undone lists the Workflows of which something had been acknowledged before the
// fault that the survivor did not have.
func (c *docket) undone() map[scoped]bool {
	out := map[scoped]bool{}
	h := c.holding(drills.CensusWithoutRegion)
	for _, op := range c.operations {
		if op.acknowledged && op.At <= c.effective && !h.has(op.Operation) {
			out[scoped{op.Namespace, op.Workflow}] = true
		}
	}
	return out
}

func (c *docket) acknowledgedStarts() map[scoped]drills.Operation {
	out := map[scoped]drills.Operation{}
	for _, op := range c.operations {
		if op.Kind == drills.StartOperation && op.acknowledged {
			out[scoped{op.Namespace, op.Workflow}] = op.Operation
		}
	}
	return out
}

// usually is what intervals take where nothing is wrong.
type usually struct {
	median, high, most map[string]drills.Offset
	fired              drills.Offset // how long a timer ran at most that fired; one far longer is a deadline
}

// undisturbed learns from the Workflows that were over before the fault.
func (c *docket) undisturbed() usually {
	times := map[string][]drills.Offset{}
	out := usually{map[string]drills.Offset{}, map[string]drills.Offset{}, map[string]drills.Offset{}, 0}
	starts := c.acknowledgedStarts()
	for e, w := range c.census[drills.CensusWithoutRegion] {
		if w.ClosedAt == 0 || w.ClosedAt > c.requested {
			continue
		}
		if start, known := starts[e.scoped]; known {
			times["start"] = append(times["start"], w.StartedAt-start.Intended)
		}
		life(w.Steps, func(i waited, s drills.Step) {
			times[i.kind] = append(times[i.kind], i.took())
			if s.Type == timerFired {
				out.fired = max(out.fired, stepOf(w.Steps, s).Lasts)
			}
		})
	}
	for kind, list := range times {
		slices.Sort(list)
		out.median[kind], out.most[kind] = list[len(list)/2], list[len(list)-1]
		out.high[kind] = list[int(usualShare*float64(len(list)-1))]
	}
	return out
}

// walk goes through a history and attributes what each interval took beyond
// what is usual.
func (o outage) walk(sum *delays, usual usually, steps []drills.Step) {
	life(steps, func(i waited, s drills.Step) {
		if i.to <= sum.since {
			return
		}
		i.from = max(i.from, sum.since)
		switch s.Type {
		case taskScheduled:
			if !forUpdate(steps, s) {
				sum.unexplained(usual.beyond(i))
				return
			}
			o.late(sum, usual, i, o.client(drills.DelayClient))
		case taskStarted:
			o.late(sum, usual, i, o.dispatch("workflow", drills.DelayQueueing))
		case activityStarted:
			then := drills.DelayQueueing
			switch {
			case s.Cause != "":
				then = drills.DelayActivity
			case s.Attempt > 1:
				then = drills.DelayRetry
			}
			o.late(sum, usual, i, o.dispatch("activity", then))
		case taskTimedOut:
			then := drills.DelayTask
			if s.Cause == scheduleToStart {
				then = drills.DelaySticky
			}
			o.whole(sum, i, o.server(then))
		case taskFailed:
			o.late(sum, usual, i, o.server(drills.DelayFailure))
		case taskCompleted, activityCompleted:
			o.late(sum, usual, i, o.server(drills.DelayWorker))
		case activityTimedOut:
			o.whole(sum, i, o.server(drills.DelayActivity))
		case childStarted:
			o.late(sum, usual, i, o.server(drills.DelayQueueing))
		case childCompleted:
			o.child(sum, usual, i, o.history(s.Child))
		case timerFired:
			o.timer(sum, usual, i, stepOf(steps, s))
		case signaled:
			i.from += min(i.took(), usual.most[i.kind]) // a client takes its time
			o.whole(sum, i, o.client(drills.DelayClient))
		default:
			sum.unexplained(usual.beyond(i))
		}
	})
}

// forUpdate reports whether a Workflow Task was scheduled for an Update that came:
// nothing else in a history tells of one before it is accepted.
func forUpdate(steps []drills.Step, scheduled drills.Step) bool {
	i := slices.Index(steps, scheduled)
	for j := i + 1; i >= 0 && j+1 < len(steps); j++ {
		if steps[j].Type == taskCompleted {
			return steps[j+1].Type == updateAccepted
		}
	}
	return false
}

// timer is late by how much it fired after it was due. One that runs far longer
// than any that fires undisturbed is a deadline: what the Workflow waited for did
// not come. Timers that are there to fire may each run for another time.
func (o outage) timer(sum *delays, usual usually, i waited, started drills.Step) {
	if started.Lasts > 2*usual.fired {
		i.from += min(i.took(), usual.most[signaled])
		o.whole(sum, i, []phase{{drills.DelayClient, forever}})
		return
	}
	i.from = min(max(i.from, started.At+started.Lasts), i.to)
	o.late(sum, usual, waited{"overdue timer", i.from, i.to}, o.server(drills.DelayQueueing))
}

// child is late by what held the child up, as far as its parent waited for it.
func (o outage) child(sum *delays, usual usually, i waited, steps []drills.Step) {
	more := usual.beyond(i)
	if more == 0 {
		return
	}
	inner := newDelays()
	inner.since = i.from
	o.walk(inner, usual, steps)
	for _, cause := range drills.DelayCauses() {
		if spent := min(inner.one[cause], more); spent > 0 {
			sum.add(cause, spent)
			more -= spent
		}
	}
	sum.unexplained(more)
}

// variation is by how much an interval may be longer than the median of its kind
// and be no delay, however much alike those were that were seen undisturbed.
const variation = drills.Offset(50e6)

// usualShare of the undisturbed intervals of a kind are the usual ones.
const usualShare = 0.95

// beyond is what an interval took more than it takes undisturbed. One that took
// no longer than usual ones do has no delay: there are kinds that take one time
// in one region and another in the other, and none of them is late.
func (u usually) beyond(i waited) drills.Offset {
	median := u.median[i.kind]
	if i.took() <= max(u.high[i.kind], median+variation) {
		return 0
	}
	return i.took() - median
}

// late attributes what an interval took beyond the usual.
func (o outage) late(sum *delays, usual usually, i waited, phases []phase) {
	more := usual.beyond(i)
	if more == 0 {
		return
	}
	i.from = i.to - more
	o.whole(sum, i, phases)
}

// whole attributes all of an interval: each part of it to the phase of the
// outage in which it lay.
func (o outage) whole(sum *delays, i waited, phases []phase) {
	if before := min(i.to, o.began) - i.from; before > 0 {
		switch last := len(phases) - 1; {
		case o.undone:
			sum.add(drills.DelayLag, before)
		case phases[last].until == forever:
			sum.add(phases[last].cause, before) // nothing was lost yet: what held it up is its own
		default:
			sum.unexplained(before)
		}
		i.from += before
	}
	for _, p := range phases {
		if part := min(i.to, p.until) - i.from; part > 0 {
			sum.add(p.cause, part)
			i.from += part
		}
	}
	if i.from < i.to {
		sum.unexplained(i.to - i.from)
	}
}
