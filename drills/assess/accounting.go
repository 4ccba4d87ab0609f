package assess

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

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
		if line.Kind == drills.WriteOperation && line.State == drills.OperationAbandoned {
			out[i].State, out[i].Refusal = line.State, line.Refusal
		}
	}
	return out
}

// holding is which operations a census shows.
type holding struct {
	started map[scoped]bool
	noted   map[scoped]int // how often, in the run that has it most
	// signals and told count those of one name for one Workflow, in the census and in the
	// ledger, where a starter of the user's own reports them.
	signals, told map[scoped]int
}

// holding reads a census once, however often it is asked for.
func (c *docket) holding(census string) holding {
	if h, known := c.holdings[census]; known {
		return h
	}
	h := holding{map[scoped]bool{}, map[scoped]int{}, map[scoped]int{}, c.reportedSignals()}
	c.holdings[census] = h
	h.count(c.census[census])
	for e, w := range c.census[census] {
		h.started[e.scoped] = true
		times := map[string]int{}
		for _, id := range w.Operations {
			times[id]++
			key := scoped{e.namespace, id}
			h.noted[key] = max(h.noted[key], times[id])
		}
	}
	return h
}

func (h holding) has(op drills.Operation) bool {
	if op.Kind == drills.StartOperation {
		return h.started[scoped{op.Namespace, op.Workflow}]
	}
	if of, n, ok := numbered(op.ID); ok && op.Kind == drills.SignalOperation && h.told[scoped{op.Namespace, of}] > 0 {
		// They are told apart by number alone: those that are missing may be the first.
		key := scoped{op.Namespace, of}
		return n > h.told[key]-h.signals[key]
	}
	return h.noted[scoped{op.Namespace, op.ID}] > 0
}

// reportedSignals counts the acknowledged signals of each name for each Workflow, where
// a starter of the user's own reports them by number.
func (c *docket) reportedSignals() map[scoped]int {
	out := map[scoped]int{}
	for _, op := range c.operations {
		if of, _, ok := numbered(op.ID); ok && c.Drill.Reports() && op.Kind == drills.SignalOperation && op.acknowledged {
			out[scoped{op.Namespace, of}]++
		}
	}
	return out
}

// count counts the signals of each name over the runs of a Workflow. A run that goes on
// from the middle of another has what that had; one that continues it has not.
func (h holding) count(census map[execution]drills.Workflow) {
	type lineage struct {
		signal scoped
		from   string // the first run of it
	}
	most := map[lineage]int{}
	for e, w := range census {
		here := map[string]int{}
		for _, id := range w.Operations {
			if of, _, ok := numbered(id); ok {
				here[of]++
			}
		}
		for of, n := range here {
			key := lineage{scoped{e.namespace, of}, cmp.Or(w.Original, w.RunID)}
			most[key] = max(most[key], n)
		}
	}
	for key, n := range most {
		h.signals[key.signal] += n
	}
}

// numbered takes the number off the id of a signal that is told by that alone.
func numbered(id string) (of string, n int, ok bool) {
	at := strings.LastIndexByte(id, '#')
	if at < 0 {
		return "", 0, false
	}
	n, err := strconv.Atoi(id[at+1:])
	return id[:at], n, err == nil
}

// ledgerWitness wants that the ledger knows everything of the load that the
// clusters hold. A line is written before an operation is sent: lines that are
// missing take lost operations with them.
func (c *docket) ledgerWitness() drills.Witness {
	w := drills.Witness{Name: "ledger"}
	if !c.counted() {
		w.Detail = "nobody read the clusters to hold it against"
		return w
	}
	workflows, operations := c.unbooked()
	switch {
	case c.Drill.Reports() && operations == 0:
		w.Held = true
		w.Detail = fmt.Sprintf("it knows every activity that the clusters hold as completed; a starter of the user's own tells what was acknowledged, and of nothing else: %d operations in all", len(c.operations))
	case workflows > 0:
		w.Detail = fmt.Sprintf("it has a gap: it knows of no start of %d workflows that the clusters hold", workflows)
	case operations > 0:
		w.Detail = fmt.Sprintf("it has a gap: it does not know %d signals, updates or completed activities that the clusters hold", operations)
	default:
		w.Held = true
		w.Detail = fmt.Sprintf("it knows every workflow that the clusters hold, and tells of %d operations", len(c.operations))
	}
	return w
}

