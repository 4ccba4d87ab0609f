// Command starter sends payments at a rate, and confirms each. It tells a drill on its
// standard output what was acknowledged, and people on standard error what was not.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"syscall"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"

	"example.com/payments"
)

func main() {
	rate, err := strconv.ParseFloat(os.Getenv("FAILOVERDRILL_RATE"), 64)
	if err != nil || rate <= 0 {
		log.Fatalln("FAILOVERDRILL_RATE is no rate:", os.Getenv("FAILOVERDRILL_RATE"))
	}
	c, err := client.NewLazyClient(envconfig.MustLoadDefaultClientOptions())
	if err != nil {
		log.Fatalln("connect:", err)
	}
	defer c.Close()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	// What was begun is finished: a payment that was started is confirmed.
	finish, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	var sending sync.WaitGroup
	tick := time.NewTicker(time.Duration(float64(time.Second) / rate))
	defer tick.Stop()
	first := time.Now().UnixMilli() // ids of this start are no other's
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			time.AfterFunc(5*time.Second, cancel) // nobody waits for ever
			sending.Wait()
			return
		case <-tick.C:
		}
		id := fmt.Sprintf("%s%d-%d", os.Getenv("FAILOVERDRILL_PREFIX"), first, n)
		sending.Go(func() { pay(finish, c, id) })
	}
}

// pay starts a payment and confirms it.
func pay(ctx context.Context, c client.Client, id string) {
	started := until(ctx, "start "+id, func(ctx context.Context) error {
		_, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: id, TaskQueue: payments.TaskQueue}, payments.Process, payments.Payment{ID: id, Cents: 4200})
		return err
	})
	if !started {
		return
	}
	report(map[string]string{"operation": "start", "workflow": id})
	if until(ctx, "confirm "+id, func(ctx context.Context) error { return c.SignalWorkflow(ctx, id, "", "confirm", nil) }) {
		report(map[string]string{"operation": "signal", "workflow": id, "name": "confirm"})
	}
}

// until tries something until it is acknowledged, and reports whether it was. That a
// Workflow has ended is an answer, too.
func until(ctx context.Context, what string, do func(context.Context) error) bool {
	for ctx.Err() == nil {
		trying, cancel := context.WithTimeout(ctx, 10*time.Second)
		err := do(trying)
		cancel()
		var gone *serviceerror.NotFound
		if err == nil {
			return true
		}
		log.Println(what, err)
		if errors.As(err, &gone) {
			return false
		}
		select {
		case <-time.After(500 * time.Millisecond):
		case <-ctx.Done():
		}
	}
	return false
}

var printing sync.Mutex

// report tells of an operation that was acknowledged.
func report(operation map[string]string) {
	line, err := json.Marshal(operation)
	if err != nil {
		log.Fatalln(err)
	}
	printing.Lock()
	defer printing.Unlock()
	fmt.Println(string(line))
}
