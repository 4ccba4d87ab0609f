package assess_test

import (
	"slices"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/drills"
)

// The Workflows on which both sides of the split act: one is open as it begins,
// one is started by both and closed, one is started by both and left open.
const (
	contestOpen   = "contest-before-02"
	contestClosed = "contest-amid-02"
	contestLeft   = "contest-amid-01"
)

// split is the evidence of the split-brain drill: the isolated region goes on
// believing itself active, and both sides act on the same ids at 30 s.
func split(t *testing.T) *evidence {
	t.Helper()
	e := tell(t, "split-brain", back)
	e.without(func(event drills.Event) bool { return event.Kind == drills.KindActive && event.Name == "" })
	for _, link := range e.Drill.Topology().Links {
		if link.From == link.To && link.From == e.lost() {
			e.with(drills.Event{At: at(effective), Kind: drills.KindSpared, Name: "faults[0]", Region: e.lost(), Subject: link.Name(), Held: true})
		}
	}
	for _, region := range e.Drill.Regions {
		for id, kinds := range map[string][]drills.OperationKind{
			contestOpen:   {drills.SignalOperation, drills.UpdateOperation, drills.ResultOperation},
			contestClosed: {drills.StartOperation, drills.ResultOperation},
			contestLeft:   {drills.StartOperation},
		} {
			for _, kind := range kinds {
				e.contest(region, id, kind)
			}
		}
	}
	west := func(id string) drills.Workflow {
		return drills.Workflow{ID: id, RunID: runOf("us-west", id), Status: "Completed", Result: callOf("us-west", id, "close"), StartedAt: at(30), ClosedAt: at(31)}
	}
	open := west(contestOpen)
	open.StartedAt = at(5)
	for _, region := range e.Drill.Regions {
		open.Operations = append(open.Operations, callOf(region, contestOpen, drills.SignalOperation), callOf(region, contestOpen, drills.UpdateOperation))
	}
	both := west(contestClosed)
	both.RunID, both.Result = runOf("us-east", contestClosed), callOf("us-east", contestClosed, "close")
	ended := west(contestLeft)
	ended.RunID, ended.Status, ended.Result = runOf("us-east", contestLeft), "Terminated", ""
	ended.StartedAt = at(30.5) // later than the one that stays
	for _, w := range []drills.Workflow{open, west(contestClosed), both, west(contestLeft), ended} {
		e.recount(w)
	}
	start := drills.Operation{ID: contestOpen + "/start", Kind: drills.StartOperation, Region: "us-east", Namespace: "orders", Workflow: contestOpen, State: drills.OperationAcknowledged, At: at(5)}
	e.Ledger = append(e.Ledger, start)
	before := open
	before.Operations = open.Operations[2:] // of the promoted side alone
	before.Census, before.ClosedAt, before.Status = drills.CensusWithoutRegion, at(31), "Completed"
	e.with(drills.Event{At: at(counted), Kind: drills.KindWorkflow, Namespace: "orders", Workflow: &before})
	return e
}

func runOf(region, id string) string {
	if id == contestOpen {
		return "run of " + id // started before the split
	}
	return "run of " + id + " in " + region
}

func callOf(region, id string, kind drills.OperationKind) string {
	return id + "/" + string(kind) + "@" + region
}

// contest has one side acknowledge an operation on a contested id.
func (e *evidence) contest(region, id string, kind drills.OperationKind) {
	op := drills.Operation{
		ID: callOf(region, id, kind), Kind: kind, Region: region, Namespace: "orders", Workflow: id, Contested: true,
		Intended: at(30), At: at(30), State: drills.OperationSent,
	}
	sent := op
	op.State, op.At = drills.OperationAcknowledged, at(30.2)
	if kind == drills.StartOperation || kind == drills.ResultOperation {
		op.Run = runOf(region, id)
	}
	if kind == drills.ResultOperation {
		op.Result = callOf(region, id, "close")
	}
	e.Ledger = append(e.Ledger, sent, op)
}

// recount has the censuses after the heal find a Workflow.
func (e *evidence) recount(w drills.Workflow) {
	w.Digest = "digest of " + w.RunID
	for _, census := range []string{drills.CensusAfterHeal, drills.CensusReplica} {
		found := w
		found.Census, found.Operations = census, slices.Clone(w.Operations)
		e.with(drills.Event{At: at(recounted), Kind: drills.KindWorkflow, Namespace: "orders", Workflow: &found})
	}
}

func conflict(t *testing.T, r drills.Report, kind drills.OperationKind, region string) drills.Conflict {
	t.Helper()
	i := slices.IndexFunc(r.Conflicts, func(c drills.Conflict) bool { return c.Kind == kind && c.Region == region })
	if i < 0 {
		t.Fatalf("no %s of %s among %+v", kind, region, r.Conflicts)
	}
	return r.Conflicts[i]
}

