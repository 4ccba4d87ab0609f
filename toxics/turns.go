package toxics

import (
	"context"
	"sync"
)

// turns have the changes of each Link made one after another. A change whose caller
// gave up goes on to its own end, and what undoes it must not overtake it: the Link
// would stay as nobody wants it any more.
type turns struct {
	mu sync.Mutex
	of map[string]*sync.Mutex // by the name of the Link
}

// take makes a change of a Link once the one before has ended. Where ctx ends before its
// turn, it is not made.
func (t *turns) take(ctx context.Context, link string, change func() error) error {
	turn := t.next(link)
	return do(ctx, func() error {
		turn.Lock()
		defer turn.Unlock()
		if err := ctx.Err(); err != nil {
			return err
		}
		return change()
	})
}

func (t *turns) next(link string) *sync.Mutex {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.of == nil {
		t.of = map[string]*sync.Mutex{}
	}
	if t.of[link] == nil {
		t.of[link] = new(sync.Mutex)
	}
	return t.of[link]
}
