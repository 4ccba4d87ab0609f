package selftest

import (
	"context"
	"errors"
	"fmt"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/harness"
)

// The defects of this file are planted by means of the cluster's own API: what
// the harness sees of them is what an operator's mistake or a server's fault
// would leave behind.

// shop is the API of the region where orders are at home.
type shop struct {
	workflowservice.WorkflowServiceClient
	namespace string
}

func shopOf(s harness.Scene) shop {
	ns := s.Stack.Topology().HomedIn(primary(s))[0]
	return shop{s.Stack.Service(ns.Home), ns.Name}
}

// list finds the orders of a status.
func (s shop) list(ctx context.Context, status string) ([]*commonpb.WorkflowExecution, error) {
	answer, err := s.ListWorkflowExecutions(ctx, &workflowservice.ListWorkflowExecutionsRequest{
		Namespace: s.namespace, Query: fmt.Sprintf("WorkflowType = 'Order' AND ExecutionStatus = '%s'", status),
	})
	var out []*commonpb.WorkflowExecution
	for _, e := range answer.GetExecutions() {
		out = append(out, e.GetExecution())
	}
	return out, err
}

// executedTwice has an order that has ended go on once more from before its last
// Activity, which is carried out a second time.
func executedTwice(s harness.Scene) drills.World {
	s.After(drills.SteadyStateReached, func(ctx context.Context) error {
		shop := shopOf(s)
		ended, err := shop.list(ctx, "Completed")
		if err != nil {
			return err
		}
		if len(ended) == 0 {
			return errors.New("carry an activity out twice: no order has ended")
		}
		history, err := shop.GetWorkflowExecutionHistory(ctx, &workflowservice.GetWorkflowExecutionHistoryRequest{Namespace: shop.namespace, Execution: ended[0]})
		if err != nil {
			return err
		}
		var before int64 // the Workflow Task that had the last Activity scheduled
		for _, e := range history.GetHistory().GetEvents() {
			if e.GetEventType() == enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED {
				before = e.GetActivityTaskScheduledEventAttributes().GetWorkflowTaskCompletedEventId()
			}
		}
		_, err = shop.ResetWorkflowExecution(ctx, &workflowservice.ResetWorkflowExecutionRequest{
			Namespace: shop.namespace, WorkflowExecution: ended[0], WorkflowTaskFinishEventId: before,
			Reason: "carry an activity out twice", RequestId: "twice",
		})
		return err
	})
	return s.World
}

// retrySuppressed pauses an Activity of which an attempt has failed while it
// waits for the next, which then never comes.
func retrySuppressed(s harness.Scene) drills.World {
	s.After(drills.SteadyStateReached, func(ctx context.Context) error {
		shop := shopOf(s)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			open, err := shop.list(ctx, "Running")
			if err != nil {
				return err
			}
			for _, order := range open {
				if done, err := shop.suppress(ctx, order); done || err != nil {
					return err
				}
			}
			select {
			case <-ctx.Done():
				return context.Cause(ctx)
			case <-tick.C:
			}
		}
	})
	return s.World
}

// suppress pauses what an order is about to try again, and reports whether it
// is still waiting then.
func (s shop) suppress(ctx context.Context, order *commonpb.WorkflowExecution) (bool, error) {
	waiting, err := s.retry(ctx, order)
	if waiting == nil || err != nil {
		return false, err
	}
	_, err = s.PauseActivity(ctx, &workflowservice.PauseActivityRequest{
		Namespace: s.namespace, Execution: order, Reason: "suppress a retry",
		Activity: &workflowservice.PauseActivityRequest_Id{Id: waiting.GetActivityId()},
	})
	var dispatched *serviceerror.NotFound
	if errors.As(err, &dispatched) {
		return false, nil // meanwhile: another one will do
	}
	if err != nil {
		return false, err
	}
	waiting, err = s.retry(ctx, order)
	return waiting.GetState() == enumspb.PENDING_ACTIVITY_STATE_PAUSED, err
}

// retry is the Activity that an order waits to try again, if it does.
func (s shop) retry(ctx context.Context, order *commonpb.WorkflowExecution) (*workflowpb.PendingActivityInfo, error) {
	answer, err := s.DescribeWorkflowExecution(ctx, &workflowservice.DescribeWorkflowExecutionRequest{Namespace: s.namespace, Execution: order})
	if err != nil {
		return nil, err
	}
	for _, a := range answer.GetPendingActivities() {
		if a.GetAttempt() > 1 && a.GetState() != enumspb.PENDING_ACTIVITY_STATE_STARTED {
			return a, nil
		}
	}
	return nil, nil
}
