package workload

import (
	"context"
	"errors"
	"fmt"
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
	Slots         int           // tasks of each kind run at once
	WarmUp        time.Duration // declared: an application's own start before it polls
	Ledger        string        // file that takes what its Activities did
	Clock         string
	MinResolution time.Duration
}

// RunWorker executes the orders workload until ctx ends.
func RunWorker(ctx context.Context, s WorkerSettings) (err error) {
	base, err := clock.Parse(s.Clock)
	if err != nil {
		return err
	}
	if err := work(ctx, s.WarmUp); err != nil {
		return nil // stopped while it warmed up
	}
	l, err := openLedger(s.Ledger, base)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	var b *book
	c, _, err := connect(s.Identity, s.MinResolution, func(o *client.Options) {
		b = newBook(l, s.Identity, o.Namespace)
		o.ConnectionOptions.DialOptions = append(o.ConnectionOptions.DialOptions, grpc.WithChainUnaryInterceptor(b.answered))
	})
	if err != nil {
		return err
	}
	defer c.Close()
	w := worker.New(c, TaskQueue, worker.Options{
		Identity:                               s.Identity,
		MaxConcurrentActivityExecutionSize:     s.Slots,
		MaxConcurrentWorkflowTaskExecutionSize: max(s.Slots, 2), // the SDK's own minimum
		Interceptors:                           []interceptor.WorkerInterceptor{b},
	})
	register(w)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	interrupt := make(chan any)
	stop := context.AfterFunc(ctx, func() { close(interrupt) })
	defer stop()
	booking := make(chan error, 1)
	go func() {
		select {
		case err := <-b.failed:
			booking <- err
			cancel()
		case <-ctx.Done():
			booking <- nil
		}
	}()
	if err := w.Run(interrupt); err != nil {
		return fmt.Errorf("run worker %s: %w", s.Identity, err)
	}
	cancel()
	return <-booking
}
