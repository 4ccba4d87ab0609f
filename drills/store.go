package drills

import (
	"cmp"
	"context"
	"fmt"
)

// StoreSettings is the external database that Activities write to: one in each
// region, of which for each Namespace one is primary and the other follows it.
type StoreSettings struct {
	Engine    StoreEngine
	Promotion StorePromotion
	Fencing   Fencing
	// Image has PostgreSQL's programs, where components run in containers; empty takes
	// PostgreSQLImage.
	Image string
}

// PostgreSQLImage is where PostgreSQL is found by containers, unless a drill says
// otherwise.
const PostgreSQLImage = "postgres:17-alpine"

// Programs is the image that a store of PostgreSQL has its programs from, where it runs in
// a container; empty for other engines.
func (s StoreSettings) Programs() string {
	if s.Engine != PostgreSQL {
		return ""
	}
	return cmp.Or(s.Image, PostgreSQLImage)
}

// On reports whether there are stores.
func (s StoreSettings) On() bool { return s.Engine != "" && s.Engine != NoStore }

// StoreEngine is what keeps the rows.
type StoreEngine string

// The engines.
const (
	NoStore   StoreEngine = "none" // Activities write to nothing
	NATSStore StoreEngine = "nats" // a JetStream stream for each Namespace, mirrored to the other region
	// PostgreSQL is a primary and a streaming standby, where that is installed.
	PostgreSQL StoreEngine = "postgres"
)

// StoreEngines lists the engines.
func StoreEngines() []StoreEngine { return []StoreEngine{NoStore, NATSStore, PostgreSQL} }

// StorePromotion is when the store of the survivor becomes primary on a failover.
type StorePromotion string

// When a store is promoted.
const (
	PromoteAfter  StorePromotion = "after-namespace"  // once its Namespace is active there
	PromoteBefore StorePromotion = "before-namespace" // as soon as the loss is detected
	PromoteNever  StorePromotion = "never"            // nobody does
)

// StorePromotions lists when a store may be promoted.
func StorePromotions() []StorePromotion {
	return []StorePromotion{PromoteAfter, PromoteBefore, PromoteNever}
}

// Fencing is what keeps writes of a time that is over out of a store. Each promotion
// begins an epoch, and a Worker writes under the one that it knows.
type Fencing string

// The ways of fencing.
const (
	EpochFencing Fencing = "epoch" // a store refuses a write of another epoch than its own
	NoFencing    Fencing = "none"  // a store takes every write while it is primary
)

// Fencings lists them.
func Fencings() []Fencing { return []Fencing{EpochFencing, NoFencing} }

// FirstEpoch is the epoch in which every store begins.
const FirstEpoch = 1

// Row is what a store holds of one write.
type Row struct {
	Operation string `json:"operation"` // id of the write in a ledger
	Epoch     int    `json:"epoch"`     // under which it was made
}

// Stores know what the external databases of a drill hold.
type Stores interface {
	// Rows reads every row of a Namespace from a region's store, in the order in which
	// it took them.
	Rows(ctx context.Context, region, namespace string) ([]Row, error)
}

// StoresOf lists the regions whose stores the Workers of a region may write to, their
// own first: that alone where one region is active at a time, and every one where
// several are.
func (t Topology) StoresOf(region string) []string {
	var out []string
	for _, link := range t.Links {
		if link.Role != StoreLink || link.From != region {
			continue
		}
		if link.To == region {
			out = append([]string{region}, out...)
			continue
		}
		out = append(out, link.To)
	}
	return out
}

// layStores gives each region a store, and a Link to it; another to that of the other
// region where Workers are active in both. The second NATS server connects to the first,
// and either may follow the other over that connection; a standby of PostgreSQL connects
// to its primary, whichever that is.
func (d *Drill) layStores(t *Topology) {
	if !d.Store.On() {
		return
	}
	traits, _ := d.Model.traits()
	for i, from := range d.Regions {
		t.Companions = append(t.Companions, Companion{Role: StoreRole, Region: from, Present: true})
		for _, to := range d.Regions {
			switch {
			case from == to:
				t.Links = append(t.Links, Link{Role: StoreLink, From: from, To: to})
			case traits.secondary == FleetActive:
				t.Links = append(t.Links, Link{Role: StoreLink, From: from, To: to, Delay: d.Network.InterRegion})
			}
		}
		if i > 0 || d.Store.Engine == PostgreSQL {
			t.Links = append(t.Links, Link{Role: StoreReplicationLink, From: from, To: d.Regions[(i+1)%len(d.Regions)], Delay: d.Network.InterRegion})
		}
	}
}

// storeRegions is how many regions stores can be in.
const storeRegions = 2

// checkStore refuses what is said of stores that there are none of, and more regions
// than they can follow each other in.
func (d *Drill) checkStore(l *problemList) {
	oneOf(l, "store.promotion", d.Store.Promotion, "when a store is promoted", StorePromotions())
	oneOf(l, "store.fencing", d.Store.Fencing, "a way of fencing", Fencings())
	if d.Store.Image != "" && d.Store.Engine != PostgreSQL {
		l.add("store.image", fmt.Sprintf("is an impossible combination with store.engine %s: only %s has programs of an image", d.Store.Engine, PostgreSQL), "store.engine")
	}
	if d.Store.On() && len(d.Regions) > storeRegions {
		l.add("store.engine", fmt.Sprintf("%s is an impossible combination with %d regions: stores follow each other in %d", d.Store.Engine, len(d.Regions), storeRegions), "regions")
	}
	if traits, ok := d.Model.traits(); ok && traits.perRegion && d.Store.Engine == PostgreSQL {
		l.add("store.engine", fmt.Sprintf("%s is an impossible combination with %s: a standby follows its primary as a whole, and each region would be both; use %s", PostgreSQL, d.Model, NATSStore), "model")
	}
	if d.Store.On() {
		return
	}
	const none = "is an impossible combination with store.engine none: there is no store"
	if d.Store.Promotion != PromoteAfter {
		l.add("store.promotion", none, "store.engine")
	}
	if d.Store.Fencing != EpochFencing {
		l.add("store.fencing", none, "store.engine")
	}
	if d.Objectives.StoreRecoveryPoint != nil {
		l.add("objectives.storeRecoveryPoint", none, "store.engine")
	}
}
