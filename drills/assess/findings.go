package assess

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/failoverdrill/failoverdrill/drills"
)

// findings name what is wrong with how the application is deployed, where the
// evidence tells it from what merely came of it. Of a run that broke off, it does not;
// of one that found no steady state, it may tell why.
func (c *docket) findings(r drills.Report) []drills.Finding {
	out := []drills.Finding{}
	if c.outcome != drills.OutcomeFinished && c.outcome != drills.OutcomeNoSteady {
		return out
	}
	for _, find := range []func(drills.Report) []drills.Finding{c.programs, c.standbys, c.starters, c.proxies, c.codecs, c.stores} {
		out = append(out, find(r)...)
	}
	return out
}

// standbys finds Fleets that are to stand by and worked, by where their polls went.
func (c *docket) standbys(r drills.Report) []drills.Finding {
	var out []drills.Finding
	if !c.faulted {
		return nil // nobody knows what was before the fault
	}
	for _, f := range r.Fleets {
		ns, _ := c.topology.Namespace(f.Namespace)
		if f.State != drills.FleetStandby || f.TasksBefore == 0 {
			continue
		}
		switch {
		case c.polls(f, ns.Home, ""):
			out = append(out, drills.Finding{Name: drills.StandbyOnNamespace, Region: f.Region, Detail: fmt.Sprintf(
				"the Workers of %s that are to stand by for %s polled the cluster of %s and not their own, and completed %d tasks before the fault: they dial the Namespace Endpoint, and need the Regional Endpoint of %s",
				f.Region, f.Namespace, ns.Home, f.TasksBefore, f.Region)})
		case c.polls(f, ns.Home, f.Region):
			out = append(out, drills.Finding{Name: drills.PollsForwarded, Region: f.Region, Detail: fmt.Sprintf(
				"the Workers of %s that are to stand by for %s polled their own cluster, which is passive and forwarded that to %s, and completed %d tasks before the fault: passive poll forwarding has to be off",
				f.Region, f.Namespace, ns.Home, f.TasksBefore)})
		}
	}
	return out
}

// leastPinned is how many orders of a starter have to come to nothing to be evidence.
const leastPinned = 3

// starters finds those of a region that took over which dial the lost region: none of
// what they sent there was acknowledged until it was healed.
func (c *docket) starters(drills.Report) []drills.Finding {
	healed, back := c.Timeline.Mark(drills.HealRequested)
	if !c.faulted || !back {
		return nil
	}
	var out []drills.Finding
	for _, s := range c.topology.Starters {
		if s.PinnedTo != c.lost || s.Region == c.lost || !slices.Contains(c.moved, s.Namespace) {
			continue
		}
		sent, acknowledged, last := 0, 0, ""
		for _, op := range c.Ledger {
			if op.Region != s.Region || op.Namespace != s.Namespace || op.Kind != drills.StartOperation || op.Intended < c.effective || op.Intended >= healed {
				continue
			}
			switch {
			case op.State == drills.OperationSent:
				sent++
			case op.State == drills.OperationAcknowledged && op.At < healed:
				acknowledged++
			case op.State == drills.OperationAbandoned:
				last = op.Detail
			}
		}
		if sent < leastPinned || acknowledged > 0 {
			continue
		}
		detail := fmt.Sprintf("none of %d starts that the starter of %s sent for %s was acknowledged while %s was lost, which it is pinned to: have it dial the Namespace Endpoint", sent, s.Region, s.Namespace, c.lost)
		if last != "" {
			detail += "; the last error: " + last
		}
		out = append(out, drills.Finding{Name: drills.StarterPinned, Region: s.Region, Detail: detail})
	}
	return out
}

// polls reports whether Workers of a Fleet polled a cluster before the fault: by
// themselves, or forwarded from another.
func (c *docket) polls(f drills.FleetCounts, cluster, forwardedFrom string) bool {
	return slices.ContainsFunc(c.Timeline, func(e drills.Event) bool {
		from, of, worker := drills.FleetOf(e.Subject)
		return e.Kind == drills.KindPoll && e.At <= c.effective && e.Region == cluster && e.Detail == forwardedFrom && worker && from == f.Region && of == f.Namespace
	})
}

// proxies finds Workers that could not reach Temporal, as their proxy was not there or
// showed a certificate that they refuse. Workers that never polled leave no trace in a
// cluster: that they were there is the model's word, or that of who started them.
func (c *docket) proxies(drills.Report) []drills.Finding {
	if !c.Drill.Proxy.On() {
		return nil
	}
	var out []drills.Finding
	for _, region := range c.topology.Regions {
		looked, served := c.served(drills.ProxyName(region))
		if looked == forever || served != forever || !c.staffed(region) {
			continue
		}
		if refused := c.refused(drills.ProxyName(region)); refused != "" {
			out = append(out, drills.Finding{Name: drills.CertificateBad, Region: region, Detail: fmt.Sprintf(
				"the Workers of %s reach no cluster: the certificate of their proxy was refused whenever it was looked at: %s", region, refused)})
			continue
		}
		out = append(out, drills.Finding{Name: drills.ProxyMissing, Region: region, Detail: fmt.Sprintf(
			"Workers of %s ran, and no proxy of theirs ever answered, so that they reached no cluster: run one in every region that has Workers", region)})
	}
	return out
}

// staffed reports whether a region had Workers: from the start, or since a failover.
func (c *docket) staffed(region string) bool {
	from := slices.ContainsFunc(c.topology.Fleets, func(f drills.Fleet) bool { return f.Region == region && f.State != drills.FleetAbsent })
	return from || slices.ContainsFunc(c.Timeline, func(e drills.Event) bool {
		return e.Kind == drills.KindMark && e.Name == string(drills.WorkersStarted) && e.Region == region
	})
}

// refused is why a certificate was refused, the last time that it was; empty where it
// never was.
func (c *docket) refused(component string) string {
	why := ""
	for _, e := range c.inOrder(drills.KindServing) {
		if e.Subject == component && e.Name != "" {
			why = fmt.Sprintf("%s (%s)", e.Name, e.Detail)
		}
	}
	return why
}

// codecLate is how much later than the Workers a Codec Server may be seen to serve
// without being late: a busy machine may take several looks at it.
const codecLate = drills.Offset(3500e6)

// codecs finds Workers that had to do without a Codec Server, from the first poll
// on that was seen since somebody looked at it.
func (c *docket) codecs(drills.Report) []drills.Finding {
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
		harm := fmt.Sprintf("what they took meanwhile they could not read: %d Workflows failed for it", c.failedMeanwhile())
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

// failedMeanwhile counts the Workflows that the survivor holds as failed: the return of
// the lost region may have reset one, and it went on.
func (c *docket) failedMeanwhile() int {
	failed := 0
	for _, w := range c.census[drills.CensusWithoutRegion] {
		if w.Status == "Failed" {
			failed++
		}
	}
	return failed
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
	if !c.faulted {
		return out // there is nothing that times could count from
	}
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
