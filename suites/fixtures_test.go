package suites

import (
	"context"
	"os"
	"path/filepath"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/serviceerror"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/catalog"
	"github.com/failoverdrill/failoverdrill/drills/clock"
	"github.com/failoverdrill/failoverdrill/drills/harness"
	"github.com/failoverdrill/failoverdrill/fixtures"
	"github.com/failoverdrill/failoverdrill/fixtures/launch"
	"github.com/failoverdrill/failoverdrill/toxics"
)

// nobody takes no events: these specs run no drill.
type nobody struct{}

func (nobody) Record(drills.Event) {}

// stand starts a drill's topology, for steps of a spec's own.
func stand(ctx context.Context, name, binary string) (*fixtures.Stack, error) {
	GinkgoHelper()
	d, err := catalog.Get(name)
	Expect(err).NotTo(HaveOccurred())
	dir := GinkgoT().TempDir()
	logs := filepath.Join(dir, "logs")
	Expect(os.Mkdir(logs, 0o700)).To(Succeed())
	launcher := launch.NewProcesses(launch.ProcessOptions{Binary: binary, Dir: dir, Run: "spec"})
	stack, err := fixtures.Start(ctx, d, fixtures.Options{
		Launcher: launcher, Links: func(address string) drills.LinkOpener { return toxics.Connect(address, drills.NoJournal{}) },
		Recorder: nobody{}, Clock: clock.New(), Logs: logs, RunID: "spec",
	})
	DeferCleanup(func() {
		Expect(stack.Close()).To(Succeed())
		Expect(launcher.Close(context.Background())).To(Succeed())
		Expect(children()).To(BeEmpty())
	})
	return stack, err
}

// dial connects as a Worker in region does.
func dial(stack *fixtures.Stack, region, namespace string, endpoint drills.Endpoint) client.Client {
	GinkgoHelper()
	c, err := client.NewLazyClient(client.Options{HostPort: stack.Target(region, namespace, endpoint), Namespace: namespace})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(c.Close)
	return c
}

const queue = "spec" // no Worker of the drill polls it

// poll asks for a task as an SDK does, with its deadline.
func poll(ctx context.Context, c client.Client, namespace string) (*workflowservice.PollWorkflowTaskQueueResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, 70*time.Second)
	defer cancel()
	return c.WorkflowService().PollWorkflowTaskQueue(ctx, &workflowservice.PollWorkflowTaskQueueRequest{
		Namespace: namespace, TaskQueue: &taskqueuepb.TaskQueue{Name: queue}, Identity: "spec",
	})
}

func startWorkflow(ctx context.Context, c client.Client) {
	GinkgoHelper()
	_, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: "spec", TaskQueue: queue}, "Spec")
	Expect(err).NotTo(HaveOccurred())
}

