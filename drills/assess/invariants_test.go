package assess_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
)

func TestInvariantsHoldWhateverTheObjectivesSay(t *testing.T) {
	of := func(census, id string, change func(*drills.Workflow)) func(*evidence) {
		return func(e *evidence) {
			e.workflows(census, func(_ string, w *drills.Workflow) {
				if w.ID == id {
					change(w)
				}
			})
		}
	}
	again := func(e *evidence) {
		for _, event := range slices.Clone(e.Timeline) {
			if event.Kind == drills.KindWorkflow && event.Workflow.ID == "order-orders-007" && event.Workflow.Census != drills.CensusWithoutRegion {
				w := *event.Workflow
				w.RunID, w.ClosedAt, w.Status = w.RunID+"-again", 0, "Running"
				event.Workflow = &w
				e.with(event)
			}
		}
		of("", "order-orders-007", func(w *drills.Workflow) { w.ClosedAt, w.Status = 0, "Running" })(e)
	}
	open := func(id string, change func(*drills.Workflow)) func(*evidence) {
		return of("", id, func(w *drills.Workflow) {
			w.ClosedAt, w.Status = 0, "Running"
			change(w)
		})
	}
	pending := func(state string, due float64) func(*evidence) {
		return open("order-orders-003", func(w *drills.Workflow) {
			w.Pending = []drills.Pending{{Activity: "ChargeCard", State: state, Attempt: 2, DueAt: at(due)}}
		})
	}
	timer := func(fired ...drills.Step) func(*evidence) {
		return open("order-orders-003", func(w *drills.Workflow) {
			w.Steps = append([]drills.Step{{Type: "TimerStarted", At: at(50), Lasts: at(2)}}, fired...)
		})
	}
	child := func(closed, parentClosed bool) func(*evidence) {
		return func(e *evidence) {
			of("", "order-orders-003", func(w *drills.Workflow) {
				if w.Parent = "order-orders-004"; !closed {
					w.ClosedAt = 0
				}
			})(e)
			of("", "order-orders-004", func(w *drills.Workflow) {
				if !parentClosed {
					w.ClosedAt = 0
				}
			})(e)
		}
	}
	tests := []struct {
		name, invariant string
		change          func(*evidence)
		verdict         drills.Verdict
		says            string
	}{
		{"all hold", "one open run", func(*evidence) {}, drills.Pass, "no workflow id has two"},
		{"all have ended", "none left open", func(*evidence) {}, drills.Pass, "all 320 runs"},
		{"all are the same", "equal histories", func(*evidence) {}, drills.Pass, "320 runs are the same"},
		{"two open runs", "one open run", again, drills.Fail, "order-orders-007 has 2 open runs"},
		{"a zombie in the replica", "none left open",
			of(drills.CensusReplica, "order-orders-003", func(w *drills.Workflow) { w.ClosedAt = 0 }), drills.Fail, "order-orders-003 (run run-003) is still open, in the replica"},
		{"another history", "equal histories",
			of(drills.CensusReplica, "order-orders-003", func(w *drills.Workflow) { w.Digest = "x" }), drills.Fail, "order-orders-003 (run run-003) has"},
		{"no digest proves nothing", "equal histories", func(e *evidence) {
			e.workflows("", func(_ string, w *drills.Workflow) { w.Digest = "" })
		}, drills.Fail, "and 317 more"},
		{"a run is missing", "equal histories", func(e *evidence) {
			e.without(func(event drills.Event) bool {
				return event.Kind == drills.KindWorkflow && event.Workflow.Census == drills.CensusReplica && event.Workflow.ID == "order-orders-003"
			})
		}, drills.Fail, "is not in the replica"},
		{"nobody read the replica", "equal histories", func(e *evidence) { e.without(censusOf(drills.CensusReplica)) },
			drills.Inconclusive, "nobody read both regions"},
		{"no zombie", "no zombies", func(*evidence) {}, drills.Pass, "none of the 800 runs"},
		{"a zombie in a database", "no zombies", func(e *evidence) {
			e.with(drills.Event{At: at(recounted), Kind: drills.KindUnended, Name: "Zombie", Region: "us-west", Namespace: "orders", Subject: "order-orders-003", Detail: "run-x"})
		}, drills.Fail, "order-orders-003 (run run-x) is Zombie in the database of us-west"},
		{"nobody looked into a database", "no zombies", func(e *evidence) {
			e.without(func(event drills.Event) bool { return event.Kind == drills.KindStored && event.Region == "us-east" })
		}, drills.Inconclusive, "nobody looked at the runs of orders that us-east stores"},
		{"every start has an end", "starts ended", func(*evidence) {}, drills.Pass, "all 320 acknowledged workflows"},
		{"a start without an end", "starts ended", open("order-orders-003", func(*drills.Workflow) {}), drills.Fail, "order-orders-003 was acknowledged and has no end"},
		{"every call is in a history", "calls in history", func(*evidence) {}, drills.Pass, "all of 320 signals and 320 updates"},
		{"a signal is in no history", "calls in history", of("", "order-orders-003", func(w *drills.Workflow) { w.Operations = w.Operations[1:] }),
			drills.Fail, "signal order-orders-003/payment was acknowledged and is in no history"},
		{"no activity is due", "activities dispatched", func(*evidence) {}, drills.Pass, "none waits"},
		{"a retry that nothing dispatches", "activities dispatched", pending("Scheduled", 45), drills.Fail,
			"ChargeCard of order-orders-003, attempt 2, was due 22.000 s before it was looked at and is Scheduled"},
		{"a retry that is paused", "activities dispatched", pending("Paused", 45), drills.Fail, "is Paused"},
		{"a timer is overdue", "timers advance", timer(), drills.Fail, "a timer of order-orders-003 was due 15.000 s before"},
		{"a child is left behind", "children advance", child(false, true), drills.Fail, "order-orders-003 is still open, and order-orders-004"},
		{"a parent does not hear of its child", "children advance", child(true, false), drills.Fail, "order-orders-003 has ended, and order-orders-004"},
		{"schedules act", "schedules advance", func(*evidence) {}, drills.Pass, "they acted 1 times"},
		{"a schedule does not act any more", "schedules advance", func(e *evidence) {
			e.without(func(event drills.Event) bool { return event.Kind == drills.KindAction && event.At > at(home) })
		}, drills.Fail, "no schedule of orders acted since it is at home; the last did 21.000 s before"},
		{"a schedule that never acted", "schedules advance", func(e *evidence) {
			e.without(func(event drills.Event) bool { return event.Kind == drills.KindAction && event.At < at(requested) })
		}, drills.Inconclusive, "nobody saw a schedule of orders act before the fault"},
		{"no activity twice", "effects once", func(*evidence) {}, drills.Pass, "320 activities took effect, none more than once"},
		{"an activity twice for no reason", "effects once", twice("order-orders-003", 0.1, drills.OperationAbandoned), drills.Fail,
			"ShipOrder of order-orders-003 took effect 2 times, and nothing that happened to its workflow explains it"},
		{"an activity twice, and nobody counted what was reset", "effects once", func(e *evidence) {
			twice("order-orders-003", 0.1, drills.OperationAbandoned)(e)
			e.without(censusOf(drills.CensusAfterHeal))
		}, drills.Inconclusive, "nobody counted after the heal, and so not what was reset then: ShipOrder of order-orders-003"},
		{"no worker has a ledger", "effects once", func(e *evidence) {
			e.workflows("", func(_ string, w *drills.Workflow) { w.Operations = w.Operations[:2] })
			e.Ledger = slices.DeleteFunc(e.Ledger, func(op drills.Operation) bool { return op.Kind == drills.ActivityOperation })
		}, drills.Inconclusive, "no worker wrote down"},
		{"nobody counted", "none left open", func(e *evidence) { e.without(censusOf(drills.CensusAfterHeal)) },
			drills.Inconclusive, "nobody counted after the heal"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := passing(t, "active-hot")
			test.change(e)
			r := e.judge()
			i := slices.IndexFunc(r.Invariants, func(i drills.Invariant) bool { return i.Name == test.invariant })
			if i < 0 {
				t.Fatalf("no invariant %q", test.invariant)
			}
			if got := r.Invariants[i]; got.Verdict != test.verdict || !strings.Contains(got.Detail, test.says) {
				t.Errorf("got %+v, want %s that says %q", got, test.verdict, test.says)
			}
			if (r.Verdict == drills.Pass) != (test.verdict == drills.Pass) {
				t.Errorf("the verdict is %s", r.Verdict)
			}
		})
	}
}

