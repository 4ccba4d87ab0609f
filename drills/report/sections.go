package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/failoverdrill/failoverdrill/drills"
)

const indent = "  "

func (p *printer) objectives(r drills.Report) {
	if len(r.Objectives) == 0 {
		return
	}
	p.heading("Objectives")
	var rows [][]cell
	for _, o := range r.Objectives {
		sign, in := verdictLook(o.Verdict)
		rows = append(rows, []cell{{text: o.Name}, {text: o.Declared}, {text: o.Measured}, {sign + " " + string(o.Verdict), in}})
	}
	p.table(indent, []column{{title: "objective"}, {title: "declared"}, {title: "measured", wrap: true}, {title: "verdict"}}, rows, nil)
}

func (p *printer) invariants(r drills.Report) {
	if len(r.Invariants) == 0 {
		return
	}
	p.heading("Invariants after the heal")
	var rows [][]cell
	for _, i := range r.Invariants {
		sign, in := verdictLook(i.Verdict)
		rows = append(rows, []cell{{text: i.Name}, {text: i.Detail}, {sign + " " + string(i.Verdict), in}})
	}
	p.table(indent, []column{{title: "invariant"}, {title: "detail", wrap: true}, {title: "verdict"}}, rows, nil)
	for _, s := range r.SplitBrain {
		p.line(fmt.Sprintf("%ssplit brain: %s was active in %s at once, from %s to %s after the fault",
			indent, clean(s.Namespace), clean(strings.Join(s.Regions, " and ")), signed(s.From), signed(s.To)))
	}
}

// attribution has a footer with the sum, so that a reader can hold it against
// the Recovery Time; shares are of that sum.
func (p *printer) attribution(r drills.Report) {
	if len(r.Attribution) == 0 {
		return
	}
	p.heading("Where the time went")
	var total drills.Offset
	for _, a := range r.Attribution {
		total += a.Seconds
	}
	var rows [][]cell
	for _, a := range r.Attribution {
		share := 0.0
		if total > 0 {
			share = a.Seconds.Seconds() / total.Seconds()
		}
		rows = append(rows, cells(a.Cause, a.Seconds.String(), fmt.Sprintf("%.0f %%", share*100), bar(share), a.Detail))
	}
	p.table(indent, []column{
		{title: "cause"}, {title: "seconds", right: true}, {title: "share", right: true}, {}, {title: "what it is", wrap: true},
	}, rows, cells("total", total.String(), "", "", ""))
}

// stages are shown in the order in which they happened, which is not always
// the order in which a drill names them.
func (p *printer) stages(r drills.Report) {
	if len(r.Stages) == 0 {
		return
	}
	p.heading("Stages")
	stages := slices.Clone(r.Stages)
	slices.SortStableFunc(stages, func(a, b drills.StageTime) int { return cmp.Compare(a.At, b.At) })
	var rows [][]cell
	for i, s := range stages {
		previous := none
		if i > 0 {
			previous = signed(s.At - stages[i-1].At)
		}
		in := plain
		if s.Name == drills.FaultEffective {
			in = bold
		}
		rows = append(rows, []cell{{string(s.Name), in}, {signed(s.At), in}, {previous, in}})
	}
	p.table(indent, []column{
		{title: "stage"}, {title: "since fault", right: true}, {title: "since previous", right: true},
	}, rows, nil)
}

func (p *printer) fleets(r drills.Report) {
	if len(r.Fleets) == 0 {
		return
	}
	p.heading("Fleets")
	var rows [][]cell
	for _, f := range r.Fleets {
		rows = append(rows, cells(f.Region, f.Namespace, string(f.State),
			strconv.Itoa(f.TasksBefore), strconv.Itoa(f.TasksAfter), strconv.Itoa(f.Completed), yesNo(f.Polled)))
	}
	p.table(indent, []column{
		{title: "region"}, {title: "namespace"}, {title: "state"},
		{title: "tasks before", right: true}, {title: "tasks after", right: true},
		{title: "workflows completed", right: true}, {title: "polled before"},
	}, rows, nil)
}

func (p *printer) throughput(r drills.Report) {
	if len(r.Throughput) == 0 {
		return
	}
	p.heading("Throughput")
	var rows [][]cell
	for _, t := range r.Throughput {
		rows = append(rows, cells(t.Namespace, yesNo(t.Affected),
			perSecond(t.Declared), perSecond(t.Steady), perSecond(t.Outage), perSecond(t.Recovered)))
	}
	p.table(indent, []column{
		{title: "namespace"}, {title: "affected"}, {title: "declared", right: true},
		{title: "steady", right: true}, {title: "outage", right: true}, {title: "recovered", right: true},
	}, rows, nil)
}

func (p *printer) witnesses(r drills.Report) {
	if len(r.Witnesses) == 0 {
		return
	}
	p.heading("Witnesses")
	var rows [][]cell
	for _, w := range r.Witnesses {
		held := cell{"✓", green}
		if !w.Held {
			held = cell{"✗", yellow}
		}
		rows = append(rows, []cell{held, {text: w.Name}, {text: w.Detail}})
	}
	p.table(indent, []column{{}, {title: "witness"}, {title: "detail", wrap: true}}, rows, nil)
}

// cost is what the run itself took: time and memory.
func (p *printer) cost(r drills.Report) {
	if len(r.Phases)+len(r.Memory) == 0 {
		return
	}
	p.line("")
	if len(r.Phases) > 0 {
		var items []string
		for _, phase := range r.Phases {
			items = append(items, phase.Name+" "+tenths(phase.Seconds))
		}
		p.items("Phases", cells(append(items, "total "+tenths(wallTime(r)))...)...)
	}
	if len(r.Memory) > 0 {
		var items []string
		for _, m := range r.Memory {
			items = append(items, m.Region+" "+m.Component+" "+mebibytes(m.Bytes))
		}
		p.items("Memory", cells(items...)...)
	}
}
