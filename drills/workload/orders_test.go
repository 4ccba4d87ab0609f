package workload

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/activity"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
)

// activities are stand-ins for the workload's, by name; those that are left
// out are the real ones. Each attempt is noted.
type activities map[string]func(context.Context, Order) error

// environment runs the Order Workflow on a clock of its own. made returns the
// attempts of Activities in their order.
func environment(instead activities) (env *testsuite.TestWorkflowEnvironment, made func() []string) {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(sdklog.NewStructuredLogger(slog.New(slog.NewTextHandler(io.Discard, nil))))
	env = suite.NewTestWorkflowEnvironment()
	env.RegisterWorkflowWithOptions(RunOrder, workflow.RegisterOptions{Name: OrderWorkflow})
	var mu sync.Mutex
	var attempts []string
	env.RegisterWorkflowWithOptions(RunGift, workflow.RegisterOptions{Name: GiftWorkflow})
	for name, run := range (activities{"ReserveStock": ReserveStock, "ChargeCard": ChargeCard, "WrapGift": WrapGift, "ShipOrder": ShipOrder}) {
		if other, ok := instead[name]; ok {
			run = other
		}
		noted := func(ctx context.Context, order Order) error {
			mu.Lock()
			attempts = append(attempts, name)
			mu.Unlock()
			return run(ctx, order)
		}
		env.RegisterActivityWithOptions(noted, activity.RegisterOptions{Name: name})
	}
	return env, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(attempts)
	}
}

// sample is an order whose payment is waited for longer than a test may take,
// were the clock real.
func sample() Order {
	return Order{ID: "order-1", PaymentWithin: time.Hour, Settle: 150 * time.Millisecond, Work: time.Millisecond}
}

// took runs an order and returns how long it took on the Workflow's clock.
func took(t *testing.T, env *testsuite.TestWorkflowEnvironment, order Order) time.Duration {
	t.Helper()
	began := env.Now()
	env.ExecuteWorkflow(OrderWorkflow, order)
	if !env.IsWorkflowCompleted() {
		t.Fatal("the workflow did not end")
	}
	return env.Now().Sub(began)
}

func pay(env *testsuite.TestWorkflowEnvironment, after time.Duration) {
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(PaymentSignal, Payment{Operation: "order-1/payment"}) }, after)
}

func TestOrderWithPayment(t *testing.T) {
	for name, after := range map[string]time.Duration{"in time": time.Minute, "before the stock is reserved": 0} {
		t.Run(name, func(t *testing.T) {
			env, made := environment(nil)
			pay(env, after)
			order := sample()
			if d := took(t, env, order); d < after+order.Settle || d >= order.PaymentWithin {
				t.Errorf("took %v", d)
			}
			if err := env.GetWorkflowError(); err != nil {
				t.Error(err)
			}
			if want := []string{"ReserveStock", "ChargeCard", "ShipOrder"}; !slices.Equal(made(), want) {
				t.Errorf("made %v, want %v", made(), want)
			}
		})
	}
}

func TestOrderWithoutPayment(t *testing.T) {
	env, made := environment(nil)
	order := sample()
	if d := took(t, env, order); d < order.PaymentWithin+order.Settle {
		t.Errorf("took %v", d)
	}
	if err := env.GetWorkflowError(); err != nil {
		t.Error(err)
	}
	if want := []string{"ReserveStock", "ChargeCard", "ShipOrder"}; !slices.Equal(made(), want) {
		t.Errorf("made %v, want %v", made(), want)
	}
}

func TestOrderWhoseChargeIsDeclined(t *testing.T) {
	env, made := environment(nil)
	pay(env, 0)
	order := sample()
	order.Declines = 3
	const backoff = (200 + 400 + 800) * time.Millisecond
	if d := took(t, env, order); d < backoff+order.Settle || d >= order.PaymentWithin {
		t.Errorf("took %v", d)
	}
	if err := env.GetWorkflowError(); err != nil {
		t.Error(err)
	}
	want := []string{"ReserveStock", "ChargeCard", "ChargeCard", "ChargeCard", "ChargeCard", "ShipOrder"}
	if !slices.Equal(made(), want) {
		t.Errorf("made %v, want %v", made(), want)
	}
}

func TestAGiftIsWrappedByAChild(t *testing.T) {
	env, made := environment(nil)
	pay(env, 0)
	order := sample()
	order.Gift = true
	took(t, env, order)
	if err := env.GetWorkflowError(); err != nil {
		t.Error(err)
	}
	if want := []string{"ReserveStock", "ChargeCard", "WrapGift", "ShipOrder"}; !slices.Equal(made(), want) {
		t.Errorf("made %v, want %v", made(), want)
	}
}

