package workload

import (
	"context"
	"errors"

	"go.temporal.io/sdk/activity"

	"github.com/failoverdrill/failoverdrill/drills"
)

// Rows is the store that Activities write to: an external database, whose epoch is
// another after each promotion.
type Rows interface {
	// Epoch is the one to write under, as far as this Worker has heard.
	Epoch(ctx context.Context, namespace string) (int, error)
	// Write writes a row. The error is a *drills.RefusedWrite where the store did not take it;
	// any other leaves that open.
	Write(ctx context.Context, namespace string, row drills.Row) error
}

// unknownEpoch is none that a store begins.
const unknownEpoch = 0

// epoch is taken before an Activity does anything: what it writes belongs to the time
// in which it was begun.
func (b *book) epoch(ctx context.Context) int {
	if b.rows == nil {
		return unknownEpoch
	}
	epoch, err := b.rows.Epoch(ctx, b.namespace)
	if err != nil {
		return unknownEpoch // it is asked again, and then it counts
	}
	return epoch
}

// store writes the row of an Activity. Its ledger has the write before the store has
// it, and what the store said before anything builds on that.
//
//	sent ──► Write ──► acknowledged, or abandoned when it was refused; neither when nobody knows
func (b *book) store(ctx context.Context, info activity.Info, epoch int) error {
	if b.rows == nil {
		return nil
	}
	op := b.execution(drills.WriteOperation, info)
	op.ID += "/row"
	var err error
	if epoch == unknownEpoch {
		epoch, err = b.rows.Epoch(ctx, b.namespace)
	}
	op.Epoch = epoch
	if failed := b.write(op); failed != nil {
		return failed
	}
	if err == nil {
		err = b.rows.Write(ctx, b.namespace, drills.Row{Operation: op.ID, Epoch: epoch})
	}
	var refused *drills.RefusedWrite
	switch {
	case err == nil:
		op.State = drills.OperationAcknowledged
	case errors.As(err, &refused):
		op.State, op.Refusal, op.Detail = drills.OperationAbandoned, refused.Why, refused.Told
	case epoch == unknownEpoch: // no store could be asked: nothing was written
		op.State, op.Detail = drills.OperationAbandoned, err.Error()
	default:
		return err
	}
	if failed := b.write(op); failed != nil {
		return failed
	}
	return err
}
