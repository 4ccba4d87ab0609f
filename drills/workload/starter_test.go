package workload

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gleak"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	updatepb "go.temporal.io/api/update/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/clock"
)

// soon is more than anything here takes on a busy machine.
const soon = 20 * time.Second

// free finds a free ip:port. An address of its own keeps it off the ports that
// connections of other programs take.
func free(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", fmt.Sprintf("127.44.%d.%d:0", rand.IntN(256), 1+rand.IntN(254)))
	if err != nil { // only on Linux are all of 127/8 local
		listener, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	return listener.Addr().String()
}

// beginner is a starter that runs in this process.
type beginner struct {
	Remote
	settings StarterSettings
	stop     func() error
}

func settings(t *testing.T) StarterSettings {
	t.Helper()
	return StarterSettings{
		Region: "us-east", Listen: free(t), Ledger: filepath.Join(t.TempDir(), "ledger.jsonl"), RunID: "r1", Seed: 7,
		Clock: clock.New().String(), MinResolution: 30 * time.Second,
	}
}

// environ has every client of this process connect to cluster.
func environ(t *testing.T, cluster string) {
	t.Helper()
	t.Setenv("TEMPORAL_ADDRESS", cluster)
	t.Setenv("TEMPORAL_NAMESPACE", "orders")
	t.Setenv("TEMPORAL_CONFIG_FILE", filepath.Join(t.TempDir(), "temporal.toml")) // not the user's own
}

func begin(t *testing.T, cluster string) *beginner {
	t.Helper()
	environ(t, cluster)
	b := &beginner{settings: settings(t)}
	b.Address = b.settings.Listen
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- RunStarter(ctx, b.settings) }()
	b.stop = func() error {
		cancel()
		select {
		case err := <-ended:
			ended <- err // for the next to ask
			return err
		case <-time.After(soon):
			return errors.New("the starter goes on after its context ended")
		}
	}
	t.Cleanup(func() {
		if err := b.stop(); err != nil {
			t.Error(err)
		}
	})
	NewWithT(t).Eventually(func() error { _, err := b.Status(t.Context()); return err }, soon).Should(Succeed())
	return b
}

func (b *beginner) setRate(t *testing.T, rate drills.Rate) {
	t.Helper()
	if err := b.SetRate(t.Context(), rate); err != nil {
		t.Fatal(err)
	}
}

// status is the starter's own account, for Eventually.
func (b *beginner) status() Status {
	s, err := b.Status(context.Background())
	if err != nil {
		return Status{Acknowledged: -1, Pending: -1}
	}
	return s
}

// byState sorts a ledger's lines of one kind.
func (b *beginner) byState(t *testing.T, kind drills.OperationKind) map[drills.OperationState][]drills.Operation {
	t.Helper()
	out := map[drills.OperationState][]drills.Operation{}
	for _, op := range read(t, b.settings.Ledger) {
		if op.Kind == kind {
			out[op.State] = append(out[op.State], op)
		}
	}
	return out
}

func ids(operations []drills.Operation) []string {
	var out []string
	for _, op := range operations {
		out = append(out, op.ID)
	}
	slices.Sort(out)
	return out
}