var _ = Describe("Two regions", Label("fixtures"), func() {
	It("answer a poll on the passive replica with NamespaceNotActive where polls are not forwarded", func(ctx SpecContext) {
		stack, err := stand(ctx, "active-hot", binary)
		Expect(err).NotTo(HaveOccurred())
		startWorkflow(ctx, dial(stack, "us-east", "orders", drills.RegionalEndpoint))

		_, err = poll(ctx, dial(stack, "us-west", "orders", drills.RegionalEndpoint), "orders")
		var passive *serviceerror.NamespaceNotActive
		Expect(err).To(BeAssignableToTypeOf(passive))
		task, err := poll(ctx, dial(stack, "us-east", "orders", drills.RegionalEndpoint), "orders")
		Expect(err).NotTo(HaveOccurred())
		Expect(task.GetWorkflowExecution().GetWorkflowId()).To(Equal("spec"))
	}, SpecTimeout(2*time.Minute))

	It("forward a poll on the passive replica where the model has it", func(ctx SpecContext) {
		stack, err := stand(ctx, "active-active", binary)
		Expect(err).NotTo(HaveOccurred())
		startWorkflow(ctx, dial(stack, "us-east", "orders", drills.RegionalEndpoint))

		task, err := poll(ctx, dial(stack, "us-west", "orders", drills.RegionalEndpoint), "orders")
		Expect(err).NotTo(HaveOccurred())
		Expect(task.GetWorkflowExecution().GetWorkflowId()).To(Equal("spec"))
	}, SpecTimeout(2*time.Minute))

	It("are reached by the Namespace Endpoint from either, over Links with the declared latency", func(ctx SpecContext) {
		stack, err := stand(ctx, "active-hot", binary)
		Expect(err).NotTo(HaveOccurred())
		near := dial(stack, "us-east", "orders", drills.NamespaceEndpoint)
		far := dial(stack, "us-west", "orders", drills.NamespaceEndpoint)
		startWorkflow(ctx, far)
		Expect(roundTrip(ctx, far)).To(BeNumerically(">", roundTrip(ctx, near)), "us-west is as near to us-east as us-east itself")
		// The shipped drill declares 35 ± 5 ms for each direction.
		Expect(roundTrip(ctx, far)).To(BeNumerically(">=", 60*time.Millisecond))
	}, SpecTimeout(2*time.Minute))

	It("replicate what was written in one to the other", func(ctx SpecContext) {
		stack, err := stand(ctx, "active-hot", binary)
		Expect(err).NotTo(HaveOccurred())
		startWorkflow(ctx, dial(stack, "us-east", "orders", drills.RegionalEndpoint))
		watcher := stack.Watcher()
		Eventually(ctx, func(ctx context.Context) ([]drills.Workflow, error) {
			return watcher.Census(ctx, "us-west", "orders", drills.CensusWithoutRegion)
		}).Should(ContainElement(HaveField("ID", "spec")))
	}, SpecTimeout(2*time.Minute))

	It("take steps of a test's own: cut, failover, heal and failback by hand", func(ctx SpecContext) {
		d, err := catalog.Get("active-hot")
		Expect(err).NotTo(HaveOccurred())
		regions, err := harness.Stand(ctx, d, harness.Options{Out: GinkgoT().TempDir(), Binary: binary})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(func() {
			Expect(regions.Close()).To(Succeed())
			Expect(children()).To(BeEmpty())
		})
		startWorkflow(ctx, dial(regions.Stack, "us-east", "orders", drills.RegionalEndpoint))
		Expect(active(ctx, regions.Stack, "us-west")).To(Equal("us-east"))

		Expect(regions.Break(ctx, 0)).To(Succeed())
		Expect(active(ctx, regions.Stack, "us-west")).To(Equal("us-east"), "nobody but the test fails over")
		Expect(regions.FailOver(ctx, "us-east")).To(Succeed())
		Expect(active(ctx, regions.Stack, "us-west")).To(Equal("us-west"))
		Expect(regions.Break(ctx, 1)).To(MatchError(ContainSubstring("the drill has 1 faults")))

		Expect(regions.Heal(ctx, 0)).To(Succeed())
		Expect(regions.FailBack(ctx, "us-east")).To(Succeed())
		Eventually(ctx, func(ctx context.Context) (string, error) { return active(ctx, regions.Stack, "us-west") }).Should(Equal("us-east"))
	}, SpecTimeout(3*time.Minute))

	It("that cannot start say why, and leave nothing", func(ctx SpecContext) {
		_, err := stand(ctx, "active-hot", "/bin/false")
		Expect(err).To(MatchError(ContainSubstring("ended before it served")))
	}, SpecTimeout(time.Minute))
})

// active is where a region believes the Namespace active.
func active(ctx context.Context, stack *fixtures.Stack, region string) (string, error) {
	answer, err := stack.Service(region).DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: "orders"})
	return answer.GetReplicationConfig().GetActiveClusterName(), err
}

// roundTrip is the shortest of a few calls that the frontend answers itself.
func roundTrip(ctx context.Context, c client.Client) time.Duration {
	GinkgoHelper()
	shortest := time.Duration(1<<63 - 1)
	for range 5 {
		began := time.Now()
		_, err := c.WorkflowService().DescribeWorkflowExecution(ctx, &workflowservice.DescribeWorkflowExecutionRequest{
			Namespace: "orders", Execution: &commonpb.WorkflowExecution{WorkflowId: "spec"},
		})
		Expect(err).NotTo(HaveOccurred())
		shortest = min(shortest, time.Since(began))
	}
	return shortest
}
