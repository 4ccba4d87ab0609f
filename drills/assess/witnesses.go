package assess

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// witnesses lists the evidence that the drill was what it says. A run in which
// one is missing proves nothing, however good its numbers are.
func (c *docket) witnesses(r drills.Report) []drills.Witness {
	out := []drills.Witness{
		c.steadyWitness(r),
		c.modelWitness(r),
		c.faultWitness(),
		c.failoverWitness(),
		c.endpointWitness(),
		c.scopeWitness(r),
		c.clockWitness(),
		c.componentsWitness(),
		c.returnWitness(),
		c.loadWitness(),
		c.ledgerWitness(),
	}
	if c.Drill.Conflicts() > 0 {
		out = append(out, c.splitWitness(r))
	}
	if c.Drill.Codec.On() {
		out = append(out, c.codecWitness())
	}
	if c.Drill.Store.On() {
		out = append(out, c.storeWitness(r))
	}
	return out
}

// codecWitness wants that no cluster holds a payload in the clear, and that each key
// of the drill has encoded some.
func (c *docket) codecWitness() drills.Witness {
	w := drills.Witness{Name: "codec"}
	if !c.counted() {
		w.Detail = "nobody read the clusters to see it"
		return w
	}
	encoded, bare, by := 0, 0, map[string]int{}
	for _, workflow := range c.final() {
		bare += workflow.Clear
		for key, n := range workflow.Encoded {
			encoded, by[key] = encoded+n, by[key]+n
		}
	}
	var shares, unused []string
	for _, key := range c.Drill.Rotations() {
		shares = append(shares, fmt.Sprintf("%d with %s", by[key], key))
		if by[key] == 0 {
			unused = append(unused, key)
		}
	}
	switch {
	case bare > 0:
		w.Detail = fmt.Sprintf("%d of %d payloads that the clusters hold are in the clear", bare, bare+encoded)
	case encoded == 0:
		w.Detail = "the clusters hold no payload at all"
	case len(unused) > 0:
		w.Detail = fmt.Sprintf("the clusters hold no payload that was encoded with %s", strings.Join(unused, ", "))
	default:
		w.Held = true
		w.Detail = fmt.Sprintf("all %d payloads that the clusters hold are encoded: %s", encoded, strings.Join(shares, ", "))
	}
	return w
}

func (c *docket) steadyWitness(r drills.Report) drills.Witness {
	w := drills.Witness{Name: "steady state"}
	if !c.faulted {
		w.Detail = "no fault took effect, so no steady state came before one"
		return w
	}
	if since := c.firstRequested() - c.steadyUntil; !c.steady || since > steadyLast {
		w.Detail = "nobody saw it in the last seconds before the fault"
		return w
	}
	window := c.Drill.SteadyState.Window
	w.Held = true
	var lines []string
	for _, t := range r.Throughput {
		completions := int(math.Round(t.Steady * window.Seconds()))
		up := drills.Steady(c.Timeline.Completions(t.Namespace), time.Duration(c.steadyUntil), window, c.Drill.Workload.Rate) && completions >= drills.EnoughLoad
		w.Held = w.Held && up
		lines = append(lines, fmt.Sprintf("%s %.1f/s of %.1f/s (%d completions)", t.Namespace, t.Steady, t.Declared, completions))
	}
	switch {
	case !c.counted():
		w.Held = false
		lines = append(lines, "nobody counted the workflows in flight at the fault")
	case r.Workflows.InFlight == 0:
		w.Held = false
		lines = append(lines, "no workflow was in flight at the fault")
	default:
		lines = append(lines, fmt.Sprintf("%d workflows in flight at the fault", r.Workflows.InFlight))
	}
	w.Detail = strings.Join(lines, ", ")
	return w
}

// firstRequested is when the first fault came: others than the one that times
// count from may come before it.
func (c *docket) firstRequested() drills.Offset {
	first := c.requested
	for number := range c.Drill.Faults {
		requested, _ := c.when(number)
		first = min(first, requested)
	}
	return first
}

// steadyLast is how long before the fault the window may have ended in which
// the steady state was last seen: completions are seen a second late.
const steadyLast = drills.Offset(2 * time.Second)

// modelWitness holds what each Fleet did before the fault against what the
// model says it does.
func (c *docket) modelWitness(r drills.Report) drills.Witness {
	w := drills.Witness{Name: "model", Held: true}
	if !c.faulted || !c.counted() {
		return drills.Witness{Name: "model", Detail: "nobody looked at who did the work"}
	}
	var lines []string
	for _, f := range r.Fleets {
		ok, expected := asModelled(f)
		if ok && f.State == drills.FleetAbsent && !c.heard(f.Region) {
			ok, expected = false, "and its cluster wrote down nobody's polls, so nobody knows"
		}
		w.Held = w.Held && ok
		line := fmt.Sprintf("%s fleet of %s in %s: %d tasks before the fault, polls %s", f.State, f.Namespace, f.Region, f.TasksBefore, seen(f.Polled))
		if !ok {
			line += "; " + expected
		}
		lines = append(lines, line)
	}
	w.Detail = strings.Join(lines, "; ")
	return w
}

