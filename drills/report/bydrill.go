package report

import (
	"cmp"
	"slices"

	"github.com/failoverdrill/failoverdrill/drills"
)

// spentBy is where the Recovery Time of one drill went.
type spentBy struct {
	about  string
	report drills.Report // of the run that is shown; none is conclusive where its verdict is empty
	causes map[string]drills.Offset
	total  drills.Offset
}

// leastShare of a Recovery Time makes a cause a column of its own.
const leastShare = 0.05

// timeByDrill holds the Recovery Times of several drills side by side, cause by
// cause. Controls are left out, in which no time went anywhere.
func (p *printer) timeByDrill(reports []drills.Report) {
	list, repeated := spent(reports)
	if !slices.ContainsFunc(list, func(s spentBy) bool { return s.total > 0 }) {
		return
	}
	causes, rest := columnsOf(list)
	p.heading("Where the time went, drill by drill, in seconds")
	columns := []column{{title: "drill and fault", wrap: true}}
	for _, cause := range causes {
		columns = append(columns, column{title: cause, right: true, tall: true})
	}
	if rest {
		columns = append(columns, column{title: "other", right: true})
	}
	columns = append(columns, column{title: "total", right: true})
	var rows [][]cell
	for _, s := range list {
		rows = append(rows, s.row(causes, rest))
	}
	p.table("", columns, rows, nil)
	if repeated {
		p.line("")
		p.line(p.paint("Of several conclusive runs of a drill, the one with the median Recovery Time is shown.", dim))
	}
}

func (s spentBy) row(causes []string, rest bool) []cell {
	row := cells(s.about)
	left := s.total
	for _, cause := range causes {
		taken, known := s.causes[cause]
		left -= taken
		row = append(row, secondsOf(taken, known))
	}
	if rest {
		row = append(row, secondsOf(left, s.total > 0))
	}
	switch {
	case s.total > 0:
		return append(row, cell{text: milliseconds(s.total)})
	case s.report.Verdict != "" && s.report.RecoveryTime.Sustained.Upper == nil && s.report.RecoveryTime.Sustained.Lower > 0:
		return append(row, cell{"> " + milliseconds(s.report.RecoveryTime.Sustained.Lower), red})
	}
	return append(row, cell{text: none})
}

func secondsOf(o drills.Offset, known bool) cell {
	if !known {
		return cell{text: none}
	}
	return cell{text: milliseconds(o)}
}

// spent is where the time of each drill went, in the order in which they first
// appear, and whether any of them has several conclusive runs.
func spent(reports []drills.Report) (list []spentBy, repeated bool) {
	var order []string
	runs := map[string][]drills.Report{}
	for _, r := range reports {
		if r.Control {
			continue
		}
		about := r.Drill + ": " + broken(r)
		if several(reports) {
			about = r.Drill + ", " + r.Environment["launcher"] + ": " + broken(r)
		}
		if runs[about] == nil {
			order = append(order, about)
		}
		runs[about] = append(runs[about], r)
	}
	for _, about := range order {
		conclusive := slices.DeleteFunc(runs[about], func(r drills.Report) bool { return r.Verdict != drills.Pass && r.Verdict != drills.Fail })
		repeated = repeated || len(conclusive) > 1
		s := spentBy{about: about, causes: map[string]drills.Offset{}}
		if len(conclusive) > 0 {
			slices.SortStableFunc(conclusive, slower)
			s.report = conclusive[len(conclusive)/2]
		}
		for _, a := range s.report.Attribution {
			if s.report.RecoveryTime.Recovered {
				s.causes[a.Cause] += a.Seconds
				s.total += a.Seconds
			}
		}
		list = append(list, s)
	}
	return list, repeated
}

// several reports whether runs are of more than one launcher.
func several(reports []drills.Report) bool {
	return slices.ContainsFunc(reports, func(r drills.Report) bool { return r.Environment["launcher"] != reports[0].Environment["launcher"] })
}

// slower puts the run that took longer to recover behind the other, and one that
// did not recover last.
func slower(a, b drills.Report) int {
	x, y := a.RecoveryTime.Sustained.Upper, b.RecoveryTime.Sustained.Upper
	switch {
	case x == nil && y == nil:
		return 0
	case x == nil:
		return 1
	case y == nil:
		return -1
	}
	return cmp.Compare(*x, *y)
}

// columnsOf lists the causes that took enough of any drill's time, in the order in
// which time goes to them, and tells whether anything is left beside them.
func columnsOf(list []spentBy) (causes []string, rest bool) {
	var all []string
	enough := map[string]bool{}
	for _, s := range list {
		next := 0 // where a cause is put that no drill before this one had
		for _, a := range s.report.Attribution {
			taken, known := s.causes[a.Cause]
			if !known {
				continue
			}
			i := slices.Index(all, a.Cause)
			if i < 0 {
				i = next
				all = slices.Insert(all, i, a.Cause)
			}
			next = i + 1
			enough[a.Cause] = enough[a.Cause] || taken.Seconds() >= leastShare*s.total.Seconds()
		}
	}
	causes = slices.DeleteFunc(all, func(cause string) bool { return !enough[cause] })
	for _, s := range list {
		for cause, taken := range s.causes {
			rest = rest || taken > 0 && !enough[cause]
		}
	}
	return causes, rest
}
