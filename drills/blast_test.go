package drills_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
)

// blasted is a blast radius as a table writes it: E, W and C are us-east, us-west
// and eu-central; a Link by its name is severed both ways, with > from its client
// to its cluster alone, with < back alone.
type blasted struct {
	processes []drills.Role
	edges     []string
	silent    []string
}

func written(b drills.Blast) blasted {
	out := blasted{processes: b.Processes}
	short := func(l drills.Link) string {
		return strings.NewReplacer("us-east", "E", "us-west", "W", "eu-central", "C").Replace(l.Name())
	}
	for _, link := range b.Links() {
		if slices.Contains(b.Silent, link) {
			out.silent = append(out.silent, short(link))
			continue
		}
		arrow := map[bool]string{true: " >", false: " <"}[slices.Contains(b.Edges, drills.Edge{Link: link, Stream: drills.Upstream})]
		if b.Both(link) {
			arrow = ""
		}
		out.edges = append(out.edges, short(link)+arrow)
	}
	return out
}

type blastCase struct {
	name  string
	drill string
	fault drills.FaultSpec
	want  blasted
}

// outagesOf cuts us-east of active-hot, or of a ring, off in every flavour and part.
func outagesOf() []blastCase {
	outage := func(part drills.Part, flavour drills.Flavour) drills.FaultSpec {
		return drills.FaultSpec{Kind: drills.RegionOutage, Region: "us-east", Part: part, Flavour: flavour}
	}
	const hot, ring = "active-hot", "dual-active-ring"
	whole := []string{
		"control-to-E", "fleet-E-to-E", "starter-E-to-E", "fleet-W-to-E", "starter-W-to-E", "replication-W-to-E",
		"fleet-E-to-W", "starter-E-to-W", "replication-E-to-W",
	}
	third := []string{
		"fleet-C-to-E", "starter-C-to-E", "replication-C-to-E", "fleet-E-to-C", "starter-E-to-C", "replication-E-to-C",
	}
	temporal := []string{
		"control-to-E", "fleet-E-to-E", "starter-E-to-E", "fleet-W-to-E", "starter-W-to-E", "replication-W-to-E", "replication-E-to-W",
	}
	leadThere := []string{"control-to-E", "fleet-E-to-E", "starter-E-to-E", "fleet-W-to-E", "starter-W-to-E", "replication-W-to-E"}
	fleet := []string{"fleet-E-to-E", "fleet-E-to-W"}
	clients := []string{"fleet-E-to-E", "starter-E-to-E", "fleet-E-to-W", "starter-E-to-W"}
	rest := []drills.Role{drills.NameServerRole, drills.WorkerRole, drills.StarterRole, drills.ProberRole, drills.CodecRole, drills.ProxyRole, drills.StoreRole}
	var out []blastCase
	for _, row := range []struct {
		part      drills.Part
		processes []drills.Role
		severed   []string
		silent    []string // when frozen, or off the network
	}{
		{drills.WholeRegion, drills.Roles(), whole, leadThere},
		{drills.TemporalOnly, []drills.Role{drills.ClusterRole}, temporal, leadThere},
		{drills.WorkersOnly, []drills.Role{drills.WorkerRole}, fleet, nil},
		{drills.AllButIt, rest, clients, nil},
	} {
		for flavour, want := range map[drills.Flavour]blasted{
			drills.Crash:     {processes: row.processes, edges: row.severed},
			drills.Stop:      {processes: row.processes, edges: row.severed},
			drills.Freeze:    {processes: row.processes, silent: row.silent},
			drills.Unplugged: {processes: row.processes, silent: row.silent},
			drills.Dark:      {edges: row.severed},
			drills.Reset:     {edges: row.severed},
			drills.Refused:   {edges: row.severed},
		} {
			out = append(out, blastCase{fmt.Sprintf("%s of %s", flavour, row.part), hot, outage(row.part, flavour), want})
		}
	}
	return append(out,
		blastCase{"crash in a ring", ring, outage(drills.WholeRegion, drills.Crash), blasted{drills.Roles(), append(whole, third...), nil}},
		blastCase{"freeze in a ring", ring, outage(drills.WholeRegion, drills.Freeze),
			blasted{drills.Roles(), nil, append(leadThere, "fleet-C-to-E", "starter-C-to-E", "replication-C-to-E")}},
		blastCase{"crash of Temporal in a ring", ring, outage(drills.TemporalOnly, drills.Crash), blasted{
			[]drills.Role{drills.ClusterRole},
			append(temporal, "fleet-C-to-E", "starter-C-to-E", "replication-C-to-E", "replication-E-to-C"), nil,
		}},
		blastCase{"isolated", hot, drills.FaultSpec{Kind: drills.RegionIsolated, Region: "us-east", Flavour: drills.Dark}, blasted{
			nil, []string{"control-to-E", "fleet-W-to-E", "starter-W-to-E", "replication-W-to-E", "fleet-E-to-W", "starter-E-to-W", "replication-E-to-W"}, nil,
		}},
		blastCase{"a control", hot, drills.FaultSpec{Kind: drills.NoFault, Region: "us-east"}, blasted{drills.Roles(), whole, nil}},
	)
}