func TestASplitAccountsForBothSides(t *testing.T) {
	g := NewWithT(t)
	r := split(t).expect(t, drills.Pass, "")
	n := func(kept, superseded, lost int) []int { return []int{kept, superseded, lost} }
	for _, want := range []struct {
		kind   drills.OperationKind
		region string
		became []int
	}{
		{drills.StartOperation, "us-east", n(1, 1, 0)}, // the one that is open is terminated
		{drills.StartOperation, "us-west", n(2, 0, 0)},
		{drills.SignalOperation, "us-east", n(1, 0, 0)},
		{drills.UpdateOperation, "us-west", n(1, 0, 0)},
		{drills.ResultOperation, "us-east", n(1, 1, 0)}, // of one run that both closed, one end stays
		{drills.ResultOperation, "us-west", n(2, 0, 0)},
	} {
		c := conflict(t, r, want.kind, want.region)
		g.Expect([]int{*c.Kept, *c.Superseded, *c.Lost}).To(Equal(want.became), "%s of %s", want.kind, want.region)
		g.Expect(c.Acknowledged).To(Equal(*c.Kept + *c.Superseded + *c.Lost))
		g.Expect(c.Promoted).To(Equal(want.region == "us-west"))
	}
	g.Expect(*r.RecoveryPoint.RolledBack).To(Equal(1), "the start whose run was terminated")
	g.Expect(*r.RecoveryPoint.Lost).To(Equal(4), "what the isolated side acknowledged, nobody else has")
	g.Expect(r.Workflows.Failed).To(BeZero(), "an id counts by the run that stays")
	g.Expect(witness(t, r, "split").Held).To(BeTrue())
}

func TestASplitThatIsNotResolvedFails(t *testing.T) {
	after := drills.CensusAfterHeal
	for name, c := range map[string]struct {
		change  func(*evidence)
		verdict drills.Verdict
		reason  string
	}{
		"a signal of the isolated side is not applied": {func(e *evidence) {
			e.workflows("", func(_ string, w *drills.Workflow) {
				w.Operations = slices.DeleteFunc(slices.Clone(w.Operations), func(id string) bool { return id == callOf("us-east", contestOpen, drills.SignalOperation) })
			})
		}, drills.Fail, "1 of 1 signals that us-east acknowledged are in no history"},
		"a run is gone": {func(e *evidence) {
			e.lose(after, func(w drills.Workflow) bool { return w.RunID == runOf("us-east", contestLeft) })
		}, drills.Fail, "1 of 2 starts that us-east acknowledged are in no history"},
		"the promoted side is taken back": {func(e *evidence) {
			e.workflows("", func(_ string, w *drills.Workflow) {
				if w.ID == contestOpen {
					w.Result = callOf("us-east", contestOpen, "close")
				}
			})
		}, drills.Fail, "1 of 2 results of us-west were taken back, though it was promoted last"},
		"one side acknowledged nothing": {func(e *evidence) {
			e.Ledger = slices.DeleteFunc(e.Ledger, func(op drills.Operation) bool {
				return op.Contested && op.Region == "us-west" && op.State == drills.OperationAcknowledged && op.Kind == drills.UpdateOperation
			})
		}, drills.Inconclusive, "us-west acknowledged no update"},
		"nobody acted on both sides": {func(e *evidence) {
			e.Ledger = slices.DeleteFunc(e.Ledger, func(op drills.Operation) bool { return op.Contested })
		}, drills.Inconclusive, "no side acted on contested ids"},
		"it came before there were two sides": {func(e *evidence) {
			for i := range e.Ledger {
				if op := &e.Ledger[i]; op.Contested && op.State == drills.OperationAcknowledged && op.Kind == drills.SignalOperation {
					op.At = at(promoted - 0.5)
				}
			}
		}, drills.Inconclusive, "2 of 12 operations were acknowledged while not both believed themselves active"},
	} {
		t.Run(name, func(t *testing.T) {
			e := split(t)
			c.change(e)
			e.expect(t, c.verdict, c.reason)
		})
	}
}

// What a region does that was cut off, nobody else hears of: it is done again.
func TestAnActivityMayRunAgainThatRanWhereNobodyHeardOfIt(t *testing.T) {
	const order = "order-orders-200" // of 41 s: both sides go on, the isolated one until 51.5 s
	for name, test := range map[string]struct {
		ran  []string // where it ran again
		at   float64
		want drills.Verdict
	}{
		"on the isolated side":                       {[]string{"us-east"}, 43, drills.Pass},
		"there, before its services heard of it":     {[]string{"us-east"}, 52.1, drills.Pass},
		"there, when it had long given way":          {[]string{"us-east"}, 53.1, drills.Fail},
		"twice there":                                {[]string{"us-east", "us-east"}, 43, drills.Fail},
		"there, and again here":                      {[]string{"us-east", "us-west"}, 43, drills.Fail},
		"on the side that was promoted, as all know": {[]string{"us-west"}, 43, drills.Fail},
	} {
		t.Run(name, func(t *testing.T) {
			e := split(t)
			e.again(order, at(test.at), test.ran...)
			i := slices.IndexFunc(e.judge().Invariants, func(i drills.Invariant) bool { return i.Name == "effects once" })
			if got := e.judge().Invariants[i]; got.Verdict != test.want {
				t.Errorf("got %s, want %s: %s", got.Verdict, test.want, got.Detail)
			}
		})
	}
}
