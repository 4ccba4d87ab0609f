package assess

import (
	"math"
	"slices"

	"github.com/failoverdrill/failoverdrill/drills"
)

// outage is when each thing was there again that a Workflow of one Namespace
// may have waited for; forever for what never was.
type outage struct {
	began, ended, detected, approved, promoted, rerouted, moved, started drills.Offset
	polled                                                               map[string]drills.Offset      // by kind of poll
	history                                                              func(id string) []drills.Step // of a Workflow, of its last run
	undone                                                               bool                          // of the Workflow that is looked at: what had been done before the fault was not in the survivor
}

const forever = drills.Offset(math.MaxInt64)

// phase is a cause, and until when it lasted.
type phase struct {
	cause string
	until drills.Offset
}

func (c *docket) outage(namespace string) outage {
	if !slices.Contains(c.moved, namespace) {
		there := c.requested // all the time: nothing that a Workflow needs went elsewhere
		return outage{
			began: there, ended: max(there, c.ended()), detected: there, approved: there, promoted: there, rerouted: there, moved: there, started: there,
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
	o.approved = o.detected
	if c.Drill.Failover.Mode == drills.Manual {
		o.approved = mark(drills.Approved)
	}
	if c.cold(namespace) {
		o.started = mark(drills.WorkersStarted)
		if o.started != forever {
			o.started += drills.Offset(c.Drill.Provision.WarmUp)
		}
	}
	for kind, at := range c.pollsAfter(namespace, o.promoted) {
		o.polled[kind] = at
	}
	return o
}

// pollsAfter is when the survivor first took a poll of each kind from a Worker,
// once it was promoted. What is recorded is what changes: polls that it took all
// the time, as where they were forwarded, it took at once.
func (c *docket) pollsAfter(namespace string, promoted drills.Offset) map[string]drills.Offset {
	out := map[string]drills.Offset{}
	taken := map[[2]string]bool{} // by kind and Worker, as it was promoted
	for _, e := range c.inOrder(drills.KindPoll) {
		_, _, worker := drills.FleetOf(e.Subject)
		switch {
		case !worker || e.Namespace != namespace || e.Region == c.lost:
		case e.At < promoted:
			taken[[2]string{e.Name, e.Subject}] = e.Held
		case e.Held:
			if _, known := out[e.Name]; !known {
				out[e.Name] = e.At
			}
		}
	}
	for poll, held := range taken {
		if held && promoted != forever {
			out[poll[0]] = promoted
		}
	}
	return out
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

// ended is when a fault ended that no failover answers; 0 for one that a failover
// does, and for none.
func (c *docket) ended() drills.Offset {
	if at, ok := c.Timeline.Mark(drills.FaultEnded); ok {
		return at
	}
	return 0
}

// failover is what holds up everything until the survivor is active.
func (o outage) failover() []phase {
	return []phase{{drills.DelayFault, o.ended}, {drills.DelayDetection, o.detected}, {drills.DelayPerson, o.approved}, {drills.DelayPromotion, o.promoted}}
}

// server is what holds up anything that the survivor does on its own, and then.
func (o outage) server(then string) []phase {
	return append(o.failover(), phase{then, forever})
}

// dispatch is what holds up a task that waits for a Worker.
func (o outage) dispatch(kind, then string) []phase {
	phases := append(o.failover(), phase{drills.DelayColdStart, o.started})
	polled, known := o.polled[kind]
	if !known {
		return phases // nobody saw a poll: what is left has no known cause
	}
	return append(phases, phase{drills.DelayPollers, polled}, phase{then, forever})
}

// client is what holds up a call from outside.
func (o outage) client(then string) []phase {
	return append(o.failover(),
		phase{drills.DelayEndpoint, o.rerouted}, phase{drills.DelayColdStart, o.started},
		phase{drills.DelayEndpoint, o.moved}, phase{then, forever})
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
