// Package workload is what a drill runs: Workflows and Activities, the Workers
// that execute them and the open-loop starters that drive them.
package workload

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// TaskQueue is the task queue of the orders workload.
const TaskQueue = "orders"

// Names under which the workload is registered.
const (
	OrderWorkflow = "Order"
	PaymentSignal = "payment"
)

// Order is the input of the Order Workflow. What varies from order to order is
// drawn by the starter from the run's seed.
type Order struct {
	ID            string        `json:"id"`
	PaymentWithin time.Duration `json:"paymentWithin"` // then the card on file is charged
	Settle        time.Duration `json:"settle"`        // between charge and shipment
	Work          time.Duration `json:"work"`          // of each Activity
	Declines      int           `json:"declines"`      // how often the charge fails before it succeeds
}

// Payment is the input of the payment signal.
type Payment struct {
	Operation string `json:"operation"` // id of the operation in the ledger
}

// ErrDeclined is the retryable failure of a charge that is declined.
var ErrDeclined = errors.New("card declined, try again")

// RunOrder reserves stock, waits for the payment or its deadline, charges,
// lets the charge settle and ships.
//
//	reserve ──► payment signal, or timer ──► charge (retried) ──► timer ──► ship
func RunOrder(ctx workflow.Context, order Order) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 5 * time.Second,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: 200 * time.Millisecond, MaximumInterval: 2 * time.Second},
	})
	if err := workflow.ExecuteActivity(ctx, ReserveStock, order).Get(ctx, nil); err != nil {
		return err
	}
	var payment Payment
	workflow.GetSignalChannel(ctx, PaymentSignal).ReceiveWithTimeout(ctx, order.PaymentWithin, &payment)
	if err := workflow.ExecuteActivity(ctx, ChargeCard, order).Get(ctx, nil); err != nil {
		return err
	}
	if err := workflow.Sleep(ctx, order.Settle); err != nil {
		return err
	}
	return workflow.ExecuteActivity(ctx, ShipOrder, order).Get(ctx, nil)
}

// ReserveStock sets the goods of an order aside.
func ReserveStock(ctx context.Context, order Order) error { return work(ctx, order.Work) }

// ChargeCard charges an order. It is declined as often as the order says.
func ChargeCard(ctx context.Context, order Order) error {
	if err := work(ctx, order.Work); err != nil {
		return err
	}
	if int(activity.GetInfo(ctx).Attempt) <= order.Declines {
		return ErrDeclined
	}
	return nil
}

// ShipOrder sends an order off.
func ShipOrder(ctx context.Context, order Order) error { return work(ctx, order.Work) }

// work takes as long as a call to another service would, unless ctx ends.
func work(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// register makes the workload known to a Worker.
func register(w worker.Registry) {
	w.RegisterWorkflowWithOptions(RunOrder, workflow.RegisterOptions{Name: OrderWorkflow})
	w.RegisterActivity(ReserveStock)
	w.RegisterActivity(ChargeCard)
	w.RegisterActivity(ShipOrder)
	w.RegisterWorkflowWithOptions(runTarget, workflow.RegisterOptions{Name: targetWorkflow})
	w.RegisterWorkflowWithOptions(runMilestones, workflow.RegisterOptions{Name: probeWorkflow})
	w.RegisterActivity(probeActivity)
}