// unbooked counts the Workflows that a census found and of whose start the
// ledger never heard, and other operations likewise. What a Workflow or a
// schedule starts is nobody's operation.
func (c *docket) unbooked() (workflows, operations int) {
	started, known := map[scoped]bool{}, map[scoped]bool{}
	for _, op := range c.operations {
		known[scoped{op.Namespace, op.ID}] = true
		if op.Kind == drills.StartOperation {
			started[scoped{op.Namespace, op.Workflow}] = true
		}
	}
	missing, unknown := map[scoped]bool{}, map[scoped]bool{}
	for e, w := range c.final() {
		if root(w) && c.asked(e.scoped) && !c.Drill.Reports() && !started[e.scoped] {
			missing[e.scoped] = true
		}
		for _, id := range w.Operations {
			if key := (scoped{e.namespace, id}); !known[key] && (!c.Drill.Reports() || ofActivity(id)) {
				unknown[key] = true
			}
		}
	}
	return len(missing), len(unknown)
}

// ofActivity reports whether the id of an operation is that of an execution of an
// Activity, as clusters name it.
func ofActivity(id string) bool {
	at := strings.LastIndexByte(id, '@')
	return at > 0 && strings.Trim(id[at+1:], "0123456789") == ""
}

// asked reports whether a Workflow is one that a starter asked for. What Workers of the
// user's own start besides, as children or not, may go on for ever.
func (c *docket) asked(id scoped) bool {
	if !c.Drill.Own() || c.begin == nil {
		return true
	}
	return strings.HasPrefix(id.id, drills.StartedAs(id.namespace, c.begin.RunID))
}

// root reports whether a client started a Workflow, no other Workflow and no
// schedule.
func root(w drills.Workflow) bool { return w.Parent == "" && w.Schedule == "" }

// counts are those of one kind, as far as they could be counted.
type counts struct {
	acknowledged, kept, lost, lostAfterHeal, rolledBack, duplicated, indeterminate int
}

func (n *counts) add(other counts) {
	n.acknowledged += other.acknowledged
	n.kept += other.kept
	n.lost += other.lost
	n.lostAfterHeal += other.lostAfterHeal
	n.rolledBack += other.rolledBack
	n.duplicated += other.duplicated
	n.indeterminate += other.indeterminate
}

