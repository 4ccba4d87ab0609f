package workload

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/failoverdrill/failoverdrill/drills"
)

// load makes one Workflow after another.
type load interface {
	// next is a Workflow and what follows its start. What varies is drawn from draw.
	next(draw *rand.Rand, values drills.InputValues) (job, error)
}

// job is one Workflow: its start, and the calls that follow.
type job struct {
	kind        string // of Workflow
	taskQueue   string
	taskTimeout time.Duration // 0 takes the server's
	input       []any
	calls       []followUp
}

// followUp is a call that comes some time after the start was acknowledged.
type followUp struct {
	id    string // of it, behind that of its Workflow
	kind  drills.OperationKind
	name  string
	after time.Duration
	input func(operation string) []any
}

// orders is the load that ships: for each order a payment signal, and for every other
// one an update of the address.
type orders struct{}

func (orders) next(draw *rand.Rand, values drills.InputValues) (job, error) {
	order := Order{
		ID:            values.ID,
		PaymentWithin: 5 * time.Second,
		Settle:        between(draw, 500, 900),
		Work:          between(draw, 5, 25),
	}
	if draw.IntN(10) == 0 {
		order.Declines = 1
	}
	order.Gift = draw.IntN(8) == 0
	pay := between(draw, 200, 500)
	move, moves := between(draw, 50, 150), draw.IntN(2) == 0
	out := job{kind: OrderWorkflow, taskQueue: TaskQueue, input: []any{order}}
	out.calls = append(out.calls, followUp{
		id: PaymentSignal, kind: drills.SignalOperation, name: PaymentSignal, after: pay,
		input: func(operation string) []any { return []any{Payment{Operation: operation}} },
	})
	if moves {
		out.calls = append(out.calls, followUp{
			id: AddressUpdate, kind: drills.UpdateOperation, name: AddressUpdate, after: move,
			input: func(operation string) []any { return []any{Address{Operation: operation}} },
		})
	}
	return out, nil
}

func between(draw *rand.Rand, low, high int) time.Duration {
	return time.Duration(low+draw.IntN(high-low)) * time.Millisecond
}

// own is a load of the user's own Workflows.
type own struct {
	settings drills.WorkflowSettings
	input    *drills.Input
	calls    []ownCall
}

type ownCall struct {
	drills.CallSettings
	id    string
	kind  drills.OperationKind
	input *drills.Input
}

func newOwn(settings drills.WorkflowSettings) (*own, error) {
	input, err := drills.ParseInput(settings.Input...)
	if err != nil {
		return nil, fmt.Errorf("read input of %s: %w", settings.Type, err)
	}
	out := &own{settings: settings, input: input}
	for _, calls := range []struct {
		name string
		kind drills.OperationKind
		list []drills.CallSettings
	}{
		{"signals", drills.SignalOperation, settings.Signals},
		{"updates", drills.UpdateOperation, settings.Updates},
		{"queries", drills.QueryOperation, settings.Queries},
	} {
		for i, c := range calls.list {
			input, err := drills.ParseInput(c.Input...)
			if err != nil {
				return nil, fmt.Errorf("read input of %s: %w", c.Name, err)
			}
			out.calls = append(out.calls, ownCall{CallSettings: c, id: fmt.Sprintf("%s[%d]/%s", calls.name, i, c.Name), kind: calls.kind, input: input})
		}
	}
	return out, nil
}

func (o *own) next(draw *rand.Rand, values drills.InputValues) (job, error) {
	out := job{kind: o.settings.Type, taskQueue: o.settings.TaskQueue, taskTimeout: o.settings.TaskTimeout}
	var err error
	if out.input, err = render(o.input, values, draw); err != nil {
		return job{}, fmt.Errorf("make input of %s: %w", o.settings.Type, err)
	}
	for _, c := range o.calls {
		sent := draw.Float64()*100 < float64(c.Share)
		after := c.After.Draw(draw)
		input, err := render(c.input, values, draw)
		if err != nil {
			return job{}, fmt.Errorf("make input of %s: %w", c.Name, err)
		}
		if sent { // drawn all the same: what comes behind it must not depend on it
			out.calls = append(out.calls, followUp{id: c.id, kind: c.kind, name: c.Name, after: after, input: func(string) []any { return input }})
		}
	}
	return out, nil
}

func render(in *drills.Input, values drills.InputValues, draw *rand.Rand) ([]any, error) {
	made, err := in.Render(values, draw)
	var out []any
	for _, argument := range made {
		out = append(out, argument)
	}
	return out, err
}

// OperationHeader is the header of a signal that tells which operation of the ledger it
// is: a Workflow of the user's own has its input for itself. It stays with the signal in
// every history that it gets into.
const OperationHeader = "failoverdrill-operation"

// header tells of an operation, where its input does not.
func (s *starter) header(operation string) (*commonpb.Header, error) {
	if s.settings.Workflow == nil {
		return nil, nil
	}
	payload, err := s.client.payloads.ToPayload(operation)
	if err != nil {
		return nil, err
	}
	return &commonpb.Header{Fields: map[string]*commonpb.Payload{OperationHeader: payload}}, nil
}

// query asks a Workflow, and has its Worker answer.
func (s *starter) query(ctx context.Context, call followUp, operation, workflow string) error {
	_, err := s.client.QueryWorkflow(ctx, workflow, "", call.name, call.input(operation)...)
	return err
}

// timeout is a duration as a request has it; nil for the server's own.
func timeout(d time.Duration) *durationpb.Duration {
	if d == 0 {
		return nil
	}
	return durationpb.New(d)
}
