package assess_test

import (
	"strings"
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// says wants a text to have words.
func says(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%q does not say %q", text, w)
		}
	}
}

func TestWhatKeepsAWorkflowFromCompletingIsTold(t *testing.T) {
	open := func(change func(*drills.Workflow)) func(*drills.Workflow) {
		return func(w *drills.Workflow) {
			w.Status, w.ClosedAt = "Running", 0
			change(w)
		}
	}
	for name, test := range map[string]struct {
		is             func(*drills.Workflow)
		what, activity string
		words          []string
	}{
		"an Activity that fails": {
			open(func(w *drills.Workflow) {
				w.Pending = []drills.Pending{{Activity: "Capture", State: "Scheduled", Attempt: 7, DueAt: at(60), Failure: "no authorization in memory"}}
			}), drills.HeldRetries, "Capture", []string{"attempt 7", "no authorization in memory", "+39.9 s"},
		},
		"an Activity that nobody answers": {
			open(func(w *drills.Workflow) {
				w.Pending = []drills.Pending{
					{Activity: "Notify", State: "Scheduled", Attempt: 1, DueAt: at(60)},
					{Activity: "Capture", State: "Started", Attempt: 1, DueAt: at(19), GivenAt: at(19.1), Worker: "worker/us-east/orders/0", Timeout: drills.Offset(10 * time.Minute)},
				}
			}), drills.HeldGiven, "Capture", []string{"worker/us-east/orders/0", "-1.0 s", "after 600.000 s"},
		},
		"an Activity that nobody takes": {
			open(func(w *drills.Workflow) {
				w.Pending = []drills.Pending{{Activity: "Capture", State: "Scheduled", Attempt: 1, DueAt: at(60)}}
			}), drills.HeldUntaken, "Capture", []string{"due since +39.9 s"},
		},
		"a Workflow Task that nobody answers": {
			open(func(w *drills.Workflow) {
				w.Task = &drills.PendingTask{State: "Started", Attempt: 1, At: at(20), Timeout: drills.Offset(time.Minute)}
			}), drills.HeldTaskGiven, "", []string{"attempt 1", "-0.1 s", "after 60.000 s"},
		},
		"a Workflow Task that fails": {
			open(func(w *drills.Workflow) { w.Task = &drills.PendingTask{State: "Scheduled", Attempt: 9, At: at(60)} }),
			drills.HeldTaskFails, "", []string{"attempt 9"},
		},
		"a Workflow Task that nobody takes": {
			open(func(w *drills.Workflow) { w.Task = &drills.PendingTask{State: "Scheduled", Attempt: 1, At: at(60)} }),
			drills.HeldTaskUntaken, "", []string{"due since"},
		},
		"nothing of its own": {open(func(*drills.Workflow) {}), drills.HeldWaits, "", []string{"signal, a timer or a child"}},
		"a failure": {
			func(w *drills.Workflow) {
				w.Status = "Failed"
				w.Failure = drills.Failure{Activity: "Capture", Message: "activity StartToClose timeout", Retry: "MaximumAttemptsReached"}
			}, drills.HeldEnded, "Capture", []string{"as Failed", "StartToClose timeout (MaximumAttemptsReached)"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			e, first, second := passing(t, "active-hot"), "", ""
			e.workflows(drills.CensusAfterHeal, func(_ string, w *drills.Workflow) {
				switch {
				case first == "":
					first = w.ID
				case second == "" && w.ID != first:
					second = w.ID
				}
				if w.ID == first || w.ID == second {
					test.is(w)
				}
			})
			r := e.judge()
			if len(r.Held) != 1 || r.Held[0].What != test.what || r.Held[0].Activity != test.activity || r.Held[0].Workflows != 2 || r.Held[0].Example != min(first, second) {
				t.Fatalf("it holds %+v, want two of %s, such as %s", r.Held, test.what, min(first, second))
			}
			says(t, r.Held[0].Detail, test.words...)
			reasons := strings.Join(r.Reasons, "\n")
			says(t, reasons, append(test.words, "held 2 workflows: "+test.what)...)
		})
	}
}

func TestWhatCompletesIsHeldByNothing(t *testing.T) {
	for _, drill := range models() {
		if r := passing(t, drill).judge(); len(r.Held) > 0 {
			t.Errorf("%s holds %+v", drill, r.Held)
		}
	}
}

// Where nobody asked after the heal, nobody knows.
func TestWithoutALookAfterTheHealNothingIsToldToHold(t *testing.T) {
	e := passing(t, "active-hot").without(func(ev drills.Event) bool {
		return ev.Kind == drills.KindCensus && ev.Name == drills.CensusAfterHeal
	})
	e.workflows(drills.CensusWithoutRegion, func(_ string, w *drills.Workflow) { w.Status, w.ClosedAt = "Running", 0 })
	if r := e.judge(); len(r.Held) > 0 {
		t.Errorf("it holds %+v", r.Held)
	}
}