// recoveryPoint holds the ledger against both censuses. Only operations that
// were acknowledged before the fault took effect can be lost with the region, or
// by the region itself while it was cut off; after the heal, every acknowledged one
// must be there.
func (c *docket) recoveryPoint() drills.RecoveryPoint {
	without, after := c.holding(drills.CensusWithoutRegion), c.holding(drills.CensusAfterHeal)
	lossCounted, healCounted := c.faulted && c.complete(drills.CensusWithoutRegion), c.complete(drills.CensusAfterHeal)
	again := c.carriedOut(after)
	kinds := map[drills.OperationKind]*counts{}
	for _, kind := range drills.OperationKinds() {
		kinds[kind] = &counts{duplicated: c.duplicated(kind)}
	}
	queries := counts{}
	oldest, newest := c.effective, c.effective
	for _, op := range c.operations {
		n, counted := kinds[op.Kind]
		if op.Kind == drills.QueryOperation {
			queries.add(counts{acknowledged: one(op.acknowledged), indeterminate: one(!op.acknowledged)})
		}
		if !counted {
			continue
		}
		if !op.acknowledged {
			n.indeterminate++
			continue
		}
		n.acknowledged++
		if (op.At <= c.effective || c.cutOff(op.Operation)) && !without.has(op.Operation) {
			n.lost++
			oldest, newest = min(oldest, op.At), max(newest, op.At)
		}
		switch {
		case op.Contested && c.afterwards(op.Operation) == superseded:
			n.rolledBack++
		case after.has(op.Operation):
			n.kept++
		case again[c.effectOf(op.Operation)]:
			n.rolledBack++
		default:
			n.lostAfterHeal++
		}
	}
	report := func(n counts) drills.OperationCounts {
		out := drills.OperationCounts{Acknowledged: n.acknowledged, Indeterminate: n.indeterminate}
		if lossCounted {
			out.Lost = &n.lost
		}
		if healCounted {
			out.Kept, out.LostAfterHeal, out.RolledBack = &n.kept, &n.lostAfterHeal, &n.rolledBack
		}
		if c.counted() {
			out.Duplicated = &n.duplicated
		}
		return out
	}
	var out drills.RecoveryPoint
	var all counts
	for _, kind := range drills.OperationKinds() {
		all.add(*kinds[kind])
		out.ByKind = append(out.ByKind, drills.KindCounts{Kind: kind, OperationCounts: report(*kinds[kind])})
	}
	out.OperationCounts = report(all)
	if queries != (counts{}) { // which leave nothing behind that anybody could count
		out.ByKind = append(out.ByKind, drills.KindCounts{Kind: drills.QueryOperation, OperationCounts: drills.OperationCounts{
			Acknowledged: queries.acknowledged, Indeterminate: queries.indeterminate,
		}})
	}
	if lossCounted {
		age := newest - oldest
		out.LostSeconds = &age
	}
	if c.counted() {
		n := len(c.resets())
		out.Reset = &n
	}
	out.ReplicationLag = c.lag()
	return out
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
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

// resets lists the Workflows of which a run went on from the middle of another.
// When a region returns with events that the survivor never had, conflict
// resolution does so with those that have ended meanwhile: their last part runs
// again.
func (c *docket) resets() map[scoped]drills.Offset {
	out := map[scoped]drills.Offset{}
	for e, w := range c.final() {
		if w.ResetAt > 0 {
			out[e.scoped] = max(out[e.scoped], w.ResetAt)
		}
	}
	return out
}

// duplicated counts the operations of a kind that took effect more than once.
func (c *docket) duplicated(kind drills.OperationKind) int {
	switch kind {
	case drills.StartOperation:
		return c.secondRuns()
	case drills.ActivityOperation:
		n := 0
		for _, executions := range c.effects() {
			n += len(executions) - 1
		}
		return n
	}
	h, n := c.holding(c.last()), 0
	for _, op := range c.operations {
		if op.Kind == kind && h.noted[scoped{op.Namespace, op.ID}] > 1 {
			n++
		}
	}
	return n
}

// secondRuns counts the Workflow ids that have more than one run, but for those
// that were reset, and those that both sides of a split started on purpose: they
// are counted as such.
func (c *docket) secondRuns() int {
	runs, reset, contested := map[scoped]int{}, c.resets(), c.contested()
	for e, w := range c.final() {
		if w.Schedule == "" && !w.Continued && !contested[e.scoped] {
			runs[e.scoped]++
		}
	}
	twice := 0
	for id, n := range runs {
		if _, explained := reset[id]; n > 1 && !explained {
			twice++
		}
	}
	return twice
}

// current is the latest run of each Workflow in the final account. Of one that
// both sides of a split started, it is the one that was not terminated for the
// other.
func (c *docket) current() map[scoped]drills.Workflow {
	out, contested := map[scoped]drills.Workflow{}, c.contested()
	for e, w := range c.final() {
		known, ok := out[e.scoped]
		if ok && contested[e.scoped] && (w.Status == terminated) != (known.Status == terminated) {
			if known.Status == terminated {
				out[e.scoped] = w
			}
			continue
		}
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
		if c.faulted && root(w) && w.StartedAt <= c.effective && (w.ClosedAt == 0 || w.ClosedAt > c.effective) &&
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
		out = append(out, drills.FleetCounts{Region: f.Region, Namespace: f.Namespace, State: f.State, Cost: c.costs(f)})
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
