package assess_test

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/assess"
	"github.com/failoverdrill/failoverdrill/drills/catalog"
)

// The times of the drill that these tests tell, in seconds on the run's clock.
const (
	loaded    = 1.0
	requested = 20.0 // the fault
	effective = 20.1
	promoted  = 21.7
	rerouted  = 21.8 // every surviving name server leads to the survivor
	moved     = 22.0 // the survivor's starters carry the load
	polled    = 24.0 // the survivor lets its Workers' polls through
	looked    = 26.0 // nothing new was seen
	back      = 28.0 // the survivor completes the first Workflow
	counted   = 47.5 // census without the region
	heal      = 48.0
	healed    = 55.0
	home      = 56.0 // failed back
	unloaded  = 65.0
	recounted = 67.0 // census after the heal
)

func at(seconds float64) drills.Offset { return drills.Offset(math.Round(seconds*1e6)) * 1e3 }

func judgedAt() time.Time { return time.Date(2026, 3, 1, 12, 30, 0, 0, time.UTC) }

// evidence is what a run left behind, to be altered by a test.
type evidence struct{ assess.Evidence }

// passing is the complete evidence of a catalog drill that went well.
func passing(t testing.TB, drill string) *evidence { return tell(t, drill, back) }

// shipped is a drill of the catalog, at the rates that these tests count by.
func shipped(t testing.TB, drill string) *drills.Drill {
	t.Helper()
	d, err := catalog.Get(drill)
	if err != nil {
		t.Fatal(err)
	}
	d.Workload.Rate = []drills.Rate{5, 3, 1.5}[len(d.Topology().Namespaces)-1]
	return d
}

// tell is the evidence of a catalog drill in which the Namespaces of the lost
// region make progress again at recovered; those of others always do.
func tell(t testing.TB, drill string, recovered float64) *evidence {
	t.Helper()
	d := shipped(t, drill)
	return told(d, recovered)
}

// sparse is passing with as little load as is evidence, for tests that judge it
// again and again.
func sparse(t testing.TB, drill string) *evidence {
	t.Helper()
	d := shipped(t, drill)
	d.Workload.Rate = 1.5
	return told(d, back)
}

// control is the complete evidence of a catalog drill in which nothing is broken.
func control(t testing.TB, drill string) *evidence {
	t.Helper()
	d := shipped(t, drill)
	d.Faults[0].Kind, d.Faults[0].Flavour = drills.NoFault, ""
	return told(d, 0)
}

func told(d *drills.Drill, recovered float64) *evidence {
	e := &evidence{assess.Evidence{Drill: d}}
	e.milestones()
	e.samples()
	topology := d.Topology()
	for _, f := range topology.Fleets {
		e.polls(f)
	}
	for _, ns := range topology.Namespaces {
		e.orders(ns, recovered)
	}
	slices.SortStableFunc(e.Timeline, func(a, b drills.Event) int { return cmp.Compare(a.At, b.At) })
	begin := drills.Event{Kind: drills.KindBegin, Begin: &drills.Begin{
		RunID: "c0ffee00", Drill: d.Name, StartedAt: judgedAt().Add(-time.Hour), Environment: map[string]string{"cpus": "2"},
	}}
	e.Timeline = append(drills.Timeline{begin}, e.Timeline...)
	return e.with(drills.Event{At: at(68), Kind: drills.KindEnd, Name: drills.OutcomeFinished})
}

// lost is the region that the fault takes away; empty when it takes none.
func (e *evidence) lost() string {
	if e.Drill.Control() {
		return ""
	}
	return e.Drill.Faults[0].Region
}

// milestones are the marks of the drill's model.
func (e *evidence) milestones() {
	mark := func(seconds float64, stage drills.Stage) {
		e.with(drills.Event{At: at(seconds), Kind: drills.KindMark, Name: string(stage)})
	}
	mark(loaded, drills.LoadStarted)
	mark(10, drills.SteadyStateReached)
	e.with(drills.Event{At: at(9), Kind: drills.KindSteady}, drills.Event{At: at(requested - 1), Kind: drills.KindSteady})
	mark(requested, drills.FaultRequested)
	mark(effective, drills.FaultEffective)
	if e.lost() != "" {
		e.with(drills.Event{At: at(21.6), Kind: drills.KindMark, Name: string(drills.Detected), Region: e.lost()})
	}
	for _, ns := range e.Drill.Topology().HomedIn(e.lost()) {
		moving := func(seconds float64, stage drills.Stage) {
			e.with(drills.Event{At: at(seconds), Kind: drills.KindMark, Name: string(stage), Region: ns.Replica, Namespace: ns.Name})
		}
		moving(promoted, drills.Promoted)
		moving(rerouted, drills.EndpointRerouted)
		moving(moved, drills.TrafficMoved)
		switch e.Drill.Model {
		case drills.ActiveCold:
			moving(21.9, drills.Provisioned)
			moving(21.95, drills.WorkersStarted)
		case drills.ActiveActive:
			moving(23, drills.WorkersStarted)
		}
	}
	mark(heal, drills.HealRequested)
	mark(healed, drills.Healed)
	if e.lost() != "" {
		mark(healed, drills.FailbackRequested)
		mark(home, drills.FailedBack)
		mark(63, drills.SustainedAtHome)
	}
	mark(unloaded, drills.LoadStopped)
	mark(66, drills.Drained)
}

