package selftest

import (
	"strings"
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

func seconds(s float64) drills.Offset { return drills.Offset(s * float64(time.Second)) }

func within(lower, upper float64) *drills.Interval {
	u := seconds(upper)
	return &drills.Interval{Lower: seconds(lower), Upper: &u}
}

// quiet is the report of a control in which nothing happened.
func quiet() drills.Report {
	r := drills.Report{
		Verdict: drills.Pass, Control: true,
		RecoveryTime: drills.RecoveryTime{Recovered: true, Sustained: *within(0, 0.2)},
		RecoveryPoint: drills.RecoveryPoint{
			OperationCounts: drills.OperationCounts{Lost: new(int), LostAfterHeal: new(int), RolledBack: new(int), Duplicated: new(int)},
			Reset:           new(int),
		},
		Invariants: []drills.Invariant{{Name: "none left open", Verdict: drills.Pass}},
		Delays: &drills.DelayReport{InFlight: 5, Causes: []drills.DelayCause{
			{Cause: drills.DelayQueueing, Seconds: seconds(0.1), Workflows: 1}, // a machine may be busy
		}},
	}
	for _, region := range []string{"us-east", "us-west"} {
		for _, lane := range drills.Lanes() {
			r.Lanes = append(r.Lanes, drills.LaneReport{Lane: lane, Region: region, Namespace: "orders", Outage: within(0, 0.9)})
		}
	}
	return r
}

func TestAControlMayReportNothing(t *testing.T) {
	lane := func(lane drills.Lane, region string, o *drills.Interval) func(*drills.Report) {
		return func(r *drills.Report) {
			for i, l := range r.Lanes {
				if l.Lane == lane && l.Region == region {
					r.Lanes[i].Outage = o
				}
			}
		}
	}
	waited := func(cause string) func(*drills.Report) {
		return func(r *drills.Report) {
			r.Delays.Causes = append(r.Delays.Causes, drills.DelayCause{Cause: cause, Seconds: seconds(0.2), Workflows: 2})
		}
	}
	for _, test := range []struct {
		name   string
		change func(*drills.Report)
		says   string // empty for nothing
	}{
		{"nothing", func(*drills.Report) {}, ""},
		{"a probe of each second failed", lane(drills.UpdateLane, "us-east", within(0.9, 1.95)), ""},
		{"probes failed for a moment", lane(drills.StartLane, "us-east", within(0.3, 0.4)), ""},
		{"a lane that stayed down", lane(drills.QueryLane, "us-west", &drills.Interval{Lower: seconds(6)}), "query from us-west down for more than 6.000 s"},
		{"a lane that was down", lane(drills.StartLane, "us-east", within(1.2, 1.3)), "start from us-east down for 1.200–1.300 s"},
		{"a lane that answered late", lane(drills.CompletionLane, "us-east", within(0.9, 3.1)), "completion from us-east down for 0.900–3.100 s"},
		{"a lane that was never up", lane(drills.UpdateLane, "us-east", nil), "update from us-east was not seen up"},
		{"no lanes", func(r *drills.Report) { r.Lanes = nil }, "no lane was probed"},
		{"a recovery", func(r *drills.Report) { r.RecoveryTime.Sustained = *within(1.1, 1.2) }, "recovery after more than 1.100 s"},
		{"lost", func(r *drills.Report) { *r.RecoveryPoint.Lost = 1 }, "1 operations lost"},
		{"lost after the heal", func(r *drills.Report) { *r.RecoveryPoint.LostAfterHeal = 2 }, "2 operations lost after the heal"},
		{"duplicated", func(r *drills.Report) { *r.RecoveryPoint.Duplicated = 1 }, "1 operations duplicated"},
		{"rolled back", func(r *drills.Report) { *r.RecoveryPoint.RolledBack = 1 }, "1 operations rolled back"},
		{"reset", func(r *drills.Report) { *r.RecoveryPoint.Reset = 1 }, "1 workflows reset"},
		{"nobody counted", func(r *drills.Report) { r.RecoveryPoint.Lost = nil }, "nobody counted operations lost"},
		{"failed", func(r *drills.Report) { r.Workflows.Failed = 1 }, "1 workflows failed"},
		{"stuck", func(r *drills.Report) { r.Workflows.Stuck = 1 }, "1 workflows stuck"},
		{"split brain", func(r *drills.Report) { r.SplitBrain = make([]drills.SplitBrain, 1) }, "1 times of split brain"},
		{"an invariant", func(r *drills.Report) { r.Invariants[0].Verdict = drills.Fail }, "none left open"},
		{"an invariant that nobody looked at", func(r *drills.Report) { r.Invariants[0].Verdict = drills.Inconclusive }, "none left open"},
		{"nobody looked at the delays", func(r *drills.Report) { r.Delays = nil }, "nobody looked"},
		{"replication lag", waited(drills.DelayLag), "2 workflows waited 0.200 s for replication lag"},
		{"detection", waited(drills.DelayDetection), "2 workflows waited 0.200 s for detection"},
		{"promotion", waited(drills.DelayPromotion), "for promotion"},
		{"endpoint", waited(drills.DelayEndpoint), "for endpoint"},
		{"cold start", waited(drills.DelayColdStart), "for cold start"},
		{"poller back-off", waited(drills.DelayPollers), "for poller back-off"},
		{"a late timer", waited(drills.DelayClient), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, err := control(0)
			if err != nil {
				t.Fatal(err)
			}
			d.Probes = drills.Probes{Start: 20, Signal: 5, Query: 5, Update: 1, Workflow: 1} // what the tests count by
			r := quiet()
			test.change(&r)
			said := strings.Join(clean(d, r), "; ")
			if test.says == "" && said != "" || !strings.Contains(said, test.says) {
				t.Errorf("it says %q, want %q", said, test.says)
			}
		})
	}
}

func TestControlsDifferByTheirSeedAlone(t *testing.T) {
	first, err := control(0)
	if err != nil {
		t.Fatal(err)
	}
	second, err := control(1)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []*drills.Drill{first, second} {
		if err := d.Validate(); err != nil || !d.Control() {
			t.Errorf("%+v is no control: %v", d, err)
		}
	}
	if first.Seed == second.Seed || first.FaultDelay(0) == second.FaultDelay(0) {
		t.Error("two controls are held for the same time")
	}
	first.Seed = second.Seed
	if a, b := first.FaultDelay(0), second.FaultDelay(0); a != b {
		t.Errorf("the same seed draws %v and %v", a, b)
	}
}
