package assess

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/failoverdrill/failoverdrill/drills"
)

// findings name what is wrong with how the application is deployed, where the
// evidence tells it from what merely came of it. Of a run that did not finish, it
// does not.
func (c *docket) findings(r drills.Report) []drills.Finding {
	out := []drills.Finding{}
	if c.outcome != drills.OutcomeFinished || !c.faulted {
		return out
	}
	for _, find := range []func(drills.Report) []drills.Finding{c.standbys, c.codecs} {
		out = append(out, find(r)...)
	}
	return out
}

// standbys finds Fleets that are to stand by and worked, by where their polls went.
func (c *docket) standbys(r drills.Report) []drills.Finding {
	var out []drills.Finding
	for _, f := range r.Fleets {
		ns, _ := c.topology.Namespace(f.Namespace)
		if f.State != drills.FleetStandby || f.TasksBefore == 0 {
			continue
		}
		switch own, home := c.polls(f.Region, f.Namespace, ns.Replica), c.polls(f.Region, f.Namespace, ns.Home); {
		case own && home:
			out = append(out, drills.Finding{Name: drills.PollsForwarded, Region: f.Region, Detail: fmt.Sprintf(
				"the Workers of %s that are to stand by for %s polled their own cluster, which is passive, and completed %d tasks before the fault: their polls are forwarded to %s, and passive poll forwarding has to be off",
				f.Region, f.Namespace, f.TasksBefore, ns.Home)})
		case home:
			out = append(out, drills.Finding{Name: drills.StandbyOnNamespace, Region: f.Region, Detail: fmt.Sprintf(
				"the Workers of %s that are to stand by for %s polled the cluster of %s and not their own, and completed %d tasks before the fault: they dial the Namespace Endpoint, and need the Regional Endpoint of %s",
				f.Region, f.Namespace, ns.Home, f.TasksBefore, f.Region)})
		}
	}
	return out
}

// polls reports whether Workers of a region polled a cluster before the fault.
func (c *docket) polls(region, namespace, cluster string) bool {
	return slices.ContainsFunc(c.Timeline, func(e drills.Event) bool {
		from, of, worker := drills.FleetOf(e.Subject)
		return e.Kind == drills.KindPoll && e.At <= c.effective && e.Region == cluster && worker && from == region && of == namespace
	})
}

// codecLate is how much later than the Workers a Codec Server may be seen to serve
// without being late: the time between two looks at it, and that of one look.
const codecLate = drills.Offset(1250e6)

// codecs finds Workers that had to do without a Codec Server, from the first poll
// on that was seen since somebody looked at it.
func (c *docket) codecs(r drills.Report) []drills.Finding {
	if !c.Drill.Codec.On() {
		return nil
	}
	var out []drills.Finding
	for _, region := range c.topology.Regions {
		looked, served := c.served(drills.CodecName(region))
		polled := c.polledSince(region, looked)
		if looked == forever || polled == forever {
			continue
		}
		harm := fmt.Sprintf("what they took meanwhile they could not read: %d Workflows failed", r.Workflows.Failed)
		switch {
		case served == forever:
			out = append(out, drills.Finding{Name: drills.CodecMissing, Region: region, Detail: fmt.Sprintf(
				"the Workers of %s polled, and no Codec Server of theirs ever answered: %s; run one in every region that has Workers", region, harm)})
		case served > polled+codecLate:
			out = append(out, drills.Finding{Name: drills.CodecLate, Region: region, Detail: fmt.Sprintf(
				"the Workers of %s polled %.1f s before their Codec Server answered: %s; start it before them", region, (served - polled).Seconds(), harm)})
		}
	}
	return out
}

// served is when a component was first looked at, and first seen to serve; forever
// for never.
func (c *docket) served(component string) (looked, served drills.Offset) {
	looked, served = forever, forever
	for _, e := range c.inOrder(drills.KindServing) {
		if e.Subject != component {
			continue
		}
		looked = min(looked, e.At)
		if e.Held {
			served = min(served, e.At)
		}
	}
	return looked, served
}

// polledSince is when a cluster first answered Workers of a region, of any Namespace,
// from a time on, or before it, if they have polled on from there; forever for never.
func (c *docket) polledSince(region string, since drills.Offset) drills.Offset {
	first := forever
	for _, e := range c.Timeline {
		if from, _, worker := drills.FleetOf(e.Subject); e.Kind == drills.KindPoll && worker && from == region {
			first = min(first, max(e.At, since))
		}
	}
	return first
}

// services tells when each component served, as those of its region saw it.
func (c *docket) services() []drills.Service {
	out := []drills.Service{}
	for _, e := range c.inOrder(drills.KindServing) {
		i := slices.IndexFunc(out, func(s drills.Service) bool { return s.Component == e.Subject })
		if i < 0 {
			i = len(out)
			out = append(out, drills.Service{Component: e.Subject, Region: e.Region, Served: []drills.Stretch{}})
		}
		at := c.since(e.At)
		switch spans := out[i].Served; {
		case e.Held:
			out[i].Served = append(spans, drills.Stretch{From: at})
		case len(spans) > 0 && spans[len(spans)-1].To == nil:
			spans[len(spans)-1].To = &at
		}
	}
	slices.SortFunc(out, func(a, b drills.Service) int { return cmp.Compare(a.Component, b.Component) })
	return out
}
