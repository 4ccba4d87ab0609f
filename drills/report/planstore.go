package report

import (
	"fmt"
	"slices"

	"github.com/failoverdrill/failoverdrill/drills"
)

// storesAtBoot tells what database Activities write to.
func (p *planner) storesAtBoot() string {
	if !p.drill.Store.On() {
		return ""
	}
	fence := "each of which refuses writes of another epoch than its own"
	if p.drill.Store.Fencing == drills.NoFencing {
		fence = "which take writes of any epoch"
	}
	return fmt.Sprintf("a store in %s (%s, %s): for each Namespace that at home leads, and the other follows", listed(p.topology.Regions), p.drill.Store.Engine, fence)
}

// losesStores reports whether the fault takes the store that leads, or the way to it.
func (p *planner) losesStores() bool {
	blast := p.fault.Blast(p.topology)
	return blast.Strikes(drills.StoreName(p.fault.Region)) || slices.ContainsFunc(blast.Links(), func(link drills.Link) bool {
		return link.Role == drills.StoreReplicationLink
	})
}

// storePromoted is when the survivor's store leads, as a step of a failover.
func (p *planner) storePromoted() step {
	switch p.drill.Store.Promotion {
	case drills.PromoteNever:
		return does("store", p.each(func(ns drills.Namespace) string {
			return fmt.Sprintf("the store of %s follows still: it takes no write of %s", ns.Replica, ns.Name)
		})...)
	case drills.PromoteBefore:
		return does("store", p.each(func(ns drills.Namespace) string {
			return fmt.Sprintf("the store of %s leads %s under epoch %d, by force, before the Namespace is active there", ns.Replica, ns.Name, drills.FirstEpoch+1)
		})...)
	}
	how := "handed over with every row where the other one can be reached, else by force"
	if p.losesStores() {
		how = "by force"
	}
	return does("store", p.each(func(ns drills.Namespace) string {
		return fmt.Sprintf("the store of %s leads %s under epoch %d, %s; a write of epoch %d is tried, and has to be refused", ns.Replica, ns.Name, drills.FirstEpoch+1, how, drills.FirstEpoch)
	})...)
}
