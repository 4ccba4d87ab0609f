package assess

import (
	"slices"

	"github.com/failoverdrill/failoverdrill/drills"
)

// operation is what the ledger says of one operation, all lines together.
type operation struct {
	drills.Operation
	acknowledged bool
}

// operations folds the ledger's lines, in order of the first line of each.
func (c *docket) operations() []operation {
	var out []operation
	index := map[scoped]int{}
	for _, line := range c.Ledger {
		key := scoped{line.Namespace, line.ID}
		i, known := index[key]
		if !known {
			i = len(out)
			index[key] = i
			out = append(out, operation{Operation: line})
		}
		if line.State == drills.OperationAcknowledged {
			out[i].Operation, out[i].acknowledged = line, true
		}
	}
	return out
}

// found reports which operations a census shows.
func (c *docket) found(census string) func(drills.Operation) bool {
	started, signalled := map[scoped]bool{}, map[scoped]bool{}
	for e, w := range c.census[census] {
		started[e.scoped] = true
		for _, id := range w.Operations {
			signalled[scoped{e.namespace, id}] = true
		}
	}
	return func(op drills.Operation) bool {
		if op.Kind == drills.StartOperation {
			return started[scoped{op.Namespace, op.Workflow}]
		}
		return signalled[scoped{op.Namespace, op.ID}]
	}
}

// recoveryPoint holds the ledger against both censuses. Only operations that
// were acknowledged before the fault took effect can be lost with the region;
// after the heal, every acknowledged one must be there.
func (c *docket) recoveryPoint() drills.RecoveryPoint {
	var out drills.RecoveryPoint
	without, after := c.found(drills.CensusWithoutRegion), c.found(drills.CensusAfterHeal)
	oldest := c.effective
	for _, op := range c.operations() {
		if !op.acknowledged {
			out.Indeterminate++
			continue
		}
		out.Acknowledged++
		if c.faulted && c.complete(drills.CensusWithoutRegion) && op.At <= c.effective && !without(op.Operation) {
			out.Lost++
			oldest = min(oldest, op.At)
		}
		if c.complete(drills.CensusAfterHeal) && !after(op.Operation) {
			out.LostAfterHeal++
		}
	}
	out.LostSeconds = c.effective - oldest
	out.Duplicated = c.duplicated()
	return out
}

// duplicated counts the Workflow ids that have more than one run: a start that
// was carried out twice.
func (c *docket) duplicated() int {
	runs := map[scoped]int{}
	for e := range c.final() {
		runs[e.scoped]++
	}
	twice := 0
	for _, n := range runs {
		if n > 1 {
			twice++
		}
	}
	return twice
}

// workflows accounts for every Workflow whose start was acknowledged.
func (c *docket) workflows() drills.WorkflowCounts {
	out := drills.WorkflowCounts{ByRegion: map[string]int{}}
	acknowledged := map[scoped]bool{}
	for _, op := range c.operations() {
		if op.Kind == drills.StartOperation && op.acknowledged {
			out.Started++
			out.ByRegion[op.Region]++
			acknowledged[scoped{op.Namespace, op.Workflow}] = true
		}
	}
	for e, w := range c.final() {
		if c.faulted && w.StartedAt <= c.effective && (w.ClosedAt == 0 || w.ClosedAt > c.effective) &&
			slices.Contains(c.affected, e.namespace) {
			out.InFlight++
		}
		switch {
		case !acknowledged[e.scoped]:
			// Nobody was told that it had started: indeterminate, in the ledger.
		case w.Status == "Completed":
			out.Completed++
		case w.Status == "Running":
			out.Stuck++
		default:
			out.Failed++
		}
	}
	return out
}

// fleets counts who did the work, before and after the fault took effect, and
// who was connected before it.
func (c *docket) fleets() []drills.FleetCounts {
	out := []drills.FleetCounts{}
	for _, f := range c.topology.Fleets {
		out = append(out, drills.FleetCounts{Region: f.Region, Namespace: f.Namespace, State: f.State})
	}
	find := func(identity string) *drills.FleetCounts {
		region, namespace, _ := drills.FleetOf(identity)
		for i := range out {
			if out[i].Region == region && out[i].Namespace == namespace {
				return &out[i]
			}
		}
		return nil
	}
	c.tasks(func(_ string, t drills.Task) {
		switch f := find(t.Identity); {
		case f == nil:
		case !c.faulted || t.At <= c.effective:
			f.TasksBefore++
		default:
			f.TasksAfter++
		}
	})
	for _, e := range c.Timeline {
		if e.Kind == drills.KindPoll && (!c.faulted || e.At <= c.effective) {
			if f := find(e.Subject); f != nil {
				f.Polled = true
			}
		}
	}
	return out
}
