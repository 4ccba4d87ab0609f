package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/failoverdrill/failoverdrill/drills"
)

// Text writes a report for people: verdict and recovery first, then what they
// rest on. Lines keep to 120 columns for usual data. Sections without content
// are left out. The error is that of w.
func Text(w io.Writer, r drills.Report, options ...Option) error {
	p := newPrinter(options)
	for _, section := range []func(drills.Report){
		p.verdict, p.recovery, p.moves, p.objectives, p.held, p.operations, p.store, p.conflicts, p.invariants, p.attribution, p.coldStarts, p.delays, p.faults, p.stages, p.fleets, p.throughput, p.lanes, p.steadyCost, p.services, p.witnesses, p.cost,
	} {
		section(r)
	}
	if _, err := io.WriteString(w, p.out.String()); err != nil {
		return fmt.Errorf("write report of %s: %w", r.Drill, err)
	}
	return nil
}

func (p *printer) verdict(r drills.Report) {
	sign, in := verdictLook(r.Verdict)
	headline := fmt.Sprintf("%s  %s · %s",
		p.paint(sign+" "+strings.ToUpper(clean(string(r.Verdict))), bold+";"+in), p.paint(clean(r.Drill), bold), clean(string(r.Model)))
	if r.Control {
		headline += " · control: nothing was broken"
	}
	p.line(headline)
	about := []string{"run " + clean(r.Run), "seed " + strconv.FormatUint(r.Seed, 10)}
	if !r.StartedAt.IsZero() {
		about = append(about, "started "+r.StartedAt.UTC().Format("2006-01-02 15:04:05 UTC"))
	}
	if r.Replication != "" {
		about = append(about, basis(r.Replication))
	}
	p.line(p.paint("  "+strings.Join(about, between), dim))
	if len(r.Reasons) > 0 {
		p.line("")
	}
	for _, reason := range r.Reasons {
		p.bullet(sign, in, reason)
	}
}

func (p *printer) recovery(r drills.Report) {
	p.line("")
	p.items("Recovery Time", recoveryTime(r.RecoveryTime)...)
	p.items("Recovery Point", recoveryPoint(r.RecoveryPoint)...)
	p.items("Workflows", workflows(r.Workflows)...)
}

func recoveryTime(t drills.RecoveryTime) []cell {
	first, sustained := interval(t.FirstProgress), interval(t.Sustained)
	if first == notMeasured && sustained == notMeasured {
		return []cell{{notMeasured, yellow}}
	}
	in := plain
	if !t.Recovered {
		in = red
	}
	return []cell{{"first progress " + first, plain}, {"sustained " + sustained, in}}
}

func recoveryPoint(p drills.RecoveryPoint) []cell {
	if !accounted(p) {
		return []cell{{notMeasured, yellow}}
	}
	behind := "replication lag not sampled"
	if p.ReplicationLag != nil {
		behind = fmt.Sprintf("replication %s behind at the fault, at most %s", p.ReplicationLag.AtFault, p.ReplicationLag.Most)
	}
	return []cell{
		lostOf(p),
		labelled("lost after heal", p.LostAfterHeal),
		labelled("rolled back", p.RolledBack),
		labelled("duplicated", p.Duplicated),
		{fmt.Sprintf("indeterminate %d", p.Indeterminate), alarm(p.Indeterminate)},
		labelled("workflows reset", p.Reset),
		{behind, plain},
	}
}

func lostOf(p drills.RecoveryPoint) cell {
	if p.Lost == nil {
		return cell{fmt.Sprintf("lost: nobody counted; %d acknowledged", p.Acknowledged), yellow}
	}
	lost := fmt.Sprintf("lost %d of %d acknowledged", *p.Lost, p.Acknowledged)
	if *p.Lost > 0 && p.LostSeconds != nil {
		lost += fmt.Sprintf(" (%s)", p.LostSeconds)
	}
	return cell{lost, alarm(*p.Lost)}
}

// labelled is a count that is none where nobody counted.
func labelled(label string, count *int) cell {
	c := known(count)
	c.text = label + " " + c.text
	return c
}

// known is a count, or none where nobody counted.
func known(count *int) cell {
	if count == nil {
		return cell{none, yellow}
	}
	return cell{strconv.Itoa(*count), alarm(*count)}
}

// accounted tells operations that were counted from those of a run that never
// got there.
func accounted(p drills.RecoveryPoint) bool { return p.Acknowledged+p.Indeterminate > 0 }

func workflows(w drills.WorkflowCounts) []cell {
	if !counted(w) {
		return []cell{{notMeasured, yellow}}
	}
	started := fmt.Sprintf("started %d", w.Started)
	if len(w.ByRegion) > 0 {
		var regions []string
		for _, region := range slices.Sorted(maps.Keys(w.ByRegion)) {
			regions = append(regions, fmt.Sprintf("%s %d", region, w.ByRegion[region].Started))
		}
		started += " (" + strings.Join(regions, ", ") + ")"
	}
	return []cell{
		{started, plain},
		{fmt.Sprintf("completed %d", w.Completed), plain},
		{fmt.Sprintf("failed %d", w.Failed), alarm(w.Failed)},
		{fmt.Sprintf("stuck %d", w.Stuck), alarm(w.Stuck)},
		{fmt.Sprintf("in flight at the fault %d", w.InFlight), plain},
	}
}

// counted tells Workflows that were counted from those of a run that never got
// there.
func counted(w drills.WorkflowCounts) bool {
	return w.Started+w.Completed+w.Failed+w.Stuck+w.InFlight > 0
}

// alarm draws the eye to a count that should have been zero.
func alarm(count int) style {
	if count == 0 {
		return plain
	}
	return yellow
}
