package workload

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
)

// answers is a store that says what it was told to say: no database, the answers of one.
type answers struct {
	epochs []any // an epoch or an error for each question, the last one again and again
	writes error
	asked  int
	rows   []drills.Row
}

func (a *answers) Epoch(context.Context, string) (int, error) {
	answer := a.epochs[min(a.asked, len(a.epochs)-1)]
	a.asked++
	if err, failed := answer.(error); failed {
		return 0, err
	}
	return answer.(int), nil
}

func (a *answers) Write(_ context.Context, _ string, row drills.Row) error {
	a.rows = append(a.rows, row)
	return a.writes
}

func TestAWriteIsBookedBeforeTheStoreHasItAndAfterItHasAnswered(t *testing.T) {
	passive := &drills.RefusedWrite{Why: drills.WrongRegion, Told: "it follows"}
	stale := &drills.RefusedWrite{Why: drills.StaleEpoch, Told: "it leads under 3"}
	sent, acknowledged, abandoned := drills.OperationSent, drills.OperationAcknowledged, drills.OperationAbandoned
	for name, test := range map[string]struct {
		store   answers
		states  []drills.OperationState
		refusal drills.Refusal
		epoch   int
		written bool
		taken   bool
	}{
		"taken":                     {answers{epochs: []any{2}}, []drills.OperationState{sent, acknowledged}, "", 2, true, true},
		"refused as stale":          {answers{epochs: []any{2}, writes: stale}, []drills.OperationState{sent, abandoned}, drills.StaleEpoch, 2, true, false},
		"no answer":                 {answers{epochs: []any{2}, writes: context.DeadlineExceeded}, []drills.OperationState{sent}, "", 2, true, false},
		"nobody leads":              {answers{epochs: []any{passive}}, []drills.OperationState{sent, abandoned}, drills.WrongRegion, 0, false, false},
		"nobody can be asked":       {answers{epochs: []any{errors.New("no route")}}, []drills.OperationState{sent, abandoned}, "", 0, false, false},
		"leads since the beginning": {answers{epochs: []any{passive, 3}}, []drills.OperationState{sent, acknowledged}, "", 3, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBooked(t)
			b.rows = &test.store
			_, err := b.env.ExecuteActivity(ReserveStock, Order{})
			if (err == nil) != test.taken {
				t.Errorf("the activity ended with %v", err)
			}
			if (len(test.store.rows) > 0) != test.written {
				t.Errorf("the store was given %v", test.store.rows)
			}
			var got []drills.OperationState
			for _, op := range b.lines(t) {
				if op.Kind != drills.WriteOperation {
					continue
				}
				got = append(got, op.State)
				if op.Epoch != test.epoch || op.Activity != "ReserveStock" || op.State == abandoned && op.Refusal != test.refusal {
					t.Errorf("got the line %+v", op)
				}
				for _, row := range test.store.rows {
					if row != (drills.Row{Operation: op.ID, Epoch: test.epoch}) {
						t.Errorf("the store was given %+v, and the ledger %+v", row, op)
					}
				}
			}
			if !slices.Equal(got, test.states) {
				t.Errorf("got the states %v, want %v", got, test.states)
			}
			effects := slices.ContainsFunc(b.lines(t), func(op drills.Operation) bool { return op.Kind == drills.ActivityOperation })
			if effects != test.taken {
				t.Errorf("that the activity took effect: %v", effects)
			}
		})
	}
}

func TestAnEpochIsTakenBeforeTheActivityBegins(t *testing.T) {
	b := newBooked(t)
	store := &answers{epochs: []any{1, 2}}
	b.rows = store
	if _, err := b.env.ExecuteActivity(ReserveStock, Order{}); err != nil {
		t.Fatal(err)
	}
	if store.asked != 1 || store.rows[0].Epoch != 1 {
		t.Errorf("it was asked %d times, and wrote %v", store.asked, store.rows)
	}
}
