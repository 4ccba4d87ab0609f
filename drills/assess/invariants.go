package assess

import (
	"fmt"
	"slices"
	"strings"

	"github.com/failoverdrill/failoverdrill/drills"
)

// invariants hold after every drill. They are looked at once the region
// returned, its Namespaces are at home again, and the load has drained.
func (c *docket) invariants(r drills.Report) []drills.Invariant {
	out := []drills.Invariant{
		c.oneOpenRun(), c.noneLeftOpen(), c.noZombies(), c.startsEnded(), c.callsInHistory(), c.effectsOnce(),
		c.equalHistories(), c.activitiesDispatched(), c.timersAdvance(), c.childrenAdvance(),
	}
	if c.Drill.Scheduled() {
		out = append(out, c.schedulesAdvance())
	}
	if c.Drill.Conflicts() > 0 {
		out = append(out, c.conflictsResolved(r))
	}
	if c.Drill.Store.On() {
		out = append(out, c.storeInvariants(r)...)
	}
	return out
}

// judged is an invariant that was looked at: broken when there is anything to
// name.
func judged(name, held string, broken []string) drills.Invariant {
	if len(broken) == 0 {
		return drills.Invariant{Name: name, Verdict: drills.Pass, Detail: held}
	}
	slices.Sort(broken)
	const shown = 3
	detail := strings.Join(broken[:min(len(broken), shown)], "; ")
	if more := len(broken) - shown; more > 0 {
		detail += fmt.Sprintf("; and %d more", more)
	}
	return drills.Invariant{Name: name, Verdict: drills.Fail, Detail: detail}
}

func unseen(name, why string) drills.Invariant {
	return drills.Invariant{Name: name, Verdict: drills.Inconclusive, Detail: why}
}

const nobodyCounted = "nobody counted after the heal"

func (c *docket) oneOpenRun() drills.Invariant {
	const name = "one open run"
	if !c.complete(drills.CensusAfterHeal) {
		return unseen(name, nobodyCounted)
	}
	open := map[scoped]int{}
	for e, w := range c.census[drills.CensusAfterHeal] {
		if w.ClosedAt == 0 {
			open[e.scoped]++
		}
	}
	var broken []string
	for id, n := range open {
		if n > 1 {
			broken = append(broken, fmt.Sprintf("%s has %d open runs", id.id, n))
		}
	}
	return judged(name, "no workflow id has two", broken)
}

// noneLeftOpen knows every Workflow of the load, also those that nobody
// acknowledged: none may be left behind that nothing will ever carry on.
func (c *docket) noneLeftOpen() drills.Invariant {
	const name = "none left open"
	if !c.complete(drills.CensusAfterHeal) {
		return unseen(name, nobodyCounted)
	}
	var broken []string
	for _, census := range []string{drills.CensusAfterHeal, drills.CensusReplica} {
		for e, w := range c.census[census] {
			if w.ClosedAt == 0 && c.asked(e.scoped) {
				broken = append(broken, fmt.Sprintf("%s (run %s) is still open, %s", e.id, e.run, where(census)))
			}
		}
	}
	return judged(name, fmt.Sprintf("all %d runs have ended", len(c.census[drills.CensusAfterHeal])), broken)
}

// stillRunning is the state of a run that goes on, as a database has it.
const stillRunning = "Running"

// noZombies looks past what a cluster shows: a run that lost a conflict and was
// never ended is in its database alone.
func (c *docket) noZombies() drills.Invariant {
	const name = "no zombies"
	looked := map[[2]string]bool{}
	runs := 0
	var broken []string
	for _, e := range c.Timeline {
		switch e.Kind {
		case drills.KindStored:
			looked[[2]string{e.Namespace, e.Region}] = true
			runs += int(e.Value)
		case drills.KindUnended:
			if e.Name == stillRunning && !c.asked(scoped{e.Namespace, e.Subject}) {
				continue
			}
			broken = append(broken, fmt.Sprintf("%s (run %s) is %s in the database of %s", e.Subject, e.Detail, e.Name, e.Region))
		}
	}
	for _, ns := range c.topology.Namespaces {
		for _, region := range []string{ns.Home, ns.Replica} {
			if !looked[[2]string{ns.Name, region}] {
				return unseen(name, fmt.Sprintf("nobody looked at the runs of %s that %s stores", ns.Name, region))
			}
		}
	}
	return judged(name, fmt.Sprintf("none of the %d runs that the regions store is left", runs), broken)
}

