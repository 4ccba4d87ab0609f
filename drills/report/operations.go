package report

import (
	"strconv"

	"github.com/failoverdrill/failoverdrill/drills"
)

// operations accounts for each kind of operation by itself.
func (p *printer) operations(r drills.Report) {
	if !accounted(r.RecoveryPoint) || len(r.RecoveryPoint.ByKind) == 0 {
		return
	}
	p.heading("Operations: what was acknowledged, and what became of it")
	var rows [][]cell
	for _, k := range r.RecoveryPoint.ByKind {
		kept := known(k.Kept)
		kept.in = plain
		rows = append(rows, []cell{
			{text: string(k.Kind)}, {text: strconv.Itoa(k.Acknowledged)}, kept, known(k.Lost), known(k.LostAfterHeal),
			known(k.RolledBack), known(k.Duplicated), {strconv.Itoa(k.Indeterminate), alarm(k.Indeterminate)},
		})
	}
	p.table(indent, []column{
		{title: "operation"}, {title: "acknowledged", right: true}, {title: "kept", right: true}, {title: "lost", right: true},
		{title: "after heal", right: true}, {title: "rolled back", right: true}, {title: "duplicated", right: true},
		{title: "indeterminate", right: true},
	}, rows, nil)
}