func seen(yes bool) string {
	if yes {
		return "seen"
	}
	return "not seen"
}

// asModelled is what a Fleet in each state has to have done before the fault.
func asModelled(f drills.FleetCounts) (ok bool, expected string) {
	switch f.State {
	case drills.FleetActive:
		return f.TasksBefore > 0 && f.Polled, "an active fleet polls and completes work"
	case drills.FleetStandby:
		return f.TasksBefore == 0 && f.Polled,
			"a standby fleet polls and completes nothing: is it on the Namespace Endpoint, or is poll forwarding on?"
	default:
		return f.TasksBefore == 0 && !f.Polled, "in a cold region no worker runs"
	}
}

// failoverWitness wants exactly the failover that the fault calls for: the lost
// region detected once, each of its Namespaces promoted once in its replica,
// between the fault and the return of the region. A control calls for none; one
// that was given up, or that the drill does not want, ends with the detection. A
// survivor that is gone for a while may be declared lost too: nothing comes of it.
func (c *docket) failoverWitness() drills.Witness {
	w := drills.Witness{Name: "failover", Held: c.faulted}
	if !c.faulted {
		w.Detail = "no fault took effect"
		return w
	}
	until, returned := c.Timeline.Mark(drills.HealRequested)
	var wrong []string
	detected, promoted, too := 0, map[string]int{}, ""
	for _, e := range c.Timeline {
		if e.Kind != drills.KindMark {
			continue
		}
		during := e.At >= c.requested && (!returned || e.At <= until)
		switch drills.Stage(e.Name) {
		case drills.Detected:
			if c.goneToo(e) {
				too = fmt.Sprintf("; %s was declared lost too, and nothing moved on from there", e.Region)
				continue
			}
			detected++
			if e.Region != c.lost || !during {
				wrong = append(wrong, fmt.Sprintf("%s was declared lost at %s of the run", e.Region, e.At))
			}
		case drills.Promoted:
			promoted[e.Namespace]++
			ns, _ := c.topology.Namespace(e.Namespace)
			if e.Region != ns.Replica || !during {
				wrong = append(wrong, fmt.Sprintf("%s was promoted in %s at %s of the run", e.Namespace, e.Region, e.At))
			}
		}
	}
	once := min(len(c.moved), 1)
	lost := once
	if c.loses() {
		lost = 1 // also where nothing came of it
	}
	if detected != lost {
		wrong = append(wrong, fmt.Sprintf("%d regions were declared lost", detected))
	}
	for _, ns := range c.affected {
		if promoted[ns] != once {
			wrong = append(wrong, fmt.Sprintf("%s was promoted %d times", ns, promoted[ns]))
		}
	}
	if w.Held = len(wrong) == 0; !w.Held {
		w.Detail = strings.Join(wrong, "; ")
		return w
	}
	if once == 0 {
		w.Detail = c.unmoved()
		return w
	}
	w.Detail = fmt.Sprintf("%s declared lost once, %s promoted once in its replica%s", c.lost, strings.Join(c.affected, ", "), too)
	return w
}

// heard reports whether the poll gate of a region's cluster wrote anything down
// before the fault, as it does of the cluster's own Workers: a gate that wrote
// nothing cannot tell that nobody polled.
func (c *docket) heard(region string) bool {
	return slices.ContainsFunc(c.Timeline, func(e drills.Event) bool {
		return e.Kind == drills.KindPoll && e.Region == region && e.At <= c.effective
	})
}

// keptShare of its steady throughput is what a Namespace keeps that the fault
// should not touch.
const keptShare = 0.9

// scopeWitness wants that only the Namespaces of the lost region moved, and
// that the others kept their region and their throughput.
func (c *docket) scopeWitness(r drills.Report) drills.Witness {
	w := drills.Witness{Name: "scope", Held: c.faulted}
	lines := []string{}
	for _, e := range c.Timeline {
		if e.Kind == drills.KindMark && e.Name == string(drills.Promoted) && !slices.Contains(c.moved, e.Namespace) {
			w.Held = false
			lines = append(lines, fmt.Sprintf("%s was moved to %s, though its region was not lost", e.Namespace, e.Region))
		}
	}
	for _, t := range r.Throughput {
		if t.Affected {
			continue
		}
		if ns, _ := c.topology.Namespace(t.Namespace); c.Drill.HeldUp(ns) {
			lines = append(lines, fmt.Sprintf("%s is at home in %s, which was gone too, and stayed there", t.Namespace, ns.Home))
			continue
		}
		expected := min(t.Steady, t.Declared) // a short window can hold more than was sent in it
		if t.Outage < keptShare*expected {
			w.Held = false
		}
		lines = append(lines, fmt.Sprintf("%s kept %.2f/s of %.2f/s", t.Namespace, t.Outage, expected))
	}
	switch {
	case !c.faulted:
		lines = []string{"no fault took effect"}
	case len(lines) == 0 && len(c.moved) == 0:
		lines = []string{"nothing moved"}
	case len(lines) == 0:
		lines = []string{c.mover()}
	}
	w.Detail = strings.Join(lines, "; ")
	return w
}

