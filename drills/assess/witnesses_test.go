package assess_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
)

// expectWitness wants one witness to have refused, and to say why.
func expectWitness(t *testing.T, e *evidence, name, says string) {
	t.Helper()
	r := e.expect(t, drills.Inconclusive, name+" not witnessed")
	for _, w := range r.Witnesses {
		if w.Held != (w.Name != name) {
			t.Errorf("witness %+v", w)
		}
		if w.Name == name && !strings.Contains(w.Detail, says) {
			t.Errorf("the %s witness says %q, not %q", name, w.Detail, says)
		}
	}
}

// workedBefore has a region's Fleet have completed a task before the fault.
func workedBefore(region, namespace string) func(*evidence) {
	return func(e *evidence) {
		e.workflows("", func(ns string, w *drills.Workflow) {
			if ns == namespace && w.StartedAt == at(11) {
				w.Tasks[0].Identity = drills.WorkerIdentity(region, namespace, 0)
			}
		})
	}
}

// idle has the other region's Fleet have done a region's work before the fault.
func idle(region, other string) func(*evidence) {
	return func(e *evidence) {
		e.workflows("", func(ns string, w *drills.Workflow) {
			for i, task := range w.Tasks {
				if task.At <= at(effective) && task.Identity == drills.WorkerIdentity(region, ns, 0) {
					w.Tasks[i].Identity = drills.WorkerIdentity(other, ns, 0)
				}
			}
		})
	}
}

func pollAt(seconds float64, region, namespace string) func(*evidence) {
	return func(e *evidence) {
		e.with(drills.Event{
			At: at(seconds), Kind: drills.KindPoll, Region: region, Namespace: namespace,
			Subject: drills.WorkerIdentity(region, namespace, 0),
		})
	}
}

func neverPolled(region, namespace string) func(*evidence) {
	return func(e *evidence) {
		e.without(func(e drills.Event) bool {
			return e.Kind == drills.KindPoll && e.Subject == drills.WorkerIdentity(region, namespace, 0)
		})
	}
}

func TestFleetsBehaveAsTheirModelSays(t *testing.T) {
	tests := []struct {
		name   string
		drill  string
		change func(*evidence)
		says   string // empty: the witness holds
	}{
		{
			"a standby that completed a task", "active-hot", workedBefore("us-west", "orders"),
			"standby fleet of orders in us-west: 1 tasks before the fault, polls seen; " +
				"a standby fleet polls and completes nothing: is it on the Namespace Endpoint, or is poll forwarding on?",
		},
		{"a standby that never polled", "active-hot", neverPolled("us-west", "orders"), "0 tasks before the fault, polls not seen; a standby fleet polls"},
		{"a standby whose first poll came after the fault", "active-hot", func(e *evidence) {
			neverPolled("us-west", "orders")(e)
			pollAt(effective+1, "us-west", "orders")(e)
		}, "polls not seen; a standby fleet polls"},
		{"an active fleet that never polled", "active-hot", neverPolled("us-east", "orders"), "polls not seen; an active fleet polls and completes work"},
		{"a cold region in which a worker polled", "active-cold", pollAt(15, "us-west", "orders"), "in a cold region no worker runs"},
		{"a cold region in which a worker completed a task", "active-cold", workedBefore("us-west", "orders"), "in a cold region no worker runs"},
		{"a cold region whose workers came after the fault", "active-cold", pollAt(effective+1, "us-west", "orders"), ""},
		{"one of two active fleets idle", "active-active", idle("us-west", "us-east"), "active fleet of orders in us-west: 0 tasks before the fault"},
		{"the other one idle", "active-active", idle("us-east", "us-west"), "active fleet of orders in us-east: 0 tasks before the fault"},
		{
			"a standby of the namespace that stays", "dual-active", workedBefore("us-east", "orders-us-west"),
			"standby fleet of orders-us-west in us-east: 1 tasks before the fault",
		},
		{
			"a standby in a ring", "dual-active-ring", workedBefore("us-east", "orders-eu-central"),
			"standby fleet of orders-eu-central in us-east: 1 tasks before the fault",
		},
		{
			"work of somebody else's worker", "active-hot", func(e *evidence) {
				e.workflows("", func(_ string, w *drills.Workflow) {
					w.Tasks = append(w.Tasks, drills.Task{Identity: "worker/us-west/others/0", Type: "workflow", At: at(15)})
				})
			},
			"",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := passing(t, test.drill)
			test.change(e)
			if test.says == "" {
				e.expect(t, drills.Pass, "")
				return
			}
			expectWitness(t, e, "model", test.says)
		})
	}
}