// betweenRegions are faults of Links: which roles, which way, with whom.
func betweenRegions() []blastCase {
	type roles = []drills.LinkRole
	fault := func(peer string, links roles, direction drills.Direction) drills.FaultSpec {
		return drills.FaultSpec{Kind: drills.LinkPartition, Region: "us-east", Flavour: drills.Dark, Peer: peer, Links: links, Direction: direction}
	}
	const hot, ring = "active-hot", "dual-active-ring"
	const fleet, starter, replication, control = drills.FleetLink, drills.StarterLink, drills.ReplicationLink, drills.ControlLink
	return []blastCase{
		{"replication, both ways", hot, fault("us-west", roles{replication}, drills.BothWays),
			blasted{edges: []string{"replication-E-to-W", "replication-W-to-E"}}},
		{"replication, what leaves", hot, fault("us-west", roles{replication}, drills.Outwards),
			blasted{edges: []string{"replication-E-to-W >", "replication-W-to-E <"}}},
		{"replication, what comes in", hot, fault("us-west", roles{replication}, drills.Inwards),
			blasted{edges: []string{"replication-E-to-W <", "replication-W-to-E >"}}},
		{"clients of both regions", hot, fault("us-west", roles{fleet, starter}, drills.BothWays),
			blasted{edges: []string{"fleet-E-to-W", "fleet-W-to-E", "starter-E-to-W", "starter-W-to-E"}}},
		{"fleet within the region", hot, fault("us-east", roles{fleet}, drills.BothWays), blasted{edges: []string{"fleet-E-to-E"}}},
		{"fleet within the region, what the client sends", hot, fault("us-east", roles{fleet}, drills.Outwards), blasted{edges: []string{"fleet-E-to-E >"}}},
		{"fleet within the region, what the client gets", hot, fault("us-east", roles{fleet}, drills.Inwards), blasted{edges: []string{"fleet-E-to-E <"}}},
		{"no replication within a region", hot, fault("us-east", roles{replication}, drills.BothWays), blasted{}},
		{"the control plane", hot, fault("", roles{control}, drills.BothWays), blasted{edges: []string{"control-to-E"}}},
		{"the control plane, what the region answers", hot, fault("", roles{control}, drills.Outwards), blasted{edges: []string{"control-to-E <"}}},
		{"the control plane, what the region is asked", hot, fault("", roles{control}, drills.Inwards), blasted{edges: []string{"control-to-E >"}}},
		{"every other region of a ring", ring, fault("", roles{replication}, drills.Outwards), blasted{edges: []string{
			"replication-E-to-W >", "replication-W-to-E <", "replication-E-to-C >", "replication-C-to-E <",
		}}},
		{"one region of a ring", ring, fault("eu-central", roles{fleet}, drills.BothWays), blasted{edges: []string{"fleet-E-to-C", "fleet-C-to-E"}}},
		{"all roles in a ring", ring, fault("eu-central", drills.LinkRoles(), drills.BothWays), blasted{edges: []string{
			"control-to-E", "fleet-E-to-C", "fleet-C-to-E", "starter-E-to-C", "starter-C-to-E", "replication-E-to-C", "replication-C-to-E",
		}}},
	}
}