// mover says who moved, where only those did that had to.
func (c *docket) mover() string {
	if len(c.moved) == 0 {
		return "no namespace moved"
	}
	return fmt.Sprintf("only %s moved", strings.Join(c.moved, ", "))
}

// steppedClock is a drift of the wall clock that would move times taken from
// histories by more than they are worth.
const steppedClock = 50 * time.Millisecond

func (c *docket) clockWitness() drills.Witness {
	worst, samples := 0.0, 0
	for _, e := range c.Timeline {
		if e.Kind == drills.KindClock {
			samples++
			worst = max(worst, math.Abs(e.Value))
		}
	}
	w := drills.Witness{Name: "clock", Held: samples > 0 && worst <= steppedClock.Seconds()}
	w.Detail = fmt.Sprintf("wall clock within %.1f ms of the monotonic one in %d samples", worst*1e3, samples)
	return w
}

// componentsWitness wants that every process ran until the drill ended it.
func (c *docket) componentsWitness() drills.Witness {
	w := drills.Witness{Name: "components", Held: c.begin != nil, Detail: "none ended on its own"}
	var ended []string
	for _, e := range c.Timeline {
		if e.Kind == drills.KindExit {
			w.Held = false
			ended = append(ended, e.Subject)
		}
	}
	if len(ended) > 0 {
		w.Detail = "ended on their own: " + strings.Join(ended, ", ") + "; their logs tell why"
	}
	return w
}

// returnWitness wants every Namespace where it stays in the end, which is at home
// unless the drill has it stay in the survivor, and counted there.
func (c *docket) returnWitness() drills.Witness {
	w := drills.Witness{Name: "return"}
	left := c.returns()
	_, healed := c.Timeline.Mark(drills.Healed)
	_, back := c.Timeline.Mark(drills.FailedBack)
	_, sustained := c.Timeline.Mark(drills.SustainedAtHome)
	elsewhere := c.elsewhere()
	switch {
	case !healed:
		w.Detail = "the region did not come back" + c.asNoted("heal")
	case left && !back:
		w.Detail = "the namespace was not failed back" + c.asNoted("failback to ")
	case len(elsewhere) > 0:
		w.Detail = strings.Join(elsewhere, "; ")
	case left && !sustained:
		w.Detail = "throughput did not come back after the failback"
	case !c.complete(drills.CensusAfterHeal):
		w.Detail = "nobody counted after the heal"
	case len(c.moved) == 0:
		w.Held, w.Detail = true, "nothing had to return: every region believes every namespace at home"
	case !left:
		w.Held, w.Detail = true, fmt.Sprintf("%s returned and caught up; its namespaces stay in the survivor, as declared", c.lost)
	default:
		w.Held, w.Detail = true, fmt.Sprintf("%s returned, caught up and took its namespaces back", c.lost)
	}
	return w
}

// asNoted is what was noted of a step that did not end, for a reader; empty for nothing.
func (c *docket) asNoted(step string) string {
	for _, e := range slices.Backward(c.Timeline) {
		if e.Kind == drills.KindNote && strings.HasPrefix(e.Detail, step) {
			return ": " + e.Detail
		}
	}
	return ""
}

// elsewhere lists where a region does not believe a Namespace active where it
// stays once everything is over: what the control plane says it did is not what
// is.
func (c *docket) elsewhere() []string {
	last := map[[2]string]string{}
	for _, e := range c.inOrder(drills.KindActive) {
		last[[2]string{e.Namespace, e.Region}] = e.Name
	}
	var out []string
	for _, ns := range c.topology.Namespaces {
		stays, _ := c.stays(ns)
		where := "at home"
		if stays != ns.Home {
			where = "in " + stays
		}
		for _, region := range []string{ns.Home, ns.Replica} {
			switch active := last[[2]string{ns.Name, region}]; active {
			case stays:
			case "":
				out = append(out, fmt.Sprintf("%s does not say where %s is active", region, ns.Name))
			default:
				out = append(out, fmt.Sprintf("%s believes %s active in %s, not %s", region, ns.Name, active, where))
			}
		}
	}
	return out
}
