package assess

import (
	"fmt"
	"slices"
	"strings"

	"github.com/failoverdrill/failoverdrill/drills"
)

// faultWitness wants of each fault that everything in its blast radius was probed
// and seen broken, and everything in no fault's was probed and seen as before. In
// a control, all has to be as before.
func (c *docket) faultWitness() drills.Witness {
	w := drills.Witness{Name: "fault", Held: true}
	var lines []string
	for number := range c.Drill.Faults {
		held, detail := c.struck(number)
		w.Held = w.Held && held
		if len(c.Drill.Faults) > 1 {
			detail = drills.FaultName(number) + ": " + detail
		}
		lines = append(lines, detail)
	}
	w.Detail = strings.Join(lines, "; ")
	return w
}

// looked is what the probes of one fault saw.
type looked struct {
	subjects  map[string]bool
	otherwise []string          // that were not as they have to be
	details   map[string]string // what was seen of each
}

func (c *docket) looked(number int, kind drills.Kind, held bool) looked {
	out := looked{subjects: map[string]bool{}, details: map[string]string{}}
	for _, e := range c.Timeline {
		if e.Kind != kind || e.Name != drills.FaultName(number) {
			continue
		}
		out.subjects[e.Subject], out.details[e.Subject] = true, e.Detail
		if e.Held != held {
			out.otherwise = append(out.otherwise, fmt.Sprintf("%s (%s)", e.Subject, e.Detail))
		}
	}
	return out
}

// struck tells whether one fault was witnessed, and what was seen.
func (c *docket) struck(number int) (bool, string) {
	spec, control := c.Drill.Faults[number], c.Drill.Control()
	requested, effective := c.when(number)
	hit, spared := c.looked(number, drills.KindProbe, !control), c.looked(number, drills.KindSpared, true)
	switch {
	case requested == forever:
		return false, fmt.Sprintf("%s never came: it waits for %s", spec.Kind, spec.After)
	case len(hit.subjects) == 0:
		return false, "no probe looked at what was broken"
	case len(hit.otherwise) > 0 && control:
		return false, "not alive, though nothing was to be broken: " + strings.Join(hit.otherwise, ", ")
	case len(hit.otherwise) > 0:
		return false, "still as before: " + strings.Join(hit.otherwise, ", ")
	case len(c.unprobed(spec, hit.subjects)) > 0:
		return false, "nobody probed " + strings.Join(c.unprobed(spec, hit.subjects), ", ")
	case effective == forever:
		return false, "it never took effect"
	case control:
		return true, fmt.Sprintf("nothing was broken: %d processes and links of %s probed, all alive", len(hit.subjects), spec.Region)
	case len(spared.otherwise) > 0:
		return false, "it took effect elsewhere too: " + strings.Join(spared.otherwise, ", ")
	case len(c.unlooked(spared.subjects)) > 0:
		return false, "nobody probed whether it spared " + strings.Join(c.unlooked(spared.subjects), ", ")
	}
	return true, fmt.Sprintf("%s: %s within %.3f s of the request; %d others probed, none touched",
		spec, c.broken(spec, hit), max(effective-requested, 0).Seconds(), len(spared.subjects))
}

// broken says what was seen broken: how many processes and Links, and what was
// measured within a cluster.
func (c *docket) broken(spec drills.FaultSpec, hit looked) string {
	var out []string
	inside := spec.Blast(c.topology).Inside
	if n := len(hit.subjects) - len(inside); n > 0 {
		out = append(out, fmt.Sprintf("%d processes and links probed, all broken", n))
	}
	for _, in := range inside {
		out = append(out, hit.details[drills.InsideName(spec.Region, in)])
	}
	return strings.Join(out, ", and ")
}

// when is when a fault was requested and took effect; forever for never.
func (c *docket) when(number int) (requested, effective drills.Offset) {
	if number > 0 {
		return c.faultAt(number, drills.FaultIsRequested), c.faultAt(number, drills.FaultIsEffective)
	}
	requested, effective = forever, forever
	if at, ok := c.Timeline.Mark(drills.FaultRequested); ok {
		requested = at
	}
	if at, ok := c.Timeline.Mark(drills.FaultEffective); ok {
		effective = at
	}
	return requested, effective
}

// unprobed lists what a fault acts on and no probe looked at. Which Workers and
// starters run changes while a drill runs; its cluster is always there.
func (c *docket) unprobed(spec drills.FaultSpec, probed map[string]bool) []string {
	var out []string
	blast := spec.Blast(c.topology)
	for _, link := range blast.Links() {
		one := slices.ContainsFunc([]drills.Stream{drills.Upstream, drills.Downstream}, func(s drills.Stream) bool {
			return probed[fmt.Sprintf("%s %s", link.Name(), s)]
		})
		if !probed[link.Name()] && !one {
			out = append(out, link.Name())
		}
	}
	for _, in := range blast.Inside {
		if name := drills.InsideName(spec.Region, in); !probed[name] {
			out = append(out, name)
		}
	}
	for _, role := range blast.Processes {
		if role == drills.ClusterRole && !probed[drills.ClusterName(spec.Region)] {
			out = append(out, drills.ClusterName(spec.Region))
		}
	}
	if blast.Conducts && !probed[drills.ControlPlaneName] {
		out = append(out, drills.ControlPlaneName)
	}
	if blast.Keys && !slices.ContainsFunc(c.topology.CompanionsOf(drills.CodecRole), func(s drills.Companion) bool { return probed[s.Name()] }) {
		out = append(out, "any Codec Server")
	}
	if blast.Shows && !probed[drills.ProxyName(spec.Region)] {
		out = append(out, drills.ProxyName(spec.Region))
	}
	if blast.Names && !probed[drills.NameServerName(spec.Region)] {
		out = append(out, drills.NameServerName(spec.Region))
	}
	for _, name := range c.topology.Components(spec.Region) {
		if blast.Workers != nil && blast.Strikes(name) && !probed[name] {
			out = append(out, name)
		}
	}
	return out
}

// unlooked lists the Links in no fault's blast radius that no probe looked at.
func (c *docket) unlooked(probed map[string]bool) []string {
	var touched []drills.Link
	for _, spec := range c.Drill.Faults {
		touched = append(touched, spec.Blast(c.topology).Links()...)
	}
	var out []string
	for _, link := range c.topology.Links {
		if !slices.Contains(touched, link) && !c.topology.LeadsNowhere(link) && !probed[link.Name()] {
			out = append(out, link.Name())
		}
	}
	return out
}

// goneToo reports whether a region was declared lost because a fault had it gone for
// a while, behind the one that is lost. The last probe of it may have to be waited
// for, as long as a probe lasts.
func (c *docket) goneToo(detected drills.Event) bool {
	for number, spec := range c.Drill.Faults {
		if spec.Kind != drills.SurvivorOutage || spec.Region != detected.Region {
			continue
		}
		ended := c.faultAt(number, drills.FaultIsEnded)
		if ended != forever {
			ended += drills.Offset(c.Drill.Failover.Detect.Interval)
		}
		if detected.At >= c.faultAt(number, drills.FaultIsRequested) && detected.At <= ended {
			return true
		}
	}
	return false
}
