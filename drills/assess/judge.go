// Package assess turns a Timeline and a ledger into a Report. It is pure: it
// reads no clock, no file and no cluster, so a saved run can be judged again,
// also under other objectives.
package assess

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// Evidence is everything a run left behind.
type Evidence struct {
	Drill    *drills.Drill
	Timeline drills.Timeline
	Ledger   []drills.Operation
	Probes   []drills.Sounding
	Warnings []string // of the record's reader: what is missing or cut short
}

// Judge measures a run and holds it against its drill's objectives. judgedAt
// is the one thing in the Report that is not evidence.
//
// The verdict is the worst of what was found, unknown never passing:
//
//	the harness failed                                  error
//	the deployment was found to be wrong                fail
//	a witness is missing, or the run did not finish     inconclusive
//	a failover was given up, an objective was missed,
//	a Workflow is stuck                                 fail
//	the record has gaps                                 inconclusive
//	every objective met                                 pass
func Judge(e Evidence, judgedAt time.Time) drills.Report {
	c := newCase(e)
	r := drills.Report{
		SchemaVersion: drills.SchemaVersion, Drill: e.Drill.Name, Model: e.Drill.Model, Seed: e.Drill.Seed,
		Replication: e.Drill.Replication.Basis, Control: e.Drill.Control(), JudgedAt: judgedAt.UTC(), Environment: map[string]string{}, Reasons: []string{},
	}
	if c.begin != nil {
		r.Run, r.StartedAt, r.Environment = c.begin.RunID, c.begin.StartedAt, maps.Clone(c.begin.Environment)
	}
	r.Failover, r.Failback = c.failover(), c.failback()
	r.RecoveryTime = c.recoveryTime()
	r.Faults = c.faultReports()
	r.Stages = c.stages(r.RecoveryTime)
	r.RecoveryPoint = c.recoveryPoint()
	r.Workflows = c.workflows()
	r.Fleets = c.fleets()
	r.Throughput = c.throughput(r.RecoveryTime)
	r.Lanes = c.lanes()
	r.Traffic = c.traffic()
	r.Attribution = c.attribution(r.Stages, r.RecoveryTime)
	r.ColdStarts = c.coldStarts()
	r.Delays = c.delays(r.RecoveryTime)
	r.Held = c.held()
	r.Phases = c.phases()
	r.Memory = c.memory()
	r.SplitBrain, r.Conflicts = c.splitBrain(), c.conflicts()
	r.Services, r.Store = c.services(), c.store()
	r.Findings = c.findings(r)
	r.Witnesses = c.witnesses(r)
	r.Objectives = c.objectives(r)
	r.Invariants = c.invariants(r)
	r.Verdict, r.Reasons = c.verdict(r)
	return r
}

// docket is the evidence of one run, indexed.
type docket struct {
	Evidence
	topology  drills.Topology
	begin     *drills.Begin
	outcome   string // of the last event; empty when the record breaks off
	detail    string
	requested drills.Offset
	effective drills.Offset
	faulted   bool // both of the above are known
	// steadyUntil ends the window in which the steady state was last seen
	// before the fault; steady says that it was.
	steadyUntil drills.Offset
	steady      bool
	affected    []string // Namespaces whose work the fault may hold up
	moved       []string // of those, the ones that have to fail over: none in a control, nor where the failover's mode or end has it
	lost        string   // the region that is struck; in a control, the one that is watched
	census      map[string]map[execution]drills.Workflow
	covered     map[string][]string // Namespaces that a census has covered, by its name
	holdings    map[string]holding  // of censuses that were asked for, by name
	originals   map[string]string   // the run that another went on from, by the latter
	// operations are what the ledger tells, each once.
	operations []operation
	writes     []operation // to stores, which operations does not have
}

// scoped names a Workflow or an operation. An id alone does not: two Namespaces
// may use the same.
type scoped struct{ namespace, id string }

// execution names one run of a Workflow.
type execution struct {
	scoped
	run string
}

func newCase(e Evidence) *docket {
	c := &docket{
		Evidence: e, topology: e.Drill.Topology(), lost: e.Drill.Struck(),
		census: map[string]map[execution]drills.Workflow{}, covered: map[string][]string{},
		holdings: map[string]holding{}, originals: map[string]string{},
	}
	for _, ns := range e.Drill.Affected() {
		c.affected = append(c.affected, ns.Name)
		if e.Drill.Moves(e.Timeline, ns) {
			c.moved = append(c.moved, ns.Name)
		}
	}
	for _, event := range e.Timeline {
		switch event.Kind {
		case drills.KindBegin:
			c.begin = event.Begin
		case drills.KindEnd:
			c.outcome, c.detail = event.Name, event.Detail
		case drills.KindCensus:
			c.covered[event.Name] = append(c.covered[event.Name], event.Namespace)
		case drills.KindWorkflow:
			if event.Workflow != nil {
				c.add(event.Namespace, *event.Workflow)
			}
		}
	}
	var requested, effective bool
	c.requested, requested = e.Timeline.Mark(drills.FaultRequested)
	c.effective, effective = e.Timeline.Mark(drills.FaultEffective)
	c.faulted = requested && effective
	c.operations = c.fold()
	c.writesApart()
	c.steadyUntil, c.steady = e.Timeline.SteadyUntil()
	return c
}

func (c *docket) add(namespace string, w drills.Workflow) {
	if c.census[w.Census] == nil {
		c.census[w.Census] = map[execution]drills.Workflow{}
	}
	c.census[w.Census][execution{scoped{namespace, w.ID}, w.RunID}] = w
	if w.Original != "" {
		c.originals[w.RunID] = w.Original
	}
}