func (e *evidence) samples() {
	for seconds := 1.0; seconds < recounted; seconds += 10 {
		e.with(
			drills.Event{At: at(seconds), Kind: drills.KindClock, Value: 0.0001},
			drills.Event{At: at(seconds), Kind: drills.KindReplication, Region: "us-west", Subject: "us-east", Value: 0.2},
			drills.Event{At: at(seconds), Kind: drills.KindNote, Detail: "for a reader"},
		)
	}
	fault := e.Drill.Faults[0]
	subjects := []string{"us-east/cluster", "us-east/worker-orders-0"}
	for _, link := range e.Drill.Topology().Links {
		if link.Touches(fault.Region) {
			subjects = append(subjects, link.Name())
		}
	}
	for _, subject := range subjects {
		e.with(drills.Event{
			At: at(effective), Kind: drills.KindProbe, Name: "faults[0]", Region: fault.Region, Subject: subject, Held: !e.Drill.Control(),
		})
	}
	for _, link := range e.Drill.Topology().Links {
		if !e.Drill.Control() && !link.Touches(fault.Region) {
			e.with(drills.Event{At: at(effective), Kind: drills.KindSpared, Name: "faults[0]", Region: fault.Region, Subject: link.Name(), Held: true})
		}
	}
	// Where no Fleet polls before the fault, a cluster's own Workers do.
	for _, f := range e.Drill.Topology().Fleets {
		if f.State == drills.FleetAbsent {
			e.with(drills.Event{
				At: at(0.1), Kind: drills.KindPoll, Name: "activity", Region: f.Region, Namespace: "temporal-system", Subject: "system worker", Held: true,
			})
		}
	}
	e.with(
		drills.Event{At: at(requested), Kind: drills.KindPhase, Name: drills.PhaseSteadyState, Value: 19},
		drills.Event{At: at(heal), Kind: drills.KindPhase, Name: drills.PhaseRecovery, Value: 28},
		drills.Event{At: at(66), Kind: drills.KindMemory, Subject: "us-west/cluster", Value: 2e8},
	)
	for _, ns := range e.Drill.Topology().Namespaces {
		e.with(drills.Event{At: at(looked), Kind: drills.KindQuiet, Region: ns.Replica, Namespace: ns.Name})
		for _, region := range []string{ns.Home, ns.Replica} {
			e.with(drills.Event{At: at(recounted), Kind: drills.KindStored, Region: region, Namespace: ns.Name, Value: 400})
		}
		for _, acted := range []float64{3, 15, 35, 60} {
			e.with(drills.Event{At: at(acted), Kind: drills.KindAction, Name: "restock", Region: ns.Home, Namespace: ns.Name, Subject: "restock"})
		}
		believe := func(seconds float64, region, active string) {
			e.with(drills.Event{At: at(seconds), Kind: drills.KindActive, Region: region, Namespace: ns.Name, Name: active})
		}
		believe(0.2, ns.Home, ns.Home)
		believe(0.2, ns.Replica, ns.Home)
		for _, region := range []string{ns.Home, ns.Replica} {
			if region == e.lost() {
				believe(effective+0.1, region, "")
			}
		}
		if ns.Home == e.lost() {
			believe(promoted, ns.Replica, ns.Replica)
			believe(50, ns.Home, ns.Home)
			believe(51.5, ns.Home, ns.Replica)
			believe(home-0.1, ns.Replica, ns.Home)
			believe(home, ns.Home, ns.Home)
		} else if ns.Replica == e.lost() {
			believe(51, ns.Replica, ns.Home)
		}
		for _, region := range e.Drill.Regions {
			e.lookUps(ns, region)
		}
	}
}

// lookUps are where one region's name server leads a Namespace.
func (e *evidence) lookUps(ns drills.Namespace, region string) {
	lost, moves := region == e.lost(), ns.Home == e.lost()
	e.with(led(0.3, region, ns.Name, ns.Home))
	switch {
	case lost && moves:
		e.with(led(effective, region, ns.Name, ""), led(49, region, ns.Name, ns.Replica), led(home-0.1, region, ns.Name, ns.Home))
	case lost:
		e.with(led(effective, region, ns.Name, ""), led(49, region, ns.Name, ns.Home))
	case moves:
		e.with(led(rerouted+0.2, region, ns.Name, ns.Replica), led(home-0.1, region, ns.Name, ns.Home))
	}
}

