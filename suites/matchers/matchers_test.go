package matchers_test

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/suites/matchers"
)

func offset(seconds float64) *drills.Offset {
	o := drills.Offset(seconds * float64(time.Second))
	return &o
}

// point is a Recovery Point in which ten operations of each kind were kept.
func point() drills.RecoveryPoint {
	counts := func(n int) drills.OperationCounts {
		return drills.OperationCounts{
			Acknowledged: n, Kept: &n, Lost: new(int), LostAfterHeal: new(int), RolledBack: new(int), Duplicated: new(int),
		}
	}
	kinds := drills.OperationKinds()
	out := drills.RecoveryPoint{OperationCounts: counts(10 * len(kinds))}
	for _, kind := range kinds {
		out.ByKind = append(out.ByKind, drills.KindCounts{Kind: kind, OperationCounts: counts(10)})
	}
	return out
}

// passed is a report that every matcher is content with.
func passed() drills.Report {
	return drills.Report{
		Drill: "some-drill", Verdict: drills.Pass,
		RecoveryTime:  drills.RecoveryTime{Recovered: true, Sustained: drills.Interval{Lower: *offset(4), Upper: offset(5)}},
		RecoveryPoint: point(),
		Workflows:     drills.WorkflowCounts{WorkflowTally: drills.WorkflowTally{Started: 5, Completed: 5}},
		Fleets: []drills.FleetCounts{
			{Region: "east", State: drills.FleetActive, TasksBefore: 3, TasksAfter: 1},
			{Region: "west", State: drills.FleetStandby, TasksAfter: 7},
		},
		Objectives: []drills.ObjectiveResult{{Name: "recoveryTime", Verdict: drills.Pass}},
		Witnesses:  []drills.Witness{{Name: "model", Held: true, Detail: "seen"}},
		Invariants: []drills.Invariant{{Name: "one open run", Verdict: drills.Pass}},
		Findings:   []drills.Finding{{Name: drills.CodecLate, Region: "west", Detail: "too late"}},
		Delays:     &drills.DelayReport{Total: *offset(10), Unexplained: *offset(0.5)},
		Lanes:      []drills.LaneReport{{Lane: drills.StartLane, Region: "west", Outage: &drills.Interval{Lower: *offset(1), Upper: offset(2)}}},
	}
}

