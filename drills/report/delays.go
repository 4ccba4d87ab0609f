package report

import (
	"fmt"
	"strconv"

	"github.com/failoverdrill/failoverdrill/drills"
)

// delays has a footer with what no cause explains, so that a reader sees how
// much of the whole the causes are.
func (p *printer) delays(r drills.Report) {
	d := r.Delays
	if d == nil || d.InFlight+d.StartedDuring == 0 {
		return
	}
	p.heading(fmt.Sprintf("Where Workflows waited: %d in flight at the fault, %d started during the outage", d.InFlight, d.StartedDuring))
	share := func(o drills.Offset) (string, string) {
		if d.Total == 0 {
			return none, ""
		}
		part := o.Seconds() / d.Total.Seconds()
		return fmt.Sprintf("%.1f %%", part*100), bar(part)
	}
	var rows [][]cell
	for _, c := range d.Causes {
		percent, drawn := share(c.Seconds)
		rows = append(rows, cells(c.Cause, c.Seconds.String(), percent, drawn, strconv.Itoa(c.Workflows), c.Longest.String()))
	}
	percent, drawn := share(d.Unexplained)
	rows = append(rows, cells("unexplained", d.Unexplained.String(), percent, drawn, none, none))
	p.table(indent, []column{
		{title: "cause"}, {title: "all workflows", right: true}, {title: "share", right: true}, {}, {title: "delayed", right: true}, {title: "longest", right: true},
	}, rows, cells("total", d.Total.String(), "", "", "", ""))
	if d.Open > 0 {
		p.line(fmt.Sprintf("%s%d had not ended when the survivor was read, and are in no sum", indent, d.Open))
	}
}