// survivorsOf are outages of us-west, behind one of us-east that has severed the Links
// between the two, or has not.
func survivorsOf() []blastCase {
	fault := func(peer string) drills.FaultSpec {
		return drills.FaultSpec{Kind: drills.SurvivorOutage, Region: "us-west", Flavour: drills.Dark, Peer: peer}
	}
	own := []string{"control-to-W", "fleet-W-to-W", "starter-W-to-W"}
	third := []string{"fleet-C-to-W", "starter-C-to-W", "replication-C-to-W", "fleet-W-to-C", "starter-W-to-C", "replication-W-to-C"}
	lost := []string{"fleet-E-to-W", "starter-E-to-W", "replication-E-to-W", "fleet-W-to-E", "starter-W-to-E", "replication-W-to-E"}
	return []blastCase{
		{"a survivor", "active-hot", fault("us-east"), blasted{edges: own}},
		{"a survivor in a ring", "dual-active-ring", fault("us-east"), blasted{edges: slices.Concat(own, third)}},
		{"a survivor of a region whose Links are up", "active-hot", fault(""), blasted{edges: slices.Concat(own, lost)}},
	}
}

func TestBlastRadius(t *testing.T) {
	for _, test := range slices.Concat(outagesOf(), betweenRegions(), survivorsOf()) {
		t.Run(test.name, func(t *testing.T) {
			blast := test.fault.Blast(topology(t, test.drill))
			if blast.Region != test.fault.Region {
				t.Errorf("it is of %q", blast.Region)
			}
			got := written(blast)
			compare(t, "processes", got.processes, test.want.processes)
			compare(t, "edges", sorted(got.edges), sorted(test.want.edges))
			compare(t, "silent Links", sorted(got.silent), sorted(test.want.silent))
		})
	}
}

func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }

// What a fault does to its Links decides how it is seen, not which they are.
func TestEveryKindOfLinkFaultHasTheSameRadius(t *testing.T) {
	at := topology(t, "active-hot")
	for _, test := range betweenRegions() {
		if test.drill != "active-hot" {
			continue
		}
		want := test.fault.Blast(at)
		for _, traits := range drills.FaultCatalogue() {
			if traits.Group != "link" {
				continue
			}
			fault := test.fault
			fault.Kind = traits.Kind
			compare(t, fmt.Sprintf("%s: %s", traits.Kind, test.name), fault.Blast(at).Edges, want.Edges)
		}
	}
}

// everyFault is each kind in each flavour, part, direction and set of Links, with
// each peer, in each region.
func everyFault(at drills.Topology) []drills.FaultSpec {
	var out []drills.FaultSpec
	for _, region := range at.Regions {
		out = append(out, drills.FaultSpec{Kind: drills.NoFault, Region: region})
		for _, traits := range drills.FaultCatalogue() {
			flavours := traits.Flavours
			if len(flavours) == 0 {
				flavours = []drills.Flavour{""}
			}
			for _, flavour := range flavours {
				fault := drills.FaultSpec{Kind: traits.Kind, Region: region, Flavour: flavour}
				switch traits.Group {
				case "region":
					for _, part := range drills.Parts() {
						fault.Part = part
						out = append(out, fault)
					}
				case "link":
					out = append(out, everyLinkFault(fault, at)...)
				}
			}
		}
	}
	return out
}

func everyLinkFault(fault drills.FaultSpec, at drills.Topology) []drills.FaultSpec {
	var out []drills.FaultSpec
	for _, fault.Peer = range append([]string{""}, at.Regions...) {
		for set := 1; set < 1<<len(drills.LinkRoles()); set++ {
			fault.Links = nil
			for i, role := range drills.LinkRoles() {
				if set&(1<<i) != 0 {
					fault.Links = append(fault.Links, role)
				}
			}
			for _, fault.Direction = range drills.Directions() {
				out = append(out, fault)
			}
		}
	}
	return out
}

func TestPropertiesOfEveryBlastRadius(t *testing.T) {
	for _, drill := range []string{"active-hot", "dual-active-ring"} {
		at := topology(t, drill)
		for _, fault := range everyFault(at) {
			if wrong := oddity(fault, at); wrong != "" {
				t.Fatalf("%s, in %s: %s", fault, drill, wrong)
			}
		}
	}
}

