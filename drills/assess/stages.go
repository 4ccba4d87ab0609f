package assess

import (
	"slices"
	"strings"

	"github.com/failoverdrill/failoverdrill/drills"
)

// stages lists when each stage was reached, in order of time: those marked
// while the drill ran and those that only the evidence shows.
func (c *docket) stages(recovery drills.RecoveryTime) []drills.StageTime {
	out := []drills.StageTime{}
	known := drills.Stages()
	for _, e := range c.Timeline {
		at := drills.Stage(e.Name)
		repeated := slices.ContainsFunc(out, func(s drills.StageTime) bool { return s.Name == at })
		if e.Kind == drills.KindMark && slices.Contains(known, at) && !repeated {
			out = append(out, drills.StageTime{Name: at, At: c.since(e.At)})
		}
	}
	add := func(name drills.Stage, at drills.Offset, ok bool) {
		if ok {
			out = append(out, drills.StageTime{Name: name, At: at})
		}
	}
	if c.faulted {
		poll, ok := c.firstPoll()
		add(drills.FirstPoll, c.since(poll), ok)
		task, ok := c.firstTask()
		add(drills.FirstTask, c.since(task), ok)
		if up := recovery.FirstProgress.Upper; up != nil {
			add(drills.FirstCompleted, *up-(c.effective-c.requested), true)
		}
		if up := recovery.Sustained.Upper; up != nil {
			add(drills.ThroughputSustained, *up-(c.effective-c.requested), true)
			drained, ok := c.backlogDrained(*up - (c.effective - c.requested) + c.effective)
			add(drills.BacklogDrained, c.since(drained), ok)
		}
	}
	order := drills.Stages()
	slices.SortStableFunc(out, func(a, b drills.StageTime) int {
		if a.At != b.At {
			return int(a.At - b.At)
		}
		return slices.Index(order, a.Name) - slices.Index(order, b.Name)
	})
	return out
}

// firstPoll is when a surviving cluster first let a Worker's own poll through
// after it was promoted. Polls for Workflow Tasks, sticky ones and those for
// Activities each have a back-off of their own: work may have to wait for
// another than the first.
func (c *docket) firstPoll() (drills.Offset, bool) {
	promoted, ok := c.Timeline.Mark(drills.Promoted)
	var first drills.Offset
	found := false
	for _, e := range c.Timeline {
		_, _, worker := drills.FleetOf(e.Subject)
		if e.Kind != drills.KindPoll || !worker || !e.Held || !ok || e.At < promoted || e.Region == c.lost || !slices.Contains(c.affected, e.Namespace) {
			continue
		}
		if !found || e.At < first {
			first, found = e.At, true
		}
	}
	return first, found
}

// firstTask is when a Worker first completed a task in the survivor.
func (c *docket) firstTask() (drills.Offset, bool) {
	var first drills.Offset
	found := false
	c.tasks(func(namespace string, t drills.Task) {
		region, _, _ := drills.FleetOf(t.Identity)
		if region == c.lost {
			return // it came back with the heal
		}
		if slices.Contains(c.moved, namespace) && t.At > c.effective && (!found || t.At < first) {
			first, found = t.At, true
		}
	})
	return first, found
}

// tasks shows every task in the final account, once: a run that was reset
// begins with the history of the one before it.
func (c *docket) tasks(show func(namespace string, t drills.Task)) {
	type done struct {
		scoped
		drills.Task
	}
	shown := map[done]bool{}
	for e, w := range c.final() {
		for _, t := range w.Tasks {
			if key := (done{e.scoped, t}); !shown[key] {
				shown[key] = true
				show(e.namespace, t)
			}
		}
	}
}

// backlogDrained is when the last Workflow ended that had been started before
// throughput was sustained, of those the survivor knew without the lost region.
func (c *docket) backlogDrained(sustained drills.Offset) (drills.Offset, bool) {
	ends := c.census[drills.CensusAfterHeal]
	last := sustained
	contested := c.contested()
	for key, w := range c.census[drills.CensusWithoutRegion] {
		if !slices.Contains(c.affected, key.namespace) || w.StartedAt > sustained || contested[key.scoped] {
			continue
		}
		closed := w.ClosedAt
		if later, ok := ends[key]; ok {
			closed = later.ClosedAt
		}
		if closed == 0 {
			return 0, false
		}
		last = max(last, closed)
	}
	return last, c.complete(drills.CensusWithoutRegion)
}

// phases lists the wall time that the run itself took, in the order it took it.
func (c *docket) phases() []drills.Phase {
	out := []drills.Phase{}
	for _, e := range c.Timeline {
		if e.Kind != drills.KindPhase {
			continue
		}
		i := slices.IndexFunc(out, func(p drills.Phase) bool { return p.Name == e.Name })
		if i < 0 {
			out = append(out, drills.Phase{Name: e.Name})
			i = len(out) - 1
		}
		out[i].Seconds += seconds(e.Value)
	}
	return out
}

func seconds(s float64) drills.Offset { return drills.Offset(s * 1e9) }

// memory lists the largest resident memory seen of each component.
func (c *docket) memory() []drills.Memory {
	out := []drills.Memory{}
	for _, e := range c.Timeline {
		if e.Kind != drills.KindMemory {
			continue
		}
		region, component, ok := strings.Cut(e.Subject, "/")
		if !ok {
			region, component = "", e.Subject
		}
		out = append(out, drills.Memory{Region: region, Component: component, Bytes: int64(e.Value)})
	}
	slices.SortFunc(out, func(a, b drills.Memory) int {
		return strings.Compare(a.Region+"/"+a.Component, b.Region+"/"+b.Component)
	})
	return out
}
