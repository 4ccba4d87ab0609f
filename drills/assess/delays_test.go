package assess_test

import (
	"fmt"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
)

// history builds the steps of a Workflow.
type history struct{ steps []drills.Step }

func (h *history) add(kind string, seconds float64, of int) *history {
	h.steps = append(h.steps, drills.Step{Type: kind, At: at(seconds), Of: of})
	return h
}

// task is a Workflow Task that is scheduled, waits, and is worked on for 10 ms.
func (h *history) task(scheduled, started float64) *history {
	n := len(h.steps)
	return h.add("WorkflowTaskScheduled", scheduled, 0).add("WorkflowTaskStarted", started, n).add("WorkflowTaskCompleted", started+0.01, n+1)
}

func (h *history) timer(from, lasts, fired float64) *history {
	h.add("TimerStarted", from, 0)
	h.steps[len(h.steps)-1].Lasts = at(lasts)
	return h.add("TimerFired", fired, len(h.steps)-1)
}

// plain is a Workflow that nothing disturbs: a task, a timer of half a second,
// a task.
func plain(from float64) *history {
	h := new(history).add("WorkflowExecutionStarted", from, 0).task(from, from+0.01)
	return h.timer(from+0.02, 0.5, from+0.52).task(from+0.52, from+0.53).add("WorkflowExecutionCompleted", from+0.54, 0)
}

// telling is the evidence of active-hot with ten plain Workflows before the
// fault, and one more, with its start meant to be sent at intended.
func telling(t *testing.T, intended float64, h *history) *evidence {
	e := passing(t, "active-hot").without(ofKind(drills.KindWorkflow))
	e.Ledger = nil
	e.with(drills.Event{
		At: at(polled), Kind: drills.KindPoll, Name: "activity", Region: "us-west", Namespace: "orders",
		Subject: drills.WorkerIdentity("us-west", "orders", 0), Held: true,
	})
	tell := func(id string, intended float64, h *history) {
		first, last := h.steps[0].At, h.steps[len(h.steps)-1].At
		e.with(drills.Event{At: at(counted), Kind: drills.KindWorkflow, Namespace: "orders", Workflow: &drills.Workflow{
			Census: drills.CensusWithoutRegion, ID: id, RunID: id, Status: "Completed", StartedAt: first, ClosedAt: last, Steps: h.steps,
		}})
		e.Ledger = append(e.Ledger, drills.Operation{
			At: first + at(0.01), ID: id + "/start", Kind: drills.StartOperation, State: drills.OperationAcknowledged,
			Namespace: "orders", Workflow: id, Intended: at(intended),
		})
	}
	for i := range 10 {
		from := 5 + float64(i)
		tell(fmt.Sprint("plain-", i), from-0.01, plain(from))
	}
	tell("disturbed", intended, h)
	return e
}

