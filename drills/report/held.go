package report

import (
	"strconv"

	"github.com/failoverdrill/failoverdrill/drills"
)

// held is what kept Workflows from completing.
func (p *printer) held(r drills.Report) {
	if len(r.Held) == 0 {
		return
	}
	p.heading("What kept Workflows from completing")
	var rows [][]cell
	for _, h := range r.Held {
		activity := h.Activity
		if activity == "" {
			activity = none
		}
		rows = append(rows, cells(h.What, activity, strconv.Itoa(h.Workflows), h.Example, h.Detail))
	}
	p.table(indent, []column{
		{title: "what"}, {title: "activity"}, {title: "workflows", right: true}, {title: "such as"}, {title: "detail", wrap: true},
	}, rows, nil)
}