// After a forced failover the id of a child may be taken by one that the parent
// does not know of.
func TestAGiftIsWrappedThoughAChildIsInTheWay(t *testing.T) {
	env, made := environment(nil)
	env.RegisterWorkflowWithOptions(func(ctx workflow.Context, order Order) error {
		inTheWay := workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
			WorkflowID: order.ID + "/gift-1", ParentClosePolicy: enumspb.PARENT_CLOSE_POLICY_ABANDON,
		})
		first := workflow.ExecuteChildWorkflow(inTheWay, "Stuck")
		if err := first.GetChildWorkflowExecution().Get(ctx, nil); err != nil {
			return err
		}
		return wrap(withActivities(ctx), order)
	}, workflow.RegisterOptions{Name: "Parent"})
	env.RegisterWorkflowWithOptions(func(ctx workflow.Context) error { return workflow.Sleep(ctx, 24*time.Hour) }, workflow.RegisterOptions{Name: "Stuck"})
	env.ExecuteWorkflow("Parent", sample())
	if err := env.GetWorkflowError(); err != nil {
		t.Error(err)
	}
	if want := []string{"WrapGift"}; !slices.Equal(made(), want) {
		t.Errorf("made %v, want %v", made(), want)
	}
}

// The order goes to where it was last said to, also when that comes before
// anything else is done.
func TestAnAddressCanBeChangedUntilTheOrderIsShipped(t *testing.T) {
	var to []string
	env, _ := environment(activities{"ShipOrder": func(_ context.Context, o Order) error {
		to = append(to, o.Address.Operation)
		return nil
	}})
	pay(env, time.Second)
	for i, after := range []time.Duration{0, 500 * time.Millisecond} {
		env.RegisterDelayedCallback(func() {
			env.UpdateWorkflow(AddressUpdate, "", &testsuite.TestUpdateCallback{
				OnReject: func(err error) { t.Error(err) }, OnAccept: func() {},
				OnComplete: func(_ any, err error) {
					if err != nil {
						t.Error(err)
					}
				},
			}, Address{Operation: []string{"first", "second"}[i]})
		}, after)
	}
	took(t, env, sample())
	if err := env.GetWorkflowError(); err != nil || !slices.Equal(to, []string{"second"}) {
		t.Errorf("shipped to %q, %v", to, err)
	}
}

// What cannot succeed ends the Workflow there and then.
func TestOrderWhoseActivityFails(t *testing.T) {
	inOrder := []string{"ReserveStock", "ChargeCard", "ShipOrder"}
	for i, name := range inOrder {
		t.Run(name, func(t *testing.T) {
			env, made := environment(activities{name: func(context.Context, Order) error {
				return temporal.NewNonRetryableApplicationError("the warehouse has burnt down", "Lost", nil)
			}})
			pay(env, 0)
			took(t, env, sample())
			var failed *temporal.ActivityError
			var cause *temporal.ApplicationError
			err := env.GetWorkflowError()
			if !errors.As(err, &failed) || failed.ActivityType().GetName() != name || !errors.As(err, &cause) || cause.Type() != "Lost" {
				t.Errorf("the workflow ended with %v", err)
			}
			if want := inOrder[:i+1]; !slices.Equal(made(), want) {
				t.Errorf("made %v, want %v", made(), want)
			}
		})
	}
}

func TestOrderRetriesWhatMaySucceed(t *testing.T) {
	times := 0
	env, made := environment(activities{"ShipOrder": func(context.Context, Order) error {
		if times++; times < 3 {
			return errors.New("no van")
		}
		return nil
	}})
	pay(env, 0)
	took(t, env, sample())
	if err := env.GetWorkflowError(); err != nil {
		t.Error(err)
	}
	if want := []string{"ReserveStock", "ChargeCard", "ShipOrder", "ShipOrder", "ShipOrder"}; !slices.Equal(made(), want) {
		t.Errorf("made %v, want %v", made(), want)
	}
}

// A Worker finds the workload under the names that starters ask for.
func TestRegister(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(sdklog.NewStructuredLogger(slog.New(slog.NewTextHandler(io.Discard, nil))))
	env := suite.NewTestWorkflowEnvironment()
	register(env)
	pay(env, 0)
	took(t, env, sample())
	if err := env.GetWorkflowError(); err != nil {
		t.Error(err)
	}
}

func TestActivitiesEndWithTheirContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, run := range []func(context.Context, Order) error{ReserveStock, ChargeCard, WrapGift, ShipOrder} {
		if err := run(ctx, Order{Work: time.Hour}); !errors.Is(err, context.Canceled) {
			t.Errorf("returned %v", err)
		}
	}
}
