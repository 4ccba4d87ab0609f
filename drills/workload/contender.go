package workload

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/failoverdrill/failoverdrill/drills"
)

// contender is a starter's side of a contest.
type contender struct {
	acting atomic.Int64 // Workflows

	mu    sync.Mutex
	begun map[Contest]bool
}

// Bounds of what a side does with one Workflow. A call may meet a region that
// does not know yet that it is active: it is asked again soon.
const (
	contendWithin = 30 * time.Second
	contendTry    = 3 * time.Second
)

// begin reports whether a step is new: who asks for it may ask again.
func (c *contender) begin(step Contest) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.begun[step] {
		return false
	}
	if c.begun == nil {
		c.begun = map[Contest]bool{}
	}
	c.begun[step] = true
	return true
}

// contend begins a step of a contest, all its Workflows at the same time.
func (s *starter) contend(ctx context.Context, c Contest) error {
	if err := c.check(); err != nil || !s.contest.begin(c) {
		return err
	}
	on := func(id string, n int, act func(contested, context.Context)) {
		s.contest.acting.Add(1)
		s.running.Go(func() {
			defer s.contest.acting.Add(-1)
			ctx, cancel := context.WithTimeout(ctx, contendWithin)
			defer cancel()
			act(contested{starter: s, id: id, closes: c.closes(n), acts: c.Step == ActOnContest}, ctx)
		})
	}
	for n := 1; n <= c.Count; n++ {
		switch c.Step {
		case OpenContest:
			on(c.Before(n), n, func(w contested, ctx context.Context) { w.start(ctx) })
		case ActOnContest:
			on(c.Before(n), n, contested.join)
			on(c.Amid(n), n, contested.found)
		case EndContest:
			on(c.Before(n), n, contested.end)
			on(c.Amid(n), n, contested.end)
		}
	}
	return nil
}

// contested is one Workflow, as a side acts on it.
type contested struct {
	*starter
	id     string
	closes bool // before the two sides see each other again
	acts   bool // as the other side does too
}

// operation is one that this side carries out: the same of the other side is
// another one.
func (w contested) operation(kind drills.OperationKind, name string) drills.Operation {
	return drills.Operation{
		ID: w.id + "/" + name + "@" + w.settings.Region, Kind: kind, Region: w.settings.Region, Namespace: w.namespace,
		Workflow: w.id, Intended: drills.Offset(w.clock.Now()), Contested: w.acts,
	}
}

// carry carries out an operation, each try of it short.
func (w contested) carry(ctx context.Context, op *drills.Operation, call func(context.Context) error) bool {
	return w.carryOutAs(ctx, op, func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, contendTry)
		defer cancel()
		return call(ctx)
	})
}

// join acts on a Workflow that both sides hold open.
func (w contested) join(ctx context.Context) {
	w.send(ctx, EntrySignal, EntrySignal)
	w.claim(ctx)
	if w.closes {
		w.finish(ctx, "")
	}
}

// found starts a Workflow of an id that the other side starts too.
func (w contested) found(ctx context.Context) {
	if run, ok := w.start(ctx); ok && w.closes {
		w.finish(ctx, run)
	}
}

// start has a request id of this side's own: the other's start is no retry of it.
func (w contested) start(ctx context.Context) (run string, ok bool) {
	op := w.operation(drills.StartOperation, "start")
	ok = w.carry(ctx, &op, func(ctx context.Context) error {
		answer, err := w.client.WorkflowService().StartWorkflowExecution(ctx, &workflowservice.StartWorkflowExecutionRequest{
			Namespace: w.namespace, WorkflowId: w.id, RequestId: op.ID, Identity: w.identity,
			WorkflowType: &commonpb.WorkflowType{Name: ContestWorkflow}, TaskQueue: &taskqueuepb.TaskQueue{Name: TaskQueue},
		})
		var already *serviceerror.WorkflowExecutionAlreadyStarted
		if errors.As(err, &already) && already.StartRequestId == op.ID {
			op.Run = already.RunId // an attempt that went unanswered had arrived
			return nil
		}
		op.Run = answer.GetRunId()
		return err
	})
	return op.Run, ok
}

// send signals a Workflow under a name of the operation's own.
func (w contested) send(ctx context.Context, signal, name string) drills.Operation {
	op := w.operation(drills.SignalOperation, name)
	w.carry(ctx, &op, func(ctx context.Context) error {
		input, err := w.client.payloads.ToPayloads(Receipt{Operation: op.ID})
		if err != nil {
			return err
		}
		_, err = w.client.WorkflowService().SignalWorkflowExecution(ctx, &workflowservice.SignalWorkflowExecutionRequest{
			Namespace: w.namespace, RequestId: op.ID, Identity: w.identity, SignalName: signal, Input: input,
			WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: w.id},
		})
		return err
	})
	return op
}

func (w contested) claim(ctx context.Context) {
	op := w.operation(drills.UpdateOperation, ClaimUpdate)
	w.carry(ctx, &op, func(ctx context.Context) error {
		handle, err := w.client.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
			UpdateID: op.ID, WorkflowID: w.id, UpdateName: ClaimUpdate,
			Args: []any{Receipt{Operation: op.ID}}, WaitForStage: client.WorkflowUpdateStageCompleted,
		})
		if err != nil {
			return err
		}
		return handle.Get(ctx, nil)
	})
}

// finish closes a Workflow, and has a client told what came of it.
func (w contested) finish(ctx context.Context, run string) {
	if w.send(ctx, CloseSignal, CloseSignal).State != drills.OperationAcknowledged {
		return
	}
	op := w.operation(drills.ResultOperation, "result")
	w.carry(ctx, &op, func(ctx context.Context) error {
		var result Receipt
		of := w.client.GetWorkflow(ctx, w.id, run)
		if err := of.Get(ctx, &result); err != nil {
			return err
		}
		op.Run, op.Result = of.GetRunID(), result.Operation
		return nil
	})
}

// end closes a Workflow that is still open once all is over.
func (w contested) end(ctx context.Context) {
	found, err := w.client.DescribeWorkflowExecution(ctx, w.id, "")
	if err == nil && found.GetWorkflowExecutionInfo().GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING {
		w.send(ctx, CloseSignal, "end")
	}
}
