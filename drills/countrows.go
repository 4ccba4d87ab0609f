package drills

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// countRows has the store of a region tell what it holds of each Namespace.
func (r *runner) countRows(ctx context.Context, census string, region func(Namespace) string) error {
	if !r.drill.Store.On() {
		return nil
	}
	for _, ns := range r.topology.Namespaces {
		at := region(ns)
		var found []Row
		var asked Offset // what was acknowledged before has to be there
		counted, err := r.within(ctx, censusWithin, fmt.Sprintf("census of the rows of %s in %s", ns.Name, at), func(ctx context.Context) (err error) {
			asked = Offset(r.now())
			found, err = r.world.Stores.Rows(ctx, at, ns.Name)
			return err
		})
		if err != nil {
			return err
		}
		if counted {
			r.countedRows(census, at, ns.Name, asked, found)
		}
	}
	return nil
}

// compareRows reads the store that follows until it holds what the other one does, or
// for long enough: what it holds then is recorded.
func (r *runner) compareRows(ctx context.Context) error {
	if !r.drill.Store.On() {
		return nil
	}
	for _, ns := range r.topology.Namespaces {
		active, replica := r.stays(ns)
		var found []Row
		var asked Offset
		_, err := r.within(ctx, equalWithin, fmt.Sprintf("comparison of the rows of %s in %s with those in %s", ns.Name, replica, active), func(ctx context.Context) error {
			for {
				want, err := r.world.Stores.Rows(ctx, active, ns.Name)
				if err != nil {
					return err
				}
				now := Offset(r.now())
				got, err := r.world.Stores.Rows(ctx, replica, ns.Name)
				if err != nil {
					return err
				}
				if found, asked = got, now; sameRows(want, found) {
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
			r.countedRows(CensusReplica, replica, ns.Name, asked, found)
		}
	}
	return nil
}

// sameRows compares rows, whatever their order.
func sameRows(a, b []Row) bool {
	sorted := func(rows []Row) []Row {
		return slices.SortedFunc(slices.Values(rows), func(x, y Row) int { return strings.Compare(x.Operation, y.Operation) })
	}
	return slices.Equal(sorted(a), sorted(b))
}

// countedRows records a census of the rows of one Namespace, which was asked for when.
func (r *runner) countedRows(census, region, namespace string, when Offset, found []Row) {
	for _, row := range found {
		r.log.Record(Event{At: when, Kind: KindRow, Name: census, Region: region, Namespace: namespace, Subject: row.Operation, Value: float64(row.Epoch)})
	}
	r.log.Record(Event{At: when, Kind: KindRows, Name: census, Region: region, Namespace: namespace, Value: float64(len(found))})
}
