package workload

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/worker"
)

// WorkerSettings is what a Worker process is told beside where to connect.
type WorkerSettings struct {
	Identity      string
	Slots         int           // tasks of each kind run at once
	WarmUp        time.Duration // declared: an application's own start before it polls
	MinResolution time.Duration
}

// RunWorker executes the orders workload until ctx ends.
func RunWorker(ctx context.Context, s WorkerSettings) error {
	if err := work(ctx, s.WarmUp); err != nil {
		return nil // stopped while it warmed up
	}
	c, _, err := connect(s.Identity, s.MinResolution)
	if err != nil {
		return err
	}
	defer c.Close()
	w := worker.New(c, TaskQueue, worker.Options{
		Identity:                               s.Identity,
		MaxConcurrentActivityExecutionSize:     s.Slots,
		MaxConcurrentWorkflowTaskExecutionSize: max(s.Slots, 2), // the SDK's own minimum
	})
	register(w)
	interrupt := make(chan any)
	stop := context.AfterFunc(ctx, func() { close(interrupt) })
	defer stop()
	if err := w.Run(interrupt); err != nil {
		return fmt.Errorf("run worker %s: %w", s.Identity, err)
	}
	return nil
}