// With no cluster at all the schedule goes on: open-loop load does not wait
// for answers.
func TestStarterWithoutACluster(t *testing.T) {
	g := NewWithT(t)
	before := gleak.Goroutines()
	b := begin(t, free(t))
	g.Consistently(b.status, 50*time.Millisecond).Should(Equal(Status{}), "it rests until it is told a rate")
	const rate, orders = 100, 150
	b.setRate(t, rate)
	g.Eventually(func() int64 { return b.status().Pending }, soon).Should(BeNumerically(">=", orders))
	b.setRate(t, 0)
	rested := b.status()
	g.Consistently(b.status, 100*time.Millisecond).Should(Equal(rested), "it rests at a rate of 0, with every order pending")
	g.Expect(b.stop()).To(Succeed())

	found := b.byState(t, drills.StartOperation)
	sent, abandoned := found[drills.OperationSent], found[drills.OperationAbandoned]
	g.Expect(found).NotTo(HaveKey(drills.OperationAcknowledged))
	g.Expect(b.byState(t, drills.SignalOperation)).To(BeEmpty(), "what was not started is not paid for")
	g.Expect(sent).To(HaveLen(int(rested.Pending)))
	var want []string
	for n := range len(sent) {
		want = append(want, fmt.Sprintf("orders-r1-us-east-%05d/start", n+1))
	}
	g.Expect(ids(sent)).To(Equal(want))
	g.Expect(ids(abandoned)).To(Equal(want), "every line of an operation has its id")
	for _, op := range abandoned {
		g.Expect(op.Detail).NotTo(BeEmpty())
	}
	tried := slices.MaxFunc(abandoned, func(a, b drills.Operation) int { return a.Attempts - b.Attempts })
	g.Expect(tried.Attempts).To(BeNumerically(">", 1))

	inTime(t, sent, rate)
	http.DefaultClient.CloseIdleConnections()
	again, err := net.Listen("tcp", b.settings.Listen)
	g.Expect(err).NotTo(HaveOccurred(), "its port is free again")
	g.Expect(again.Close()).To(Succeed())
	g.Eventually(gleak.Goroutines, soon).ShouldNot(gleak.HaveLeaked(before))
}

// inTime holds operations against an open-loop schedule at rate: meant for its
// exact instants, and sent at that rate on the whole.
func inTime(t *testing.T, sent []drills.Operation, rate float64) {
	t.Helper()
	g := NewWithT(t)
	sent = slices.SortedFunc(slices.Values(sent), func(a, b drills.Operation) int { return int(a.Intended - b.Intended) })
	first, last := sent[0], sent[len(sent)-1]
	for i, op := range sent {
		meant := first.Intended.Seconds() + float64(i)/rate
		g.Expect(op.Intended.Seconds()).To(BeNumerically("~", meant, 1e-5))
		g.Expect(op.At).To(BeNumerically(">=", op.Intended), "never sent early")
	}
	took := (last.At - first.At).Seconds()
	g.Expect(float64(len(sent)-1)/took/rate).To(BeNumerically("~", 1, 0.25), "%d operations in %.3f s", len(sent), took)
}

// At a rate that no machine keeps up with, orders are due before the ones
// before them are on their way; each has a number of its own all the same.
func TestStarterNumbersEveryOrderOnce(t *testing.T) {
	g := NewWithT(t)
	b := begin(t, free(t))
	b.setRate(t, 20_000)
	g.Eventually(func() int64 { return b.status().Pending }, soon).WithPolling(time.Millisecond).Should(BeNumerically(">=", 500))
	b.setRate(t, 0)
	g.Expect(b.stop()).To(Succeed())
	sent := b.byState(t, drills.StartOperation)[drills.OperationSent]
	for i, id := range ids(sent) {
		if want := fmt.Sprintf("orders-r1-us-east-%05d/start", i+1); id != want {
			t.Fatalf("operation %d of %d is %s, not %s", i+1, len(sent), id, want)
		}
	}
}

// cluster answers a starter, each operation only at its third attempt.
type cluster struct {
	workflowservice.UnimplementedWorkflowServiceServer
	mu       sync.Mutex
	attempts map[string][]string // request ids by "start <workflow>", "signal <workflow>" and "update <workflow>"
	payments map[string]string   // by Workflow
}

func (c *cluster) arrived(what, request string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.attempts[what] = append(c.attempts[what], request)
	return len(c.attempts[what])
}

