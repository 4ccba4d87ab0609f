package drills

import (
	"slices"
	"strconv"
	"strings"
)

// Stream is one direction of a Link, as toxiproxy names it.
type Stream string

// The streams of a Link.
const (
	Upstream   Stream = "upstream"   // from the client to the cluster
	Downstream Stream = "downstream" // from the cluster to the client
)

// Edge is one direction of a Link.
type Edge struct {
	Link   Link
	Stream Stream
}

// Blast is the blast radius of a fault: everything that it acts on. What is not
// in it has to go on as before.
type Blast struct {
	Region    string
	Processes []Role // of the region, that die or stop
	Edges     []Edge // that are severed or impaired
	Workers   []int  // of each Fleet of the region, where not all are struck
	Names     bool   // its name server answers otherwise than it was told
	Conducts  bool   // the control plane acts otherwise than it should
	Shows     bool   // its proxy shows Workers another certificate than its own
	Keys      bool   // Codec Servers, of all regions, encode with another key
	// Silent are Links that nobody touches, but that lead to a process which
	// does not answer.
	Silent []Link
	// Inside is what of the region's cluster does not do as it should.
	Inside []Inside
}

// Strikes reports whether a process is one that the fault acts on, by its name.
func (b Blast) Strikes(component string) bool {
	region, _, _ := strings.Cut(component, "/")
	role := RoleOf(component)
	if region != b.Region || !slices.Contains(b.Processes, role) {
		return false
	}
	if role != WorkerRole || b.Workers == nil {
		return true
	}
	number, err := strconv.Atoi(component[strings.LastIndex(component, "-")+1:])
	return err == nil && slices.Contains(b.Workers, number)
}

// Links lists the Links of the blast radius, each once.
func (b Blast) Links() []Link {
	var out []Link
	for _, e := range b.Edges {
		if !slices.Contains(out, e.Link) {
			out = append(out, e.Link)
		}
	}
	return append(out, b.Silent...)
}

// Both reports whether both directions of a Link are in the blast radius.
func (b Blast) Both(link Link) bool {
	return slices.Contains(b.Edges, Edge{link, Upstream}) && slices.Contains(b.Edges, Edge{link, Downstream})
}

// Blast is the blast radius of the fault. That of a control is what an outage of
// its region would have been.
func (f FaultSpec) Blast(t Topology) Blast {
	switch f.Kind {
	case NoFault:
		return FaultSpec{Kind: RegionOutage, Region: f.Region, Part: WholeRegion, Flavour: Crash}.Blast(t)
	case RegionOutage:
		return f.outage(t)
	case RegionIsolated:
		return f.border(t)
	case SurvivorOutage:
		return f.survivor(t)
	case FleetKill, FleetFreeze, FleetIdle, FleetSlots, FleetCrashLoop, FleetSlowStart:
		return Blast{Region: f.Region, Processes: []Role{WorkerRole}, Workers: f.Workers}
	case LateDetection, PromoteThroughLost, FailoverInterrupted, FailoverTwice:
		return Blast{Region: f.Region, Conducts: true}
	case FalseAlarm:
		return Blast{Region: f.Region, Edges: []Edge{{Link{Role: ControlLink, To: f.Region}, Downstream}}}
	case EndpointStale, EndpointSilent, EndpointBoth:
		return Blast{Region: f.Region, Names: true}
	case CertificateExpired, CertificateUnknown:
		return Blast{Region: f.Region, Shows: true}
	case CodecRotation:
		return Blast{Region: f.Region, Keys: true}
	case FrontendOutage, HistoryOutage, SlowPersistence, ReplicationLag, ReplicationStopped:
		return f.within(t)
	}
	b := Blast{Region: f.Region}
	for _, link := range t.Links {
		if !slices.Contains(f.Links, link.Role) || !f.joins(link) {
			continue
		}
		for _, stream := range []Stream{Upstream, Downstream} {
			if f.Direction == BothWays || f.Direction == f.way(link, stream) {
				b.Edges = append(b.Edges, Edge{link, stream})
			}
		}
	}
	return b
}

// joins reports whether a Link leads from the fault's region to its peer, or back.
func (f FaultSpec) joins(link Link) bool {
	if link.Role == ControlLink {
		return link.To == f.Region
	}
	from, to := link.From, link.To
	if to == f.Region && from != f.Region {
		from, to = to, from
	}
	if from != f.Region {
		return false
	}
	if f.Peer == "" {
		return to != f.Region
	}
	return to == f.Peer
}

// way is which way a stream of a Link flows, as the fault's region sees it.
// Within the region it is as the client sees it.
func (f FaultSpec) way(link Link, s Stream) Direction {
	if (link.From == f.Region) == (s == Upstream) {
		return Outwards
	}
	return Inwards
}

// outage is the blast radius of what takes a region or a part of it. A crash or a stop
// takes processes and their Links; a freeze, or to unplug them, leaves the Links up; the
// others leave the processes alone.
func (f FaultSpec) outage(t Topology) Blast {
	b := Blast{Region: f.Region}
	for _, link := range t.Links {
		if !f.takes(link) || t.LeadsNowhere(link) {
			continue
		}
		switch {
		case !f.Flavour.GoesOn():
			b.Edges = append(b.Edges, Edge{link, Upstream}, Edge{link, Downstream})
		case link.To == f.Region && slices.Contains(f.Part.roles(), link.Role.leadsTo()):
			b.Silent = append(b.Silent, link)
		}
	}
	if f.Flavour.endsProcesses() || f.Flavour.GoesOn() {
		b.Processes = f.Part.roles()
	}
	return b
}

// border is the blast radius of what cuts a region off: every Link that leads into
// it or out of it, in both directions.
func (f FaultSpec) border(t Topology) Blast {
	b := Blast{Region: f.Region}
	for _, link := range t.Links {
		if link.Touches(f.Region) && link.From != link.To {
			b.Edges = append(b.Edges, Edge{link, Upstream}, Edge{link, Downstream})
		}
	}
	return b
}

// roles lists what runs in a part of a region.
func (p Part) roles() []Role {
	switch p {
	case TemporalOnly:
		return []Role{ClusterRole}
	case WorkersOnly:
		return []Role{WorkerRole}
	case AllButIt:
		return []Role{NameServerRole, WorkerRole, StarterRole, ProberRole, CodecRole, ProxyRole, StoreRole}
	}
	return Roles()
}

// takes reports whether an outage of the part of the region takes a Link along:
// one that begins or ends in what is gone.
func (f FaultSpec) takes(link Link) bool {
	ofCluster := link.OfCluster() && link.To == f.Region || link.Role == ReplicationLink && link.From == f.Region
	switch f.Part {
	case TemporalOnly:
		return ofCluster
	case WorkersOnly:
		return (link.Role == FleetLink || link.Role == ProxyLink || link.Role == StoreLink) && link.From == f.Region
	case AllButIt:
		ofCompanion := link.Role.companion() != ""
		return (link.Role == FleetLink || link.Role == StarterLink || ofCompanion) && link.From == f.Region || ofCompanion && link.To == f.Region
	}
	return link.Touches(f.Region)
}
