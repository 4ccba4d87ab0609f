package assess

import (
	"fmt"
	"slices"

	"github.com/failoverdrill/failoverdrill/drills"
)

// effect is what an Activity does to the world for one Workflow, however often
// it is carried out.
type effect struct {
	workflow scoped
	// run sets apart those of a Workflow that goes on under the same id by itself, as by
	// continue-as-new: it is the one that a reset went on from. Empty of the Workflows that
	// ship, which do not.
	run      string
	activity string
}

func (c *docket) effectOf(op drills.Operation) effect {
	run := op.Run
	if from, reset := c.originals[op.Run]; reset {
		run = from
	}
	return effect{scoped{op.Namespace, op.Workflow}, run, op.Activity}
}

// effects lists the executions of every Activity that took effect, in order of
// time, whether or not a cluster took them for complete.
func (c *docket) effects() map[effect][]operation {
	out := map[effect][]operation{}
	for _, op := range c.operations {
		if op.Kind == drills.ActivityOperation {
			key := c.effectOf(op.Operation)
			out[key] = append(out[key], op)
		}
	}
	for _, executions := range out {
		slices.SortStableFunc(executions, func(a, b operation) int { return int(a.sent - b.sent) })
	}
	return out
}

// carriedOut is which effects a census shows, by whatever execution.
func (c *docket) carriedOut(h holding) map[effect]bool {
	out := map[effect]bool{}
	for _, op := range c.operations {
		if op.Kind == drills.ActivityOperation && h.has(op.Operation) {
			out[c.effectOf(op.Operation)] = true
		}
	}
	return out
}

// effectsOnce wants that no Activity was carried out twice without a reason.
// Activities run at least once: one may run again where its Workflow was open as
// its Namespace moved or while a fault lasted, was reset when the lost region
// returned, or ran in a region of which nobody heard then.
func (c *docket) effectsOnce() drills.Invariant {
	const name = "effects once"
	effects := c.effects()
	switch {
	case !c.counted():
		return unseen(name, nobodyCounted)
	case len(effects) == 0 && c.Drill.Own(): // the clusters wrote it down, whatever a Workflow does
		return judged(name, "no activity took effect", nil)
	case len(effects) == 0:
		return unseen(name, "no worker wrote down what its activities did")
	}
	resets, lives := c.resets(), c.lives()
	upheavals, alone := map[string][]lifetime{}, map[string]lifetime{}
	for _, ns := range c.topology.Namespaces {
		upheavals[ns.Name] = append(c.moves(ns), c.windows()...)
		if c.faulted && !c.Drill.Control() && ns.Home == c.lost {
			alone[ns.Name] = c.alone(ns)
		}
	}
	var broken []string
	twice, apart := 0, 0
	for e, executions := range effects {
		if len(executions) < 2 {
			continue
		}
		twice++
		life, known := lives[e.workflow]
		open := known && slices.ContainsFunc(upheavals[e.workflow.namespace], life.overlaps)
		by, was := alone[e.workflow.namespace]
		once := was && c.oneOnEachSide(executions, by)
		if once {
			apart++
		}
		if !open && !once && resets[e.workflow] <= c.effective {
			broken = append(broken, fmt.Sprintf("%s of %s took effect %d times, and nothing that happened to its workflow explains it",
				e.activity, e.workflow.id, len(executions)))
		}
	}
	if _, heals := c.Timeline.Mark(drills.HealRequested); len(broken) > 0 && heals && !c.complete(drills.CensusAfterHeal) {
		return unseen(name, fmt.Sprintf("%s, and so not what was reset then: %s", nobodyCounted, slices.Min(broken)))
	}
	held := fmt.Sprintf("%d activities took effect, %d more than once: their workflows were open as their namespace moved or while a fault lasted, or were reset", len(effects), twice)
	switch {
	case twice == 0:
		held = fmt.Sprintf("%d activities took effect, none more than once", len(effects))
	case apart > 0:
		held += ", or ran once in " + c.lost + " while nobody heard of it"
	}
	return judged(name, held, broken)
}

// oneOnEachSide reports whether an Activity ran once in the lost region while that was
// alone, and once where nobody knew of it: elsewhere, or later.
func (c *docket) oneOnEachSide(executions []operation, alone lifetime) bool {
	if len(executions) != 2 {
		return false
	}
	in := func(op operation) bool {
		return op.Region == c.lost && op.sent >= alone.from && op.sent <= alone.to
	}
	unaware := func(op operation) bool { return op.Region != c.lost || op.sent > alone.to }
	a, b := executions[0], executions[1]
	return in(a) && unaware(b) || in(b) && unaware(a)
}

// lifetime is from the start of a Workflow's first run to the end of its last, or the time
// that something else took.
type lifetime struct{ from, to drills.Offset }

func (l lifetime) overlaps(other lifetime) bool { return l.from <= other.to && other.from <= l.to }

func (c *docket) lives() map[scoped]lifetime {
	out := map[scoped]lifetime{}
	for e, w := range c.final() {
		closed := w.ClosedAt
		if closed == 0 {
			closed = forever
		}
		life, known := out[e.scoped]
		if !known {
			life.from = w.StartedAt
		}
		out[e.scoped] = lifetime{min(life.from, w.StartedAt), max(life.to, closed)}
	}
	return out
}

// windows is when faults lasted that no failover answers: what does answer a
// failover is told by the moves of Namespaces.
func (c *docket) windows() []lifetime {
	var out []lifetime
	for number, spec := range c.Drill.Faults {
		if from := c.faultAt(number, drills.FaultIsRequested); spec.Kind != drills.NoFault && !spec.Loses() && from != forever {
			out = append(out, lifetime{from, c.faultAt(number, drills.FaultIsHealed)})
		}
	}
	return out
}

// settles is for how long the services of a region may go by what it believed before it
// changed its mind: until they look anew, and once more where they had just done so.
const settles = drills.Offset(2 * drills.CacheRefresh)

// moves is when a Namespace was lost with its region, and when either of its
// regions changed its mind on where it is active, until its services knew.
func (c *docket) moves(ns drills.Namespace) []lifetime {
	var out []lifetime
	if c.faulted && !c.Drill.Control() && slices.Contains(c.affected, ns.Name) {
		out = append(out, lifetime{c.requested, c.effective})
	}
	last := map[string]string{}
	for _, e := range c.inOrder(drills.KindActive) {
		if e.Namespace != ns.Name || e.Name == "" {
			continue
		}
		if before, known := last[e.Region]; known && before != e.Name {
			out = append(out, lifetime{e.At, e.At + settles})
		}
		last[e.Region] = e.Name
	}
	return out
}

// alone is when the lost region went on with a Namespace of its own, where it lives on, or
// began again with it when it was back: until it heard that another one has it, at the
// latest as replication had caught up, and its services knew. What it did then, the other
// one may do again.
func (c *docket) alone(ns drills.Namespace) lifetime {
	healed, heals := c.Timeline.Mark(drills.Healed)
	for _, e := range c.inOrder(drills.KindActive) {
		if e.Namespace == ns.Name && e.Region == ns.Home && e.At > c.effective && e.Name != "" && e.Name != ns.Home && (!heals || e.At < healed) {
			return lifetime{c.effective, e.At + settles}
		}
	}
	if heals {
		return lifetime{c.effective, healed + settles}
	}
	return lifetime{c.effective, forever}
}
