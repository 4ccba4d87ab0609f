package assess

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// objectives holds each measurement against what was declared. What could not
// be measured is inconclusive, never met.
func (c *docket) objectives(r drills.Report) []drills.ObjectiveResult {
	out := []drills.ObjectiveResult{}
	declared := c.Drill.Objectives
	if o := declared.RecoveryTime; o != nil {
		out = append(out, c.recoveryTimeObjective(*o, r.RecoveryTime, r.Stages))
	}
	if o := declared.RecoveryPoint; o != nil {
		out = append(out, c.recoveryPointObjective(*o, r.RecoveryPoint))
	}
	if o := declared.Completion; o != nil {
		out = append(out, c.completionObjective(*o, r))
	}
	if o := declared.LostAfterHeal; o != nil {
		out = append(out, c.lostAfterHealObjective(*o, r.RecoveryPoint))
	}
	if o := declared.StoreRecoveryPoint; o != nil {
		out = append(out, c.storeObjective(drills.Offset(*o), o.String(), r.Store))
	}
	return out
}

// recoveryTimeObjective passes when the whole interval is within the
// objective, fails when all of it is above, and is inconclusive in between.
func (c *docket) recoveryTimeObjective(objective time.Duration, measured drills.RecoveryTime, stages []drills.StageTime) drills.ObjectiveResult {
	out := drills.ObjectiveResult{Name: "recoveryTime", Declared: "≤ " + objective.String(), Verdict: drills.Inconclusive}
	if !c.faulted {
		out.Measured = "not measured"
		return out
	}
	low, high := measured.Sustained.Lower, measured.Sustained.Upper
	if high == nil {
		out.Measured = fmt.Sprintf("> %s", low)
		if stage, ok := c.missing(stages); ok {
			out.Measured += fmt.Sprintf(", %s not seen", stage)
		}
	} else {
		out.Measured = fmt.Sprintf("%.3f–%.3f s", low.Seconds(), high.Seconds())
	}
	switch limit := drills.Offset(objective); {
	case high == nil && !c.watched():
		out.Measured += ", and nobody looked"
	case low > limit:
		out.Verdict = drills.Fail
	case high != nil && *high <= limit:
		out.Verdict = drills.Pass
	}
	return out
}

// missing is the first stage on the way to recovery that was not reached: that
// is where it is stuck.
func (c *docket) missing(reached []drills.StageTime) (drills.Stage, bool) {
	for _, stage := range c.towards() {
		if !slices.ContainsFunc(reached, func(s drills.StageTime) bool { return s.Name == stage }) {
			return stage, true
		}
	}
	return "", false
}

// towards lists the stages on the way to recovery.
func (c *docket) towards() []drills.Stage {
	if !c.loses() {
		return []drills.Stage{drills.FirstCompleted}
	}
	way := []drills.Stage{
		drills.Detected, drills.Promoted, drills.EndpointRerouted, drills.TrafficMoved, drills.FirstPoll, drills.FirstTask, drills.FirstCompleted,
	}
	if c.Drill.Failover.Mode == drills.Manual {
		way = slices.Insert(way, 1, drills.Approved)
	}
	return way
}

// watched reports whether anybody looked for completions of the affected
// Namespaces during the outage, where they had to come from: absence is evidence
// only then.
func (c *docket) watched() bool {
	for _, e := range c.Timeline {
		looked := e.Kind == drills.KindQuiet || e.Kind == drills.KindClosed
		if looked && (e.Region != c.lost || len(c.moved) == 0) && e.At > c.effective && slices.Contains(c.affected, e.Namespace) {
			return true
		}
	}
	return false
}

func (c *docket) recoveryPointObjective(objective time.Duration, measured drills.RecoveryPoint) drills.ObjectiveResult {
	out := drills.ObjectiveResult{Name: "recoveryPoint", Declared: "≤ " + objective.String(), Verdict: drills.Inconclusive, Measured: "not measured"}
	if measured.Lost == nil || measured.Acknowledged == 0 {
		return out
	}
	out.Measured = fmt.Sprintf("%s (%d operations lost if %s never returned)", *measured.LostSeconds, *measured.Lost, c.lost)
	out.Verdict = drills.Pass
	if *measured.LostSeconds > drills.Offset(objective) {
		out.Verdict = drills.Fail
	}
	return out
}

// completionObjective is the share of Workflows that completed, of those whose
// start was acknowledged and is not lost.
func (c *docket) completionObjective(objective drills.Percent, r drills.Report) drills.ObjectiveResult {
	out := drills.ObjectiveResult{Name: "completion", Declared: "≥ " + objective.String(), Verdict: drills.Inconclusive, Measured: "not measured"}
	w := r.Workflows
	known := w.Completed + w.Failed + w.Stuck
	if !c.complete(drills.CensusAfterHeal) || known == 0 {
		return out
	}
	share := 100 * float64(w.Completed) / float64(known)
	// Rounded down: only all of them are 100 %.
	out.Measured = fmt.Sprintf("%s (%d of %d)", drills.Percent(math.Floor(share*1e4)/1e4), w.Completed, known)
	out.Verdict = drills.Pass
	if share < float64(objective) {
		out.Verdict = drills.Fail
	}
	return out
}

func (c *docket) lostAfterHealObjective(objective int, measured drills.RecoveryPoint) drills.ObjectiveResult {
	out := drills.ObjectiveResult{Name: "lostAfterHeal", Declared: fmt.Sprintf("≤ %d", objective), Verdict: drills.Inconclusive, Measured: "not measured"}
	if measured.LostAfterHeal == nil || measured.Acknowledged == 0 {
		return out
	}
	out.Measured = fmt.Sprintf("%d of %d operations", *measured.LostAfterHeal, measured.Acknowledged)
	out.Verdict = drills.Pass
	if *measured.LostAfterHeal > objective {
		out.Verdict = drills.Fail
	}
	return out
}
