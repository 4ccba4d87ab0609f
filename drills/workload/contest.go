package workload

import (
	"fmt"

	"go.temporal.io/sdk/workflow"
)

// Names under which the Workflow is registered that both sides of a split act on.
const (
	ContestWorkflow = "Contest"
	EntrySignal     = "entry"
	CloseSignal     = "close"
	ClaimUpdate     = "claim"
)

// RunContest takes entries and claims until it is told to close, and results in
// the receipt of who told it to: of two sides that both did, one is right.
func RunContest(ctx workflow.Context) (Receipt, error) {
	err := workflow.SetUpdateHandler(ctx, ClaimUpdate, func(_ workflow.Context, claim Receipt) (Receipt, error) { return claim, nil })
	if err != nil {
		return Receipt{}, err
	}
	var closed Receipt
	next := workflow.NewSelector(ctx)
	next.AddReceive(workflow.GetSignalChannel(ctx, EntrySignal), func(c workflow.ReceiveChannel, _ bool) { c.Receive(ctx, nil) })
	next.AddReceive(workflow.GetSignalChannel(ctx, CloseSignal), func(c workflow.ReceiveChannel, _ bool) { c.Receive(ctx, &closed) })
	for closed.Operation == "" {
		next.Select(ctx)
	}
	return closed, nil
}

// ContestStep is what a starter does with contested Workflows.
type ContestStep string

// The steps of a contest.
const (
	OpenContest  ContestStep = "open"  // start those that both sides will find open
	ActOnContest ContestStep = "act"   // signal, update and close them, and start others
	EndContest   ContestStep = "close" // close what is still open
)

// Contest is a step to carry out on Workflows whose ids both sides of a split
// make the same way.
type Contest struct {
	Step   ContestStep `json:"step"`
	Prefix string      `json:"prefix"` // of the ids
	Count  int         `json:"count"`  // of the ids, of those that are open before the split, and as many of those that are not
}

func (c Contest) check() error {
	switch c.Step {
	case OpenContest, ActOnContest, EndContest:
	default:
		return fmt.Errorf("%q is none", c.Step)
	}
	if c.Prefix == "" || c.Count < 1 {
		return fmt.Errorf("%d workflows of prefix %q are none", c.Count, c.Prefix)
	}
	return nil
}

// Before is the id of a Workflow that is open before the split.
func (c Contest) Before(n int) string { return fmt.Sprintf("%s-before-%02d", c.Prefix, n) }

// Amid is the id of a Workflow that both sides start.
func (c Contest) Amid(n int) string { return fmt.Sprintf("%s-amid-%02d", c.Prefix, n) }

// closes reports whether both sides close a Workflow before they see each other
// again. The others are open then: the two cases are resolved in different ways.
func (c Contest) closes(n int) bool { return n%2 == 0 }
