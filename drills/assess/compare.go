package assess

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/failoverdrill/failoverdrill/drills"
)

// Compared is one run of those that are held against each other.
type Compared struct {
	Drill  *drills.Drill
	Report drills.Report
}

// mostShares is how many causes of a Recovery Time a comparison names.
const mostShares = 3

// Compare holds runs of a drill under several models against each other, and against
// what is claimed of the models. It judges no run anew.
func Compare(d *drills.Drill, runs []Compared) drills.Comparison {
	out := drills.Comparison{SchemaVersion: drills.SchemaVersion, Drill: d.Name, Seed: d.Seed, Models: []drills.ComparedModel{}}
	for _, r := range runs {
		out.Fault = r.Drill.Faults[0].String()
		topology := r.Drill.Topology()
		out.Offered = float64(r.Drill.Workload.Rate) * float64(len(topology.Namespaces))
		out.Models = append(out.Models, compared(r, topology))
	}
	out.Claims = claims(out.Models)
	return out
}

func compared(r Compared, t drills.Topology) drills.ComparedModel {
	p := r.Report.RecoveryPoint
	out := drills.ComparedModel{
		Model: r.Drill.Model, Run: r.Report.Run, Verdict: r.Report.Verdict, Reasons: r.Report.Reasons, RecoveryTime: r.Report.RecoveryTime,
		Acknowledged: p.Acknowledged, Lost: p.Lost, LostAfterHeal: p.LostAfterHeal, LostSeconds: p.LostSeconds,
		Cost: costOf(r.Report), SpentOn: slices.Clone(r.Report.Attribution), Components: uptimes(r, t),
	}
	if s := r.Report.Store; s != nil {
		out.Rows = &drills.RowsLost{Acknowledged: s.Acknowledged, Lost: s.Lost, LostSeconds: s.LostSeconds}
	}
	slices.SortStableFunc(out.SpentOn, func(a, b drills.Attribution) int { return cmp.Compare(b.Seconds, a.Seconds) })
	out.SpentOn = out.SpentOn[:min(len(out.SpentOn), mostShares)]
	ns := r.Drill.Affected()[0]
	for _, f := range r.Report.Fleets {
		if f.Namespace != ns.Name || f.Cost == nil || f.Cost.TaskLatency.Count == 0 {
			continue
		}
		if f.Region == ns.Home {
			out.NearLatency = &f.Cost.TaskLatency
		} else {
			out.FarLatency = &f.Cost.TaskLatency
		}
	}
	return out
}

// costOf is what the model of a run costs each second; nil where nobody knows.
func costOf(r drills.Report) *drills.ModelCost {
	out := &drills.ModelCost{}
	for _, f := range r.Fleets {
		if f.Cost == nil || f.Cost.Over <= 0 {
			return nil
		}
		out.Workers += (f.Cost.Busy + f.Cost.Idle).Seconds() / f.Cost.Over.Seconds()
		out.Busy += f.Cost.Busy.Seconds() / f.Cost.Over.Seconds()
	}
	if len(r.Traffic) > 0 {
		out.Bytes, out.Calls = new(float64), new(float64)
	}
	for _, l := range r.Traffic {
		*out.Bytes, *out.Calls = *out.Bytes+l.Bytes, *out.Calls+l.Calls
	}
	return out
}

func stageOf(r drills.Report, s drills.Stage) (drills.Offset, bool) {
	i := slices.IndexFunc(r.Stages, func(t drills.StageTime) bool { return t.Name == s })
	if i < 0 {
		return 0, false
	}
	return r.Stages[i].At, true
}

// uptimes tells when what the first Namespace that moves needs was up in the region
// that takes over.
func uptimes(r Compared, t drills.Topology) []drills.Uptime {
	region := r.Drill.Affected()[0].Replica
	since := func(before bool, s drills.Stage) drills.Uptime {
		out := drills.Uptime{Region: region, Before: before}
		if at, ok := stageOf(r.Report, s); ok && !before {
			out.Since = &at
		}
		return out
	}
	state, present := drills.FleetAbsent, false
	for _, f := range t.Fleets {
		if f.Region == region && f.Namespace == r.Drill.Affected()[0].Name {
			state = f.State
		}
	}
	for _, s := range t.Starters {
		if s.Region == region && s.Namespace == r.Drill.Affected()[0].Name {
			present = s.Present
		}
	}
	workers := since(state != drills.FleetAbsent, drills.WorkersStarted)
	workers.Component = "workers"
	starters := since(present, drills.TrafficMoved)
	starters.Component = "starters"
	out := []drills.Uptime{workers, starters}
	for _, s := range r.Report.Services {
		if s.Region != region {
			continue
		}
		_, name, _ := strings.Cut(s.Component, "/")
		up := drills.Uptime{Component: name, Region: region}
		for _, stretch := range s.Served {
			if stretch.From <= 0 && (stretch.To == nil || *stretch.To > 0) {
				up.Before = true
			} else if !up.Before && up.Since == nil && stretch.From > 0 {
				up.Since = &stretch.From
			}
		}
		out = append(out, up)
	}
	if r.Report.Store != nil {
		leads := since(false, drills.StorePromoted)
		leads.Component = "store, leading"
		out = append(out, leads)
	}
	return out
}