// complete reports whether a census covered every Namespace.
func (c *docket) complete(census string) bool {
	for _, ns := range c.topology.Namespaces {
		if !slices.Contains(c.covered[census], ns.Name) {
			return false
		}
	}
	return true
}

// counted reports whether anybody read every Workflow, before the region came
// back or after.
func (c *docket) counted() bool {
	return c.complete(drills.CensusAfterHeal) || c.complete(drills.CensusWithoutRegion)
}

// final is the best account of every Workflow: after the heal where that was
// taken, else without the region.
func (c *docket) final() map[execution]drills.Workflow { return c.census[c.last()] }

// last is the name of the census that final is of.
func (c *docket) last() string {
	if c.complete(drills.CensusAfterHeal) {
		return drills.CensusAfterHeal
	}
	return drills.CensusWithoutRegion
}

// since is a time on the run's clock as seconds since the fault took effect.
func (c *docket) since(at drills.Offset) drills.Offset { return at - c.effective }

func (c *docket) verdict(r drills.Report) (drills.Verdict, []string) {
	v, reasons := drills.Pass, []string{}
	because := func(worse drills.Verdict, format string, args ...any) {
		v = v.Worse(worse)
		reasons = append(reasons, fmt.Sprintf(format, args...))
	}
	for _, f := range r.Findings { // first: the cause of much of what follows
		because(drills.Fail, "%s: %s", f.Name, f.Detail)
	}
	switch c.outcome {
	case drills.OutcomeFinished:
	case drills.OutcomeError:
		because(drills.Errored, "the harness failed: %s", c.detail)
	case "":
		because(drills.Inconclusive, "the record breaks off: the run was killed or is not over")
	default:
		because(drills.Inconclusive, "%s: %s", c.outcome, c.detail)
	}
	if c.begin == nil {
		because(drills.Inconclusive, "the record has no beginning: it does not say which run it is of")
	}
	for _, e := range c.Timeline {
		if e.Kind == drills.KindMark && e.Name == string(drills.Aborted) {
			because(drills.Fail, "aborted: %s", e.Detail)
		}
	}
	for _, w := range c.Warnings {
		because(drills.Inconclusive, "%s", w)
	}
	for _, w := range r.Witnesses {
		if !w.Held {
			because(drills.Inconclusive, "%s not witnessed: %s", w.Name, w.Detail)
		}
	}
	if v == drills.Pass || c.found(r) {
		for _, why := range c.givenUp() {
			because(drills.Fail, "%s", why)
		}
		for _, o := range r.Objectives {
			if o.Verdict != drills.Pass {
				because(o.Verdict, "%s: declared %s, measured %s", o.Name, o.Declared, o.Measured)
			}
		}
		if r.Workflows.Stuck > 0 {
			because(drills.Fail, "%d acknowledged workflows are still open after the drill", r.Workflows.Stuck)
		}
		for _, h := range r.Held {
			if v == drills.Fail {
				because(drills.Fail, "%s", asReason(h))
			}
		}
		for _, i := range r.Invariants {
			if i.Verdict != drills.Pass {
				because(i.Verdict, "%s: %s", i.Name, i.Detail)
			}
		}
	}
	if v == drills.Pass {
		for _, gap := range c.gaps(r) {
			because(drills.Inconclusive, "%s", gap)
		}
	}
	return v, reasons
}

// found reports whether the deployment was found to be wrong and all else is known:
// what came of it is told too.
func (c *docket) found(r drills.Report) bool {
	return len(r.Findings) > 0 && !slices.ContainsFunc(r.Witnesses, func(w drills.Witness) bool { return !w.Held })
}

// gaps lists what a complete record of a finished drill holds and this one
// does not. No objective may rest on it, yet nobody knows what else is missing.
func (c *docket) gaps(r drills.Report) []string {
	out := []string{}
	if r.Workflows.Started == 0 {
		out = append(out, "the ledger knows of no start that was acknowledged: nobody can tell whether one is lost or stuck")
	}
	for _, stage := range c.passes() {
		if _, ok := c.Timeline.Mark(stage); !ok {
			out = append(out, fmt.Sprintf("nobody marked %s, which every drill of this model passes", stage))
		}
	}
	return out
}

// passes lists the stages that a run marks, when the Namespaces of the lost
// region move as the drill's model says.
func (c *docket) passes() []drills.Stage {
	out := []drills.Stage{
		drills.LoadStarted, drills.SteadyStateReached, drills.FaultRequested, drills.FaultEffective,
		drills.HealRequested, drills.Healed, drills.LoadStopped, drills.Drained,
	}
	if len(c.moved) == 0 {
		return out
	}
	out = append(out, drills.EndpointRerouted, drills.TrafficMoved)
	if c.Drill.Store.On() && c.Drill.Store.Promotion != drills.PromoteNever {
		out = append(out, drills.StorePromoted)
	}
	if c.Drill.Failover.Mode == drills.Manual {
		out = append(out, drills.ApprovalRequested, drills.Approved)
	}
	if c.returns() {
		out = append(out, drills.FailbackRequested, drills.FailedBack, drills.SustainedAtHome)
	}
	grows := slices.ContainsFunc(c.topology.Fleets, func(f drills.Fleet) bool {
		return slices.Contains(c.moved, f.Namespace) && f.Region != c.lost && (f.State == drills.FleetAbsent || f.Reserve > 0)
	})
	if grows {
		out = append(out, drills.WorkersStarted)
	}
	if grows && c.Drill.Provision.BeforeProcess() > 0 {
		out = append(out, drills.Provisioned)
	}
	return out
}
