package workload

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/serviceerror"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/clock"
)

// StarterSettings is what a starter process is told beside where to connect.
type StarterSettings struct {
	Region        string
	Listen        string // ip:port of its control over HTTP
	Ledger        string // file
	RunID         string
	Seed          uint64
	Clock         string
	MinResolution time.Duration
	Workflow      *drills.WorkflowSettings // of the user's own; nil takes the load that ships
}

// Bounds of one operation. An attempt has the SDK's own default deadline.
const (
	attemptTimeout = 10 * time.Second
	giveUpAfter    = 60 * time.Second
	// updateGivenUp is sooner: an order does not wait for a change of its address.
	updateGivenUp  = 15 * time.Second
	firstBackoff   = 200 * time.Millisecond
	longestBackoff = 2 * time.Second
)

// starter sends Workflow starts on a fixed schedule, whatever the answers, and
// for each start that was acknowledged the calls that follow.
type starter struct {
	settings  StarterSettings
	load      load
	identity  string
	namespace string
	stream    uint64 // sets its draws apart from those of other starters with the same seed
	clock     clock.Clock
	client    connection
	ledger    *ledger

	rate    chan drills.Rate
	contest contender
	pending atomic.Int64
	acked   atomic.Int64
	running sync.WaitGroup
	fatal   chan error // the ledger cannot be written: nothing may be acknowledged
}

// RunStarter drives the workload at the rate it is told over HTTP,
// until ctx ends.
func RunStarter(ctx context.Context, settings StarterSettings) (err error) {
	base, err := clock.Parse(settings.Clock)
	if err != nil {
		return err
	}
	book, err := openLedger(settings.Ledger, base)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, book.close()) }()
	identity := "starter/" + settings.Region
	c, err := connect(identity, settings.MinResolution)
	if err != nil {
		return err
	}
	defer c.Close()

	var makes load = orders{}
	if settings.Workflow != nil {
		if makes, err = newOwn(*settings.Workflow); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s := &starter{
		settings: settings, load: makes, identity: identity, namespace: c.namespace, clock: base, client: c, ledger: book,
		stream: stream(settings.Region + "/" + c.namespace),
		rate:   make(chan drills.Rate), fatal: make(chan error, 1),
	}
	served := make(chan error, 1)
	s.running.Go(func() { served <- s.serve(ctx) })
	s.running.Go(func() { s.schedule(ctx) })
	select {
	case err = <-served:
	case err = <-s.fatal:
	}
	cancel(err)
	s.running.Wait()
	return err
}

func stream(name string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name)) // a hash never fails to write
	return h.Sum64()
}

// latestOrder is how late an order is still placed. A starter that stood still,
// as in a region that is frozen, has not been there for those that were due
// meanwhile: nobody placed them, and the witness of the load misses them.
const latestOrder = time.Second

// schedule sends one order at each instant of the open loop. A change of rate
// begins a schedule of its own.
func (s *starter) schedule(ctx context.Context) {
	var rate drills.Rate
	var anchor time.Duration
	var sent, number int
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		var due <-chan time.Time
		var intended time.Duration
		if rate > 0 {
			intended = anchor + time.Duration(float64(sent)/float64(rate)*float64(time.Second))
			timer.Reset(max(intended-s.clock.Now(), 0))
			due = timer.C
		}
		select {
		case <-ctx.Done():
			return
		case rate = <-s.rate:
			anchor, sent = s.clock.Now(), 0
		case <-due:
			sent++
			if s.clock.Now()-intended > latestOrder {
				continue
			}
			number++
			s.pending.Add(1)
			mine := number // the next may be due before this one is on its way
			s.running.Go(func() {
				defer s.pending.Add(-1)
				s.order(ctx, mine, drills.Offset(intended))
			})
		}
	}
}

// order starts one Workflow and, once that is acknowledged, makes the calls that follow.
func (s *starter) order(ctx context.Context, number int, intended drills.Offset) {
	draw := rand.New(rand.NewPCG(s.settings.Seed^s.stream, uint64(number)))
	id := fmt.Sprintf("%s-%s-%s-%05d", s.namespace, s.settings.RunID, s.settings.Region, number)
	next, err := s.load.next(draw, drills.InputValues{ID: id, Number: number, Region: s.settings.Region, Namespace: s.namespace})
	if err != nil { // as of a template that met a draw that it cannot do with
		s.failed(fmt.Errorf("start %s: %w (workload.workflow)", id, err))
		return
	}
	start := drills.Operation{
		ID: id + "/start", Kind: drills.StartOperation, Region: s.settings.Region,
		Namespace: s.namespace, Workflow: id, Intended: intended,
	}
	if !s.carryOut(ctx, start, func(ctx context.Context) error { return s.start(ctx, start.ID, id, next) }) {
		return
	}
	var following sync.WaitGroup
	defer following.Wait()
	for _, call := range next.calls {
		following.Go(func() { s.follow(ctx, start, call) })
	}
}

