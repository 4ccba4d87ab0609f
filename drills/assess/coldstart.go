package assess

import (
	"slices"

	"github.com/failoverdrill/failoverdrill/drills"
)

// coldStarts are those of Workers that were started between the fault and the heal in
// another region than the lost one: for a failover.
func (c *docket) coldStarts() []drills.ColdStart {
	if !c.faulted {
		return nil
	}
	until, healed := c.Timeline.Mark(drills.HealRequested)
	if !healed {
		until = forever
	}
	var out []drills.ColdStart
	for _, f := range c.topology.Fleets {
		if f.Region == c.lost {
			continue
		}
		for number := range f.Workers + f.Reserve {
			worker := drills.WorkerName(f, number)
			if c.ranBefore(worker) { // and was started again by a fault of its own
				continue
			}
			one := drills.ColdStart{Worker: worker, Region: f.Region, Namespace: f.Namespace, Declared: drills.Offset(c.Drill.Provision.BeforeProcess())}
			var ran drills.Offset
			for _, e := range c.inOrder(drills.KindStart) {
				if e.Subject != worker || e.At > until {
					continue
				}
				took := seconds(e.Value)
				switch {
				case ran > 0: // it was started again, which is another matter
				case e.Name == drills.StartCreated:
					one.Create = &took
				case e.Name == drills.StartStarted:
					one.Start, ran = took, e.At
				}
			}
			if ran > 0 {
				one.FirstPoll = c.firstHeard(f, number, ran, until)
				out = append(out, one)
			}
		}
	}
	return out
}

// ranBefore reports whether a component was started before the fault.
func (c *docket) ranBefore(component string) bool {
	return slices.ContainsFunc(c.inOrder(drills.KindStart), func(e drills.Event) bool {
		return e.Subject == component && e.At < c.requested
	})
}

// firstHeard is how long it took from a Worker's start until a cluster heard it poll, less what
// it is declared to warm up for.
func (c *docket) firstHeard(f drills.Fleet, number int, since, until drills.Offset) *drills.Offset {
	for _, e := range c.inOrder(drills.KindPoll) {
		if e.Subject == drills.WorkerIdentity(f.Region, f.Namespace, number) && e.At >= since && e.At <= until {
			took := max(e.At-since-drills.Offset(c.Drill.Provision.WarmUp), 0)
			return &took
		}
	}
	return nil
}

// spreadColdStarts takes those of several runs together.
func spreadColdStarts(reports []drills.Report) *drills.ColdStartSpread {
	var create, start, poll, all []drills.Offset
	workers := 0
	for _, r := range reports {
		for _, s := range r.ColdStarts {
			workers++
			whole := s.Start
			start = append(start, s.Start)
			if s.Create != nil {
				create, whole = append(create, *s.Create), whole+*s.Create
			}
			if s.FirstPoll != nil {
				poll, all = append(poll, *s.FirstPoll), append(all, whole+*s.FirstPoll)
			}
		}
	}
	if workers == 0 {
		return nil
	}
	out := &drills.ColdStartSpread{Workers: workers, Create: median(create), Start: median(start), FirstPoll: median(poll)}
	if len(all) > 0 {
		longest := slices.Max(all)
		out.Most = &longest
	}
	return out
}

// median is the value in the middle, of an even number the greater of the two; nil of none.
func median(list []drills.Offset) *drills.Offset {
	if len(list) == 0 {
		return nil
	}
	sorted := slices.Sorted(slices.Values(list))
	return &sorted[len(sorted)/2]
}

// spreadPhases are the medians of what runs took themselves.
func spreadPhases(reports []drills.Report) []drills.Phase {
	out := []drills.Phase{}
	for _, p := range reports[0].Phases {
		var all []drills.Offset
		for _, r := range reports {
			for _, other := range r.Phases {
				if other.Name == p.Name {
					all = append(all, other.Seconds)
				}
			}
		}
		out = append(out, drills.Phase{Name: p.Name, Seconds: *median(all)})
	}
	return out
}
