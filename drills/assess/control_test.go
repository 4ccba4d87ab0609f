package assess_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
)

func TestAControlThatBrokeNothingReportsNothing(t *testing.T) {
	for _, drill := range []string{"active-cold", "active-hot", "active-active", "dual-active", "dual-active-ring"} {
		t.Run(drill, func(t *testing.T) {
			r := control(t, drill).expect(t, drills.Pass, "")
			if !r.Control {
				t.Error("it does not say that it is a control")
			}
			if up := r.RecoveryTime.Sustained.Upper; up == nil || *up > at(0.6) || r.RecoveryTime.Sustained.Lower > 0 {
				t.Errorf("it took %+v to recover from nothing", r.RecoveryTime)
			}
			if p, want := tallied(r.RecoveryPoint), (tally{acknowledged: r.RecoveryPoint.Acknowledged}); p != want || p.acknowledged == 0 {
				t.Errorf("operations: %+v", p)
			}
			if len(r.Attribution) > 0 {
				t.Errorf("time went to %+v", r.Attribution)
			}
			for _, n := range r.Throughput {
				if n.Affected {
					t.Errorf("%s was affected", n.Namespace)
				}
			}
		})
	}
}

func TestAControlWitnessesThatNothingHappened(t *testing.T) {
	r := control(t, "active-hot").judge()
	for name, says := range map[string]string{
		"fault":    "nothing was broken: 11 processes and links of us-east probed, all alive",
		"failover": "no region was declared lost, no namespace promoted",
		"scope":    "orders kept 4.98/s of 5.00/s",
		"return":   "nothing had to return: every region believes every namespace at home",
		"load":     "orders: 235 of 235 starts sent until the heal",
	} {
		if w := witness(t, r, name); !w.Held || !strings.HasPrefix(w.Detail, says) {
			t.Errorf("got %+v, want one that says %q", w, says)
		}
	}
}

func TestAControlInWhichSomethingHappenedProvesNothing(t *testing.T) {
	mark := func(seconds float64, stage drills.Stage, region, namespace string) func(*evidence) {
		return func(e *evidence) {
			e.with(drills.Event{At: at(seconds), Kind: drills.KindMark, Name: string(stage), Region: region, Namespace: namespace})
		}
	}
	believes := func(seconds float64, region, active string) func(*evidence) {
		return func(e *evidence) {
			e.with(drills.Event{At: at(seconds), Kind: drills.KindActive, Region: region, Namespace: "orders", Name: active})
		}
	}
	tests := []struct {
		name    string
		change  func(*evidence)
		witness string
		says    string
	}{
		{"a link was severed", func(e *evidence) {
			for i := range e.Timeline {
				if e.Timeline[i].Subject == "replication-us-west-to-us-east" {
					e.Timeline[i].Held, e.Timeline[i].Detail = true, "connection refused"
				}
			}
		}, "fault", "not alive, though nothing was to be broken: replication-us-west-to-us-east (connection refused)"},
		{"a link was not looked at", func(e *evidence) {
			e.without(func(e drills.Event) bool { return e.Subject == "replication-us-west-to-us-east" })
		}, "fault", "nobody probed replication-us-west-to-us-east"},
		{"nobody looked", func(e *evidence) { e.without(ofKind(drills.KindProbe)) }, "fault", "no probe looked"},
		{"the watched region was declared lost", mark(effective+2, drills.Detected, "us-east", ""), "failover", "1 regions were declared lost"},
		{"the other one was", mark(requested-5, drills.Detected, "us-west", ""), "failover", "us-west was declared lost at"},
		{"it was promoted", mark(effective+2, drills.Promoted, "us-west", "orders"), "failover", "orders was promoted 1 times"},
		{"it was promoted after the heal", mark(recounted-1, drills.Promoted, "us-west", "orders"), "scope", "orders was moved to us-west"},
		{"it lost throughput", func(e *evidence) {
			e.without(func(e drills.Event) bool { return e.Kind == drills.KindClosed && e.At > at(30) && e.At < at(35) })
		}, "scope", "orders kept 4."},
		{"it ended elsewhere", believes(recounted, "us-east", "us-west"), "return", "us-east believes orders active in us-west"},
		{"nobody counted", func(e *evidence) { e.without(censusOf(drills.CensusAfterHeal)) }, "return", "nobody counted after the heal"},
		{"the load stalled", func(e *evidence) {
			left := e.Ledger[:0]
			for _, op := range e.Ledger {
				if op.Intended < at(effective+1) || op.Intended > at(effective+4) {
					left = append(left, op)
				}
			}
			e.Ledger = left
		}, "load", "of 235 starts sent until the heal"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := control(t, "active-hot")
			test.change(e)
			r := e.expect(t, drills.Inconclusive, test.witness+" not witnessed")
			if w := witness(t, r, test.witness); w.Held || !strings.Contains(w.Detail, test.says) {
				t.Errorf("got %+v, want one that says %q", w, test.says)
			}
		})
	}
}

// What a run of the drill's model passes otherwise, a control does not.
func TestAControlHasItsOwnStages(t *testing.T) {
	for _, stage := range []drills.Stage{
		drills.LoadStarted, drills.SteadyStateReached, drills.HealRequested, drills.LoadStopped, drills.Drained,
	} {
		e := control(t, "active-cold").without(markOf(stage))
		if r := e.judge(); r.Verdict != drills.Inconclusive {
			t.Errorf("without %s it is %s", stage, r.Verdict)
		}
	}
}

// A Workflow that was slow in a control was not held up by an outage.
func TestNoDelayOfAControlIsPutToAnOutage(t *testing.T) {
	for _, test := range []struct {
		name     string
		intended float64
		history  *history
		causes   []string
	}{
		{"undisturbed", 19.7, plain(19.71), nil},
		{"a timer runs longer than any before", 19.7,
			new(history).add("WorkflowExecutionStarted", 19.71, 0).task(19.71, 19.72).timer(19.73, 0.9, 20.63).task(20.63, 20.64).add("WorkflowExecutionCompleted", 20.65, 0), nil},
		{"a task waits", 19.9, new(history).add("WorkflowExecutionStarted", 19.91, 0).task(20.5, 26.01).add("WorkflowExecutionCompleted", 26.02, 0),
			[]string{drills.DelayQueueing}},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := telling(t, test.intended, test.history)
			e.Drill.Faults[0].Kind, e.Drill.Faults[0].Flavour = drills.NoFault, ""
			got := e.judge().Delays
			if got == nil || got.InFlight != 1 {
				t.Fatalf("got %+v", got)
			}
			var causes []string
			for _, c := range got.Causes {
				causes = append(causes, c.Cause)
			}
			if !slices.Equal(causes, test.causes) {
				t.Errorf("put to %q, want %q", causes, test.causes)
			}
		})
	}
}