// led is a look that found a region's name server lead a Namespace somewhere else
// than the look before it.
func led(seconds float64, region, namespace, to string) drills.Event {
	return drills.Event{At: at(seconds), Kind: drills.KindEndpoint, Region: region, Namespace: namespace, Name: to}
}

// polls are what the clusters answered one Fleet.
func (e *evidence) polls(f drills.Fleet) {
	poll := func(seconds float64, held bool) {
		e.with(drills.Event{
			At: at(seconds), Kind: drills.KindPoll, Name: "workflow", Region: f.Region, Namespace: f.Namespace,
			Subject: drills.WorkerIdentity(f.Region, f.Namespace, 0), Held: held,
		})
	}
	if f.State != drills.FleetAbsent {
		poll(0.5, f.State == drills.FleetActive)
	}
	if ns, _ := e.Drill.Topology().Namespace(f.Namespace); ns.Home == e.lost() && f.Region == ns.Replica {
		poll(polled, true)
	}
}

// orders are the Workflows of one Namespace: each takes 0.6 s, unless the
// outage holds it up; then it ends with the backlog, 50 ms after the one before.
func (e *evidence) orders(ns drills.Namespace, recovered float64) {
	affected := ns.Home == e.lost()
	ends := recovered
	for i := range int((unloaded - loaded) * float64(e.Drill.Workload.Rate)) {
		start := loaded + float64(i)/float64(e.Drill.Workload.Rate)
		region, closed := ns.Home, start+0.6
		if affected && start >= requested && start < home {
			region = ns.Replica
		}
		if affected && start >= requested && start < moved {
			start = moved + (start-requested)/100
		}
		if affected && closed > requested && closed < ends {
			closed = ends
			ends += 0.05
		}
		w := drills.Workflow{
			ID: fmt.Sprintf("order-%s-%03d", ns.Name, i), RunID: fmt.Sprintf("run-%03d", i), Status: "Completed",
			StartedAt: at(start), ClosedAt: at(closed),
		}
		first := start + 0.05
		if affected && start >= requested {
			first = closed - 0.05
		}
		w.Tasks = []drills.Task{
			{Identity: e.fleet(ns, i, first), Type: "workflow", At: at(first)},
			{Identity: e.fleet(ns, i+1, closed-0.01), Type: "activity", At: at(closed - 0.01)},
		}
		e.with(drills.Event{At: w.ClosedAt, Kind: drills.KindClosed, Name: w.Status, Region: region, Namespace: ns.Name, Subject: w.ID})
		e.ledger(ns, region, &w)
		if w.StartedAt < at(counted) {
			e.found(ns, counted, drills.CensusWithoutRegion, w)
		}
		w.Digest = "digest of " + w.RunID
		e.found(ns, recounted, drills.CensusAfterHeal, w)
		e.found(ns, recounted, drills.CensusReplica, w)
	}
	e.with(
		drills.Event{At: at(counted), Kind: drills.KindCensus, Name: drills.CensusWithoutRegion, Namespace: ns.Name},
		drills.Event{At: at(recounted), Kind: drills.KindCensus, Name: drills.CensusAfterHeal, Namespace: ns.Name},
		drills.Event{At: at(recounted), Kind: drills.KindCensus, Name: drills.CensusReplica, Namespace: ns.Name},
	)
}

// fleet is who works for a Namespace at a time. Where both regions do, they
// take turns.
func (e *evidence) fleet(ns drills.Namespace, turn int, seconds float64) string {
	region := ns.Home
	switch {
	case ns.Home == e.lost() && seconds > effective && seconds < home:
		region = ns.Replica
	case e.Drill.Model == drills.ActiveActive && turn%2 == 1:
		region = ns.Replica
	}
	return drills.WorkerIdentity(region, ns.Name, 0)
}

