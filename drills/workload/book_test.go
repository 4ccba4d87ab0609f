package workload

import (
	"context"
	"testing"

	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/failoverdrill/failoverdrill/drills"
)

// booked carries out Activities as a Worker with a book does, and tells the
// cluster, which answers as told.
type booked struct {
	*book
	env *testsuite.TestActivityEnvironment
}

func newBooked(t *testing.T) *booked {
	t.Helper()
	b := &booked{book: newBook(newLedger(t), drills.WorkerIdentity("us-west", "orders", 0), "orders", nil)}
	var suite testsuite.WorkflowTestSuite
	b.env = suite.NewTestActivityEnvironment()
	b.env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{b.book}})
	b.env.RegisterActivity(ReserveStock)
	b.env.RegisterActivity(ChargeCard)
	return b
}

// tell answers each attempt to complete a task as given, in order.
func (b *booked) tell(token []byte, answers ...codes.Code) error {
	var err error
	for _, code := range answers {
		invoke := func(context.Context, string, any, any, *grpc.ClientConn, ...grpc.CallOption) error {
			return status.Error(code, code.String())
		}
		err = b.answered(context.Background(), "", &workflowservice.RespondActivityTaskCompletedRequest{TaskToken: token}, nil, nil, invoke)
	}
	return err
}

func (b *booked) lines(t *testing.T) []drills.Operation {
	t.Helper()
	return read(t, b.ledger.file.Name())
}

func TestAnExecutionIsBookedBeforeTheClusterIsTold(t *testing.T) {
	for name, test := range map[string]struct {
		answers []codes.Code
		want    []drills.OperationState
	}{
		"taken":               {[]codes.Code{codes.OK}, []drills.OperationState{drills.OperationSent, drills.OperationAcknowledged}},
		"refused":             {[]codes.Code{codes.NotFound}, []drills.OperationState{drills.OperationSent, drills.OperationAbandoned}},
		"taken at a third":    {[]codes.Code{codes.Unavailable, codes.DeadlineExceeded, codes.OK}, []drills.OperationState{drills.OperationSent, drills.OperationAcknowledged}},
		"never answered":      {[]codes.Code{codes.Unavailable}, []drills.OperationState{drills.OperationSent}},
		"answered once more":  {[]codes.Code{codes.OK, codes.NotFound}, []drills.OperationState{drills.OperationSent, drills.OperationAcknowledged}},
		"the worker has died": {nil, []drills.OperationState{drills.OperationSent}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBooked(t)
			result, err := b.env.ExecuteActivity(ReserveStock, Order{})
			if err != nil {
				t.Fatal(err)
			}
			var receipt Receipt
			if err := result.Get(&receipt); err != nil {
				t.Fatal(err)
			}
			b.mu.Lock()
			var token string
			for token = range b.pending {
			}
			b.mu.Unlock()
			if lines := b.lines(t); len(lines) != 1 || lines[0].State != drills.OperationSent {
				t.Fatalf("before the cluster was told, the ledger holds %+v", lines)
			}
			err = b.tell([]byte(token), test.answers...)
			if n := len(test.answers); n > 0 && status.Code(err) != test.answers[n-1] {
				t.Errorf("the worker is told %v", err)
			}
			lines := b.lines(t)
			if len(lines) != len(test.want) {
				t.Fatalf("got %d lines: %+v", len(lines), lines)
			}
			for i, op := range lines {
				if op.ID != receipt.Operation || op.State != test.want[i] || op.Kind != drills.ActivityOperation ||
					op.Activity != "ReserveStock" || op.Region != "us-west" || op.Namespace != "orders" || op.Workflow == "" {
					t.Errorf("line %d is %+v", i+1, op)
				}
			}
		})
	}
}

func TestWhatTookNoEffectIsNotBooked(t *testing.T) {
	b := newBooked(t)
	if _, err := b.env.ExecuteActivity(ChargeCard, Order{Declines: 1}); err == nil {
		t.Error("a declined charge went well")
	}
	if lines := b.lines(t); len(lines) != 0 {
		t.Errorf("got %+v", lines)
	}
}

func TestAnExecutionThatCannotBeBookedFails(t *testing.T) {
	b := newBooked(t)
	if err := b.ledger.close(); err != nil {
		t.Fatal(err)
	}
	if _, err := b.env.ExecuteActivity(ReserveStock, Order{}); err == nil {
		t.Error("it went well, and nobody wrote it down")
	}
	select {
	case err := <-b.failed:
		if err == nil {
			t.Error("no error")
		}
	default:
		t.Error("the worker goes on without a ledger")
	}
}

// Two executions of one Activity for one Workflow are told apart.
func TestEveryExecutionHasAReceiptOfItsOwn(t *testing.T) {
	b := newBooked(t)
	seen := map[string]bool{}
	for range 3 {
		receipt, err := b.effect(activity.Info{TaskToken: []byte("token")})
		if err != nil {
			t.Fatal(err)
		}
		seen[receipt.Operation] = true
	}
	if len(seen) != 3 {
		t.Error("two executions share a receipt")
	}
}
