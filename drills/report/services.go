package report

import (
	"fmt"
	"strings"

	"github.com/failoverdrill/failoverdrill/drills"
)

// services is when other components than clusters and Workers served.
func (p *printer) services(r drills.Report) {
	if len(r.Services) == 0 {
		return
	}
	p.heading("Components, as their region saw them")
	var rows [][]cell
	for _, s := range r.Services {
		var served []string
		for _, s := range s.Served {
			served = append(served, stretch(s))
		}
		if len(served) == 0 {
			rows = append(rows, []cell{{text: s.Component}, {"never", yellow}})
			continue
		}
		rows = append(rows, cells(s.Component, strings.Join(served, ", ")))
	}
	p.table(indent, []column{{title: "component"}, {title: "served, since the fault", wrap: true}}, rows, nil)
}

// stretch is from when until when, since the fault.
func stretch(s drills.Stretch) string {
	until := "the end"
	if s.To != nil {
		until = signed(*s.To)
	}
	return fmt.Sprintf("%s to %s", signed(s.From), until)
}
