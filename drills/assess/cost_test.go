package assess_test

import (
	"math"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
)

// working has every task before the fault take so long, after it has waited.
func working(t *testing.T, drill string, waited, took float64) *evidence {
	t.Helper()
	return passing(t, drill).workflows("", func(_ string, w *drills.Workflow) {
		for i := range w.Tasks {
			w.Tasks[i].Waited, w.Tasks[i].Took = at(waited), at(took)
		}
	})
}

func costOf(t *testing.T, r drills.Report, region string) drills.FleetCost {
	t.Helper()
	for _, f := range r.Fleets {
		if f.Region == region && f.Cost != nil {
			return *f.Cost
		}
	}
	t.Fatalf("nobody knows what the Fleet of %s costs in %+v", region, r.Fleets)
	return drills.FleetCost{}
}

// Five orders a second have a Workflow Task and an Activity each, apart from each
// other, from second 1 to second 20.
func TestAFleetCostsWhatItsWorkersDoAndDoNot(t *testing.T) {
	r := working(t, "active-hot", 0.005, 0.010).judge()
	active, standby := costOf(t, r, "us-east"), costOf(t, r, "us-west")
	const lasts = requested - loaded
	if got := active.Busy.Seconds(); math.Abs(got-lasts*5*2*0.010) > 0.05 {
		t.Errorf("the active Fleet is busy for %.3f s", got)
	}
	if got := (active.Busy + active.Idle).Seconds(); math.Abs(got-lasts) > 0.001 {
		t.Errorf("its Worker runs for %.3f s", got)
	}
	if l := active.TaskLatency; l.Count < 90 || math.Abs(l.P50.Seconds()-0.015) > 0.0001 {
		t.Errorf("its Workflow Tasks take %+v", l)
	}
	if standby.Busy != 0 || math.Abs(standby.Idle.Seconds()-lasts) > 0.001 || standby.TaskLatency.Count != 0 {
		t.Errorf("the standby Fleet costs %+v", standby)
	}
	if cold := costOf(t, working(t, "active-cold", 0.005, 0.010).judge(), "us-west"); cold.Busy != 0 || cold.Idle != 0 || cold.TaskLatency.Count != 0 || cold.Over != active.Over {
		t.Errorf("Workers that do not run cost %+v", cold)
	}
}

// Tasks at the same time keep a Worker busy once.
func TestTasksAtTheSameTimeKeepAWorkerBusyOnce(t *testing.T) {
	r := working(t, "active-hot", 0, 5).judge()
	if got := costOf(t, r, "us-east"); got.Busy.Seconds() > requested-loaded+0.001 || got.Idle.Seconds() > 1.1 {
		t.Errorf("it is busy for %s and idle for %s", got.Busy, got.Idle)
	}
}

func TestWhatNobodyKnowsHasNoCost(t *testing.T) {
	for what, e := range map[string]*evidence{
		"a record of no times":  passing(t, "active-hot"),
		"no load":               working(t, "active-hot", 0, 0.01).without(markOf(drills.LoadStarted)),
		"no fault":              working(t, "active-hot", 0, 0.01).without(markOf(drills.FaultEffective)),
		"no census":             working(t, "active-hot", 0, 0.01).without(ofKind(drills.KindCensus)),
		"traffic and no census": passing(t, "active-hot").with(bytesPassed(loaded, 0), bytesPassed(requested, 1000)).without(ofKind(drills.KindCensus)),
	} {
		for _, f := range e.judge().Fleets {
			if f.Cost != nil && f.State == drills.FleetActive {
				t.Errorf("%s: %+v", what, *f.Cost)
			}
		}
	}
}

// bytesPassed is what a meter of the replication Link has counted at a time.
func bytesPassed(seconds, bytes float64) drills.Event {
	return drills.Event{At: at(seconds), Kind: drills.KindTraffic, Name: drills.TrafficBytes, Subject: "replication-us-west-to-us-east", Value: bytes}
}

func callsBegun(seconds, calls float64) drills.Event {
	e := bytesPassed(seconds, calls)
	e.Name = drills.TrafficCalls
	return e
}

func TestTrafficIsWhatPassedASecondOfTheSteadyState(t *testing.T) {
	e := passing(t, "active-hot").with(bytesPassed(2, 500), callsBegun(2, 5), bytesPassed(12, 10_500), callsBegun(12, 45))
	got := e.judge().Traffic
	if len(got) != 1 || got[0].Link != "replication-us-west-to-us-east" || math.Abs(got[0].Bytes-1000) > 1e-6 || math.Abs(got[0].Calls-4) > 1e-6 {
		t.Errorf("got %+v", got)
	}
	if got := passing(t, "active-hot").with(bytesPassed(2, 500), callsBegun(2, 5)).judge().Traffic; got == nil || len(got) > 0 {
		t.Errorf("one look tells %+v", got)
	}
}