// follow carries out what comes some time after a start was acknowledged.
func (s *starter) follow(ctx context.Context, start drills.Operation, call followUp) {
	if work(ctx, call.after) != nil {
		return
	}
	op := start
	op.ID, op.Kind, op.Intended = start.Workflow+"/"+call.id, call.kind, drills.Offset(s.clock.Now())
	s.carryOut(ctx, op, func(ctx context.Context) error {
		switch op.Kind {
		case drills.SignalOperation:
			return s.signal(ctx, call, op.ID, op.Workflow)
		case drills.UpdateOperation:
			return s.update(ctx, call, op.ID, op.Workflow)
		default:
			return s.query(ctx, call, op.ID, op.Workflow)
		}
	})
}

// carryOut retries one operation, with the same ids, until it is acknowledged
// or given up, and keeps the ledger. It reports whether it was acknowledged.
// A Workflow that is not found is final, as it is for the SDK: it has ended, or
// this region never heard of it.
func (s *starter) carryOut(ctx context.Context, op drills.Operation, call func(context.Context) error) bool {
	return s.carryOutAs(ctx, &op, call)
}

// carryOutAs is carryOut of an operation of which the call tells more.
func (s *starter) carryOutAs(ctx context.Context, op *drills.Operation, call func(context.Context) error) bool {
	op.State = drills.OperationSent
	if !s.write(*op) {
		return false
	}
	patience := giveUpAfter
	if op.Kind == drills.UpdateOperation || op.Kind == drills.QueryOperation {
		patience = updateGivenUp
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	backoff := firstBackoff
	for {
		op.Attempts++
		err := attempt(ctx, call)
		if err == nil {
			op.State, op.Detail = drills.OperationAcknowledged, ""
			if !s.write(*op) {
				return false
			}
			s.acked.Add(1)
			return true
		}
		op.Detail = err.Error()
		var gone *serviceerror.NotFound
		if errors.As(err, &gone) || work(ctx, backoff) != nil {
			op.State = drills.OperationAbandoned
			s.write(*op)
			return false
		}
		backoff = min(2*backoff, longestBackoff)
	}
}

func attempt(ctx context.Context, call func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	return call(ctx)
}

// write keeps the ledger; without one nothing may go on.
func (s *starter) write(op drills.Operation) bool {
	if err := s.ledger.write(op); err != nil {
		s.failed(err)
		return false
	}
	return true
}

// failed ends the starter.
func (s *starter) failed(err error) {
	fmt.Fprintln(os.Stderr, err)
	select {
	case s.fatal <- err:
	default:
	}
}

// arrived is the answer to the start of a Workflow whose id is the sender's own:
// that it runs is as good as an acknowledgement, for an earlier attempt that went
// unanswered has started it. Its request id does not tell: replication that is
// based on events does not carry that to the other region.
func arrived(err error) error {
	var already *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &already) {
		return nil
	}
	return err
}

// start asks for one Workflow.
func (s *starter) start(ctx context.Context, request, id string, next job) error {
	input, err := s.client.payloads.ToPayloads(next.input...)
	if err != nil {
		return err
	}
	_, err = s.client.WorkflowService().StartWorkflowExecution(ctx, &workflowservice.StartWorkflowExecutionRequest{
		Namespace: s.namespace, WorkflowId: id, RequestId: request,
		WorkflowType: &commonpb.WorkflowType{Name: next.kind},
		TaskQueue:    &taskqueuepb.TaskQueue{Name: next.taskQueue},
		Input:        input, Identity: s.identity, WorkflowTaskTimeout: timeout(next.taskTimeout),
	})
	return arrived(err)
}

func (s *starter) signal(ctx context.Context, call followUp, request, workflow string) error {
	input, err := s.client.payloads.ToPayloads(call.input(request)...)
	if err != nil {
		return err
	}
	header, err := s.header(request)
	if err != nil {
		return err
	}
	_, err = s.client.WorkflowService().SignalWorkflowExecution(ctx, &workflowservice.SignalWorkflowExecutionRequest{
		Namespace: s.namespace, RequestId: request, Identity: s.identity, SignalName: call.name, Input: input, Header: header,
		WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: workflow},
	})
	return err
}

// update waits until a Worker has carried it out. Its id makes a retry find what
// an unanswered attempt has begun.
func (s *starter) update(ctx context.Context, call followUp, request, workflow string) error {
	handle, err := s.client.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		UpdateID: request, WorkflowID: workflow, UpdateName: call.name,
		Args: call.input(request), WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err != nil {
		return err
	}
	return handle.Get(ctx, nil)
}
