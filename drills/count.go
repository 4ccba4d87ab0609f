package drills

import (
	"context"
	"fmt"
	"time"
)

func (r *runner) censusWithout(ctx context.Context) error {
	survivor := func(ns Namespace) string {
		if ns.Home == r.drill.Struck() {
			return ns.Replica
		}
		return ns.Home
	}
	if err := r.census(ctx, CensusWithoutRegion, survivor); err != nil {
		return err
	}
	return r.countRows(ctx, CensusWithoutRegion, survivor)
}

func (r *runner) censusAfter(ctx context.Context) error {
	if !r.passed(Healed) {
		return nil // there is nobody at home to ask
	}
	stays := func(ns Namespace) string { active, _ := r.stays(ns); return active }
	if err := r.census(ctx, CensusAfterHeal, stays); err != nil {
		return err
	}
	if err := r.countRows(ctx, CensusAfterHeal, stays); err != nil {
		return err
	}
	if err := r.compare(ctx); err != nil {
		return err
	}
	if err := r.compareRows(ctx); err != nil {
		return err
	}
	return r.stored(ctx)
}

// stored has both regions of every Namespace tell which runs their databases
// hold as not ended.
func (r *runner) stored(ctx context.Context) error {
	for _, ns := range r.topology.Namespaces {
		for _, region := range []string{ns.Home, ns.Replica} {
			_, err := r.within(ctx, censusWithin, fmt.Sprintf("look at the runs of %s that %s stores", ns.Name, region), func(ctx context.Context) error {
				return r.world.Watcher.Stored(ctx, region, ns.Name)
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// equalWithin is how long a replica may take to hold what home holds, of load
// that has ended.
const equalWithin = 15 * time.Second

// compare reads the replica of every Namespace until it holds what was found
// where the Namespace is active, or for long enough: what it holds then is
// recorded.
func (r *runner) compare(ctx context.Context) error {
	for _, ns := range r.topology.Namespaces {
		_, replica := r.stays(ns)
		home, counted := r.atHome(ns.Name)
		if !counted {
			continue
		}
		var found []Workflow
		_, err := r.within(ctx, equalWithin, fmt.Sprintf("comparison of %s in %s with home", ns.Name, replica), func(ctx context.Context) error {
			for {
				read, err := r.world.Watcher.Census(ctx, replica, ns.Name, CensusReplica)
				if err != nil {
					return err
				}
				if found = read; same(home, found) {
					return nil
				}
				if _, err := wait(ctx, askEvery, askEvery, func(context.Context) bool { return false }); err != nil {
					return err
				}
			}
		})
		if err != nil {
			return err
		}
		if found != nil {
			r.counted(CensusReplica, replica, ns.Name, found)
		}
	}
	return nil
}

// atHome is what the census after the heal found of a Namespace, by run, and
// whether it was taken.
func (r *runner) atHome(namespace string) (digests map[string]string, counted bool) {
	digests = map[string]string{}
	for _, e := range r.log.Events() {
		switch {
		case e.Namespace != namespace:
		case e.Kind == KindWorkflow && e.Workflow.Census == CensusAfterHeal:
			digests[e.Workflow.RunID] = e.Workflow.Digest
		case e.Kind == KindCensus && e.Name == CensusAfterHeal:
			counted = true
		}
	}
	return digests, counted
}

func same(home map[string]string, found []Workflow) bool {
	for _, w := range found {
		if home[w.RunID] != w.Digest {
			return false
		}
	}
	return len(found) == len(home)
}

func (r *runner) census(ctx context.Context, name string, region func(Namespace) string) error {
	for _, ns := range r.topology.Namespaces {
		at := region(ns)
		var found []Workflow
		counted, err := r.within(ctx, censusWithin, fmt.Sprintf("census of %s in %s", ns.Name, at), func(ctx context.Context) (err error) {
			found, err = r.world.Watcher.Census(ctx, at, ns.Name, name)
			return err
		})
		if err != nil || !counted {
			return err
		}
		r.counted(name, at, ns.Name, found)
	}
	return nil
}

// counted records a census of one Namespace.
func (r *runner) counted(name, region, namespace string, found []Workflow) {
	when := Offset(r.now())
	for _, workflow := range found {
		r.log.Record(Event{At: when, Kind: KindWorkflow, Region: region, Namespace: namespace, Workflow: &workflow})
	}
	r.log.Record(Event{At: when, Kind: KindCensus, Name: name, Region: region, Namespace: namespace, Value: float64(len(found))})
}