func TestMatchers(t *testing.T) {
	early := passed()
	early.RecoveryTime.Sustained = drills.Interval{Lower: *offset(1), Upper: offset(2)}
	for name, c := range map[string]struct {
		matcher types.GomegaMatcher
		spoil   func(*drills.Report)
	}{
		"nothing found":               {matchers.Find(drills.CodecLate, "west"), func(r *drills.Report) { r.Findings = nil }},
		"something else found":        {matchers.Find(drills.CodecLate, "west"), func(r *drills.Report) { r.Findings[0].Name = drills.CodecMissing }},
		"found elsewhere":             {matchers.Find(drills.CodecLate, "west"), func(r *drills.Report) { r.Findings[0].Region = "east" }},
		"objective missed":            {matchers.MeetObjectives(), func(r *drills.Report) { r.Objectives[0].Verdict = drills.Fail }},
		"objective unknown":           {matchers.MeetObjectives(), func(r *drills.Report) { r.Objectives[0].Verdict = drills.Inconclusive }},
		"no objective":                {matchers.MeetObjectives(), func(r *drills.Report) { r.Objectives = nil }},
		"verdict not pass":            {matchers.MeetObjectives(), func(r *drills.Report) { r.Verdict = drills.Inconclusive }},
		"recovered too late":          {matchers.RecoverWithin(5 * time.Second), func(r *drills.Report) { r.RecoveryTime.Sustained.Upper = offset(5.001) }},
		"recovery not seen":           {matchers.RecoverWithin(5 * time.Second), func(r *drills.Report) { r.RecoveryTime.Sustained.Upper = nil }},
		"intervals overlap":           {matchers.RecoverLaterThan(early), func(r *drills.Report) { r.RecoveryTime.Sustained.Lower = *offset(2) }},
		"a workflow is stuck":         {matchers.CompleteAllWorkflows(), func(r *drills.Report) { r.Workflows.Stuck = 1 }},
		"a workflow is missing":       {matchers.CompleteAllWorkflows(), func(r *drills.Report) { r.Workflows.Completed = 4 }},
		"no workflow":                 {matchers.CompleteAllWorkflows(), func(r *drills.Report) { r.Workflows = drills.WorkflowCounts{} }},
		"an operation is lost":        {matchers.LoseNothingAfterHeal(), func(r *drills.Report) { *r.RecoveryPoint.LostAfterHeal = 1 }},
		"nobody counted":              {matchers.LoseNothingAfterHeal(), func(r *drills.Report) { r.RecoveryPoint.LostAfterHeal = nil }},
		"a kind is not accounted for": {matchers.AccountForOperations(), func(r *drills.Report) { *r.RecoveryPoint.ByKind[1].Kept = 9 }},
		"a kind was not counted":      {matchers.AccountForOperations(), func(r *drills.Report) { r.RecoveryPoint.ByKind[2].Lost = nil }},
		"none of a kind":              {matchers.AccountForOperations(), func(r *drills.Report) { r.RecoveryPoint.ByKind[3].Acknowledged = 0 }},
		"a kind is missing":           {matchers.AccountForOperations(), func(r *drills.Report) { r.RecoveryPoint.ByKind = r.RecoveryPoint.ByKind[:3] }},
		"nothing was acknowledged":    {matchers.LoseNothingAfterHeal(), func(r *drills.Report) { r.RecoveryPoint.Acknowledged = 0 }},
		"another verdict":             {matchers.HaveVerdict(drills.Pass), func(r *drills.Report) { r.Verdict = drills.Fail }},
		"witness missing":             {matchers.Witness("model"), func(r *drills.Report) { r.Witnesses = nil }},
		"witness not held":            {matchers.Witness("model"), func(r *drills.Report) { r.Witnesses[0].Held = false }},
		"primary idle":                {matchers.WorkBefore("east", drills.FleetActive), func(r *drills.Report) { r.Fleets[0].TasksBefore = 0 }},
		"standby worked":              {matchers.RestBefore("west", drills.FleetStandby), func(r *drills.Report) { r.Fleets[1].TasksBefore = 1 }},
		"survivor idle":               {matchers.WorkAfter("west", drills.FleetStandby), func(r *drills.Report) { r.Fleets[1].TasksAfter = 0 }},
		"no such fleet":               {matchers.RestBefore("west", drills.FleetStandby), func(r *drills.Report) { r.Fleets = r.Fleets[:1] }},
		"invariant broken":            {matchers.HoldInvariants(), func(r *drills.Report) { r.Invariants[0].Verdict = drills.Fail }},
		"invariant not looked at":     {matchers.HoldInvariants(), func(r *drills.Report) { r.Invariants[0].Verdict = drills.Inconclusive }},
		"no invariant":                {matchers.HoldInvariants(), func(r *drills.Report) { r.Invariants = nil }},
		"delays unexplained":          {matchers.ExplainDelays(5), func(r *drills.Report) { r.Delays = &drills.DelayReport{Total: *offset(10), Unexplained: *offset(0.6)} }},
		"delays not looked at":        {matchers.ExplainDelays(5), func(r *drills.Report) { r.Delays = nil }},
		"lane still down": {matchers.RestoreLane(drills.StartLane, "west"), func(r *drills.Report) {
			r.Lanes = []drills.LaneReport{{Lane: drills.StartLane, Region: "west", Outage: &drills.Interval{}}}
		}},
		"lane not watched": {matchers.RestoreLane(drills.StartLane, "west"), func(r *drills.Report) { r.Lanes = []drills.LaneReport{{Lane: drills.StartLane, Region: "west"}} }},
		"lane of another region": {matchers.RestoreLane(drills.StartLane, "west"), func(r *drills.Report) {
			r.Lanes = []drills.LaneReport{{Lane: drills.StartLane, Region: "east", Outage: &drills.Interval{Upper: offset(1)}}}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			good, bad := passed(), passed()
			c.spoil(&bad)
			g.Expect(good).To(c.matcher)
			g.Expect(bad).NotTo(c.matcher)
			g.Expect(c.matcher.FailureMessage(bad)).To(ContainSubstring("some-drill"))
		})
	}
}

func TestReasonsAreSearchedOneByOne(t *testing.T) {
	g := NewWithT(t)
	r := passed()
	g.Expect(r).NotTo(matchers.GiveReason("steady"))
	r.Reasons = []string{"no steady state", "model not witnessed"}
	g.Expect(r).To(matchers.GiveReason("no", "steady"))
	g.Expect(r).NotTo(matchers.GiveReason("steady", "model"))
}

func TestAnythingButAReportIsAnError(t *testing.T) {
	g := NewWithT(t)
	_, err := matchers.MeetObjectives().Match("a string")
	g.Expect(err).To(MatchError(ContainSubstring("not a drills.Report")))
}