func TestDelaysAreAttributedToWhatTheyWaitedFor(t *testing.T) {
	timedOut := func(cause string, from, to float64) *history {
		h := new(history).add("WorkflowExecutionStarted", 19, 0).add("WorkflowTaskScheduled", 19, 0)
		started := 19.01
		if cause == "StartToClose" {
			h.add("WorkflowTaskStarted", started, 1)
			h.add("WorkflowTaskCompleted", started+0.01, 2).add("WorkflowTaskScheduled", from, 0).add("WorkflowTaskStarted", from, 4)
		} else {
			h.add("WorkflowTaskStarted", started, 1).add("WorkflowTaskCompleted", from, 2).add("WorkflowTaskScheduled", from, 0)
		}
		h.add("WorkflowTaskTimedOut", to, 0)
		h.steps[len(h.steps)-1].Cause = cause
		return h.task(to, to+0.01).add("WorkflowExecutionCompleted", to+0.02, 0)
	}
	retried := func(attempt int, cause string, scheduled, started float64) *history {
		h := new(history).add("WorkflowExecutionStarted", 19, 0).task(19, 19.01)
		h.add("ActivityTaskScheduled", scheduled, 0).add("ActivityTaskStarted", started, 4)
		h.steps[5].Attempt, h.steps[5].Cause = attempt, cause
		return h.add("ActivityTaskCompleted", started, 5).add("WorkflowExecutionCompleted", started, 0)
	}
	tests := []struct {
		name     string
		intended float64
		history  *history
		want     map[string]float64 // seconds
		rest     float64            // unexplained at most
	}{
		{"undisturbed", 19.7, plain(19.71), map[string]float64{}, 0.001},
		{"a task waits for the survivor's workers", 19.9, new(history).add("WorkflowExecutionStarted", 19.91, 0).task(20.5, 26.01).add("WorkflowExecutionCompleted", 26.02, 0),
			map[string]float64{drills.DelayDetection: 1.09, drills.DelayPromotion: 0.1, drills.DelayPollers: 2.3, drills.DelayQueueing: 2.01}, 0.6},
		{"a task was with a worker that died", 18.99, timedOut("StartToClose", 19.99, 29.99),
			map[string]float64{drills.DelayDetection: 1.6, drills.DelayPromotion: 0.1, drills.DelayTask: 8.29}, 1.1},
		{"a task was for a sticky worker that died", 18.99, timedOut("ScheduleToStart", 19.99, 24.99),
			map[string]float64{drills.DelayDetection: 1.6, drills.DelayPromotion: 0.1, drills.DelaySticky: 3.29, drills.DelayWorker: 0.97}, 0.1},
		{"an activity was with a worker that died", 18.99, retried(2, "StartToClose", 19.5, 25),
			map[string]float64{drills.DelayDetection: 1.6, drills.DelayPromotion: 0.1, drills.DelayPollers: 2.3, drills.DelayActivity: 1.5}, 0.6},
		{"an activity is retried", 18.99, retried(3, "", 22, 25), map[string]float64{drills.DelayPollers: 2, drills.DelayRetry: 1}, 3.1},
		{"a timer is overdue", 19.79, new(history).add("WorkflowExecutionStarted", 19.8, 0).task(19.8, 19.81).timer(19.82, 0.5, 21.75).task(21.75, 24.01).add("WorkflowExecutionCompleted", 24.02, 0),
			map[string]float64{drills.DelayDetection: 1.28, drills.DelayPromotion: 0.1, drills.DelayQueueing: 0.05 + 0.01, drills.DelayPollers: 2.24}, 0.1},
		{"a deadline passes as nobody signals", 19.79, new(history).add("WorkflowExecutionStarted", 19.8, 0).task(19.8, 19.81).timer(22, 5, 27).add("WorkflowExecutionCompleted", 27.01, 0),
			map[string]float64{drills.DelayClient: 5}, 2.3},
		{"an update comes late", 18.99, new(history).add("WorkflowExecutionStarted", 19, 0).task(19, 19.01).task(26, 26.01).add("WorkflowExecutionUpdateAccepted", 26.01, 0).add("WorkflowExecutionCompleted", 26.02, 0),
			map[string]float64{drills.DelayDetection: 1.6, drills.DelayPromotion: 0.1, drills.DelayEndpoint: 0.3, drills.DelayClient: 5}, 0.1},
		{"a start is late", 20.5, plain(24.5), map[string]float64{drills.DelayDetection: 1.09, drills.DelayPromotion: 0.1, drills.DelayEndpoint: 0.3, drills.DelayRetry: 2.5}, 0.1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := telling(t, test.intended, test.history).judge().Delays
			if got == nil || got.InFlight+got.StartedDuring != 1 && len(test.want) > 0 || got.Open != 0 {
				t.Fatalf("got %+v", got)
			}
			sum := got.Unexplained
			for _, c := range got.Causes {
				sum += c.Seconds
				if want := at(test.want[c.Cause]); c.Seconds < want-at(0.02) || c.Seconds > want+at(0.02) || c.Workflows != 1 || c.Longest != c.Seconds {
					t.Errorf("%s: got %+v, want %s", c.Cause, c, want)
				}
			}
			if len(got.Causes) != len(test.want) {
				t.Errorf("got %d causes, want %d: %+v", len(got.Causes), len(test.want), got.Causes)
			}
			if sum != got.Total {
				t.Errorf("causes and what is left make %s of %s", sum, got.Total)
			}
			if got.Unexplained > at(test.rest) {
				t.Errorf("%s is unexplained", got.Unexplained)
			}
		})
	}
}

// What an Activity did before the fault, and the survivor had not heard of, is
// done again: the time since is lost to replication.
func TestWhatHadNotReachedTheSurvivorIsReplicationLag(t *testing.T) {
	h := new(history).add("WorkflowExecutionStarted", 19, 0).task(19, 19.01)
	h.add("ActivityTaskScheduled", 19.02, 0).add("ActivityTaskStarted", 24.02, 4).add("ActivityTaskCompleted", 24.03, 5).add("WorkflowExecutionCompleted", 24.03, 0)
	for _, reached := range []bool{false, true} {
		e := telling(t, 18.99, h)
		op := drills.Operation{
			ID: "disturbed/Ship/1", Kind: drills.ActivityOperation, State: drills.OperationAcknowledged, At: at(19.5),
			Namespace: "orders", Workflow: "disturbed", Activity: "Ship", Region: "us-east",
		}
		e.Ledger = append(e.Ledger, op)
		if reached {
			e.workflows(drills.CensusWithoutRegion, func(_ string, w *drills.Workflow) {
				if w.ID == "disturbed" {
					w.Operations = []string{op.ID}
				}
			})
		}
		got := e.judge().Delays
		want := map[string]float64{drills.DelayDetection: 1.6, drills.DelayPromotion: 0.1, drills.DelayPollers: 2.3, drills.DelayQueueing: 1}
		if !reached {
			want[drills.DelayLag], want[drills.DelayQueueing] = 0.98, 0.02
		}
		attributed(t, got, want, 0)
	}
}