func TestFleetsAreCountedBeforeAndAfterTheFault(t *testing.T) {
	// 93 orders had ended and two were in flight; the survivor did the rest
	// until the failback, when 47 orders had their tasks still to come.
	const before, after = 2*93 + 2, 2 * 47
	// The Workflow Task of an order is its first task: that of the two in
	// flight was done at home.
	const completed = 93 + 2 + 47
	want := []drills.FleetCounts{
		{Region: "us-east", Namespace: "orders", State: drills.FleetActive, TasksBefore: before, TasksAfter: after, Completed: completed, Polled: true},
		{Region: "us-west", Namespace: "orders", State: drills.FleetStandby, TasksAfter: 2*320 - before - after, Completed: 320 - completed, Polled: true},
	}
	got := passing(t, "active-hot").judge().Fleets
	for i := range got {
		got[i].Cost = nil // which is told elsewhere
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

// The tasks are told by the census without the region while that is the best
// account there is.
func TestWithoutAFinalCensusTheOneBeforeTellsWhoDidTheWork(t *testing.T) {
	e := passing(t, "active-hot").without(censusOf(drills.CensusAfterHeal))
	expectWitness(t, e, "return", "nobody counted after the heal")
}

func TestTheSteadyStateHasToHoldInEveryNamespace(t *testing.T) {
	// thin leaves n completions in the window of 5 s in which the steady
	// state was last seen.
	thin := func(namespace string, n int) func(*evidence) {
		return func(e *evidence) {
			left := n
			e.without(func(e drills.Event) bool {
				if e.Kind != drills.KindClosed || e.Namespace != namespace || e.At < at(requested-6) || e.At >= at(requested-1) {
					return false
				}
				left--
				return left < 0
			})
		}
	}
	tests := []struct {
		name   string
		drill  string
		change func(*evidence)
		says   string // empty: the witness holds
	}{
		{"as declared", "active-hot", thin("orders", 25), ""},
		{"nine in ten", "active-hot", thin("orders", 23), ""},
		{"too little for the declared rate", "active-hot", thin("orders", 22), "orders 4.4/s of 5.0/s (22 completions)"},
		{"seen too long ago", "active-hot", func(e *evidence) {
			e.without(func(e drills.Event) bool { return e.Kind == drills.KindSteady && e.At > at(10) })
		}, "nobody saw it in the last seconds before the fault"},
		{"too little in a namespace that stays", "dual-active", thin("orders-us-west", 5), "orders-us-west 1.0/s of 3.0/s"},
		{"too little to conclude anything", "active-hot", func(e *evidence) {
			e.Drill.Workload.Rate = 0.8
			thin("orders", 4)(e)
		}, "orders 0.8/s of 0.8/s (4 completions)"},
		{"just enough", "active-hot", func(e *evidence) {
			e.Drill.Workload.Rate = 1
			thin("orders", 5)(e)
		}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := passing(t, test.drill)
			test.change(e)
			w := witness(t, e.judge(), "steady state")
			if w.Held != (test.says == "") || !strings.Contains(w.Detail, test.says) {
				t.Errorf("got %+v, want one that says %q", w, test.says)
			}
		})
	}
}

func TestTheFaultTouchesOnlyTheNamespacesOfItsRegion(t *testing.T) {
	promoted := func(e *evidence) {
		e.with(drills.Event{
			At: at(promoted), Kind: drills.KindMark, Name: string(drills.Promoted), Region: "us-east", Namespace: "orders-us-west",
		})
	}
	// slowed has the other Namespace complete n Workflows between effect and heal.
	slowed := func(n int) func(*evidence) {
		return func(e *evidence) {
			e.without(func(e drills.Event) bool {
				if e.Kind != drills.KindClosed || e.Namespace != "orders-us-west" || e.At < at(effective) || e.At >= at(heal) {
					return false
				}
				n--
				return n < 0
			})
		}
	}
	tests := []struct {
		name   string
		change func(*evidence)
		says   string // empty: the witness holds
	}{
		{"another namespace was moved", promoted, "orders-us-west was moved to us-east, though its region was not lost"},
		{"another namespace kept nine tenths", slowed(76), ""}, // of 3/s for 27.9 s
		{"another namespace lost throughput", slowed(75), "orders-us-west kept 2.69/s of 3.00/s"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := passing(t, "dual-active")
			test.change(e)
			if test.says == "" {
				e.expect(t, drills.Pass, "")
				return
			}
			expectWitness(t, e, "scope", test.says)
		})
	}
}

func TestASteppedClockProvesNothing(t *testing.T) {
	for _, test := range []struct {
		drift float64 // seconds
		held  bool
	}{{0.05, true}, {-0.05, true}, {0.051, false}, {-0.051, false}} {
		e := passing(t, "active-hot").with(drills.Event{At: at(30), Kind: drills.KindClock, Value: test.drift})
		if test.held {
			e.expect(t, drills.Pass, "")
			continue
		}
		expectWitness(t, e, "clock", "within 51.0 ms of the monotonic one in 8 samples")
	}
}

func TestTheFaultWitnessTellsWhatWasProbed(t *testing.T) {
	w := witness(t, passing(t, "active-hot").judge(), "fault")
	if want := "region-outage of us-east, crash: 11 processes and links probed, all broken within 0.100 s of the request; 3 others probed, none touched"; !w.Held || w.Detail != want {
		t.Errorf("got %+v, want %q", w, want)
	}
}

