package drills

import (
	"fmt"
	"slices"
)

// survivorRow is the row of the loss of a second region, the one that a failover
// leads to. It is no loss that a failover answers: the region is back by itself.
func survivorRow() FaultTraits {
	return FaultTraits{
		Kind: SurvivorOutage, Group: "control plane", Help: "the region that is to take over is gone too, and comes back by itself",
		Takes: []string{"flavour", "peer"}, Flavours: []Flavour{Dark, Reset, Refused}, usual: FaultSpec{Flavour: Dark},
		Radius: "Every Link that begins or ends in the region, but for those to the lost one, which that fault has severed; no process. " +
			"The control plane does not reach it either: the failover waits, goes on when it is back, and moves nothing on from there.",
		Witness: "Each Link is called. refused: a new connection is refused. dark: neither a new connection nor one from before is answered, and the old " +
			"one stays up. reset: both break.",
		Example: "{kind: region-outage, region: us-east, at: 15s}\n{kind: survivor-outage, region: us-west, after: detected, for: 6s}",
	}
}

// survivor is the blast radius of a survivor's outage: what an outage of its region
// would take, but for the Links that the other outage has taken. Two faults on one
// Link could not be told apart.
func (f FaultSpec) survivor(t Topology) Blast {
	b := Blast{Region: f.Region}
	for _, link := range t.Links {
		if link.Touches(f.Region) && !t.LeadsNowhere(link) && (f.Peer == "" || !link.Touches(f.Peer)) {
			b.Edges = append(b.Edges, Edge{link, Upstream}, Edge{link, Downstream})
		}
	}
	return b
}

// survivors lists the regions that are gone for a while behind the one that is lost.
func (d *Drill) survivors() []string {
	var out []string
	for _, f := range d.Faults {
		if f.Kind == SurvivorOutage {
			out = append(out, f.Region)
		}
	}
	return out
}

// HeldUp reports whether a Namespace is at home in a region that is gone for a while
// behind the lost one: its work waits there, and it does not move.
func (d *Drill) HeldUp(ns Namespace) bool { return slices.Contains(d.survivors(), ns.Home) }

// gone is the region whose Links the first fault has severed, all of them; empty for
// none.
func (d *Drill) gone() string {
	first := d.Faults[0]
	if first.Kind != RegionOutage || first.Part != WholeRegion || !slices.Contains(d.Regions, first.Region) {
		return ""
	}
	return first.Region
}

// fillPeer gives a survivor's outage the peer whose Links it leaves alone.
func (d *Drill) fillPeer(f *FaultSpec) {
	if f.Kind == SurvivorOutage && f.Peer == "" {
		f.Peer = d.gone()
	}
}

// checkSurvivor wants a failover to be under way, and to lead to the region.
func (d *Drill) checkSurvivor(l *problemList, number int) {
	f, path := d.Faults[number], fmt.Sprintf("faults[%d]", number)
	if f.Kind != SurvivorOutage || !d.laidOut(d.Faults...) {
		return
	}
	leaves := d.Leaves()
	switch {
	case number == 0 && slices.ContainsFunc(d.Faults, FaultSpec.Loses): // the one that has to come first is told so
	case len(leaves) == 0 && slices.Contains(triggersOfMove(), f.Trigger()) && number > 0: // told of its stage
	case len(leaves) == 0:
		l.add(path+".kind", fmt.Sprintf("%s takes the region that a failover leads to, and no namespace fails over in this drill: list it behind a fault that loses a region, with a failover", f.Kind))
	case f.Region == d.Struck():
		l.add(path+".region", fmt.Sprintf("%q is lost already, by faults[0]: name the region that takes over (%s)", f.Region, leaves[0].Replica), "faults[0].region", path+".kind")
	case !slices.ContainsFunc(leaves, func(ns Namespace) bool { return ns.Replica == f.Region }):
		l.add(path+".region", fmt.Sprintf("no namespace of %s moves to %q: name the region that takes over (%s)", d.Struck(), f.Region, leaves[0].Replica), "faults[0].region", path+".kind")
	case !slices.Contains(triggersOfLoss(), f.Trigger()) && slices.Contains(triggers(), f.Trigger()):
		l.add(path+".after", fmt.Sprintf("%q is before anything is lost, and %s comes while a failover is under way: have it wait (%s)", f.Trigger(), f.Kind, names(triggersOfLoss())), path+".kind")
	case f.Peer != "" && f.Peer != d.gone() && slices.Contains(d.Regions, f.Peer):
		l.add(path+".peer", fmt.Sprintf("%q is no region whose Links with %s are severed already: leave it out", f.Peer, f.Region), "faults[0].region", "faults[0].kind")
	}
}
