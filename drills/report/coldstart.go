package report

import (
	"slices"
	"strconv"

	"github.com/failoverdrill/failoverdrill/drills"
)

// coldStarts is how long Workers took that the failover started.
func (p *printer) coldStarts(r drills.Report) {
	if len(r.ColdStarts) == 0 {
		return
	}
	p.heading("Cold start: Workers that the failover started, in seconds; the sum is of what was measured")
	var rows [][]cell
	for _, s := range r.ColdStarts {
		sum, known := s.Start, s.FirstPoll != nil
		if s.Create != nil {
			sum += *s.Create
		}
		if known {
			sum += *s.FirstPoll
		}
		declared := cell{text: none}
		if s.Declared > 0 {
			declared = secondsOf(s.Declared, true)
		}
		rows = append(rows, []cell{{text: s.Worker}, declared, secondsIf(s.Create), secondsOf(s.Start, true), secondsIf(s.FirstPoll), secondsOf(sum, known)})
	}
	p.table(indent, []column{
		{title: "worker"}, {title: "declared before", right: true}, {title: "create", right: true}, {title: "start", right: true},
		{title: "first poll", right: true}, {title: "measured", right: true},
	}, rows, nil)
}

func secondsIf(o *drills.Offset) cell {
	if o == nil {
		return cell{text: none}
	}
	return secondsOf(*o, true)
}

// sideBySide holds what runs of the same drills took with one launcher against what they
// took with another.
func (p *printer) sideBySide(list []drills.Distribution) {
	if !launchers(list) {
		return
	}
	p.heading("Launchers side by side: medians in seconds")
	phases := []string{drills.PhaseBoot, drills.PhaseHeal, drills.PhaseTeardown}
	columns := []column{{title: "drill", wrap: true}, {title: "launcher"}, {title: "Recovery Time", right: true}}
	for _, name := range phases {
		columns = append(columns, column{title: name, right: true})
	}
	columns = append(columns, column{title: "workers started", right: true, tall: true},
		column{title: "create", right: true}, column{title: "start", right: true}, column{title: "first poll", right: true, tall: true}, column{title: "slowest", right: true})
	var rows [][]cell
	for _, d := range list {
		row := cells(d.Drill, d.Launcher)
		if d.Measured == nil {
			for len(row) < len(columns) {
				row = append(row, cell{text: none})
			}
			rows = append(rows, row)
			continue
		}
		row = append(row, cell{text: around(d.Measured.RecoveryTime.Median)})
		for _, name := range phases {
			i := slices.IndexFunc(d.Measured.Phases, func(p drills.Phase) bool { return p.Name == name })
			if i < 0 {
				row = append(row, cell{text: none})
				continue
			}
			row = append(row, secondsOf(d.Measured.Phases[i].Seconds, true))
		}
		cold := d.Measured.ColdStart
		if cold == nil {
			cold = &drills.ColdStartSpread{}
		}
		row = append(row, cell{text: strconv.Itoa(cold.Workers)}, secondsIf(cold.Create), secondsIf(cold.Start), secondsIf(cold.FirstPoll), secondsIf(cold.Most))
		rows = append(rows, row)
	}
	p.table("", columns, rows, nil)
	p.line("")
	for _, line := range wrap("Create, start and first poll are of Workers that a failover started: of the container, of its program, and until a cluster heard it poll; what a drill declares is in none of them. Slowest is the longest of the three together.", width) {
		p.line(p.paint(line, dim))
	}
}

// launchers reports whether distributions are of more than one launcher.
func launchers(list []drills.Distribution) bool {
	return slices.ContainsFunc(list, func(d drills.Distribution) bool { return d.Launcher != list[0].Launcher })
}
