package workload

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"

	"github.com/failoverdrill/failoverdrill/drills"
)

func TestAContestedWorkflowResultsInWhoClosedItFirst(t *testing.T) {
	g := NewWithT(t)
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(sdklog.NewStructuredLogger(slog.New(slog.NewTextHandler(io.Discard, nil))))
	env := suite.NewTestWorkflowEnvironment()
	register(env)
	answered := Receipt{}
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(EntrySignal, Receipt{"entry@us-east"}) }, time.Second)
	env.RegisterDelayedCallback(func() {
		env.UpdateWorkflow(ClaimUpdate, "", &testsuite.TestUpdateCallback{
			OnAccept: func() {}, OnReject: func(err error) { t.Error(err) },
			OnComplete: func(result any, _ error) { answered, _ = result.(Receipt) },
		}, Receipt{"claim@us-west"})
	}, 2*time.Second)
	env.RegisterDelayedCallback(func() {
		env.SignalWorkflow(CloseSignal, Receipt{"close@us-west"})
		env.SignalWorkflow(CloseSignal, Receipt{"close@us-east"})
	}, time.Minute)
	env.ExecuteWorkflow(ContestWorkflow)
	var result Receipt
	g.Expect(env.GetWorkflowResult(&result)).To(Succeed())
	g.Expect(result).To(Equal(Receipt{"close@us-west"}))
	g.Expect(answered).To(Equal(Receipt{"claim@us-west"}))
}

// Without a cluster every step is carried out once all the same, and the ledger
// tells of each operation under an id of this side's own.
func TestASideActsOnEveryContestedWorkflowOnce(t *testing.T) {
	g := NewWithT(t)
	b := begin(t, free(t))
	step := Contest{Step: ActOnContest, Prefix: "orders-r1-contest", Count: 2}
	for range 2 { // who asks may ask again
		g.Expect(b.Contend(t.Context(), step)).To(Succeed())
	}
	g.Eventually(func() int64 { return b.status().Contesting }, soon).Should(BeEquivalentTo(2 * step.Count))
	sent := func(kind drills.OperationKind) []string { return ids(b.byState(t, kind)[drills.OperationSent]) }
	g.Eventually(func() []string { return sent(drills.StartOperation) }, soon).Should(Equal([]string{
		"orders-r1-contest-amid-01/start@us-east", "orders-r1-contest-amid-02/start@us-east",
	}))
	g.Eventually(func() []string { return sent(drills.SignalOperation) }, soon).Should(Equal([]string{
		"orders-r1-contest-before-01/entry@us-east", "orders-r1-contest-before-02/entry@us-east",
	}))
	for _, op := range b.byState(t, drills.SignalOperation)[drills.OperationSent] {
		g.Expect(op.Contested).To(BeTrue())
	}
}

func TestAStepOfAContestHasToBeWhole(t *testing.T) {
	g := NewWithT(t)
	b := begin(t, free(t))
	for _, body := range []string{
		``, `{}`, `{"step": "act"}`, `{"step": "fight", "prefix": "a", "count": 1}`, `{"step": "act", "prefix": "a", "count": 0}`,
		`{"step": "act", "prefix": "", "count": 1}`,
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://"+b.Address+"/contest", strings.NewReader(body))
		g.Expect(err).NotTo(HaveOccurred())
		answer, err := http.DefaultClient.Do(request)
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(answer.Body.Close()).To(Succeed())
		g.Expect(answer.StatusCode).To(Equal(http.StatusBadRequest), "%q", body)
	}
	g.Expect(b.status().Contesting).To(BeZero())
}
