// Package workload is what a drill runs: Workflows and Activities, the Workers
// that execute them and the open-loop starters that drive them.
package workload

import (
	"context"
	"errors"
	"fmt"
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
	OrderWorkflow   = "Order"
	GiftWorkflow    = "Gift"    // a child of some orders
	RestockWorkflow = "Restock" // what a schedule starts
	PaymentSignal   = "payment"
	AddressUpdate   = "address"
)

// Order is the input of the Order Workflow. What varies from order to order is
// drawn by the starter from the run's seed.
type Order struct {
	ID            string        `json:"id"`
	PaymentWithin time.Duration `json:"paymentWithin"` // then the card on file is charged
	Settle        time.Duration `json:"settle"`        // between charge and shipment
	Work          time.Duration `json:"work"`          // of each Activity
	Declines      int           `json:"declines"`      // how often the charge fails before it succeeds
	Gift          bool          `json:"gift"`          // it is wrapped, by a Workflow of its own
	Address       Address       `json:"address"`       // where to, once it was changed
}

// Payment is the input of the payment signal.
type Payment struct {
	Operation string `json:"operation"` // id of the operation in the ledger
}

// ErrDeclined is the retryable failure of a charge that is declined.
var ErrDeclined = errors.New("card declined, try again")

// Address is the input of the address update.
type Address struct {
	Operation string `json:"operation"` // id of the operation in the ledger
}

// withActivities is how the Activities of the load are carried out.
func withActivities(ctx workflow.Context) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 5 * time.Second,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: 200 * time.Millisecond, MaximumInterval: 2 * time.Second},
	})
}

// RunOrder reserves stock, waits for the payment or its deadline, charges, has
// a gift wrapped, lets the charge settle and ships. Until then its address can
// be changed.
//
//	reserve ──► payment signal, or timer ──► charge (retried) ──► child, of a gift ──► timer ──► ship
//	address update, at any time
func RunOrder(ctx workflow.Context, order Order) error {
	ctx = withActivities(ctx)
	var to Address
	err := workflow.SetUpdateHandler(ctx, AddressUpdate, func(_ workflow.Context, a Address) error {
		to = a
		return nil
	})
	if err != nil {
		return err
	}
	if err := workflow.ExecuteActivity(ctx, ReserveStock, order).Get(ctx, nil); err != nil {
		return err
	}
	var payment Payment
	workflow.GetSignalChannel(ctx, PaymentSignal).ReceiveWithTimeout(ctx, order.PaymentWithin, &payment)
	if err := workflow.ExecuteActivity(ctx, ChargeCard, order).Get(ctx, nil); err != nil {
		return err
	}
	if order.Gift {
		if err := wrap(ctx, order); err != nil {
			return err
		}
	}
	if err := workflow.Sleep(ctx, order.Settle); err != nil {
		return err
	}
	order.Address = to
	return workflow.ExecuteActivity(ctx, ShipOrder, order).Get(ctx, nil)
}

// gifts is how often an order starts its child under another id.
const gifts = 3

// wrap has a child wrap a gift. A forced failover may leave a child whose start
// the survivor has, and whose parent there does not know of it: the id is taken,
// and that child has nothing to go on until the lost region returns. Another one
// does its work; a parent that took this for an error would fail.
func wrap(ctx workflow.Context, order Order) error {
	for n := 1; ; n++ {
		child := workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{WorkflowID: fmt.Sprintf("%s/gift-%d", order.ID, n)})
		err := workflow.ExecuteChildWorkflow(child, GiftWorkflow, order).Get(ctx, nil)
		if n == gifts || !temporal.IsWorkflowExecutionAlreadyStartedError(err) {
			return err
		}
	}
}

// RunGift wraps what an order holds.
func RunGift(ctx workflow.Context, order Order) error {
	return workflow.ExecuteActivity(withActivities(ctx), WrapGift, order).Get(ctx, nil)
}

// RunRestock is what a schedule starts: that it does is what matters.
func RunRestock(workflow.Context) error { return nil }

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

// WrapGift wraps a gift.
func WrapGift(ctx context.Context, order Order) error { return work(ctx, order.Work) }

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
	w.RegisterWorkflowWithOptions(RunGift, workflow.RegisterOptions{Name: GiftWorkflow})
	w.RegisterWorkflowWithOptions(RunRestock, workflow.RegisterOptions{Name: RestockWorkflow})
	w.RegisterActivity(ReserveStock)
	w.RegisterActivity(ChargeCard)
	w.RegisterActivity(WrapGift)
	w.RegisterActivity(ShipOrder)
	w.RegisterWorkflowWithOptions(RunContest, workflow.RegisterOptions{Name: ContestWorkflow})
	w.RegisterWorkflowWithOptions(runTarget, workflow.RegisterOptions{Name: targetWorkflow})
	w.RegisterWorkflowWithOptions(runMilestones, workflow.RegisterOptions{Name: probeWorkflow})
	w.RegisterActivity(probeActivity)
}
