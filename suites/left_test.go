package suites

import (
	"context"
	"errors"
	"fmt"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/harness"
)

// left is a region that lives on while its Namespace is handed over.
type left struct {
	scene  harness.Scene
	region string
}

func (l *left) state(ctx context.Context) (enumspb.ReplicationState, error) {
	answer, err := l.scene.Stack.Service(l.region).DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: "orders"})
	return answer.GetReplicationConfig().GetState(), err
}

// closed waits until the region serves nobody any more and waits for the survivor
// to have everything.
func (l *left) closed(ctx context.Context) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		state, err := l.state(ctx)
		if err == nil && state == enumspb.REPLICATION_STATE_HANDOVER {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("await that %s is closed for its handover: it is %s: %w", l.region, state, context.Cause(ctx)), err)
		case <-tick.C:
		}
	}
}

// The Workflow by which the server hands the Namespace of these drills over.
const handover = "failoverdrill-handover-orders-to-us-west"

// nothing fails when the handover may still be carried out, or has left the region
// closed.
func (l *left) nothing(ctx context.Context) error {
	state, err := l.state(ctx)
	if err != nil {
		return err
	}
	answer, err := l.scene.Stack.Service(l.region).DescribeWorkflowExecution(ctx, &workflowservice.DescribeWorkflowExecutionRequest{
		Namespace: "temporal-system", Execution: &commonpb.WorkflowExecution{WorkflowId: handover},
	})
	if err != nil {
		return err
	}
	status := answer.GetWorkflowExecutionInfo().GetStatus()
	// Whether it was ended or had failed by then is the server's own timing.
	ended := status == enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED || status == enumspb.WORKFLOW_EXECUTION_STATUS_FAILED
	if state != enumspb.REPLICATION_STATE_NORMAL || !ended {
		return errors.New(fmt.Sprint("the namespace is ", state, ", the handover ", status))
	}
	return nil
}

// halfWay is a fault that comes when the region is closed for its handover: no
// stage of a drill tells when, and the handover is over a moment later.
type halfWay struct {
	drills.Fault
	of *left
}

// Inject fails where the handover does not come so far before it would be forced.
func (f halfWay) Inject(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, drills.HybridAfter)
	defer cancel()
	if err := f.of.closed(limited); err != nil {
		return err
	}
	return f.Fault.Inject(ctx)
}
