package report

import (
	"fmt"
	"slices"

	"github.com/failoverdrill/failoverdrill/drills"
)

// steadyCost is what the deployment costs while nothing is wrong: what its Workers do,
// and what crosses between regions.
func (p *printer) steadyCost(r drills.Report) {
	if !slices.ContainsFunc(r.Fleets, func(f drills.FleetCounts) bool { return f.Cost != nil }) {
		return
	}
	p.heading("Cost in the steady state")
	var rows [][]cell
	for _, f := range r.Fleets {
		row := cells(f.Region, f.Namespace, string(f.State), none, none, none)
		if f.Cost != nil {
			row[3].text, row[4].text = tenths(f.Cost.Busy), tenths(f.Cost.Idle)
			if f.Cost.TaskLatency.Count > 0 {
				row[5].text = latencyOf(&f.Cost.TaskLatency)
			}
		}
		rows = append(rows, row)
	}
	p.table(indent, []column{
		{title: "region"}, {title: "namespace"}, {title: "fleet"}, {title: "worker-seconds busy", right: true}, {title: "idle", right: true},
		{title: "workflow task, p50/p95", right: true},
	}, rows, nil)
	if len(r.Traffic) == 0 {
		return
	}
	p.line("")
	rows = nil
	for _, l := range r.Traffic {
		rows = append(rows, cells(l.Link, fmt.Sprintf("%.1f kB/s", l.Bytes/1e3), perSecond(l.Calls)))
	}
	p.table(indent, []column{{title: "Link between regions"}, {title: "both ways", right: true}, {title: "calls", right: true}}, rows, nil)
}
