package assess

import (
	"fmt"
	"slices"

	"github.com/failoverdrill/failoverdrill/drills"
)

// operation is what the ledger says of one operation, all lines together.
type operation struct {
	drills.Operation
	sent         drills.Offset // first
	acknowledged bool
}

// fold makes one operation of the ledger's lines of it, in order of the first
// line of each.
func (c *docket) fold() []operation {
	var out []operation
	index := map[scoped]int{}
	for _, line := range c.Ledger {
		key := scoped{line.Namespace, line.ID}
		i, known := index[key]
		if !known {
			i = len(out)
			index[key] = i
			out = append(out, operation{Operation: line, sent: line.At})
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

// ledgerWitness wants that the ledger knows every Workflow of the load that the
// clusters hold. A starter writes a line before it sends: lines that are missing
// take lost operations with them.
func (c *docket) ledgerWitness() drills.Witness {
	if !c.complete(drills.CensusAfterHeal) && !c.complete(drills.CensusWithoutRegion) {
		return drills.Witness{Name: "ledger", Detail: "nobody read the clusters to hold it against"}
	}
	if n := c.unbooked(); n > 0 {
		return drills.Witness{Name: "ledger", Detail: fmt.Sprintf("it has a gap: it knows of no start of %d workflows that the clusters hold", n)}
	}
	return drills.Witness{Name: "ledger", Held: true, Detail: fmt.Sprintf("it knows every workflow that the clusters hold, and tells of %d operations", len(c.operations))}
}

// unbooked counts the Workflows that a census found and the ledger never heard
// of.
func (c *docket) unbooked() int {
	known := map[scoped]bool{}
	for _, op := range c.operations {
		known[scoped{op.Namespace, op.Workflow}] = true
	}
	missing := map[scoped]bool{}
	for e := range c.final() {
		if !known[e.scoped] {
			missing[e.scoped] = true
		}
	}
	return len(missing)
}

// recoveryPoint holds the ledger against both censuses. Only operations that
// were acknowledged before the fault took effect can be lost with the region;
// after the heal, every acknowledged one must be there.
func (c *docket) recoveryPoint() drills.RecoveryPoint {
	var out drills.RecoveryPoint
	without, after := c.found(drills.CensusWithoutRegion), c.found(drills.CensusAfterHeal)
	oldest := c.effective
	for _, op := range c.operations {
		if !op.acknowledged {
			out.Indeterminate++
			continue
		}
		out.Acknowledged++
		if c.faulted && c.complete(drills.CensusWithoutRegion) && op.At <= c.effective && !without(op.Operation) {
			out.Lost++
			oldest = min(oldest, op.At)
		}
		switch {
		case !c.complete(drills.CensusAfterHeal):
		case after(op.Operation):
			out.Kept++
		default:
			out.LostAfterHeal++
		}
	}
	out.LostSeconds = c.effective - oldest
	out.Duplicated = c.duplicated()
	out.ReplicationLag = c.lag()
	return out
}

// lag is how far the survivors were behind the lost region before the fault.
func (c *docket) lag() *drills.Lag {
	var out *drills.Lag
	for _, e := range c.inOrder(drills.KindReplication) {
		if e.Region != c.lost || e.At > c.requested {
			continue
		}
		if out == nil {
			out = &drills.Lag{}
		}
		out.AtFault = seconds(e.Value)
		out.Most = max(out.Most, out.AtFault)
		out.Samples++
	}
	return out
}

// duplicated counts the Workflow ids that have more than one run. When a region
// returns with events that the survivor never had, conflict resolution resets a
// Workflow that has ended meanwhile: its last part runs again.
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

// current is the latest run of each Workflow in the final account.
func (c *docket) current() map[scoped]drills.Workflow {
	out := map[scoped]drills.Workflow{}
	for e, w := range c.final() {
		known, ok := out[e.scoped]
		if !ok || w.StartedAt > known.StartedAt || w.StartedAt == known.StartedAt && w.RunID > known.RunID {
			out[e.scoped] = w
		}
	}
	return out
}

// workflows accounts for every Workflow whose start was acknowledged.
func (c *docket) workflows() drills.WorkflowCounts {
	out := drills.WorkflowCounts{ByRegion: map[string]drills.WorkflowTally{}}
	current := c.current()
	for _, op := range c.operations {
		if op.Kind != drills.StartOperation || !op.acknowledged {
			continue // nobody was told that it had started: indeterminate
		}
		w, known := current[scoped{op.Namespace, op.Workflow}]
		region := out.ByRegion[op.Region]
		tally(&region, w.Status, known)
		tally(&out.WorkflowTally, w.Status, known)
		out.ByRegion[op.Region] = region
	}
	inFlight := map[scoped]bool{}
	for e, w := range c.final() {
		if c.faulted && w.StartedAt <= c.effective && (w.ClosedAt == 0 || w.ClosedAt > c.effective) &&
			slices.Contains(c.affected, e.namespace) {
			inFlight[e.scoped] = true
		}
	}
	out.InFlight = len(inFlight)
	return out
}

func tally(t *drills.WorkflowTally, status string, known bool) {
	t.Started++
	switch {
	case !known: // lost, which the Recovery Point tells
	case status == "Completed":
		t.Completed++
	case status == "Running":
		t.Stuck++
	default:
		t.Failed++
	}
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
	for _, w := range c.current() {
		for _, t := range slices.Backward(w.Tasks) {
			if t.Type != "workflow" || w.Status != "Completed" {
				continue
			}
			if f := find(t.Identity); f != nil {
				f.Completed++
			}
			break
		}
	}
	for _, e := range c.Timeline {
		if e.Kind == drills.KindPoll && (!c.faulted || e.At <= c.effective) {
			if f := find(e.Subject); f != nil {
				f.Polled = true
			}
		}
	}
	return out
}
