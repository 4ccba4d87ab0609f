// Command faulty runs payments with one defect, of the kind that nobody notices until a
// region is lost: a drill has to. It is to show what a report says then.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"example.com/payments"
)

// defect is what is wrong with a Worker.
type defect struct {
	what     string
	process  any    // the Workflow; nil takes that of payments
	before   func() // done before it connects
	queue    string // that it polls in place of its own
	stubborn bool   // it does not end when it is told to
	lives    time.Duration
	chatty   bool
}

func defects() map[string]defect {
	return map[string]defect{
		"memory":     {what: "what one Activity found out, the next one finds in the memory of the process alone", process: fromMemory},
		"deaf":       {what: "an Activity goes on for minutes, whatever becomes of its context, and tells nobody that it lives", process: forMinutes},
		"once":       {what: "an Activity is not tried again", process: once},
		"long-tasks": {what: "a Workflow Task takes a second, and a minute until it is given to another Worker", process: longTasks},
		"broken":     {what: "it ends before it does anything", before: func() { log.Fatalln("read settings: PAYMENTS_BANK is not set") }},
		"astray":     {what: "it polls another task queue", queue: "payment"},
		"mortal":     {what: "it ends after a while", lives: 8 * time.Second},
		"chatty":     {what: "it writes more than anybody reads", chatty: true},
		"stubborn":   {what: "it does not end when it is told to", stubborn: true},
	}
}

func main() {
	if len(os.Args) != 2 {
		log.Fatalln("name one defect")
	}
	d, known := defects()[os.Args[1]]
	if !known {
		log.Fatalf("%q is no defect", os.Args[1])
	}
	log.Println("payments, but:", d.what)
	if d.before != nil {
		d.before()
	}
	if err := d.run(); err != nil {
		log.Fatalln(err)
	}
}

func (d defect) run() error {
	if d.stubborn {
		signal.Ignore(syscall.SIGTERM)
	}
	if d.chatty {
		go func() {
			for n := 0; ; n++ {
				fmt.Println(n, "all is well, and nobody has to know this in so many words, time and again, day in, day out")
			}
		}()
	}
	options := envconfig.MustLoadDefaultClientOptions()
	c, err := client.Dial(options)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer c.Close()
	queue := payments.TaskQueue
	if d.queue != "" {
		queue = d.queue
	}
	w := worker.New(c, queue, worker.Options{})
	process := d.process
	if process == nil {
		process = payments.Process
	}
	w.RegisterWorkflowWithOptions(process, workflow.RegisterOptions{Name: "Process"})
	for _, activity := range []any{payments.Authorize, payments.Capture, payments.Receipt, Remember, Recall, Settle, Slowly} {
		w.RegisterActivity(activity)
	}
	switch {
	case d.stubborn:
		return w.Run(make(chan any))
	case d.lives > 0:
		if err := w.Start(); err != nil {
			return err
		}
		<-time.After(d.lives)
		return errors.New("the memory is used up")
	}
	return w.Run(worker.InterruptCh())
}

func withOptions(ctx workflow.Context, timeout time.Duration, retry *temporal.RetryPolicy) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: timeout, RetryPolicy: retry})
}

func soon() *temporal.RetryPolicy {
	return &temporal.RetryPolicy{InitialInterval: 200 * time.Millisecond, MaximumInterval: 2 * time.Second}
}

// known is what this process remembers.
var known sync.Map

// Remember finds something out, and keeps it to itself.
func Remember(_ context.Context, payment payments.Payment) error {
	known.Store(payment.ID, true)
	return nil
}

// Recall needs what Remember found out.
func Recall(_ context.Context, payment payments.Payment) error {
	if _, ok := known.Load(payment.ID); !ok {
		return fmt.Errorf("no authorization of %s in memory", payment.ID)
	}
	return nil
}

func fromMemory(ctx workflow.Context, payment payments.Payment) error {
	ctx = withOptions(ctx, 5*time.Second, soon())
	if err := workflow.ExecuteActivity(ctx, Remember, payment).Get(ctx, nil); err != nil {
		return err
	}
	workflow.GetSignalChannel(ctx, "confirm").ReceiveWithTimeout(ctx, 10*time.Second, nil)
	if err := workflow.Sleep(ctx, time.Second); err != nil {
		return err
	}
	return workflow.ExecuteActivity(ctx, Recall, payment).Get(ctx, nil)
}

// Slowly takes a second and a half, and hears nothing meanwhile.
func Slowly(context.Context, payments.Payment) error {
	<-time.After(1500 * time.Millisecond)
	return nil
}

// Settle is Slowly by another name.
func Settle(ctx context.Context, payment payments.Payment) error { return Slowly(ctx, payment) }

// forMinutes would be given to another Worker only after ten minutes.
func forMinutes(ctx workflow.Context, payment payments.Payment) error {
	ctx = withOptions(ctx, 10*time.Minute, soon())
	return workflow.ExecuteActivity(ctx, Slowly, payment).Get(ctx, nil)
}

// once takes any failure of its Activity for the last one.
func once(ctx workflow.Context, payment payments.Payment) error {
	ctx = withOptions(ctx, 5*time.Second, &temporal.RetryPolicy{MaximumAttempts: 1})
	return workflow.ExecuteActivity(ctx, Settle, payment).Get(ctx, nil)
}

// longTasks asks within its Workflow Task, as a local Activity does. The drill has the
// task time out after a minute.
func longTasks(ctx workflow.Context, payment payments.Payment) error {
	ctx = workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{StartToCloseTimeout: 10 * time.Second})
	return workflow.ExecuteLocalActivity(ctx, Slowly, payment).Get(ctx, nil)
}