// The region that returns believes itself active until it is told.
func TestSplitBrainIsWhereTwoRegionsBelieveThemselvesActive(t *testing.T) {
	got := passing(t, "active-hot").judge().SplitBrain
	if len(got) != 1 || got[0].Namespace != "orders" || got[0].From != at(50-effective) || got[0].To != at(51.5-effective) {
		t.Errorf("got %+v", got)
	}
}

// Activities run at least once: again is no defect where the outage explains it.
func TestAnActivityMayRunAgainWhereItsWorkflowWasMoved(t *testing.T) {
	reset := func(seconds float64) func(*evidence) {
		return func(e *evidence) {
			twice(orderEnded, 30, drills.OperationAcknowledged)(e)
			e.workflows("", func(_ string, w *drills.Workflow) {
				if w.ID == orderEnded {
					w.ResetAt = at(seconds)
					w.Operations = append(w.Operations, w.Operations[2]+"-again")
				}
			})
		}
	}
	begun := func(region string, seconds float64) func(*evidence) {
		return func(e *evidence) {
			e.again("order-orders-200", at(seconds), region)
		}
	}
	for name, test := range map[string]struct {
		change func(*evidence)
		want   drills.Verdict
	}{
		"it was in flight at the fault":            {twice(orderInFlight, -8, drills.OperationAbandoned), drills.Pass},
		"it was reset as the region returned":      {reset(healed), drills.Pass},
		"it was reset before anything was broken":  {reset(15), drills.Fail},
		"it had ended long before":                 {twice(orderEnded, 1, drills.OperationAbandoned), drills.Fail},
		"it was in flight as it moved home":        {twice("order-orders-272", 0.1, drills.OperationAbandoned), drills.Pass},
		"it began before services knew of a move":  {twice("order-orders-278", 0.1, drills.OperationAbandoned), drills.Pass},
		"it began once they had looked anew":       {twice("order-orders-281", 0.1, drills.OperationAbandoned), drills.Fail},
		"the lost region began it as it was back":  {begun("us-east", 50.5), drills.Pass},
		"it began it when it had been told":        {begun("us-east", 53), drills.Fail},
		"it ran in the survivor, and nothing else": {twice("order-orders-200", 0.1, drills.OperationAbandoned), drills.Fail},
	} {
		t.Run(name, func(t *testing.T) {
			e := passing(t, "active-hot")
			test.change(e)
			for _, i := range e.judge().Invariants {
				if i.Name == "effects once" && i.Verdict != test.want {
					t.Errorf("got %s: %s", i.Verdict, i.Detail)
				}
			}
		})
	}
}

