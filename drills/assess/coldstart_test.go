package assess_test

import (
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/assess"
)

// step is the end of a step of a component's start.
func step(seconds float64, component, name string, took float64) drills.Event {
	return drills.Event{At: at(seconds), Kind: drills.KindStart, Subject: component, Name: name, Value: took}
}

func TestTheColdStartOfAWorkerIsToldStepByStep(t *testing.T) {
	const worker = "us-west/worker-orders-0"
	polls := func(seconds float64) drills.Event {
		return drills.Event{At: at(seconds), Kind: drills.KindPoll, Region: "us-west", Namespace: "orders", Subject: "worker/us-west/orders/0", Held: true, Name: "workflow"}
	}
	contained := []drills.Event{
		step(2, "us-east/worker-orders-0", "started", 0.2), // no failover's
		step(42.5, worker, "created", 0.1), step(42.8, worker, "started", 0.3), polls(43.5),
		step(60, worker, "created", 9), step(61, worker, "started", 9), // after the heal
	}
	for _, test := range []struct {
		name   string
		events []drills.Event
		want   *drills.ColdStart
	}{
		{"nobody started", nil, nil},
		{"one that ran before, and was started again", []drills.Event{step(2, worker, "started", 0.2), step(42.5, worker, "started", 0.3)}, nil},
		{"in a container", contained, &drills.ColdStart{Create: ptr(at(0.1)), Start: at(0.3), FirstPoll: ptr(at(0.7))}},
		{"as a process", []drills.Event{step(42.5, worker, "started", 0.01), polls(43)}, &drills.ColdStart{Start: at(0.01), FirstPoll: ptr(at(0.5))}},
		{"one that was never heard", []drills.Event{step(42.5, worker, "started", 0.01)}, &drills.ColdStart{Start: at(0.01)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := sparse(t, "active-cold")
			warmUp := e.Drill.Provision.WarmUp
			e.without(func(e drills.Event) bool { return e.Kind == drills.KindPoll && e.Region == "us-west" })
			for _, event := range test.events {
				if event.Kind == drills.KindPoll {
					event.At += drills.Offset(warmUp)
				}
				e.with(event)
			}
			got := assess.Judge(e.Evidence, judgedAt()).ColdStarts
			if test.want == nil {
				if len(got) != 0 {
					t.Errorf("got %+v", got)
				}
				return
			}
			if len(got) != 1 || got[0].Worker != worker || got[0].Declared != drills.Offset(e.Drill.Provision.BeforeProcess()) || got[0].Start != test.want.Start ||
				!same(got[0].Create, test.want.Create) || !same(got[0].FirstPoll, test.want.FirstPoll) {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func same(a, b *drills.Offset) bool {
	return a == nil && b == nil || a != nil && b != nil && *a == *b
}

func TestLaunchersAreTakenApart(t *testing.T) {
	launched := func(kind string, boot, create float64) drills.Report {
		r := ran(drills.Pass, 4, 5)
		r.Environment = map[string]string{"launcher": kind}
		r.Phases = []drills.Phase{{Name: drills.PhaseBoot, Seconds: at(boot)}}
		r.ColdStarts = []drills.ColdStart{{Start: at(0.2), FirstPoll: ptr(at(1))}}
		if create > 0 {
			r.ColdStarts[0].Create = ptr(at(create))
		}
		return r
	}
	got := assess.Repeats([]drills.Report{
		launched("process", 2, 0), launched("container", 5, 0.1), launched("process", 3, 0), launched("container", 4, 0.3), launched("container", 6, 0.2),
	})
	if len(got) != 2 || got[0].Launcher != "process" || got[0].Runs != 2 || got[1].Launcher != "container" || got[1].Runs != 3 {
		t.Fatalf("got %+v", got)
	}
	process, container := got[0].Measured, got[1].Measured
	if process.Phases[0].Seconds != at(3) || container.Phases[0].Seconds != at(5) {
		t.Errorf("boots take %v and %v", process.Phases, container.Phases)
	}
	if cold := container.ColdStart; cold.Workers != 3 || *cold.Create != at(0.2) || *cold.Start != at(0.2) || *cold.FirstPoll != at(1) || *cold.Most != at(1.5) {
		t.Errorf("cold starts of containers take %+v", cold)
	}
	if cold := process.ColdStart; cold.Workers != 2 || cold.Create != nil || *cold.Most != at(1.2) {
		t.Errorf("cold starts of processes take %+v", cold)
	}
}

// One store does not stand for another, whatever the drill declares.
func TestRunsOfAnotherStoreAreTakenApart(t *testing.T) {
	with := func(engine drills.StoreEngine) drills.Report {
		r := ran(drills.Pass, 4, 5)
		r.Store = &drills.StoreReport{Engine: engine}
		return r
	}
	got := assess.Repeats([]drills.Report{with(drills.PostgreSQL), with(drills.NATSStore), with(drills.PostgreSQL)})
	if len(got) != 2 || got[0].Runs != 2 || got[1].Runs != 1 {
		t.Errorf("got %+v", got)
	}
}