func TestALinkThatNobodyProbedIsNotKnownToBeSevered(t *testing.T) {
	e := passing(t, "active-hot").without(func(e drills.Event) bool { return e.Subject == "replication-us-west-to-us-east" })
	expectWitness(t, e, "fault", "nobody probed replication-us-west-to-us-east")
}

// A failover that the fault did not call for is no part of what it measures.
func TestOnlyTheFailoverThatTheFaultCallsForCounts(t *testing.T) {
	mark := func(seconds float64, stage drills.Stage, region, namespace string) func(*evidence) {
		return func(e *evidence) {
			e.with(drills.Event{At: at(seconds), Kind: drills.KindMark, Name: string(stage), Region: region, Namespace: namespace})
		}
	}
	for name, test := range map[string]struct {
		change func(*evidence)
		says   string
	}{
		"a false alarm before the fault": {mark(requested-2, drills.Detected, "us-east", ""), "us-east was declared lost at"},
		"the survivor suspected too":     {mark(effective+3, drills.Detected, "us-west", ""), "us-west was declared lost at"},
		"promoted before the fault":      {mark(requested-1, drills.Promoted, "us-west", "orders"), "orders was promoted in us-west at"},
		"promoted twice":                 {mark(effective+4, drills.Promoted, "us-west", "orders"), "orders was promoted 2 times"},
		"moved away after the failback":  {mark(recounted-1, drills.Promoted, "us-west", "orders"), "orders was promoted in us-west at"},
	} {
		t.Run(name, func(t *testing.T) {
			e := passing(t, "active-hot")
			test.change(e)
			expectWitness(t, e, "failover", test.says)
		})
	}
}

func TestAComponentThatEndedOnItsOwnSpoilsTheDrill(t *testing.T) {
	e := passing(t, "active-hot").with(drills.Event{At: at(30), Kind: drills.KindExit, Subject: "us-west/worker-orders-0"})
	expectWitness(t, e, "components", "us-west/worker-orders-0")
}

func TestMemoryAndPhasesAreListedOnce(t *testing.T) {
	e := passing(t, "active-hot").with(
		drills.Event{At: at(60), Kind: drills.KindPhase, Name: drills.PhaseSteadyState, Value: 0.5},
		drills.Event{At: at(66), Kind: drills.KindMemory, Subject: "links", Value: 1e8},
	)
	r := e.judge()
	phases := []drills.Phase{{Name: drills.PhaseSteadyState, Seconds: at(19.5)}, {Name: drills.PhaseRecovery, Seconds: at(28)}}
	if !slices.Equal(r.Phases, phases) {
		t.Errorf("got %+v, want %+v", r.Phases, phases)
	}
	memory := []drills.Memory{{Component: "links", Bytes: 1e8}, {Region: "us-west", Component: "cluster", Bytes: 2e8}}
	if !slices.Equal(r.Memory, memory) {
		t.Errorf("got %+v, want %+v", r.Memory, memory)
	}
}

// Whoever reads that a region did not come back wants to know what was waited for.
func TestTheReturnWitnessTellsWhatWasWaitedFor(t *testing.T) {
	e := passing(t, "active-hot").without(markOf(drills.Healed)).with(
		drills.Event{At: at(50), Kind: drills.KindNote, Detail: "healing of faults[0]: not done within 1m30s: shard 1 is at 5 of 9"},
		drills.Event{At: at(51), Kind: drills.KindNote, Detail: "for a reader"})
	expectWitness(t, e, "return", "the region did not come back: healing of faults[0]: not done within 1m30s: shard 1 is at 5 of 9")
	expectWitness(t, passing(t, "active-hot").without(markOf(drills.Healed)), "return", "the region did not come back")
}

func TestACodecServerEncodesEveryPayload(t *testing.T) {
	encoded := func(clear int) *evidence {
		e := passing(t, "codec-hot")
		e.workflows("", func(_ string, w *drills.Workflow) { w.Encoded = map[string]int{"key-1": 2} })
		first := true
		return e.workflows(drills.CensusAfterHeal, func(_ string, w *drills.Workflow) {
			if first {
				w.Clear, first = clear, false
			}
		})
	}
	r := encoded(0).expect(t, drills.Pass, "")
	if w := witness(t, r, "codec"); !w.Held || !strings.Contains(w.Detail, "payloads that the clusters hold are encoded") {
		t.Errorf("witness %+v", w)
	}
	expectWitness(t, encoded(1), "codec", "1 of")
	expectWitness(t, passing(t, "codec-hot"), "codec", "no payload at all")
	rotated := encoded(0)
	rotated.Drill.Faults = append(rotated.Drill.Faults, drills.FaultSpec{Kind: drills.CodecRotation, Region: "us-west", After: drills.Promoted, For: 5e9})
	if w := witness(t, rotated.judge(), "codec"); w.Held || !strings.Contains(w.Detail, "no payload that was encoded with key-3") {
		t.Errorf("witness %+v", w)
	}
	for _, w := range passing(t, "active-hot").expect(t, drills.Pass, "").Witnesses {
		if w.Name == "codec" {
			t.Errorf("a drill without Codec Servers has the witness %+v", w)
		}
	}
}
