package assess

import (
	"fmt"
	"slices"

	"github.com/failoverdrill/failoverdrill/drills"
)

// stored is one row as a census found it.
type stored struct {
	scoped
	epoch int
}

// writesApart takes what was written to stores out of the operations, which are those
// of Temporal: a store has a Recovery Point of its own.
func (c *docket) writesApart() {
	all := c.operations
	c.operations = nil
	for _, op := range all {
		if op.Kind == drills.WriteOperation {
			c.writes = append(c.writes, op)
			continue
		}
		c.operations = append(c.operations, op)
	}
}

// rows lists what a census found in stores, each Namespace in the order in which its
// store took them, and whether it covered every Namespace.
func (c *docket) rows(census string) (rows []stored, complete bool) {
	covered := map[string]bool{}
	for _, e := range c.Timeline {
		switch {
		case e.Name != census:
		case e.Kind == drills.KindRow:
			rows = append(rows, stored{scoped{e.Namespace, e.Subject}, int(e.Value)})
		case e.Kind == drills.KindRows:
			covered[e.Namespace] = true
		}
	}
	complete = !slices.ContainsFunc(c.topology.Namespaces, func(ns drills.Namespace) bool { return !covered[ns.Name] })
	return rows, complete
}

// writeOf names a write as a row does.
func writeOf(op operation) scoped { return scoped{op.Namespace, op.ID} }

func holdsRow(rows []stored) map[scoped]bool {
	out := map[scoped]bool{}
	for _, r := range rows {
		out[r.scoped] = true
	}
	return out
}

// store accounts for what Activities wrote to stores; nil where there are none.
func (c *docket) store() *drills.StoreReport {
	if !c.Drill.Store.On() {
		return nil
	}
	out := &drills.StoreReport{Engine: c.Drill.Store.Engine, Fencing: c.Drill.Store.Fencing, Led: c.leaderships()}
	if c.begin != nil {
		out.InsteadOf = c.begin.Environment[drills.StoreInsteadOf]
	}
	for _, op := range c.writes {
		switch {
		case op.acknowledged:
			out.Acknowledged++
		case op.Refusal == drills.WrongRegion:
			out.WrongRegion++
		case op.Refusal == drills.StaleEpoch:
			out.StaleEpoch++
		case op.State == drills.OperationAbandoned:
			out.Unreached++
		default:
			out.Indeterminate++
		}
	}
	c.storeLoss(out)
	c.storeKept(out)
	return out
}

// storeLoss counts the acknowledged writes that the survivors do not have: as if the
// lost region never returned.
func (c *docket) storeLoss(out *drills.StoreReport) {
	rows, complete := c.rows(drills.CensusWithoutRegion)
	if !c.faulted || !complete {
		return
	}
	has, lost, read := holdsRow(rows), 0, c.rowsRead()
	oldest, newest := c.effective, c.effective
	for _, op := range c.writes {
		if op.acknowledged && (op.At <= c.effective || c.cutOff(op.Operation) || c.deposed(op, read)) && !has[writeOf(op)] {
			lost++
			oldest, newest = min(oldest, op.At), max(newest, op.At)
		}
	}
	age := newest - oldest
	out.Lost, out.LostSeconds = &lost, &age
}

// deposed reports whether a write was acknowledged after the fault and before the
// survivors' rows were read, of a Namespace that moved: where they have no such row, by a
// store whose time was over.
func (c *docket) deposed(op operation, read map[string]drills.Offset) bool {
	return slices.Contains(c.moved, op.Namespace) && op.At <= read[op.Namespace]
}

// rowsRead is when the survivors' rows of each Namespace were read.
func (c *docket) rowsRead() map[string]drills.Offset {
	out := map[string]drills.Offset{}
	for _, e := range c.Timeline {
		if e.Kind == drills.KindRows && e.Name == drills.CensusWithoutRegion {
			out[e.Namespace] = e.At
		}
	}
	return out
}

// storeKept accounts for every acknowledged write, and every row, after the heal. Of
// several rows of one Activity of a Workflow, the first is kept and the others are
// duplicates.
func (c *docket) storeKept(out *drills.StoreReport) {
	rows, complete := c.rows(drills.CensusAfterHeal)
	if !complete {
		return
	}
	by := map[scoped]operation{}
	for _, op := range c.writes {
		by[writeOf(op)] = op
	}
	kept, duplicates, unacknowledged, stale := 0, 0, 0, 0
	seen, written, latest := map[scoped]bool{}, map[effect]bool{}, map[string]int{}
	for _, r := range rows {
		if r.epoch < latest[r.namespace] {
			stale++
		}
		latest[r.namespace] = max(latest[r.namespace], r.epoch)
		op, known := by[r.scoped]
		if !known || seen[r.scoped] {
			continue // which an invariant tells
		}
		seen[r.scoped] = true
		again := written[c.effectOf(op.Operation)]
		written[c.effectOf(op.Operation)] = true
		switch {
		case !op.acknowledged:
			unacknowledged++
		case again:
			duplicates++
		default:
			kept++
		}
	}
	total, lost := len(rows), 0
	for _, op := range c.writes {
		if op.acknowledged && !seen[writeOf(op)] {
			lost++
		}
	}
	out.Rows, out.Kept, out.Duplicates, out.LostAfterHeal, out.Unacknowledged, out.StaleTaken = &total, &kept, &duplicates, &lost, &unacknowledged, &stale
}