// startsEnded wants that every Workflow whose start was acknowledged has an end,
// but for those that are lost, which the Recovery Point tells.
func (c *docket) startsEnded() drills.Invariant {
	const name = "starts ended"
	if !c.complete(drills.CensusAfterHeal) {
		return unseen(name, nobodyCounted)
	}
	current := c.current()
	ended, lost := 0, 0
	var broken []string
	for _, op := range c.operations {
		if op.Kind != drills.StartOperation || !op.acknowledged {
			continue
		}
		switch w, known := current[scoped{op.Namespace, op.Workflow}]; {
		case !known:
			lost++
		case w.ClosedAt == 0:
			broken = append(broken, op.Workflow+" was acknowledged and has no end")
		default:
			ended++
		}
	}
	held := fmt.Sprintf("all %d acknowledged workflows have ended", ended)
	if lost > 0 {
		held = fmt.Sprintf("%d acknowledged workflows have ended, %d are lost", ended, lost)
	}
	return judged(name, held, broken)
}

// callsInHistory wants that every acknowledged signal and update of a Workflow
// that is there is in its history. One that went with its Workflow is lost with
// it, which the Recovery Point tells.
func (c *docket) callsInHistory() drills.Invariant {
	const name = "calls in history"
	if !c.complete(drills.CensusAfterHeal) {
		return unseen(name, nobodyCounted)
	}
	h := c.holding(drills.CensusAfterHeal)
	calls := map[drills.OperationKind]int{}
	var broken []string
	for _, op := range c.operations {
		if op.Kind != drills.SignalOperation && op.Kind != drills.UpdateOperation || !op.acknowledged {
			continue
		}
		calls[op.Kind]++
		if h.started[scoped{op.Namespace, op.Workflow}] && !h.has(op.Operation) {
			broken = append(broken, fmt.Sprintf("%s %s was acknowledged and is in no history", op.Kind, op.ID))
		}
	}
	return judged(name, fmt.Sprintf("all of %d signals and %d updates", calls[drills.SignalOperation], calls[drills.UpdateOperation]), broken)
}

func where(census string) string {
	if census == drills.CensusReplica {
		return "in the replica"
	}
	return "at home"
}

// equalHistories holds the two regions of every Namespace against each other.
func (c *docket) equalHistories() drills.Invariant {
	const name = "equal histories"
	if !c.complete(drills.CensusAfterHeal) || !c.complete(drills.CensusReplica) {
		return unseen(name, "nobody read both regions after the heal")
	}
	home, replica := c.census[drills.CensusAfterHeal], c.census[drills.CensusReplica]
	var broken []string
	for e, w := range home {
		other, known := replica[e]
		switch {
		case !c.asked(e.scoped) && w.ClosedAt == 0: // it went on between the two looks
		case !known:
			broken = append(broken, fmt.Sprintf("%s (run %s) is not in the replica", e.id, e.run))
		case w.Digest != other.Digest || w.Digest == "":
			broken = append(broken, fmt.Sprintf("%s (run %s) has %d events at home and others, %d, in the replica", e.id, e.run, w.Length, other.Length))
		}
	}
	read := c.countedAt(drills.CensusAfterHeal)
	for e, w := range replica {
		if !c.asked(e.scoped) && w.StartedAt >= read {
			continue
		}
		if _, known := home[e]; !known {
			broken = append(broken, fmt.Sprintf("%s (run %s) is in the replica alone", e.id, e.run))
		}
	}
	return judged(name, fmt.Sprintf("%d runs are the same in both regions", len(home)), broken)
}

// countedAt is when the first part of a census was complete; forever for none.
func (c *docket) countedAt(census string) drills.Offset {
	first := forever
	for _, e := range c.Timeline {
		if e.Kind == drills.KindCensus && e.Name == census {
			first = min(first, e.At)
		}
	}
	return first
}

// splitBrain finds the times in which two regions of a Namespace both believed
// themselves active.
func (c *docket) splitBrain() []drills.SplitBrain {
	out := []drills.SplitBrain{}
	for _, ns := range c.topology.Namespaces {
		var since drills.Offset
		both, claims := false, map[string]bool{}
		for _, e := range c.inOrder(drills.KindActive) {
			if e.Namespace != ns.Name {
				continue
			}
			claims[e.Region] = e.Name == e.Region
			now := claims[ns.Home] && claims[ns.Replica]
			switch {
			case now && !both:
				since = e.At
			case both && !now:
				out = append(out, drills.SplitBrain{
					Namespace: ns.Name, Regions: []string{ns.Home, ns.Replica}, From: c.since(since), To: c.since(e.At),
				})
			}
			both = now
		}
		if both {
			out = append(out, drills.SplitBrain{
				Namespace: ns.Name, Regions: []string{ns.Home, ns.Replica}, From: c.since(since), To: c.since(drills.Offset(c.end())),
			})
		}
	}
	return out
}

// inOrder lists the events of a kind in order of time.
func (c *docket) inOrder(kind drills.Kind) []drills.Event {
	var out []drills.Event
	for _, e := range c.Timeline {
		if e.Kind == kind {
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b drills.Event) int { return int(a.At - b.At) })
	return out
}
