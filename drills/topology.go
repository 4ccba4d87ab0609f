package drills

import (
	"fmt"
	"slices"
)

// FleetState is what the Workers of a region do before a fault.
type FleetState string

// The states of a Fleet.
const (
	FleetAbsent  FleetState = "absent"  // cold: no Worker runs
	FleetStandby FleetState = "standby" // connected and warm, yet idle
	FleetActive  FleetState = "active"
)

// Endpoint is the kind of name that a client dials.
type Endpoint string

// The kinds of endpoint.
const (
	NamespaceEndpoint Endpoint = "namespace" // follows the active region
	RegionalEndpoint  Endpoint = "regional"  // pinned to the client's own region
)

// Endpoints lists the kinds of endpoint.
func Endpoints() []Endpoint { return []Endpoint{NamespaceEndpoint, RegionalEndpoint} }

// Topology is what a drill stands up, as plain data: no address, no process.
type Topology struct {
	Regions    []string
	Namespaces []Namespace
	Fleets     []Fleet
	Starters   []Starter
	Probers    []Prober
	Companions []Companion
	Links      []Link
}

// Namespace is a global Namespace: active at Home, with a replica elsewhere.
type Namespace struct {
	Name         string
	Home         string
	Replica      string
	ForwardPolls bool
}

// Fleet is the Workers of one region for one Namespace.
type Fleet struct {
	Region    string
	Namespace string
	State     FleetState // before the fault
	Endpoint  Endpoint
	Workers   int
	Slots     int
	// Reserve is how many Workers the control plane adds when this region
	// takes the Namespace over.
	Reserve int
}

// Starter is the Workflow starters of one region for one Namespace.
type Starter struct {
	Region    string
	Namespace string
	Endpoint  Endpoint
	PinnedTo  string  // the region whose Regional Endpoint it dials, where that is not its own
	Present   bool    // whether the process runs before the fault
	Share     float64 // of the Namespace's rate, before the fault
}

// Prober is the probe lanes of one Namespace from one region: a Client beside
// the starters, over the same Links.
type Prober struct {
	Region    string
	Namespace string
	Endpoint  Endpoint
	Beside    bool // another prober of the region, by another endpoint
}

// LinkRole is the kind of traffic on a Link.
type LinkRole string

// The roles of Links.
const (
	FleetLink       LinkRole = "fleet"       // Workers of From, or their proxy, to the cluster of To
	StarterLink     LinkRole = "starter"     // starters and probers of From to the cluster of To
	ReplicationLink LinkRole = "replication" // cluster of From to the cluster of To
	ControlLink     LinkRole = "control"     // control plane to the cluster of To
	HistoryLink     LinkRole = "history"     // services of the cluster of To to its history service
	ProxyLink       LinkRole = "proxy"       // Workers of From to the proxy of To, which reaches clusters over fleet Links
	CodecLink       LinkRole = "codec"       // Workers, starters and probers of From to the Codec Server of To
	StoreLink       LinkRole = "store"       // Workers of From to the store of To
	// StoreReplicationLink leads from the store of From to that of To, which it
	// connects to; what either writes goes over it to the other.
	StoreReplicationLink LinkRole = "store-replication"
)

// Link is a proxied edge: the only place where a toxic attaches. It leads from
// a client in From to the cluster of To, or to what else its role names; From is
// empty for the control plane.
type Link struct {
	Role  LinkRole
	From  string
	To    string
	Delay Delay
}

// Name identifies the Link within its Topology.
func (l Link) Name() string {
	if l.From == "" {
		return fmt.Sprintf("%s-to-%s", l.Role, l.To)
	}
	return fmt.Sprintf("%s-%s-to-%s", l.Role, l.From, l.To)
}

// OfCluster reports whether the Link leads to a cluster.
func (l Link) OfCluster() bool { return l.Role.companion() == "" }

// BetweenRegions reports whether the Link leads from one region to another.
func (l Link) BetweenRegions() bool { return l.From != "" && l.From != l.To }

// Touches reports whether the Link begins or ends in region.
func (l Link) Touches(region string) bool { return l.From == region || l.To == region }

