// Package payments is a service as a team has it: a Workflow, its Activities and the
// settings that decide whether it survives the loss of a region. It knows the Temporal
// SDK and nothing of drills.
package payments

import (
	"context"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// TaskQueue is where payments are worked on.
const TaskQueue = "payments"

// Payment is what a customer asks for.
type Payment struct {
	ID     string `json:"id"`
	Cents  int    `json:"cents"`
	Method string `json:"method"` // card or transfer
}

// State is what a payment tells of itself.
type State struct {
	Step string `json:"step"`
	Note string `json:"note"`
}

// Process authorizes a payment, waits until it is confirmed, captures it and sends a
// receipt. Until then its note can be changed, and its state asked for.
func Process(ctx workflow.Context, payment Payment) (State, error) {
	state := State{Step: "authorizing"}
	if err := workflow.SetQueryHandler(ctx, "state", func() (State, error) { return state, nil }); err != nil {
		return state, err
	}
	err := workflow.SetUpdateHandler(ctx, "annotate", func(_ workflow.Context, note string) error {
		state.Note = note
		return nil
	})
	if err != nil {
		return state, err
	}
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 5 * time.Second,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: 200 * time.Millisecond, MaximumInterval: 2 * time.Second},
	})
	if err := workflow.ExecuteActivity(ctx, Authorize, payment).Get(ctx, nil); err != nil {
		return state, err
	}
	state.Step = "confirming"
	workflow.GetSignalChannel(ctx, "confirm").ReceiveWithTimeout(ctx, 10*time.Second, nil)
	state.Step = "capturing"
	if err := workflow.ExecuteActivity(ctx, Capture, payment).Get(ctx, nil); err != nil {
		return state, err
	}
	if err := workflow.Sleep(ctx, 500*time.Millisecond); err != nil {
		return state, err
	}
	state.Step = "done"
	return state, workflow.ExecuteActivity(ctx, Receipt, payment).Get(ctx, nil)
}

// Authorize asks a bank.
func Authorize(ctx context.Context, _ Payment) error { return ask(ctx) }

// Capture has the bank pay.
func Capture(ctx context.Context, _ Payment) error { return ask(ctx) }

// Receipt tells the customer.
func Receipt(ctx context.Context, _ Payment) error { return ask(ctx) }

// ask takes as long as a call of another service.
func ask(ctx context.Context) error {
	answer := time.NewTimer(20 * time.Millisecond)
	defer answer.Stop()
	select {
	case <-answer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
