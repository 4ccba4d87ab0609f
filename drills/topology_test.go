package drills_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/catalog"
)

// TestModelsAreLaidOutAsTheirTableSays has one case per row of the table of
// models, and one for a ring.
func TestModelsAreLaidOutAsTheirTableSays(t *testing.T) {
	const (
		east, west, central = "us-east", "us-west", "eu-central"
		absent              = drills.FleetAbsent
		standby             = drills.FleetStandby
		active              = drills.FleetActive
		regional            = drills.RegionalEndpoint
		following           = drills.NamespaceEndpoint
		slots               = drills.DefaultSlots
	)
	tests := []struct {
		drill      string
		namespaces []drills.Namespace
		fleets     []drills.Fleet
		starters   []drills.Starter
	}{
		{
			drill:      "active-cold",
			namespaces: []drills.Namespace{{Name: "orders", Home: east, Replica: west, ForwardPolls: true}},
			fleets: []drills.Fleet{
				{Region: east, Namespace: "orders", State: active, Endpoint: following, Workers: 1, Slots: slots},
				{Region: west, Namespace: "orders", State: absent, Endpoint: following, Workers: 1, Slots: slots},
			},
			starters: []drills.Starter{
				{Region: east, Namespace: "orders", Endpoint: following, Present: true, Share: 1},
				{Region: west, Namespace: "orders", Endpoint: following},
			},
		},
		{
			drill:      "active-hot",
			namespaces: []drills.Namespace{{Name: "orders", Home: east, Replica: west}},
			fleets: []drills.Fleet{
				{Region: east, Namespace: "orders", State: active, Endpoint: regional, Workers: 1, Slots: slots},
				{Region: west, Namespace: "orders", State: standby, Endpoint: regional, Workers: 1, Slots: slots},
			},
			starters: []drills.Starter{
				{Region: east, Namespace: "orders", Endpoint: regional, Present: true, Share: 1},
				{Region: west, Namespace: "orders", Endpoint: regional, Present: true},
			},
		},
		{
			drill:      "active-active",
			namespaces: []drills.Namespace{{Name: "orders", Home: east, Replica: west, ForwardPolls: true}},
			fleets: []drills.Fleet{
				{Region: east, Namespace: "orders", State: active, Endpoint: regional, Workers: 1, Slots: slots},
				{Region: west, Namespace: "orders", State: active, Endpoint: regional, Workers: 1, Slots: slots, Reserve: 1},
			},
			starters: []drills.Starter{
				{Region: east, Namespace: "orders", Endpoint: regional, Present: true, Share: 0.5},
				{Region: west, Namespace: "orders", Endpoint: regional, Present: true, Share: 0.5},
			},
		},
		{
			drill: "dual-active",
			namespaces: []drills.Namespace{
				{Name: "orders-us-east", Home: east, Replica: west},
				{Name: "orders-us-west", Home: west, Replica: east},
			},
			fleets: []drills.Fleet{
				{Region: east, Namespace: "orders-us-east", State: active, Endpoint: regional, Workers: 1, Slots: slots},
				{Region: west, Namespace: "orders-us-east", State: standby, Endpoint: regional, Workers: 1, Slots: slots},
				{Region: west, Namespace: "orders-us-west", State: active, Endpoint: regional, Workers: 1, Slots: slots},
				{Region: east, Namespace: "orders-us-west", State: standby, Endpoint: regional, Workers: 1, Slots: slots},
			},
			starters: []drills.Starter{
				{Region: east, Namespace: "orders-us-east", Endpoint: regional, Present: true, Share: 1},
				{Region: west, Namespace: "orders-us-east", Endpoint: regional, Present: true},
				{Region: west, Namespace: "orders-us-west", Endpoint: regional, Present: true, Share: 1},
				{Region: east, Namespace: "orders-us-west", Endpoint: regional, Present: true},
			},
		},
		{
			drill: "dual-active-ring",
			namespaces: []drills.Namespace{
				{Name: "orders-us-east", Home: east, Replica: west},
				{Name: "orders-us-west", Home: west, Replica: central},
				{Name: "orders-eu-central", Home: central, Replica: east},
			},
			fleets: []drills.Fleet{
				{Region: east, Namespace: "orders-us-east", State: active, Endpoint: regional, Workers: 1, Slots: slots},
				{Region: west, Namespace: "orders-us-east", State: standby, Endpoint: regional, Workers: 1, Slots: slots},
				{Region: west, Namespace: "orders-us-west", State: active, Endpoint: regional, Workers: 1, Slots: slots},
				{Region: central, Namespace: "orders-us-west", State: standby, Endpoint: regional, Workers: 1, Slots: slots},
				{Region: central, Namespace: "orders-eu-central", State: active, Endpoint: regional, Workers: 1, Slots: slots},
				{Region: east, Namespace: "orders-eu-central", State: standby, Endpoint: regional, Workers: 1, Slots: slots},
			},
			starters: []drills.Starter{
				{Region: east, Namespace: "orders-us-east", Endpoint: regional, Present: true, Share: 1},
				{Region: west, Namespace: "orders-us-east", Endpoint: regional, Present: true},
				{Region: west, Namespace: "orders-us-west", Endpoint: regional, Present: true, Share: 1},
				{Region: central, Namespace: "orders-us-west", Endpoint: regional, Present: true},
				{Region: central, Namespace: "orders-eu-central", Endpoint: regional, Present: true, Share: 1},
				{Region: east, Namespace: "orders-eu-central", Endpoint: regional, Present: true},
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.drill, func(t *testing.T) {
			got := topology(t, tt.drill)
			compare(t, "Namespaces", got.Namespaces, tt.namespaces)
			compare(t, "Fleets", got.Fleets, tt.fleets)
			compare(t, "Starters", got.Starters, tt.starters)
		})
	}
}

func TestSharesOfANamespaceAddUpToItsRate(t *testing.T) {
	for _, name := range catalog.Names() {
		shares := map[string]float64{}
		for _, s := range topology(t, name).Starters {
			if s.Share > 0 && !s.Present {
				t.Errorf("%s: starters of %s in %s have a share and do not run", name, s.Namespace, s.Region)
			}
			shares[s.Namespace] += s.Share
		}
		for namespace, share := range shares {
			if share != 1 {
				t.Errorf("%s: starters of %s send %v of its rate", name, namespace, share)
			}
		}
	}
}

func TestEveryPairOfRegionsHasItsLinks(t *testing.T) {
	for _, name := range catalog.Names() {
		d, err := catalog.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		topology, inter := d.Topology(), d.Network.InterRegion
		links := map[string]drills.Link{}
		for _, l := range topology.Links {
			if _, twice := links[l.Name()]; twice {
				t.Errorf("%s: two Links are named %s", name, l.Name())
			}
			links[l.Name()] = l
		}
		expect := func(role drills.LinkRole, from, to string, delay drills.Delay) {
			want := drills.Link{Role: role, From: from, To: to, Delay: delay}
			if got := links[want.Name()]; got != want {
				t.Errorf("%s: Link %s is %+v, want %+v", name, want.Name(), got, want)
			}
			delete(links, want.Name())
		}
		for _, to := range topology.Regions {
			expect(drills.ControlLink, "", to, drills.Delay{})
			for _, from := range topology.Regions {
				if from == to {
					expect(drills.FleetLink, from, to, drills.Delay{})
					expect(drills.StarterLink, from, to, drills.Delay{})
					continue
				}
				expect(drills.FleetLink, from, to, inter)
				expect(drills.StarterLink, from, to, inter)
				expect(drills.ReplicationLink, from, to, inter)
			}
		}
		if name == "history-outage" { // a Link within the region that the fault severs
			for _, region := range topology.Regions {
				delete(links, drills.Link{Role: drills.HistoryLink, From: region, To: region}.Name())
			}
		}
		for role, link := range map[drills.Role]drills.LinkRole{drills.CodecRole: drills.CodecLink, drills.ProxyRole: drills.ProxyLink} {
			if len(topology.CompanionsOf(role)) == 0 {
				continue
			}
			for _, region := range topology.Regions { // also where there is none
				expect(link, region, region, drills.Delay{})
			}
		}
		if stores := topology.CompanionsOf(drills.StoreRole); len(stores) > 0 {
			for _, region := range topology.Regions {
				for _, to := range topology.StoresOf(region) {
					expect(drills.StoreLink, region, to, map[bool]drills.Delay{false: inter}[region == to])
				}
			}
			expect(drills.StoreReplicationLink, topology.Regions[1], topology.Regions[0], inter)
			if d.Store.Engine == drills.PostgreSQL { // either may be the primary that the other connects to
				expect(drills.StoreReplicationLink, topology.Regions[0], topology.Regions[1], inter)
			}
		}
		if len(links) > 0 {
			t.Errorf("%s: unexpected Links %v", name, links)
		}
	}
}

func TestCompanionsRunWhereWorkersDo(t *testing.T) {
	for model, want := range map[string][]drills.Companion{
		"active-cold":   {{drills.CodecRole, "us-east", true}, {drills.CodecRole, "us-west", false}},
		"active-hot":    {{drills.CodecRole, "us-east", true}, {drills.CodecRole, "us-west", true}},
		"active-active": {{drills.CodecRole, "us-east", true}, {drills.CodecRole, "us-west", true}},
		"dual-active":   {{drills.CodecRole, "us-east", true}, {drills.CodecRole, "us-west", true}},
	} {
		topology := parse(t, strings.Replace(orders, "active-hot", model, 1)+"codec: {cipher: aes-gcm}\n").Topology()
		compare(t, model, topology.Companions, want)
		for _, c := range want {
			if has := slices.Contains(topology.Components(c.Region), "us-east/codec") || slices.Contains(topology.Components(c.Region), "us-west/codec"); has != c.Present {
				t.Errorf("%s: the components of %s are %q", model, c.Region, topology.Components(c.Region))
			}
		}
	}
	both := parse(t, orders+"codec: {cipher: aes-gcm}\nproxy: {tls: mutual, regions: [us-east]}\n").Topology()
	compare(t, "both kinds", both.Companions, []drills.Companion{{drills.ProxyRole, "us-east", true}, {drills.CodecRole, "us-east", true}, {drills.CodecRole, "us-west", true}})
	some := parse(t, orders+"codec: {cipher: aes-gcm, regions: [us-west]}\n").Topology()
	compare(t, "named regions", some.Companions, []drills.Companion{{drills.CodecRole, "us-west", true}})
	for region, nowhere := range map[string]bool{"us-east": true, "us-west": false} {
		link := drills.Link{Role: drills.CodecLink, From: region, To: region}
		if !slices.Contains(some.Links, link) || some.LeadsNowhere(link) != nowhere {
			t.Errorf("the Links %v, of which %s leads nowhere: %v", some.Links, link.Name(), some.LeadsNowhere(link))
		}
	}
	if got := topology(t, "active-hot").Companions; got != nil {
		t.Errorf("a drill that does not ask for any has %v", got)
	}
}

func TestWorkersReachTheStoresThatTheirModelHas(t *testing.T) {
	own := map[string][]string{"us-east": {"us-east"}, "us-west": {"us-west"}}
	for model, want := range map[string]map[string][]string{
		"active-cold": own, "active-hot": own, "dual-active": own,
		"active-active": {"us-east": {"us-east", "us-west"}, "us-west": {"us-west", "us-east"}},
	} {
		topology := parse(t, strings.Replace(orders, "active-hot", model, 1)+"store: {engine: nats}\n").Topology()
		compare(t, model, topology.CompanionsOf(drills.StoreRole), []drills.Companion{{drills.StoreRole, "us-east", true}, {drills.StoreRole, "us-west", true}})
		for region, stores := range want {
			compare(t, model+" in "+region, topology.StoresOf(region), stores)
		}
	}
}

func TestALinkTouchesItsEnds(t *testing.T) {
	l := drills.Link{Role: drills.FleetLink, From: "us-east", To: "us-west"}
	if l.Name() != "fleet-us-east-to-us-west" || !l.Touches("us-east") || !l.Touches("us-west") || l.Touches("eu-central") {
		t.Errorf("%s touches the wrong regions", l.Name())
	}
	control := drills.Link{Role: drills.ControlLink, To: "us-west"}
	if control.Name() != "control-to-us-west" || control.Touches("us-east") {
		t.Errorf("%s touches the wrong regions", control.Name())
	}
}

func TestADrillOverridesItsFleets(t *testing.T) {
	src := strings.Replace(orders, "active-hot", "active-active", 1) +
		"fleets: {us-west: {workers: 3, endpoint: namespace, slots: 7}}\n"
	got := parse(t, src).Topology().Fleets
	compare(t, "Fleets", got, []drills.Fleet{
		{Region: "us-east", Namespace: "orders", State: drills.FleetActive, Endpoint: drills.RegionalEndpoint, Workers: 1, Slots: drills.DefaultSlots},
		{Region: "us-west", Namespace: "orders", State: drills.FleetActive, Endpoint: drills.NamespaceEndpoint, Workers: 3, Slots: 7, Reserve: 3},
	})
}

func TestADrillSaysWhatBecomesOfPassivePolls(t *testing.T) {
	for _, model := range drills.Models() {
		for said, want := range map[string]bool{
			"": model == drills.ActiveCold || model == drills.ActiveActive, "forwarding: {passivePolls: forwarded}\n": true, "forwarding: {passivePolls: refused}\n": false,
		} {
			if got := parse(t, strings.Replace(orders, "active-hot", string(model), 1)+said).Topology().Namespaces[0].ForwardPolls; got != want {
				t.Errorf("%s, %q: polls are forwarded: %v", model, said, got)
			}
		}
	}
}

func TestClientsOfOneRegionMayDialSeveralEndpoints(t *testing.T) {
	src := orders + "clients: {endpoints: [namespace, regional]}\nstarters: {us-west: {pinnedTo: us-east}}\n"
	got := parse(t, src).Topology()
	compare(t, "Probers", got.Probers, []drills.Prober{
		{Region: "us-east", Namespace: "orders", Endpoint: drills.NamespaceEndpoint}, {Region: "us-east", Namespace: "orders", Endpoint: drills.RegionalEndpoint, Beside: true},
		{Region: "us-west", Namespace: "orders", Endpoint: drills.NamespaceEndpoint}, {Region: "us-west", Namespace: "orders", Endpoint: drills.RegionalEndpoint, Beside: true},
	})
	if first, second := drills.ProberName(got.Probers[0]), drills.ProberName(got.Probers[1]); first != "us-east/prober-orders" || second != "us-east/prober-orders-regional" {
		t.Errorf("they are %s and %s", first, second)
	}
	for _, s := range got.Starters {
		if pinned := s.Region == "us-west"; pinned != (s.PinnedTo == "us-east") || s.Endpoint != drills.RegionalEndpoint {
			t.Errorf("the starters of %s dial the %s endpoint of %q", s.Region, s.Endpoint, s.PinnedTo)
		}
	}
}

func TestNamespacesAreFoundByNameAndHome(t *testing.T) {
	ring := topology(t, "dual-active-ring")
	if ns, ok := ring.Namespace("orders-us-west"); !ok || ns.Home != "us-west" {
		t.Errorf("Namespace() = %+v, %v", ns, ok)
	}
	if ns, ok := ring.Namespace("orders"); ok {
		t.Errorf("found %+v", ns)
	}
	home := ring.HomedIn("eu-central")
	if len(home) != 1 || home[0].Name != "orders-eu-central" {
		t.Errorf("HomedIn() = %+v", home)
	}
	if home := topology(t, "active-hot").HomedIn("us-west"); len(home) != 0 {
		t.Errorf("HomedIn() of the secondary region = %+v", home)
	}
}

func TestTopologyDoesNotShareItsRegionsWithTheDrill(t *testing.T) {
	d := parse(t, orders)
	d.Topology().Regions[0] = "elsewhere"
	if !slices.Equal(d.Regions, []string{"us-east", "us-west"}) {
		t.Errorf("the drill's regions became %v", d.Regions)
	}
}

func topology(t *testing.T, drill string) drills.Topology {
	t.Helper()
	d, err := catalog.Get(drill)
	if err != nil {
		t.Fatal(err)
	}
	return d.Topology()
}

func compare[T any](t *testing.T, what string, got, want []T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}
