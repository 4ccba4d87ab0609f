package toxics

import (
	"context"
	"sync"
)

// turns have what faults change of each Link made one after another. A change whose caller
// gave up goes on to its own end, and what undoes it must not overtake it: the Link
// would stay as nobody wants it any more.
type turns struct{ of sync.Map } // by the name of the Link

// take makes a change of a Link once the one before has ended. Where ctx ends before its
// turn, it is not made.
func (t *turns) take(ctx context.Context, link string, change func() error) error {
	turn, _ := t.of.LoadOrStore(link, new(sync.Mutex))
	return do(ctx, func() error {
		turn.(*sync.Mutex).Lock()
		defer turn.(*sync.Mutex).Unlock()
		if err := ctx.Err(); err != nil {
			return err
		}
		return change()
	})
}
