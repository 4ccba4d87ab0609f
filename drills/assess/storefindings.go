package assess

import (
	"fmt"
	"slices"

	"github.com/failoverdrill/failoverdrill/drills"
)

// storeEarly is how much earlier than its Namespace a store may be seen to lead without
// being early: both are looked at ten times a second, on a machine that may be busy.
const storeEarly = drills.Offset(1e9)

// stores finds databases that failed over otherwise than beside their Namespace, or that
// take what is written in a time that is over.
func (c *docket) stores(r drills.Report) []drills.Finding {
	if r.Store == nil || !c.faulted {
		return nil
	}
	var out []drills.Finding
	for _, ns := range c.topology.Namespaces {
		if slices.Contains(c.moved, ns.Name) {
			out = append(out, c.promotedWrongly(ns, r)...)
		}
	}
	return append(out, c.unfenced(r)...)
}

func (c *docket) promotedWrongly(ns drills.Namespace, r drills.Report) []drills.Finding {
	survivor := ns.Replica
	active := forever
	for _, e := range c.inOrder(drills.KindActive) {
		if e.Region == survivor && e.Namespace == ns.Name && e.Name == survivor && e.At > c.requested {
			active = min(active, e.At)
		}
	}
	healed, back := c.Timeline.Mark(drills.HealRequested)
	if active == forever || !back {
		return nil
	}
	leads := c.leadsSince(survivor, ns.Name, c.requested)
	switch {
	case leads > healed:
		return []drills.Finding{{Name: drills.StoreNotPromoted, Region: survivor, Detail: fmt.Sprintf(
			"%s was active in %s from %+.1f s on, and until the heal its store never led: it refused %d writes as those of the wrong region; promote it once its Namespace is active there",
			ns.Name, survivor, c.since(active).Seconds(), r.Store.WrongRegion)}}
	case leads+storeEarly < active:
		lost := 0
		after, counted := c.rows(drills.CensusAfterHeal)
		has := holdsRow(after)
		for _, op := range c.writes {
			if counted && op.acknowledged && op.Namespace == ns.Name && op.At > leads && op.At < active && !has[writeOf(op)] {
				lost++
			}
		}
		return []drills.Finding{{Name: drills.StoreEarly, Region: survivor, Detail: fmt.Sprintf(
			"the store of %s led %s %.1f s before the Namespace was active there: the Workers of %s went on meanwhile, and %d writes that their store acknowledged are lost; promote it after the Namespace",
			survivor, ns.Name, (active - leads).Seconds(), c.lost, lost)}}
	}
	return nil
}

// unfenced finds stores that took a write of an epoch that was over: the one by which
// that was tried, right after a promotion.
func (c *docket) unfenced(r drills.Report) []drills.Finding {
	for _, e := range c.inOrder(drills.KindFence) {
		if e.Held {
			continue
		}
		taken := 0
		if r.Store.StaleTaken != nil {
			taken = *r.Store.StaleTaken
		}
		return []drills.Finding{{Name: drills.StoreUnfenced, Region: e.Region, Detail: fmt.Sprintf(
			"the store of %s leads %s under epoch %d, and took a write of epoch %d that was tried after the promotion, and %d of Workers: one that stood still meanwhile writes over what others have written since; have writes carry their epoch, and refuse any other",
			e.Region, e.Namespace, int(e.Value)+1, int(e.Value), taken)}}
	}
	return nil
}