// StartWorkflowExecution has the answer to the second attempt get lost: the
// third finds the Workflow that it has started.
func (c *cluster) StartWorkflowExecution(_ context.Context, r *workflowservice.StartWorkflowExecutionRequest) (*workflowservice.StartWorkflowExecutionResponse, error) {
	if c.arrived("start "+r.GetWorkflowId(), r.GetRequestId()) < 3 {
		return nil, serviceerror.ToStatus(serviceerror.NewUnavailable("not yet")).Err()
	}
	return nil, serviceerror.ToStatus(serviceerror.NewWorkflowExecutionAlreadyStarted("it runs", "another, as in a replica", "run-1")).Err()
}

func (c *cluster) SignalWorkflowExecution(_ context.Context, r *workflowservice.SignalWorkflowExecutionRequest) (*workflowservice.SignalWorkflowExecutionResponse, error) {
	workflow := r.GetWorkflowExecution().GetWorkflowId()
	if c.arrived("signal "+workflow, r.GetRequestId()) < 3 {
		return nil, serviceerror.ToStatus(serviceerror.NewUnavailable("not yet")).Err()
	}
	var payment Payment
	if err := converter.GetDefaultDataConverter().FromPayloads(r.GetInput(), &payment); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.payments[workflow] = payment.Operation
	return &workflowservice.SignalWorkflowExecutionResponse{}, nil
}

// UpdateWorkflowExecution carries out the third attempt.
func (c *cluster) UpdateWorkflowExecution(_ context.Context, r *workflowservice.UpdateWorkflowExecutionRequest) (*workflowservice.UpdateWorkflowExecutionResponse, error) {
	id := r.GetRequest().GetMeta().GetUpdateId()
	if c.arrived("update "+r.GetWorkflowExecution().GetWorkflowId(), id) < 3 {
		return nil, serviceerror.ToStatus(serviceerror.NewUnavailable("not yet")).Err()
	}
	var to Address
	if err := converter.GetDefaultDataConverter().FromPayloads(r.GetRequest().GetInput().GetArgs(), &to); err != nil {
		return nil, err
	}
	if to.Operation != id {
		return nil, status.Errorf(codes.InvalidArgument, "update %s says that it is %s", id, to.Operation)
	}
	return &workflowservice.UpdateWorkflowExecutionResponse{
		UpdateRef: &updatepb.UpdateRef{UpdateId: id, WorkflowExecution: r.GetWorkflowExecution()},
		Stage:     enumspb.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED,
		Outcome:   &updatepb.Outcome{Value: &updatepb.Outcome_Success{}},
	}, nil
}

func serveCluster(t *testing.T) (*cluster, string) {
	t.Helper()
	c := &cluster{attempts: map[string][]string{}, payments: map[string]string{}}
	listener, err := net.Listen("tcp", free(t))
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	workflowservice.RegisterWorkflowServiceServer(server, c)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return c, listener.Addr().String()
}