// oddity says what a blast radius may not be; empty for nothing.
func oddity(fault drills.FaultSpec, at drills.Topology) string {
	blast := fault.Blast(at)
	edges := map[drills.Edge]int{}
	for _, edge := range blast.Edges {
		edges[edge]++
		if edges[edge] > 1 {
			return fmt.Sprintf("%s %s is in it twice", edge.Link.Name(), edge.Stream)
		}
	}
	links := map[drills.Link]int{}
	for _, link := range blast.Links() {
		links[link]++
		if links[link] > 1 {
			return link.Name() + " is listed twice"
		}
		if !slices.Contains(at.Links, link) {
			return link.Name() + " is no Link of the topology"
		}
		if !link.Touches(fault.Region) {
			return link.Name() + " neither begins nor ends in the fault's region"
		}
		if fault.Peer != "" && link.Role != drills.ControlLink && !link.Touches(fault.Peer) {
			return link.Name() + " neither begins nor ends at the peer"
		}
		if len(fault.Links) > 0 && !slices.Contains(fault.Links, link.Role) {
			return link.Name() + " carries traffic that the fault leaves alone"
		}
	}
	for _, link := range blast.Silent {
		if link.To != fault.Region {
			return link.Name() + " is silent, and leads to another region"
		}
	}
	if fault.Direction == drills.BothWays {
		return notBothWays(fault, at, edges)
	}
	return ""
}

// notBothWays says how what leaves and what comes in are not, together and
// without overlap, what a fault of both directions acts on.
func notBothWays(fault drills.FaultSpec, at drills.Topology, both map[drills.Edge]int) string {
	apart := map[drills.Edge]int{}
	for _, fault.Direction = range []drills.Direction{drills.Outwards, drills.Inwards} {
		for _, edge := range fault.Blast(at).Edges {
			apart[edge]++
		}
	}
	if len(apart) != len(both) {
		return fmt.Sprintf("out and in are %d edges, both are %d", len(apart), len(both))
	}
	for edge, times := range apart {
		if times != 1 || both[edge] != 1 {
			return fmt.Sprintf("%s %s is in %d of the two directions, and in both %d times", edge.Link.Name(), edge.Stream, times, both[edge])
		}
	}
	return ""
}

// From the peer, what leaves the region comes in.
func TestTheOtherEndSeesTheOtherDirection(t *testing.T) {
	at := topology(t, "dual-active-ring")
	opposite := map[drills.Direction]drills.Direction{drills.BothWays: drills.BothWays, drills.Outwards: drills.Inwards, drills.Inwards: drills.Outwards}
	for _, fault := range everyFault(at) {
		if fault.Kind != drills.LinkPartition || fault.Peer == "" || fault.Peer == fault.Region || slices.Contains(fault.Links, drills.ControlLink) {
			continue
		}
		other := fault
		other.Region, other.Peer, other.Direction = fault.Peer, fault.Region, opposite[fault.Direction]
		compare(t, fault.String(), fault.Blast(at).Edges, other.Blast(at).Edges)
	}
}

