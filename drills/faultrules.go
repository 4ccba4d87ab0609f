package drills

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	// maxFaults keeps a schedule readable, and its combinations few.
	maxFaults = 8
	// maxFlaps keeps a drill whose flaps are decided within what a file may hold.
	maxFlaps = 300
)

func (d *Drill) checkFaults(l *problemList) {
	if len(d.Faults) == 0 || len(d.Faults) > maxFaults {
		l.add("faults", fmt.Sprintf("1 to %d faults are required, not %d", maxFaults, len(d.Faults)))
	}
	for i, f := range d.Faults {
		path := fmt.Sprintf("faults[%d]", i)
		oneOf(l, path+".kind", f.Kind, "a fault", FaultKinds())
		d.checkFaultRegion(l, path, f)
		d.checkPeer(l, path, f)
		d.checkLinksThere(l, path, f)
		checkParameters(l, path, f)
		d.checkFleetThere(l, path, f)
		d.checkConducted(l, path, f)
		d.checkConflicts(l, path, f)
		d.checkSurvivor(l, i)
		d.checkRotation(l, path, f)
		d.checkCertificate(l, path, f)
		d.checkWhen(l, i)
	}
	d.checkFlaps(l)
	d.checkTogether(l)
}

func (d *Drill) checkFaultRegion(l *problemList, path string, f FaultSpec) {
	at := path + ".region"
	traits, known := d.Model.traits()
	switch {
	case f.Region == "":
		l.add(at, fmt.Sprintf("is required: name one of the regions (%s)", strings.Join(d.Regions, ", ")), "regions")
	case len(d.Regions) == 0: // which is a problem of its own
	case !slices.Contains(d.Regions, f.Region):
		l.add(at, d.notARegion(f.Region), "regions")
	case known && !traits.perRegion && f.Loses() && f.Region != d.Regions[0]:
		l.add(at, fmt.Sprintf("%q is not the primary region (%s), the one that %s fails over from", f.Region, d.Regions[0], d.Model), "regions", "model", path+".kind")
	}
}

// checkPeer wants the other end of the Links to be there.
func (d *Drill) checkPeer(l *problemList, path string, f FaultSpec) {
	at := path + ".peer"
	switch {
	case f.Peer == "" || len(d.Regions) == 0:
	case !slices.Contains(d.Regions, f.Peer):
		l.add(at, d.notARegion(f.Peer), "regions")
	case f.Peer == f.Region && slices.Contains(f.Links, ReplicationLink):
		l.add(at, fmt.Sprintf("%q is the fault's own region: no replication Link leads from a region to itself; name fleet or starter Links", f.Peer), path+".links", path+".region")
	}
}

// checkLinksThere wants Links of companions to be there, which are within a region.
func (d *Drill) checkLinksThere(l *problemList, path string, f FaultSpec) {
	if !d.laidOut(f) {
		return
	}
	t := d.Topology()
	for i, role := range f.Links {
		if role.companion() == "" || slices.ContainsFunc(t.Links, func(link Link) bool { return link.Role == role && f.joins(link) && !t.LeadsNowhere(link) }) {
			continue
		}
		at := fmt.Sprintf("%s.links[%d]", path, i)
		switch {
		case !slices.ContainsFunc(t.Links, func(link Link) bool { return link.Role == role }):
			setting := map[Role]string{CodecRole: "codec.cipher", ProxyRole: "proxy.tls", StoreRole: "store.engine"}[role.companion()]
			l.add(at, fmt.Sprintf("%q is an impossible combination with %s none: there is no such Link", role, setting), path+".kind")
		case role == StoreReplicationLink:
			l.add(at, fmt.Sprintf("%q is a Link between regions: name another as the peer", role), path+".peer", path+".kind")
		case f.Peer != f.Region:
			l.add(at, fmt.Sprintf("%q is a Link within a region: name its own as the peer (peer: %s), and other kinds in a fault of their own", role, f.Region), path+".peer", path+".kind")
		default:
			l.add(at, fmt.Sprintf("%q leads nowhere in %s before a failover", role, f.Region), path+".kind")
		}
	}
}

// checkFleetThere wants Workers to be there that a fault is to strike.
func (d *Drill) checkFleetThere(l *problemList, path string, f FaultSpec) {
	traits, known := f.Kind.Traits()
	if !known || traits.Group != "fleet" || !d.Model.Valid() || len(d.Regions) < 2 || slices.Contains(triggersOfMove(), f.Trigger()) {
		return
	}
	there := slices.ContainsFunc(d.Topology().Fleets, func(fleet Fleet) bool { return fleet.Region == f.Region && fleet.State != FleetAbsent })
	if !there && slices.Contains(d.Regions, f.Region) {
		l.add(path+".region", fmt.Sprintf("no Worker runs in %q: with %s they are started there on failover; have the fault wait for it (after: %s)", f.Region, d.Model, TrafficMoved), "model", "regions", path+".kind")
	}
}

