package report

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/failoverdrill/failoverdrill/drills"
)

// lanes shows what each capability went through, as probes saw it. A lane whose
// prober was lost with its region has no outage: nobody was there to see it.
func (p *printer) lanes(r drills.Report) {
	if len(r.Lanes) == 0 {
		return
	}
	p.heading("Lanes: each capability as it was probed from each region")
	by := endpointsOf(r.Lanes)
	var rows [][]cell
	for _, l := range r.Lanes {
		outage, in := cell{none, dim}, plain
		if l.Outage != nil {
			if l.Outage.Upper == nil {
				in = red
			}
			outage = cell{laneOutage(*l.Outage), in}
		}
		rows = append(rows, []cell{
			{text: string(l.Lane)}, {text: l.Region}, {text: l.Namespace + by(l)}, {text: fmt.Sprintf("%d of %d", l.Failed, l.Sent)}, outage,
			{text: tenths(l.LongestGap)}, {text: quantiles(l.Latency.Before)}, {text: quantiles(l.Latency.After)}, {text: kinds(l.Errors)},
		})
	}
	p.table(indent, []column{
		{title: "lane"}, {title: "from"}, {title: "namespace"}, {title: "failed", right: true}, {title: "outage", right: true},
		{title: "gap", right: true}, {title: "p50/p99 before", right: true}, {title: "after", right: true}, {title: "errors", wrap: true},
	}, rows, nil)
}

// endpointsOf tells of a lane by which endpoint it was probed, where there are several.
func endpointsOf(lanes []drills.LaneReport) func(drills.LaneReport) string {
	several := slices.ContainsFunc(lanes, func(l drills.LaneReport) bool { return l.Endpoint != lanes[0].Endpoint })
	return func(l drills.LaneReport) string {
		if !several {
			return ""
		}
		return ", " + string(l.Endpoint)
	}
}

// laneOutage is an interval that may begin at zero: a lane that was never seen
// down.
func laneOutage(i drills.Interval) string {
	if i.Upper == nil {
		return "> " + i.Lower.String()
	}
	return interval(i)
}

// quantiles are the median and the 99th percentile in milliseconds.
func quantiles(l drills.Latency) string {
	if l.Count == 0 {
		return none
	}
	ms := func(o drills.Offset) string { return strconv.FormatFloat(o.Seconds()*1e3, 'f', 0, 64) }
	return ms(l.P50) + "/" + ms(l.P99) + " ms"
}

// kinds are the kinds of error, the most frequent first.
func kinds(errors map[string]int) string {
	names := slices.SortedFunc(maps.Keys(errors), func(a, b string) int {
		if errors[a] != errors[b] {
			return errors[b] - errors[a]
		}
		return strings.Compare(a, b)
	})
	for i, name := range names {
		names[i] = fmt.Sprintf("%s %d", name, errors[name])
	}
	return strings.Join(names, ", ")
}
