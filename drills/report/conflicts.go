package report

import (
	"strconv"

	"github.com/failoverdrill/failoverdrill/drills"
)

// conflicts tells what became of what both sides of a split acknowledged.
func (p *printer) conflicts(r drills.Report) {
	if len(r.Conflicts) == 0 {
		return
	}
	p.heading("Conflicts: what each side acknowledged on ids on which both acted, and what remained")
	var rows [][]cell
	for _, c := range r.Conflicts {
		side := "isolated"
		if c.Promoted {
			side = "promoted"
		}
		kept := known(c.Kept)
		kept.in = plain
		rows = append(rows, []cell{
			{text: string(c.Kind)}, {text: clean(c.Region)}, {text: side}, {text: strconv.Itoa(c.Acknowledged)},
			kept, known(c.Superseded), known(c.Lost), {strconv.Itoa(c.Indeterminate), alarm(c.Indeterminate)},
		})
	}
	p.table(indent, []column{
		{title: "operation"}, {title: "region"}, {title: "side"}, {title: "acknowledged", right: true}, {title: "kept", right: true},
		{title: "taken back", right: true}, {title: "lost", right: true}, {title: "indeterminate", right: true},
	}, rows, nil)
}