// ledger has a Workflow's start, its payment, a change of its address and its
// Activity acknowledged.
func (e *evidence) ledger(ns drills.Namespace, region string, w *drills.Workflow) {
	shipped := w.Tasks[len(w.Tasks)-1]
	worker, _, _ := drills.FleetOf(shipped.Identity)
	operations := []drills.Operation{
		{ID: w.ID + "/start", Kind: drills.StartOperation, Region: region, At: w.StartedAt},
		{ID: w.ID + "/payment", Kind: drills.SignalOperation, Region: region, At: w.StartedAt + at(0.02)},
		{ID: w.ID + "/address", Kind: drills.UpdateOperation, Region: region, At: w.StartedAt + at(0.03)},
		{ID: w.ID + "/ShipOrder/" + shipped.Identity, Kind: drills.ActivityOperation, Region: worker, Activity: "ShipOrder", At: shipped.At - at(0.01)},
	}
	for _, op := range operations {
		if op.Kind != drills.StartOperation {
			w.Operations = append(w.Operations, op.ID)
		}
		op.State, op.Namespace, op.Workflow, op.Intended = drills.OperationSent, ns.Name, w.ID, w.StartedAt
		acknowledged := op
		acknowledged.At, acknowledged.State = op.At+at(0.01), drills.OperationAcknowledged
		e.Ledger = append(e.Ledger, op, acknowledged)
	}
}

// found is a Workflow as a census sees it at a time.
func (e *evidence) found(ns drills.Namespace, seconds float64, census string, w drills.Workflow) {
	w.Census = census
	if w.ClosedAt > at(seconds) {
		w.ClosedAt, w.Status = 0, "Running"
	}
	w.Tasks, w.Operations = slices.Clone(w.Tasks), slices.Clone(w.Operations)
	e.with(drills.Event{At: at(seconds), Kind: drills.KindWorkflow, Namespace: ns.Name, Workflow: &w})
}

// with adds events.
func (e *evidence) with(events ...drills.Event) *evidence {
	e.Timeline = append(e.Timeline, events...)
	return e
}

// copied can lose events, and keeps those of the original: what they point to is
// shared.
func (e *evidence) copied() *evidence {
	c := *e
	c.Timeline = slices.Clone(e.Timeline)
	return &c
}

// without removes the events that match.
func (e *evidence) without(match func(drills.Event) bool) *evidence {
	e.Timeline = slices.DeleteFunc(e.Timeline, match)
	return e
}

func ofKind(kind drills.Kind) func(drills.Event) bool {
	return func(e drills.Event) bool { return e.Kind == kind }
}

func markOf(stage drills.Stage) func(drills.Event) bool {
	return func(e drills.Event) bool { return e.Kind == drills.KindMark && e.Name == string(stage) }
}

// workflows changes what the censuses found; the zero name means both.
func (e *evidence) workflows(census string, change func(namespace string, w *drills.Workflow)) *evidence {
	for _, event := range e.Timeline {
		if event.Kind == drills.KindWorkflow && (census == "" || event.Workflow.Census == census) {
			change(event.Namespace, event.Workflow)
		}
	}
	return e
}

// lose has a census not find the Workflows that match: what home does not have
// after the heal, the replica has not either.
func (e *evidence) lose(census string, match func(drills.Workflow) bool) *evidence {
	return e.without(func(event drills.Event) bool {
		if event.Kind != drills.KindWorkflow || !match(*event.Workflow) {
			return false
		}
		found := event.Workflow.Census
		return found == census || census == drills.CensusAfterHeal && found == drills.CensusReplica
	})
}

// objectives replaces the declared ones.
func (e *evidence) objectives(o drills.Objectives) *evidence {
	e.Drill.Objectives = o
	return e
}

func (e *evidence) judge() drills.Report { return assess.Judge(e.Evidence, judgedAt()) }

// expect judges the evidence and wants this verdict and, unless it is a pass,
// a reason that says why.
func (e *evidence) expect(t *testing.T, verdict drills.Verdict, reason string) drills.Report {
	t.Helper()
	r := e.judge()
	said := slices.ContainsFunc(r.Reasons, func(s string) bool { return strings.Contains(s, reason) })
	switch {
	case r.Verdict != verdict:
		t.Errorf("got %s %q, want %s", r.Verdict, r.Reasons, verdict)
	case verdict == drills.Pass && len(r.Reasons) > 0:
		t.Errorf("a pass has reasons: %q", r.Reasons)
	case verdict != drills.Pass && !said:
		t.Errorf("%s for %q, want a reason that says %q", r.Verdict, r.Reasons, reason)
	}
	return r
}

func witness(t *testing.T, r drills.Report, name string) drills.Witness {
	t.Helper()
	for _, w := range r.Witnesses {
		if w.Name == name {
			return w
		}
	}
	t.Fatalf("no witness %q", name)
	return drills.Witness{}
}

func objective(t *testing.T, r drills.Report, name string) drills.ObjectiveResult {
	t.Helper()
	for _, o := range r.Objectives {
		if o.Name == name {
			return o
		}
	}
	t.Fatalf("no objective %q", name)
	return drills.ObjectiveResult{}
}

func ptr[T any](v T) *T { return &v }

// models names the drills that lose a whole region by crash, one for each model
// and the ring.
func models() []string {
	return []string{"active-active", "active-cold", "active-hot", "dual-active", "dual-active-ring"}
}