// checkConducted wants something for the control plane to do wrong.
func (d *Drill) checkConducted(l *problemList, path string, f FaultSpec) {
	if !d.laidOut(d.Faults...) || !f.Blast(d.Topology()).Conducts || len(d.Leaves()) > 0 {
		return
	}
	l.add(path+".kind", fmt.Sprintf("%s changes how the control plane answers the loss of a region, and no fault of this drill loses one: list one first", f.Kind))
}

// checkConflicts wants two sides that accept writes.
func (d *Drill) checkConflicts(l *problemList, path string, f FaultSpec) {
	if f.Kind == RegionIsolated && f.Conflicts == 0 && !d.Own() && d.Workload.Profile != "" {
		l.count(path+".conflicts", f.Conflicts, 1, maxConflicts)
	}
	if f.Conflicts > 0 && f.Kind == RegionIsolated && d.laidOut(d.Faults...) && len(d.Leaves()) == 0 {
		l.add(path+".conflicts", "no namespace moves in this drill, so that the other side never accepts writes: have it fail over", "failover.mode", path+".kind")
	}
}

// checkWhen wants a fault to come when it can come, and to end where nothing else
// would end it.
func (d *Drill) checkWhen(l *problemList, number int) {
	f, path := d.Faults[number], fmt.Sprintf("faults[%d]", number)
	l.duration(path+".at", f.At, 0)
	l.span(path+".delay", f.Delay, 0)
	l.duration(path+".for", f.For, 0)
	if f.At <= maxDuration && f.Delay.Most <= maxDuration && f.At+f.Delay.Most > maxDuration {
		l.add(path+".at", fmt.Sprintf("%s is too long, with the delay: at most %s", formatDuration(f.At+f.Delay.Most), formatDuration(maxDuration)), path+".delay")
	}
	switch after := f.Trigger(); {
	case number == 0 && after != SteadyStateReached:
		l.add(path+".after", fmt.Sprintf("%q is not %s: the first fault is the one that times count from, and comes in the steady state; list the one that comes later behind it", after, SteadyStateReached))
	case !slices.Contains(triggers(), after):
		l.add(path+".after", fmt.Sprintf("%q is no stage that a fault can wait for (%s)", after, names(triggers())))
	case slices.Contains(triggersOfMove(), after) && d.laidOut(d.Faults...) && len(d.Leaves()) == 0:
		l.add(path+".after", fmt.Sprintf("%q never comes: no namespace fails over in this drill", after), "model", "regions")
	}
	d.checkLasts(l, path, f)
}

// checkLasts is the rule for how long a fault lasts. What a failover answers
// lasts until the drill heals it: the survivor is measured for as long as the
// region is gone. Anything else has to end, for nothing recovers before.
func (d *Drill) checkLasts(l *problemList, path string, f FaultSpec) {
	at := path + ".for"
	_, known := f.Kind.Traits()
	switch {
	case !known: // which is a problem of its own
	case f.Kind == NoFault && f.For > 0:
		l.add(at, fmt.Sprintf("is an impossible combination with %s, which lasts as long as the drill: leave it out", f.Kind), path+".kind")
	case f.Kind != NoFault && d.answered(f) && f.For > 0:
		l.add(at, fmt.Sprintf("is an impossible combination with %s, which loses its region: that returns when the drill heals it; leave it out", f.Kind), path+".kind")
	case f.Kind != NoFault && !d.answered(f) && f.For == 0:
		l.add(at, fmt.Sprintf("is required of %s: no failover answers it, so that nothing would recover before it ends", f.Kind), path+".kind")
	case f.For > d.Observe.Outage && d.Observe.Outage > 0 && f.For <= maxDuration:
		l.add(at, fmt.Sprintf("%s is longer than the outage is observed (observe.outage, %s)", formatDuration(f.For), formatDuration(d.Observe.Outage)), "observe.outage")
	}
	if sum := f.Down.Most + f.Up.Most; f.Kind == LinkFlapping && f.For > 0 && f.For < sum {
		l.add(at, fmt.Sprintf("%s is less than once down and up (%s): nothing would flap", formatDuration(f.For), formatDuration(sum)), path+".down", path+".up")
	}
}

// answered reports whether a failover answers a fault.
func (d *Drill) answered(f FaultSpec) bool { return f.Loses() && d.Failover.Mode != NoFailover }

// triggers lists the stages that a fault can wait for: those that are marked
// while the drill runs.
func triggers() []Stage { return append([]Stage{SteadyStateReached}, triggersOfLoss()...) }

// triggersOfLoss lists those of them that come once the first fault has.
func triggersOfLoss() []Stage {
	return append([]Stage{FaultRequested, FaultEffective}, triggersOfMove()...)
}