// A companion is no part of its region's Temporal, and none of its Workers. The Link
// to a proxy begins at Workers, and goes with them.
func TestACompanionGoesWithWhatItIsPartOf(t *testing.T) {
	at := parse(t, orders+"codec: {cipher: aes-gcm}\nproxy: {tls: mutual}\n").Topology()
	outage := func(part drills.Part, flavour drills.Flavour) drills.FaultSpec {
		return drills.FaultSpec{Kind: drills.RegionOutage, Region: "us-east", Part: part, Flavour: flavour}
	}
	for _, test := range []struct {
		fault         drills.FaultSpec
		process, link bool
		// workers says that it is the Link of the Workers alone that goes.
		workers bool
	}{
		{outage(drills.WholeRegion, drills.Crash), true, true, false},
		{outage(drills.WholeRegion, drills.Freeze), true, true, false},
		{outage(drills.WholeRegion, drills.Dark), false, true, false},
		{outage(drills.AllButIt, drills.Crash), true, true, false},
		{outage(drills.TemporalOnly, drills.Crash), false, false, false},
		{outage(drills.TemporalOnly, drills.Freeze), false, false, false},
		{outage(drills.WorkersOnly, drills.Crash), false, false, true},
		{drills.FaultSpec{Kind: drills.FrontendOutage, Region: "us-east", Flavour: drills.Refused}, false, false, false},
		{drills.FaultSpec{Kind: drills.RegionIsolated, Region: "us-east", Flavour: drills.Dark}, false, false, false},
	} {
		blast := test.fault.Blast(at)
		for role, link := range map[drills.Role]drills.LinkRole{drills.CodecRole: drills.CodecLink, drills.ProxyRole: drills.ProxyLink} {
			companion := func(region string) string { return drills.Companion{Role: role, Region: region}.Name() }
			if got := blast.Strikes(companion("us-east")); got != test.process {
				t.Errorf("%s: it strikes the %s: %v, want %v", test.fault, role, got, test.process)
			}
			want := test.link || test.workers && role == drills.ProxyRole
			if got := slices.Contains(blast.Links(), drills.Link{Role: link, From: "us-east", To: "us-east"}); got != want {
				t.Errorf("%s: it severs the Link to the %s: %v, want %v", test.fault, role, got, want)
			}
			if blast.Strikes(companion("us-west")) {
				t.Errorf("%s: it strikes the %s of us-west", test.fault, role)
			}
		}
	}
}

// A store is no part of its region's Temporal, and none of its Workers, whose Links to it
// go with them. What follows it elsewhere connects to it, and goes with either.
func TestAStoreGoesWithWhatItIsPartOf(t *testing.T) {
	at := parse(t, strings.Replace(orders, "active-hot", "active-active", 1)+"store: {engine: nats}\n").Topology()
	own := []string{"store-us-east-to-us-east"}
	across := []string{"store-us-east-to-us-west", "store-us-west-to-us-east", "store-replication-us-west-to-us-east"}
	all := slices.Concat(own, across)
	outage := func(part drills.Part, flavour drills.Flavour) drills.FaultSpec {
		return drills.FaultSpec{Kind: drills.RegionOutage, Region: "us-east", Part: part, Flavour: flavour}
	}
	for _, test := range []struct {
		fault   drills.FaultSpec
		process bool
		links   []string
	}{
		{outage(drills.WholeRegion, drills.Crash), true, all},
		{outage(drills.WholeRegion, drills.Dark), false, all},
		{outage(drills.AllButIt, drills.Crash), true, all},
		{outage(drills.TemporalOnly, drills.Crash), false, nil},
		{outage(drills.WorkersOnly, drills.Crash), false, []string{"store-us-east-to-us-east", "store-us-east-to-us-west"}},
		{drills.FaultSpec{Kind: drills.RegionIsolated, Region: "us-east", Flavour: drills.Dark}, false, across},
	} {
		blast := test.fault.Blast(at)
		if got := blast.Strikes("us-east/store"); got != test.process || blast.Strikes("us-west/store") {
			t.Errorf("%s: it strikes the store: %v, want %v, and that of us-west: %v", test.fault, got, test.process, blast.Strikes("us-west/store"))
		}
		var got []string
		for _, link := range blast.Links() {
			if strings.HasPrefix(link.Name(), "store") {
				got = append(got, link.Name())
			}
		}
		slices.Sort(got)
		want := slices.Sorted(slices.Values(test.links))
		if !slices.Equal(got, want) {
			t.Errorf("%s: it severs %q, want %q", test.fault, got, want)
		}
	}
}

// What is started on failover alone cannot be severed before it.
func TestNothingIsSeveredThatLeadsNowhere(t *testing.T) {
	at := topology(t, "proxy-cold") // which has Codec Servers too
	for _, fault := range []drills.FaultSpec{
		{Kind: drills.RegionOutage, Region: "us-west", Part: drills.WholeRegion, Flavour: drills.Crash},
		{Kind: drills.SurvivorOutage, Region: "us-west", Flavour: drills.Dark},
	} {
		for _, link := range fault.Blast(at).Links() {
			if link.Role == drills.CodecLink || link.Role == drills.ProxyLink {
				t.Errorf("%s severs %s", fault, link.Name())
			}
		}
	}
}
