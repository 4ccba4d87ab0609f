package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/failoverdrill/failoverdrill/drills"
)

// Summary writes one line for each of several reports, how many came to which
// verdict, why those did that are no pass, and where the time went in each drill.
// The error is that of w.
func Summary(w io.Writer, reports []drills.Report, options ...Option) error {
	p := newPrinter(options)
	var rows [][]cell
	for _, r := range reports {
		rows = append(rows, summaryRow(r))
	}
	if len(rows) > 0 {
		p.table("", []column{
			{title: "drill"}, {title: "model"}, {title: "fault", wrap: true}, {title: "verdict"}, {title: "Recovery Time", right: true},
			{title: "lost", right: true}, {title: "after heal", right: true}, {title: "stuck", right: true},
		}, rows, nil)
		p.line("")
	}
	p.items(count(len(reports), "run"), tally(reports)...)
	p.whyNot(reports)
	p.timeByDrill(reports)
	if _, err := io.WriteString(w, p.out.String()); err != nil {
		return fmt.Errorf("write summary: %w", err)
	}
	return nil
}

func summaryRow(r drills.Report) []cell {
	sign, in := verdictLook(r.Verdict)
	lost, healed := cell{text: none}, cell{text: none}
	if accounted(r.RecoveryPoint) {
		lost, healed = known(r.RecoveryPoint.Lost), known(r.RecoveryPoint.LostAfterHeal)
	}
	stuck := none
	if counted(r.Workflows) {
		stuck = strconv.Itoa(r.Workflows.Stuck)
	}
	return []cell{
		{text: r.Drill}, {text: string(r.Model)}, {text: broken(r)}, {sign + " " + string(r.Verdict), in},
		{text: interval(r.RecoveryTime.Sustained)},
		lost, healed,
		{stuck, alarm(r.Workflows.Stuck)},
	}
}

// broken is what a drill broke, in as few words as tell drills apart.
func broken(r drills.Report) string {
	var out []string
	for _, f := range r.Faults {
		out = append(out, f.Short())
	}
	if len(out) == 0 {
		return none
	}
	return strings.Join(out, " + ")
}

// whyNot tells of each run that did not pass what kept it from that.
func (p *printer) whyNot(reports []drills.Report) {
	first := true
	for _, r := range reports {
		if r.Verdict == drills.Pass || len(r.Reasons) == 0 {
			continue
		}
		if first {
			p.heading("Why not every run passed")
			first = false
		}
		sign, in := verdictLook(r.Verdict)
		p.bullet(sign, in, fmt.Sprintf("%s, run %s: %s", r.Drill, r.Run, reason(r.Reasons)))
	}
}

// reason is the first reason, and how many there are beside it.
func reason(reasons []string) string {
	switch len(reasons) {
	case 0:
		return ""
	case 1:
		return reasons[0]
	default:
		return fmt.Sprintf("%s (and %d more)", reasons[0], len(reasons)-1)
	}
}

// tally counts the verdicts that occur. One that is not known counts as an error.
func tally(reports []drills.Report) []cell {
	counts := map[drills.Verdict]int{}
	for _, r := range reports {
		switch r.Verdict {
		case drills.Pass, drills.Fail, drills.Inconclusive:
			counts[r.Verdict]++
		default:
			counts[drills.Errored]++
		}
	}
	var items []cell
	for _, v := range []drills.Verdict{drills.Pass, drills.Fail, drills.Inconclusive, drills.Errored} {
		if n := counts[v]; n > 0 {
			_, in := verdictLook(v)
			items = append(items, cell{fmt.Sprintf("%d %s", n, v), in})
		}
	}
	return items
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return strconv.Itoa(n) + " " + what
}