// A region that was not heard until everything was over knew at the latest by then.
func TestARegionThatIsNotHeardIsNotAloneForEver(t *testing.T) {
	for seconds, want := range map[float64]drills.Verdict{50.5: drills.Pass, healed + 0.5: drills.Pass, healed + 2: drills.Fail} {
		e := passing(t, "active-hot")
		e.without(func(event drills.Event) bool {
			return event.Kind == drills.KindActive && event.Region == "us-east" && event.At > at(effective) && event.Name != "us-east"
		})
		e.again("order-orders-200", at(seconds), "us-east")
		i := slices.IndexFunc(e.judge().Invariants, func(i drills.Invariant) bool { return i.Name == "effects once" })
		if got := e.judge().Invariants[i]; got.Verdict != want {
			t.Errorf("at %v s: got %s, want %s: %s", seconds, got.Verdict, want, got.Detail)
		}
	}
}

// A Workflow that waits has time until it is overdue.
func TestWhatIsNotOverdueMayWait(t *testing.T) {
	for name, change := range map[string]func(*drills.Workflow){
		"an activity that was due just now": func(w *drills.Workflow) {
			w.Pending = []drills.Pending{{Activity: "ChargeCard", State: "Scheduled", Attempt: 2, DueAt: at(recounted - 9)}}
		},
		"an activity that is carried out": func(w *drills.Workflow) {
			w.Pending = []drills.Pending{{Activity: "ChargeCard", State: "Started", Attempt: 2, DueAt: at(30)}}
		},
		"a timer that was due just now": func(w *drills.Workflow) {
			w.Steps = []drills.Step{{Type: "TimerStarted", At: at(50), Lasts: at(8)}}
		},
		"a timer that fired": func(w *drills.Workflow) {
			w.Steps = []drills.Step{{Type: "TimerStarted", At: at(30), Lasts: at(1)}, {Type: "TimerFired", At: at(31), Of: 0}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := passing(t, "active-hot")
			e.workflows("", func(_ string, w *drills.Workflow) {
				if w.ID == "order-orders-003" {
					w.ClosedAt, w.Status = 0, "Running"
					change(w)
				}
			})
			for _, i := range e.judge().Invariants {
				if late := i.Name == "activities dispatched" || i.Name == "timers advance"; late && i.Verdict != drills.Pass {
					t.Errorf("got %+v", i)
				}
			}
		})
	}
}