// triggersOfMove lists those of them that only a failover brings.
func triggersOfMove() []Stage { return []Stage{Detected, Promoted, EndpointRerouted, TrafficMoved} }

// laidOut reports whether it can be told where faults act, of a drill that may not
// be valid.
func (d *Drill) laidOut(faults ...FaultSpec) bool {
	if !d.Model.Valid() || len(d.Regions) < 2 {
		return false
	}
	return !slices.ContainsFunc(faults, func(f FaultSpec) bool {
		_, known := f.Kind.Traits()
		whole := f.Kind != RegionOutage || slices.Contains(Parts(), f.Part)
		return !known || !whole || !slices.Contains(d.Regions, f.Region)
	})
}

// checkFlaps bounds how often Links flap in all.
func (d *Drill) checkFlaps(l *problemList) {
	before := 0
	for i, f := range d.Faults {
		flaps, at := (len(f.Pattern)+1)/2, fmt.Sprintf("faults[%d].pattern", i)
		if once := max(f.Down.Least, leastFlap) + max(f.Up.Least, leastFlap); f.Kind == LinkFlapping && flaps == 0 {
			flaps, at = int((f.For+once-1)/once), fmt.Sprintf("faults[%d].for", i)
		}
		if before <= maxFlaps && before+flaps > maxFlaps {
			l.add(at, fmt.Sprintf("up to %d flaps are too many: at most %d in a drill; flap less often, or for less long", before+flaps, maxFlaps))
		}
		before += flaps
	}
}

// checkTogether refuses faults that cannot run beside each other.
func (d *Drill) checkTogether(l *problemList) {
	for i, f := range d.Faults {
		path := fmt.Sprintf("faults[%d]", i)
		lost := slices.IndexFunc(d.Faults[:i], FaultSpec.Loses)
		switch {
		case f.Kind == NoFault && len(d.Faults) > 1:
			l.add(path, fmt.Sprintf("%s breaks nothing, and another fault of this drill does: a control has no other fault", f.Kind), path+".kind")
		case f.Loses() && lost >= 0:
			l.add(path, fmt.Sprintf("%s loses a region, and faults[%d] does already: a survivor has to be left", f.Kind, lost), path+".kind")
		case f.Loses() && i > 0:
			l.add(path, fmt.Sprintf("%s loses a region, so that times count from it: list it first", f.Kind), path+".kind")
		default:
			d.checkBeside(l, i)
		}
	}
}

// checkBeside wants no fault before that one to act on the same at the same time.
func (d *Drill) checkBeside(l *problemList, number int) {
	f, path := d.Faults[number], fmt.Sprintf("faults[%d]", number)
	for j, other := range d.Faults[:number] {
		if what := d.clash(other, f); what != "" {
			l.add(path, fmt.Sprintf("%s acts on %s, and so does faults[%d] (%s) at the same time: neither could be witnessed; move one, or end it before", f.Kind, what, j, other.Kind),
				path+".kind", path+".for", fmt.Sprintf("faults[%d].for", j))
			return
		}
	}
}

// clash names what two faults act on at the same time; empty for nothing. Of a
// Link that one fault has dark in one direction, another could not see the other.
func (d *Drill) clash(a, b FaultSpec) string {
	if a.Kind == NoFault || b.Kind == NoFault || !d.laidOut(a, b) || apart(a, b) || apart(b, a) {
		return ""
	}
	t := d.Topology()
	mine, others := a.Blast(t), b.Blast(t)
	for _, link := range mine.Links() {
		if slices.Contains(others.Links(), link) {
			return "Link " + link.Name()
		}
	}
	if mine.Keys && others.Keys {
		return "the key of payloads"
	}
	if a.Region == b.Region {
		if mine.Shows && slices.Contains(others.Processes, ProxyRole) || others.Shows && slices.Contains(mine.Processes, ProxyRole) {
			return "the proxy of " + a.Region
		}
		if mine.Conducts && others.Conducts && a.Kind == b.Kind {
			return "the control plane"
		}
		if mine.Shows && others.Shows {
			return "the certificate of the proxy of " + a.Region
		}
		if mine.Names && others.Names {
			return "the name server of " + a.Region
		}
		for _, role := range mine.Processes {
			if slices.Contains(others.Processes, role) {
				return fmt.Sprintf("each %s of %s", role, a.Region)
			}
		}
	}
	return inside(a, b, mine, others)
}

// apart reports whether one fault has ended for sure before the other begins.
func apart(first, then FaultSpec) bool {
	const healing = 2 * time.Second // to be seen healed
	return first.Trigger() == then.Trigger() && first.For > 0 && first.At+first.Delay.Most+first.For+healing <= then.At+then.Delay.Least
}
