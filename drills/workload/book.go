package workload

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/failoverdrill/failoverdrill/drills"
)

// Receipt is the result of an Activity of the load: which execution of it the
// history took.
type Receipt struct {
	Operation string `json:"operation"` // id of the execution in the Worker's ledger
}

// book keeps a Worker's ledger: each execution of an Activity that took effect,
// before the cluster is told, and that the cluster took it, before the Worker
// goes on.
//
//	body ends ──► sent ──► RespondActivityTaskCompleted ──► acknowledged, or abandoned when it was refused
type book struct {
	interceptor.WorkerInterceptorBase
	ledger    *ledger
	identity  string
	region    string
	namespace string
	failed    chan error // the ledger cannot be written: nothing may be acknowledged
	rows      Rows       // nil where Activities write to no store

	mu      sync.Mutex
	pending map[string]drills.Operation // by task token
}

func newBook(l *ledger, identity, namespace string, rows Rows) *book {
	region, _, _ := drills.FleetOf(identity)
	return &book{
		ledger: l, identity: identity, region: region, namespace: namespace, rows: rows,
		failed: make(chan error, 1), pending: map[string]drills.Operation{},
	}
}

// InterceptActivity puts the book around every Activity.
func (b *book) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return &bookedActivity{ActivityInboundInterceptorBase: interceptor.ActivityInboundInterceptorBase{Next: next}, book: b}
}

type bookedActivity struct {
	interceptor.ActivityInboundInterceptorBase
	book *book
}

// ExecuteActivity books an execution that took effect and gives its receipt to
// the history. Activities of probes are no load.
func (a *bookedActivity) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	info := activity.GetInfo(ctx)
	if strings.HasPrefix(info.WorkflowType.Name, ProbePrefix) {
		return a.Next.ExecuteActivity(ctx, in)
	}
	epoch := a.book.epoch(ctx)
	result, err := a.Next.ExecuteActivity(ctx, in)
	if err != nil {
		return result, err
	}
	if err := a.book.store(ctx, info, epoch); err != nil {
		return nil, err
	}
	return a.book.effect(info)
}

// execution is an operation of the Activity that runs.
func (b *book) execution(kind drills.OperationKind, info activity.Info) drills.Operation {
	now := drills.Offset(b.ledger.clock.Now())
	return drills.Operation{
		ID:   fmt.Sprintf("%s/%s/%s@%d", info.WorkflowExecution.ID, info.ActivityType.Name, b.identity, int64(now)),
		Kind: kind, State: drills.OperationSent, Region: b.region, Namespace: b.namespace,
		Workflow: info.WorkflowExecution.ID, Activity: info.ActivityType.Name, Intended: now, Attempts: int(info.Attempt),
	}
}

// effect writes down that an Activity took effect.
func (b *book) effect(info activity.Info) (Receipt, error) {
	op := b.execution(drills.ActivityOperation, info)
	if err := b.write(op); err != nil {
		return Receipt{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pending[string(info.TaskToken)] = op
	return Receipt{Operation: op.ID}, nil
}

// answered is a client interceptor beneath the SDK's own retries: it sees what
// the cluster says of each completion. What it does not say may have been taken.
func (b *book) answered(ctx context.Context, method string, request, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
	err := invoke(ctx, method, request, reply, conn, options...)
	completed, ok := request.(*workflowservice.RespondActivityTaskCompletedRequest)
	if !ok {
		return err
	}
	state := drills.OperationAcknowledged
	switch status.Code(err) {
	case codes.OK:
	case codes.NotFound: // the Activity timed out, or was completed by another execution
		state = drills.OperationAbandoned
	default:
		return err
	}
	token := string(completed.GetTaskToken())
	b.mu.Lock()
	op, known := b.pending[token]
	delete(b.pending, token)
	b.mu.Unlock()
	if !known {
		return err
	}
	if op.State = state; err != nil {
		op.Detail = err.Error()
	}
	if failed := b.write(op); failed != nil {
		return failed
	}
	return err
}

func (b *book) write(op drills.Operation) error {
	err := b.ledger.write(op)
	if err != nil {
		select {
		case b.failed <- err:
		default:
		}
	}
	return err
}