// claims are what the models' documentation says of them: Recovery Time and cost
// against each other, and who pays for latency between regions.
func claims(models []drills.ComparedModel) []drills.Claim {
	find := func(m drills.Model) (drills.ComparedModel, bool) {
		i := slices.IndexFunc(models, func(c drills.ComparedModel) bool { return c.Model == m })
		if i < 0 {
			return drills.ComparedModel{}, false
		}
		return models[i], true
	}
	cold, hasCold := find(drills.ActiveCold)
	_, hasHot := find(drills.ActiveHot)
	shared, hasShared := find(drills.ActiveActive)
	dual, hasDual := find(drills.DualActive)
	out := []drills.Claim{}
	if hasCold {
		out = append(out, sooner("active-cold has the highest Recovery Time", models, drills.ActiveCold, false))
	}
	if hasHot {
		out = append(out, sooner("active-hot has the lowest Recovery Time", models, drills.ActiveHot, true))
	}
	if hasShared && hasCold {
		out = append(out, sooner("active-active recovers sooner than active-cold: the survivor goes on", []drills.ComparedModel{shared, cold}, drills.ActiveActive, true))
	}
	if hasDual && hasCold {
		out = append(out, sooner("dual-active recovers sooner than active-cold, each Namespace by itself", []drills.ComparedModel{dual, cold}, drills.DualActive, true))
	}
	if hasCold {
		out = append(out, dearest("active-cold has the lowest steady-state cost", models, drills.ActiveCold, -1))
	}
	if hasDual {
		out = append(out, dearest("dual-active has the highest steady-state cost", models, drills.DualActive, 1))
	}
	if hasShared {
		out = append(out, farther(shared))
	}
	return out
}

const noOther = "no other model was run"

func verdictOn(says string, held bool, detail string) drills.Claim {
	return drills.Claim{Says: says, Held: &held, Detail: detail}
}

// sooner holds the Recovery Time of one model against those of the others. Where the
// intervals touch, nobody can tell. The shares of a time are told where the claim is
// refuted: they are why.
func sooner(says string, models []drills.ComparedModel, one drills.Model, first bool) drills.Claim {
	if len(models) < 2 {
		return drills.Claim{Says: says, Detail: noOther}
	}
	var times []string
	var mine drills.Interval
	for _, m := range models {
		if m.Verdict == drills.Inconclusive || m.Verdict == drills.Errored {
			return drills.Claim{Says: says, Detail: fmt.Sprintf("the run of %s proves nothing: %s", m.Model, strings.Join(m.Reasons, "; "))}
		}
		times = append(times, fmt.Sprintf("%s %s", m.Model, within(m.RecoveryTime.Sustained)))
		if m.Model == one {
			mine = m.RecoveryTime.Sustained
		}
	}
	held, told := true, true
	var against []string
	for _, m := range models {
		other := m.RecoveryTime.Sustained
		if m.Model == one {
			continue
		}
		low, high := mine, other
		if !first {
			low, high = other, mine
		}
		switch {
		case low.Upper != nil && *low.Upper < high.Lower:
		case high.Upper != nil && *high.Upper < low.Lower:
			held = false
			against = append(against, spentOn(m))
		default:
			told = false
		}
	}
	detail := strings.Join(times, ", ")
	switch {
	case !held:
		for _, m := range models {
			if m.Model == one {
				against = append([]string{spentOn(m)}, against...)
			}
		}
		return verdictOn(says, false, detail+". Where the time went: "+strings.Join(against, "; "))
	case !told:
		return drills.Claim{Says: says, Detail: detail + ": too close to tell apart"}
	}
	return verdictOn(says, true, detail)
}

func within(i drills.Interval) string {
	if i.Upper == nil {
		return "> " + i.Lower.String()
	}
	return fmt.Sprintf("%.1f–%.1f s", i.Lower.Seconds(), i.Upper.Seconds())
}

func spentOn(m drills.ComparedModel) string {
	var out []string
	for _, a := range m.SpentOn {
		out = append(out, fmt.Sprintf("%s %.1f s", a.Cause, a.Seconds.Seconds()))
	}
	return fmt.Sprintf("%s: %s", m.Model, strings.Join(out, ", "))
}

// dearest holds how many Workers one model runs against those of the others: more
// (1) or fewer (-1) than each.
func dearest(says string, models []drills.ComparedModel, one drills.Model, sign float64) drills.Claim {
	if len(models) < 2 {
		return drills.Claim{Says: says, Detail: noOther}
	}
	var costs []string
	mine, held := 0.0, true
	for _, m := range models {
		if m.Cost == nil {
			return drills.Claim{Says: says, Detail: fmt.Sprintf("nobody knows what %s costs", m.Model)}
		}
		costs = append(costs, fmt.Sprintf("%s %.1f", m.Model, m.Cost.Workers))
		if m.Model == one {
			mine = m.Cost.Workers
		}
	}
	for _, m := range models {
		held = held && (m.Model == one || sign*(mine-m.Cost.Workers) > 0.5)
	}
	return verdictOn(says, held, "Workers that run: "+strings.Join(costs, ", "))
}

// farther wants the secondary Fleet to pay for the way to the active region.
func farther(m drills.ComparedModel) drills.Claim {
	const says = "in active-active the secondary Fleet pays cross-region latency"
	if m.NearLatency == nil || m.FarLatency == nil {
		return drills.Claim{Says: says, Detail: "one of the Fleets completed nothing whose time is known"}
	}
	return verdictOn(says, m.FarLatency.P50 > m.NearLatency.P50,
		fmt.Sprintf("a Workflow Task takes %.0f ms (median) in the active region, and %.0f ms in the other", m.NearLatency.P50.Seconds()*1e3, m.FarLatency.P50.Seconds()*1e3))
}