// leaderships tells when each store led, as it said itself.
func (c *docket) leaderships() []drills.StoreLead {
	out := []drills.StoreLead{}
	if !c.faulted {
		return out // there is nothing that times could count from
	}
	open := map[scoped]int{} // by region and Namespace: the stretch that lasts, counted from 1
	for _, e := range c.inOrder(drills.KindPrimary) {
		key, at := scoped{e.Region, e.Namespace}, c.since(e.At)
		if i := open[key]; i > 0 {
			out[i-1].To = &at
			delete(open, key)
		}
		if e.Held {
			out = append(out, drills.StoreLead{Region: e.Region, Namespace: e.Namespace, Epoch: int(e.Value), Stretch: drills.Stretch{From: at}})
			open[key] = len(out)
		}
	}
	return out
}

// leadsSince is when a region's store was first seen to lead a Namespace, after a time;
// forever for never.
func (c *docket) leadsSince(region, namespace string, after drills.Offset) drills.Offset {
	for _, e := range c.inOrder(drills.KindPrimary) {
		if e.Held && e.At > after && e.Region == region && e.Namespace == namespace {
			return e.At
		}
	}
	return forever
}

// storeWitness wants that before the fault the store at home led each Namespace and no
// other did, that Activities wrote to it, and that rows were counted.
func (c *docket) storeWitness(r drills.Report) drills.Witness {
	w := drills.Witness{Name: "store"}
	before := 0
	for _, op := range c.writes {
		if op.acknowledged && op.At <= c.effective {
			before++
		}
	}
	_, counted := c.rows(drills.CensusWithoutRegion)
	switch {
	case !c.faulted:
		w.Detail = "nothing was broken"
		return w
	case before == 0:
		w.Detail = "no write was acknowledged before the fault"
		return w
	case !counted:
		w.Detail = "nobody read the rows of every namespace without the lost region"
		return w
	}
	then := c.since(c.requested) - lookLasts // a look that failed for the fault may have been begun before it
	for _, ns := range c.topology.Namespaces {
		for _, region := range []string{ns.Home, ns.Replica} {
			leads := slices.ContainsFunc(r.Store.Led, func(l drills.StoreLead) bool {
				return l.Region == region && l.Namespace == ns.Name && l.From <= then && (l.To == nil || *l.To > then)
			})
			if leads != (region == ns.Home) {
				w.Detail = fmt.Sprintf("before the fault, that the store of %s led %s: %v", region, ns.Name, leads)
				return w
			}
		}
	}
	for _, l := range r.Store.Led {
		if l.Epoch > drills.FirstEpoch && c.Drill.Store.Fencing == drills.EpochFencing && !c.triedAt(l) {
			w.Detail = fmt.Sprintf("nobody tried whether the store of %s, which led %s under epoch %d, refuses a write of the one before", l.Region, l.Namespace, l.Epoch)
			return w
		}
	}
	w.Held = true
	w.Detail = fmt.Sprintf("the store at home led each namespace at the fault, no other did, and %d writes had been acknowledged", before)
	return w
}

// triedAt reports whether a write of the epoch before was tried where a store led.
func (c *docket) triedAt(l drills.StoreLead) bool {
	return slices.ContainsFunc(c.Timeline, func(e drills.Event) bool {
		return e.Kind == drills.KindFence && e.Region == l.Region && e.Namespace == l.Namespace && int(e.Value) == l.Epoch-1
	})
}

// storeObjective is the RPO of the stores.
func (c *docket) storeObjective(objective drills.Offset, declared string, s *drills.StoreReport) drills.ObjectiveResult {
	out := drills.ObjectiveResult{Name: "storeRecoveryPoint", Declared: "≤ " + declared, Verdict: drills.Inconclusive, Measured: "not measured"}
	if s == nil || s.Lost == nil || s.Acknowledged == 0 {
		return out
	}
	out.Measured = fmt.Sprintf("%s (%d writes lost if %s never returned)", *s.LostSeconds, *s.Lost, c.lost)
	out.Verdict = drills.Pass
	if *s.LostSeconds > objective {
		out.Verdict = drills.Fail
	}
	return out
}
