package workload

import (
	"context"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// Types of the Workflows that probes run. They are no part of the load: their
// names begin with ProbePrefix, by which whoever counts load leaves them out.
const (
	ProbePrefix    = "FailoverdrillProbe"
	probeWorkflow  = ProbePrefix + "Milestones"
	targetWorkflow = ProbePrefix + "Target"
)

// ProbeIDPrefix begins the ids of their Workflows.
const ProbeIDPrefix = "probe-"

// ProbeQueue is the task queue of probes where Workers are the user's own: nobody polls
// it, and nobody has to.
const ProbeQueue = "failoverdrill-probes"

// What probes ask of a target.
const (
	tickSignal = "tick"
	pingQuery  = "ping"
	echoUpdate = "echo"
)

// runTarget takes signals, queries and updates until it is terminated.
func runTarget(ctx workflow.Context) error {
	ticks := 0
	if err := workflow.SetQueryHandler(ctx, pingQuery, func() (int, error) { return ticks, nil }); err != nil {
		return err
	}
	err := workflow.SetUpdateHandler(ctx, echoUpdate, func(_ workflow.Context, n int) (int, error) { return n, nil })
	if err != nil {
		return err
	}
	for signals := workflow.GetSignalChannel(ctx, tickSignal); ; ticks++ {
		signals.Receive(ctx, nil)
	}
}

// probeTimer is how long the timer of a probe runs: as short as timers are kept
// apart by a cluster.
const probeTimer = 50 * time.Millisecond

// runMilestones passes one of each: a Workflow Task, an Activity, a timer, the
// end.
func runMilestones(ctx workflow.Context) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: time.Second,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: 100 * time.Millisecond, MaximumInterval: time.Second},
	})
	if err := workflow.ExecuteActivity(ctx, probeActivity).Get(ctx, nil); err != nil {
		return err
	}
	return workflow.Sleep(ctx, probeTimer)
}

func probeActivity(context.Context) error { return nil }
