package selftest

import (
	"fmt"
	"slices"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// control is a drill in which nothing is broken. Each is held for another time,
// so that controls meet what repeats on its own at different phases.
func control(n int) (*drills.Drill, error) {
	d, err := drill("")
	if err != nil {
		return nil, err
	}
	d.Name, d.Description = "control", "Break nothing, and have nothing to report."
	d.Seed += uint64(n)
	d.Faults[0] = drills.FaultSpec{Kind: drills.NoFault, Region: d.Faults[0].Region, Delay: drills.Span{Most: 5 * time.Second}}
	return d, nil
}

// What a busy machine may do to a control that has nothing wrong with it.
const (
	// noise is how long a lane may be seen down. A probe that failed is a true
	// observation, and one or two of them in a row are no outage.
	noise = drills.Offset(time.Second)
	// answered is how long a prober waits for an answer, at most. A lane that is
	// up answers the first probe after the fault within that.
	answered = drills.Offset(2 * time.Second)
)

// clean lists what the report of a control tells of, though there was nothing to
// tell: none of it is true, or something did break.
func clean(d *drills.Drill, r drills.Report) []string {
	out := outages(d, r.Lanes)
	if low := r.RecoveryTime.Sustained.Lower; low > noise {
		out = append(out, fmt.Sprintf("recovery after more than %s", low))
	}
	brains := len(r.SplitBrain)
	for _, count := range []struct {
		n    *int
		what string
	}{
		{r.RecoveryPoint.Lost, "operations lost"},
		{r.RecoveryPoint.LostAfterHeal, "operations lost after the heal"},
		{r.RecoveryPoint.RolledBack, "operations rolled back"},
		{r.RecoveryPoint.Duplicated, "operations duplicated"},
		{r.RecoveryPoint.Reset, "workflows reset"},
		{&r.Workflows.Failed, "workflows failed"},
		{&r.Workflows.Stuck, "workflows stuck"},
		{&brains, "times of split brain"},
	} {
		switch {
		case count.n == nil:
			out = append(out, "nobody counted "+count.what)
		case *count.n > 0:
			out = append(out, fmt.Sprintf("%d %s", *count.n, count.what))
		}
	}
	for _, i := range r.Invariants {
		if i.Verdict != drills.Pass {
			out = append(out, fmt.Sprintf("%s: %s", i.Name, i.Detail))
		}
	}
	return append(out, heldUp(r.Delays)...)
}

// heldUp lists the delays that only an outage brings.
func heldUp(delays *drills.DelayReport) []string {
	if delays == nil {
		return []string{"nobody looked at what workflows waited for"}
	}
	outage := []string{drills.DelayLag, drills.DelayDetection, drills.DelayPerson, drills.DelayPromotion, drills.DelayEndpoint, drills.DelayColdStart, drills.DelayPollers}
	var out []string
	for _, c := range delays.Causes {
		if slices.Contains(outage, c.Cause) {
			out = append(out, fmt.Sprintf("%d workflows waited %s for %s", c.Workflows, c.Seconds, c.Cause))
		}
	}
	return out
}

// outages lists the lanes that are said to have been down.
func outages(d *drills.Drill, lanes []drills.LaneReport) []string {
	if len(lanes) == 0 {
		return []string{"no lane was probed"}
	}
	var out []string
	for _, l := range lanes {
		if said := down(l, period(d.Probes, l.Lane)); said != "" {
			out = append(out, fmt.Sprintf("%s from %s %s", l.Lane, l.Region, said))
		}
	}
	return out
}

// down tells of a lane's outage; empty for none. The interval of a lane that was
// up begins at the fault, and ends with the first answer after it.
func down(l drills.LaneReport, every drills.Offset) string {
	switch o := l.Outage; {
	case o == nil:
		return "was not seen up"
	case o.Upper == nil:
		return fmt.Sprintf("down for more than %s", o.Lower)
	case o.Lower > noise || *o.Upper > every+answered:
		return fmt.Sprintf("down for %.3f–%s", o.Lower.Seconds(), *o.Upper)
	}
	return ""
}

// period is the time between two probes of a lane.
func period(p drills.Probes, lane drills.Lane) drills.Offset {
	rate, own := map[drills.Lane]drills.Rate{
		drills.StartLane: p.Start, drills.SignalLane: p.Signal, drills.QueryLane: p.Query, drills.UpdateLane: p.Update,
	}[lane]
	if !own {
		rate = p.Workflow
	}
	return drills.Offset(float64(time.Second) / float64(rate))
}
