package assess

import (
	"cmp"
	"slices"

	"github.com/failoverdrill/failoverdrill/drills"
)

// steadily is the time in which the load ran and nothing was wrong.
func (c *docket) steadily() (from, until drills.Offset, ok bool) {
	from, ok = c.Timeline.Mark(drills.LoadStarted)
	return from, c.firstRequested(), ok && c.faulted && c.firstRequested() > from
}

// costs tells what a Fleet cost in that time.
func (c *docket) costs(f drills.Fleet) *drills.FleetCost {
	from, until, ok := c.steadily()
	if !ok || !c.counted() {
		return nil
	}
	busy := map[string][]stretch{} // by Worker
	took := newHistogram()
	known := false
	c.tasks(func(_ string, t drills.Task) {
		region, namespace, _ := drills.FleetOf(t.Identity)
		if region != f.Region || namespace != f.Namespace || t.At <= from || t.At > until {
			return
		}
		known = known || t.Took > 0
		busy[t.Identity] = append(busy[t.Identity], stretch{max(t.At-t.Took, from), t.At})
		if t.Type == "workflow" {
			took.add(t.Waited + t.Took)
		}
	})
	if len(busy) > 0 && !known {
		return nil // a record from before this was written down
	}
	out := &drills.FleetCost{Over: until - from}
	for _, worked := range busy {
		out.Busy += together(worked)
	}
	if f.State != drills.FleetAbsent {
		out.Idle = max(drills.Offset(f.Workers)*(until-from)-out.Busy, 0)
	}
	out.TaskLatency = took.distribution()
	return out
}

// stretch is a time in which a Worker had a task.
type stretch struct{ from, to drills.Offset }

// together is how long stretches last, what they share counted once.
func together(list []stretch) drills.Offset {
	slices.SortFunc(list, func(a, b stretch) int { return cmp.Compare(a.from, b.from) })
	var sum, end drills.Offset
	for i, s := range list {
		from := s.from
		if i > 0 {
			from = max(from, end)
		}
		sum += max(s.to-from, 0)
		end = max(end, s.to)
	}
	return sum
}

// traffic tells what passed each Link between regions in that time, for each second
// of it.
func (c *docket) traffic() []drills.LinkTraffic {
	out := []drills.LinkTraffic{}
	if _, _, ok := c.steadily(); !ok {
		return out
	}
	type counter struct{ link, of string }
	first, last := map[counter]drills.Event{}, map[counter]drills.Event{}
	for _, e := range c.inOrder(drills.KindTraffic) {
		key := counter{e.Subject, e.Name}
		if _, known := first[key]; !known {
			first[key] = e
		}
		last[key] = e
	}
	rate := func(link, of string) (float64, bool) {
		a, b := first[counter{link, of}], last[counter{link, of}]
		return (b.Value - a.Value) / (b.At - a.At).Seconds(), b.At > a.At
	}
	for _, link := range c.topology.Links {
		bytes, seen := rate(link.Name(), drills.TrafficBytes)
		calls, too := rate(link.Name(), drills.TrafficCalls)
		if link.BetweenRegions() && seen && too {
			out = append(out, drills.LinkTraffic{Link: link.Name(), Bytes: bytes, Calls: calls})
		}
	}
	return out
}