func TestStarterRetriesWithTheSameIDs(t *testing.T) {
	g := NewWithT(t)
	c, address := serveCluster(t)
	b := begin(t, address)
	b.setRate(t, 50)
	g.Eventually(func() int64 { return b.status().Pending }, soon).Should(BeNumerically(">=", 8))
	b.setRate(t, 0)
	g.Eventually(func() int64 { return b.status().Pending }, soon).Should(BeZero(), "it settles at a rate of 0")
	settled := b.status()
	g.Expect(b.stop()).To(Succeed())

	starts, payments, moves := b.byState(t, drills.StartOperation), b.byState(t, drills.SignalOperation), b.byState(t, drills.UpdateOperation)
	g.Expect(slices.Collect(maps.Keys(starts))).To(ConsistOf(drills.OperationSent, drills.OperationAcknowledged))
	g.Expect(slices.Collect(maps.Keys(payments))).To(ConsistOf(drills.OperationSent, drills.OperationAcknowledged))
	g.Expect(slices.Collect(maps.Keys(moves))).To(ConsistOf(drills.OperationSent, drills.OperationAcknowledged))
	acknowledged := slices.Concat(starts[drills.OperationAcknowledged], payments[drills.OperationAcknowledged], moves[drills.OperationAcknowledged])
	g.Expect(settled.Acknowledged).To(BeEquivalentTo(len(acknowledged)))
	g.Expect(ids(acknowledged)).To(Equal(ids(slices.Concat(starts[drills.OperationSent], payments[drills.OperationSent], moves[drills.OperationSent]))))
	c.mu.Lock()
	defer c.mu.Unlock()
	g.Expect(c.attempts).To(HaveLen(len(acknowledged)))
	for _, op := range acknowledged {
		attempts := 3
		if op.Kind == drills.UpdateOperation {
			attempts = 1 // within which the SDK itself tries again
		}
		g.Expect(op.Attempts).To(Equal(attempts))
		g.Expect(op.Detail).To(BeEmpty())
		g.Expect(c.attempts[string(op.Kind)+" "+op.Workflow]).To(Equal([]string{op.ID, op.ID, op.ID}))
	}
	for _, op := range payments[drills.OperationAcknowledged] {
		g.Expect(c.payments[op.Workflow]).To(Equal(op.ID), "the history tells which payment arrived")
	}
}

func TestStarterControl(t *testing.T) {
	g := NewWithT(t)
	b := begin(t, free(t))
	call := func(method, path, body string) int {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), method, "http://"+b.Address+path, strings.NewReader(body))
		g.Expect(err).NotTo(HaveOccurred())
		answer, err := http.DefaultClient.Do(request)
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(answer.Body.Close()).To(Succeed())
		return answer.StatusCode
	}
	for _, body := range []string{``, `{`, `{}`, `null`, `[]`, `5`, `{"rate": -1}`, `{"rate": "5"}`, `{"rate": null}`, `{"rate": 1e999}`, `{"rats": 5}`} {
		g.Expect(call(http.MethodPut, "/rate", body)).To(Equal(http.StatusBadRequest), "%q", body)
	}
	g.Expect(call(http.MethodGet, "/rate", "")).To(Equal(http.StatusMethodNotAllowed))
	g.Expect(call(http.MethodPost, "/rate", `{"rate": 5}`)).To(Equal(http.StatusMethodNotAllowed))
	g.Expect(call(http.MethodGet, "/", "")).To(Equal(http.StatusNotFound))
	g.Expect(call(http.MethodPut, "/rate", `{"rate": 0}`)).To(Equal(http.StatusOK))
	g.Expect(b.SetRate(t.Context(), -1)).To(MatchError(And(ContainSubstring("400"), ContainSubstring("not -1/s"))))
	g.Expect(b.status()).To(Equal(Status{}), "nothing was sent")

	over, cancel := context.WithCancel(t.Context())
	cancel()
	g.Expect(b.SetRate(over, 1)).To(MatchError(context.Canceled))
	g.Expect(Remote{Address: free(t)}.Status(t.Context())).Error().To(MatchError(ContainSubstring("call starter")))
}

func TestStarterThatCannotBegin(t *testing.T) {
	environ(t, free(t))
	taken, err := net.Listen("tcp", free(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	for want, change := range map[string]func(*StarterSettings){
		"serve starter control": func(s *StarterSettings) { s.Listen = taken.Addr().String() },
		"open ledger":           func(s *StarterSettings) { s.Ledger = filepath.Join(s.Ledger, "below a file that is not there") },
		"parse clock":           func(s *StarterSettings) { s.Clock = "noon" },
	} {
		t.Run(want, func(t *testing.T) {
			g := NewWithT(t)
			before := gleak.Goroutines()
			s := settings(t)
			change(&s)
			g.Expect(RunStarter(t.Context(), s)).To(MatchError(ContainSubstring(want)))
			g.Eventually(gleak.Goroutines, soon).ShouldNot(gleak.HaveLeaked(before))
		})
	}
}
