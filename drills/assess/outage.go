package assess

import (
	"math"
	"slices"

	"github.com/failoverdrill/failoverdrill/drills"
)

// outage is when each thing was there again that a Workflow of one Namespace
// may have waited for; forever for what never was.
type outage struct {
	began, detected, promoted, rerouted, moved, started drills.Offset
	polled                                              map[string]drills.Offset      // by kind of poll
	history                                             func(id string) []drills.Step // of a Workflow, of its last run
	undone                                              bool                          // of the Workflow that is looked at: what had been done before the fault was not in the survivor
}

const forever = drills.Offset(math.MaxInt64)

// phase is a cause, and until when it lasted.
type phase struct {
	cause string
	until drills.Offset
}

func (c *docket) outage(namespace string) outage {
	if !slices.Contains(c.moved, namespace) {
		there := c.requested // all the time: nothing that a Workflow needs was ever away
		return outage{
			began: there, detected: there, promoted: there, rerouted: there, moved: there, started: there,
			polled:  map[string]drills.Offset{"workflow": there, "activity": there},
			history: c.histories(namespace),
		}
	}
	mark := func(stage drills.Stage) drills.Offset {
		for _, e := range c.Timeline {
			if e.Kind == drills.KindMark && e.Name == string(stage) && (e.Namespace == namespace || e.Namespace == "") && e.At >= c.requested {
				return e.At
			}
		}
		return forever
	}
	o := outage{
		began: c.requested, detected: mark(drills.Detected), promoted: mark(drills.Promoted),
		rerouted: mark(drills.EndpointRerouted), moved: mark(drills.TrafficMoved), polled: map[string]drills.Offset{},
		history: c.histories(namespace),
	}
	if c.cold(namespace) {
		o.started = mark(drills.WorkersStarted)
		if o.started != forever {
			o.started += drills.Offset(c.Drill.Provision.WarmUp)
		}
	}
	for _, e := range c.Timeline {
		_, _, worker := drills.FleetOf(e.Subject)
		if e.Kind != drills.KindPoll || !e.Held || !worker || e.Namespace != namespace || e.Region == c.lost || e.At < o.promoted {
			continue
		}
		if at, known := o.polled[e.Name]; !known || e.At < at {
			o.polled[e.Name] = e.At
		}
	}
	return o
}

// histories finds the history of a Workflow's last run in the survivor.
func (c *docket) histories(namespace string) func(id string) []drills.Step {
	last := map[string]drills.Workflow{}
	for e, w := range c.census[drills.CensusWithoutRegion] {
		if e.namespace == namespace && (last[e.id].RunID == "" || w.StartedAt > last[e.id].StartedAt) {
			last[e.id] = w
		}
	}
	return func(id string) []drills.Step { return last[id].Steps }
}

// cold reports whether no Worker of a Namespace ran in the survivor.
func (c *docket) cold(namespace string) bool {
	for _, f := range c.topology.Fleets {
		if f.Namespace == namespace && f.Region != c.lost {
			return f.State == drills.FleetAbsent
		}
	}
	return false
}

// server is what holds up anything that the survivor does on its own, and then.
func (o outage) server(then string) []phase {
	return []phase{{drills.DelayDetection, o.detected}, {drills.DelayPromotion, o.promoted}, {then, forever}}
}

// dispatch is what holds up a task that waits for a Worker.
func (o outage) dispatch(kind, then string) []phase {
	phases := []phase{{drills.DelayDetection, o.detected}, {drills.DelayPromotion, o.promoted}, {drills.DelayColdStart, o.started}}
	polled, known := o.polled[kind]
	if !known {
		return phases // nobody saw a poll: what is left has no known cause
	}
	return append(phases, phase{drills.DelayPollers, polled}, phase{then, forever})
}

// client is what holds up a call from outside.
func (o outage) client(then string) []phase {
	return []phase{
		{drills.DelayDetection, o.detected}, {drills.DelayPromotion, o.promoted}, {drills.DelayEndpoint, o.rerouted},
		{drills.DelayColdStart, o.started}, {drills.DelayEndpoint, o.moved}, {then, forever},
	}
}

// delays sums what was attributed.
type delays struct {
	report drills.DelayReport
	causes map[string]*drills.DelayCause
	since  drills.Offset // nothing before counts
	// Of the Workflow that is being looked at:
	one  map[string]drills.Offset
	rest drills.Offset
}

func newDelays() *delays {
	return &delays{causes: map[string]*drills.DelayCause{}, one: map[string]drills.Offset{}}
}

// begin starts on the next Workflow.
func (d *delays) begin() {
	for name, spent := range d.one {
		c := d.causes[name]
		if c == nil {
			c = &drills.DelayCause{Cause: name}
			d.causes[name] = c
		}
		c.Seconds += spent
		c.Workflows++
		c.Longest = max(c.Longest, spent)
	}
	d.report.Unexplained += max(d.rest, -d.rest)
	d.report.Total += max(d.rest, -d.rest)
	d.rest = 0
	clear(d.one)
}

func (d *delays) add(cause string, spent drills.Offset) {
	d.one[cause] += spent
	d.report.Total += spent
}

// unexplained is time without a cause, negative for what was quicker than usual.
func (d *delays) unexplained(spent drills.Offset) { d.rest += spent }

func (d *delays) done() *drills.DelayReport {
	d.begin()
	d.report.Causes = []drills.DelayCause{}
	for _, name := range drills.DelayCauses() {
		if c := d.causes[name]; c != nil {
			d.report.Causes = append(d.report.Causes, *c)
		}
	}
	return &d.report
}