// A parent waits for what its child waits for.
func TestAChildHoldsUpItsParentByWhatHeldItUp(t *testing.T) {
	parent := new(history).add("WorkflowExecutionStarted", 19, 0).task(19, 19.01)
	parent.add("ChildWorkflowExecutionStarted", 19.02, 0).add("ChildWorkflowExecutionCompleted", 25, 4).task(25, 25.01).add("WorkflowExecutionCompleted", 25.02, 0)
	parent.steps[4].Child, parent.steps[5].Child = "child", "child"
	child := new(history).add("WorkflowExecutionStarted", 19.02, 0).task(19.02, 24.98).add("WorkflowExecutionCompleted", 24.99, 0)
	e := telling(t, 18.99, parent)
	e.with(drills.Event{At: at(counted), Kind: drills.KindWorkflow, Namespace: "orders", Workflow: &drills.Workflow{
		Census: drills.CensusWithoutRegion, ID: "child", RunID: "child", Parent: "disturbed", Status: "Completed",
		StartedAt: at(15), ClosedAt: at(15), Steps: child.steps, // closed early: it is not attributed by itself
	}})
	attributed(t, e.judge().Delays, map[string]float64{
		drills.DelayDetection: 1.6, drills.DelayPromotion: 0.1, drills.DelayPollers: 2.3, drills.DelayQueueing: 1.95,
	}, 0.03)
}

// In a control nothing is away, and a parent waits for its child all the same.
func TestAControlAttributesWhatAChildTook(t *testing.T) {
	parent := new(history).add("WorkflowExecutionStarted", 19, 0).task(19, 19.01)
	parent.add("ChildWorkflowExecutionStarted", 19.02, 0).add("ChildWorkflowExecutionCompleted", 21, 4).add("WorkflowExecutionCompleted", 21, 0)
	parent.steps[4].Child, parent.steps[5].Child = "child", "child"
	e := control(t, "active-hot")
	e.with(drills.Event{At: at(counted), Kind: drills.KindWorkflow, Namespace: "orders", Workflow: &drills.Workflow{
		Census: drills.CensusWithoutRegion, ID: "parent", RunID: "parent", Status: "Completed", StartedAt: at(19), ClosedAt: at(21), Steps: parent.steps,
	}})
	got := e.judge().Delays
	if got == nil || got.Total < at(1.9) || len(got.Causes) > 0 && got.Causes[0].Cause == drills.DelayDetection {
		t.Errorf("got %+v", got)
	}
}

// attributed wants these causes, in seconds, and so much without one.
func attributed(t *testing.T, got *drills.DelayReport, want map[string]float64, rest float64) {
	t.Helper()
	if got == nil {
		t.Fatal("nothing was attributed")
	}
	for _, c := range got.Causes {
		if w := at(want[c.Cause]); c.Seconds < w-at(0.03) || c.Seconds > w+at(0.03) {
			t.Errorf("%s: got %s, want %s", c.Cause, c.Seconds, w)
		}
	}
	if len(got.Causes) != len(want) || got.Unexplained < at(rest-0.04) || got.Unexplained > at(rest+0.04) {
		t.Errorf("got %+v, want %v and %.3f s unexplained", got, want, rest)
	}
}

func TestAWorkflowThatHasNotEndedIsNotAttributed(t *testing.T) {
	e := telling(t, 19.9, plain(19.91))
	e.workflows(drills.CensusWithoutRegion, func(_ string, w *drills.Workflow) {
		if w.ID == "disturbed" {
			w.ClosedAt, w.Status = 0, "Running"
		}
	})
	if got := e.judge().Delays; got.InFlight != 1 || got.Open != 1 || got.Total != 0 {
		t.Errorf("got %+v", got)
	}
}

// Whatever a record claims, judging it must not break down.
func TestAStepThatNamesNoOtherIsNoCrash(t *testing.T) {
	for _, of := range []int{-1, 1 << 20} {
		h := plain(19.91)
		for i := range h.steps {
			h.steps[i].Of = of
		}
		if got := telling(t, 19.9, h).judge().Delays; got == nil || got.InFlight != 1 {
			t.Errorf("of %d: got %+v", of, got)
		}
	}
}

// What is recorded of polls is what changes. Where they were taken all the time, as
// those that are forwarded, nothing is, and a task waited for no poller.
func TestPollsThatWereTakenAllTheTimeHoldNothingUp(t *testing.T) {
	e := telling(t, 19.9, new(history).add("WorkflowExecutionStarted", 19.91, 0).task(19.92, 26.01).add("WorkflowExecutionCompleted", 26.02, 0))
	e.without(ofKind(drills.KindPoll))
	for _, kind := range []string{"workflow", "activity"} {
		e.with(drills.Event{
			At: at(0.5), Kind: drills.KindPoll, Name: kind, Region: "us-west", Namespace: "orders",
			Subject: drills.WorkerIdentity("us-west", "orders", 0), Held: true,
		})
	}
	got := e.judge().Delays
	for _, c := range got.Causes {
		if c.Cause == drills.DelayPollers {
			t.Errorf("%v to pollers that were there", c.Seconds)
		}
	}
	if got.Unexplained > at(0.1) {
		t.Errorf("%v of %v is unexplained: %+v", got.Unexplained, got.Total, got.Causes)
	}
}
