package workload

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"
	"google.golang.org/grpc"

	"github.com/failoverdrill/failoverdrill/drills/clock"
)

// WorkerSettings is what a Worker process is told beside where to connect.
type WorkerSettings struct {
	Identity      string
	Listen        string        // ip:port of its control over HTTP
	Slots         int           // tasks of each kind run at once
	WarmUp        time.Duration // declared: an application's own start before it polls
	Ledger        string        // file that takes what its Activities did
	Clock         string
	MinResolution time.Duration
	Rows          Rows // the store that Activities write to; nil for none
}

// RunWorker executes the orders workload until ctx ends.
func RunWorker(ctx context.Context, s WorkerSettings) (err error) {
	base, err := clock.Parse(s.Clock)
	if err != nil {
		return err
	}
	slots, err := newOccupiable(s.Slots)
	if err != nil {
		return err
	}
	l, err := openLedger(s.Ledger, base)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	var b *book
	c, err := connect(s.Identity, s.MinResolution, func(o *client.Options) {
		b = newBook(l, s.Identity, o.Namespace, s.Rows)
		o.ConnectionOptions.DialOptions = append(o.ConnectionOptions.DialOptions, grpc.WithChainUnaryInterceptor(b.answered))
	})
	if err != nil {
		return err
	}
	defer c.Close()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	hands := newCrew(s, slots, func(o worker.Options) worker.Worker {
		o.Interceptors = []interceptor.WorkerInterceptor{b}
		w := worker.New(c.Client, TaskQueue, o)
		register(w)
		return w
	})
	served := make(chan error, 1)
	go func() { served <- hands.serve(ctx) }()
	go func() {
		if work(ctx, s.WarmUp) == nil {
			_ = hands.work(ctx) // fails only as ctx ends
		}
	}()
	select {
	case err = <-served:
		served <- nil
	case err = <-hands.fatal:
	case err = <-b.failed:
	case <-ctx.Done():
	}
	cancel(err)
	hands.rest()
	return errors.Join(err, <-served)
}