// Topology lays the drill out over its regions as its model says. It is pure;
// the drill must have been validated.
func (d *Drill) Topology() Topology {
	traits, _ := d.Model.traits()
	t := Topology{Regions: slices.Clone(d.Regions)}
	for i, home := range d.Regions {
		if i > 0 && !traits.perRegion {
			break
		}
		name := d.Workload.namespace()
		if traits.perRegion {
			name = fmt.Sprintf("%s-%s", name, home)
		}
		ns := Namespace{
			Name: name, Home: home, Replica: d.Regions[(i+1)%len(d.Regions)],
			ForwardPolls: d.passivePolls(traits) == PollsForward,
		}
		t.Namespaces = append(t.Namespaces, ns)
		for _, region := range []string{ns.Home, ns.Replica} {
			t.Fleets = append(t.Fleets, d.fleet(ns, region, traits))
			t.Starters = append(t.Starters, d.starter(ns, region, traits))
			if d.Probes.Any() {
				t.Probers = append(t.Probers, d.probers(ns, region, traits)...)
			}
		}
	}
	t.Links = append(links(d.Regions, d.Network.InterRegion), d.historyLinks()...)
	d.layCompanions(&t)
	return t
}

// passivePolls is what becomes of passive polls: as the drill says, else as its
// model has it.
func (d *Drill) passivePolls(traits modelTraits) PassivePolls {
	switch {
	case d.Forwarding.PassivePolls != "":
		return d.Forwarding.PassivePolls
	case traits.forwardPolls:
		return PollsForward
	}
	return PollsRefuse
}

// historyLinks are those within a cluster, of the regions in which a fault severs
// them. No other cluster pays for one.
func (d *Drill) historyLinks() []Link {
	var out []Link
	for _, f := range d.Faults {
		link := Link{Role: HistoryLink, From: f.Region, To: f.Region}
		if f.Kind == HistoryOutage && !slices.Contains(out, link) {
			out = append(out, link)
		}
	}
	return out
}

func (d *Drill) fleet(ns Namespace, region string, traits modelTraits) Fleet {
	settings := d.Fleets[region]
	f := Fleet{
		Region: region, Namespace: ns.Name, State: FleetActive,
		Endpoint: traits.endpoint, Workers: max(settings.Workers, 1), Slots: settings.Slots,
	}
	if f.Slots == 0 {
		f.Slots = DefaultSlots
	}
	if settings.Endpoint != "" {
		f.Endpoint = settings.Endpoint
	}
	if region == ns.Replica {
		f.State = traits.secondary
		if traits.addCapacity {
			f.Reserve = f.Workers
		}
	}
	return f
}

func (d *Drill) probers(ns Namespace, region string, traits modelTraits) []Prober {
	endpoints := d.Clients.Endpoints
	if len(endpoints) == 0 {
		endpoints = []Endpoint{traits.endpoint}
	}
	var out []Prober
	for i, e := range endpoints {
		out = append(out, Prober{Region: region, Namespace: ns.Name, Endpoint: e, Beside: i > 0})
	}
	return out
}

// DefaultSlots is how many tasks of each kind a Worker runs at once unless the
// drill says otherwise: well above what the shipped rates need.
const DefaultSlots = 50

func (d *Drill) starter(ns Namespace, region string, traits modelTraits) Starter {
	s := Starter{Region: region, Namespace: ns.Name, Endpoint: traits.endpoint, Present: true}
	if pinned := d.Starters[region].PinnedTo; pinned != "" {
		s.Endpoint, s.PinnedTo = RegionalEndpoint, pinned
	}
	switch {
	case traits.shareLoad:
		s.Share = 0.5
	case region == ns.Home:
		s.Share = 1
	default:
		s.Present = traits.secondary != FleetAbsent
	}
	return s
}

// links is every edge between clients and clusters of the regions. An edge
// within a region has no added latency.
func links(regions []string, inter Delay) []Link {
	var out []Link
	for _, to := range regions {
		out = append(out, Link{Role: ControlLink, To: to})
		for _, from := range regions {
			delay := inter
			if from == to {
				delay = Delay{}
			}
			out = append(out,
				Link{Role: FleetLink, From: from, To: to, Delay: delay},
				Link{Role: StarterLink, From: from, To: to, Delay: delay})
			if from != to {
				out = append(out, Link{Role: ReplicationLink, From: from, To: to, Delay: delay})
			}
		}
	}
	return out
}

// Namespace finds a Namespace by name.
func (t Topology) Namespace(name string) (Namespace, bool) {
	for _, ns := range t.Namespaces {
		if ns.Name == name {
			return ns, true
		}
	}
	return Namespace{}, false
}

// HomedIn lists the Namespaces that are active in region before a fault.
func (t Topology) HomedIn(region string) []Namespace {
	var out []Namespace
	for _, ns := range t.Namespaces {
		if ns.Home == region {
			out = append(out, ns)
		}
	}
	return out
}
