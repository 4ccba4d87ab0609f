// Command worker runs payments. It connects to wherever its environment says, as any
// program does that reads its settings by envconfig.
package main

import (
	"log"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/worker"

	"example.com/payments"
)

func main() {
	c, err := client.Dial(envconfig.MustLoadDefaultClientOptions())
	if err != nil {
		log.Fatalln("connect:", err)
	}
	defer c.Close()
	w := worker.New(c, payments.TaskQueue, worker.Options{})
	w.RegisterWorkflow(payments.Process)
	w.RegisterActivity(payments.Authorize)
	w.RegisterActivity(payments.Capture)
	w.RegisterActivity(payments.Receipt)
	if err := w.Run(worker.InterruptCh()); err != nil {
		log.Fatalln("work:", err)
	}
}
