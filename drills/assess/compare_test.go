package assess_test

import (
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/assess"
	"github.com/failoverdrill/failoverdrill/drills/catalog"
)

// underModel is a run of a drill under a model that recovered between two times.
func underModel(t *testing.T, m drills.Model, lower, upper float64, workers float64) assess.Compared {
	t.Helper()
	d, err := catalog.Get("active-cold")
	if err != nil {
		t.Fatal(err)
	}
	d = d.Under(m)
	until := at(upper)
	r := drills.Report{
		Run: "run-" + string(m), Model: m, Verdict: drills.Pass,
		RecoveryTime:  drills.RecoveryTime{Recovered: true, Sustained: drills.Interval{Lower: at(lower), Upper: &until}},
		RecoveryPoint: drills.RecoveryPoint{OperationCounts: drills.OperationCounts{Acknowledged: 100, Lost: new(int), LostAfterHeal: new(int)}},
		Stages: []drills.StageTime{
			{Name: drills.LoadStarted, At: at(-20)}, {Name: drills.FaultRequested, At: at(-10)},
			{Name: drills.WorkersStarted, At: at(8)}, {Name: drills.TrafficMoved, At: at(9)},
		},
		Attribution: []drills.Attribution{{Cause: "detection", Seconds: at(1)}, {Cause: "back-off", Seconds: at(5)}, {Cause: "task", Seconds: at(2)}, {Cause: "rest", Seconds: at(0.5)}},
		Traffic:     []drills.LinkTraffic{{Link: "a", Bytes: 1000, Calls: 2}, {Link: "b", Bytes: 500, Calls: 1}},
		Services: []drills.Service{
			{Component: "us-west/codec", Region: "us-west", Served: []drills.Stretch{{From: at(7)}}},
			{Component: "us-west/proxy", Region: "us-west", Served: []drills.Stretch{{From: at(-30)}}},
			{Component: "us-east/codec", Region: "us-east", Served: []drills.Stretch{{From: at(-30)}}},
		},
	}
	for _, f := range d.Topology().Fleets {
		cost := drills.FleetCost{Over: at(10), Busy: at(workers * 10 * 0.1), Idle: at(workers * 10 * 0.9)}
		if f.State == drills.FleetActive {
			cost.TaskLatency = drills.Latency{Count: 9, P50: at(0.010)}
			if f.Region != "us-east" {
				cost.TaskLatency.P50 = at(0.120)
			}
		}
		if f.State == drills.FleetAbsent {
			cost = drills.FleetCost{Over: at(10)}
		}
		r.Fleets = append(r.Fleets, drills.FleetCounts{Region: f.Region, Namespace: f.Namespace, State: f.State, Cost: &cost})
	}
	return assess.Compared{Drill: d, Report: r}
}

func comparison(t *testing.T, runs ...assess.Compared) drills.Comparison {
	t.Helper()
	d, err := catalog.Get("active-cold")
	if err != nil {
		t.Fatal(err)
	}
	return assess.Compare(d, runs)
}

// four are runs as the models' documentation has them.
func four(t *testing.T) []assess.Compared {
	t.Helper()
	return []assess.Compared{underModel(t, drills.ActiveCold, 30, 31, 1), underModel(t, drills.ActiveHot, 4, 5, 1), underModel(t, drills.ActiveActive, 6, 7, 1), underModel(t, drills.DualActive, 6, 8, 1)}
}

func claim(t *testing.T, c drills.Comparison, says string) drills.Claim {
	t.Helper()
	for _, claim := range c.Claims {
		if strings.Contains(claim.Says, says) {
			return claim
		}
	}
	t.Fatalf("nothing is said of %q in %+v", says, c.Claims)
	return drills.Claim{}
}

func TestRunsAsDocumentedConfirmEveryClaim(t *testing.T) {
	c := comparison(t, four(t)...)
	if len(c.Claims) != 7 {
		t.Errorf("%d claims", len(c.Claims))
	}
	for _, claim := range c.Claims {
		if claim.Held == nil || !*claim.Held || claim.Detail == "" {
			t.Errorf("%+v", claim)
		}
	}
	if c.Offered != 3 || c.Seed != 1 || !strings.Contains(c.Fault, "us-east") {
		t.Errorf("it is of %+v", c)
	}
}

func TestAModelIsComparedByWhatItsRunMeasured(t *testing.T) {
	cold := comparison(t, four(t)...).Models[0]
	if cost := cold.Cost; cost == nil || cost.Workers != 1 || cost.Busy != 0.1 || *cost.Bytes != 1500 || *cost.Calls != 3 {
		t.Errorf("it costs %+v", cost)
	}
	if len(cold.SpentOn) != 3 || cold.SpentOn[0].Cause != "back-off" || cold.SpentOn[2].Cause != "detection" {
		t.Errorf("its time went to %+v", cold.SpentOn)
	}
	if cold.NearLatency == nil || cold.FarLatency != nil {
		t.Errorf("tasks take %v near and %v far", cold.NearLatency, cold.FarLatency)
	}
	want := map[string]struct {
		before bool
		since  float64
	}{"workers": {false, 8}, "starters": {false, 9}, "codec": {false, 7}, "proxy": {true, 0}}
	if len(cold.Components) != len(want) {
		t.Errorf("%d components", len(cold.Components))
	}
	for _, up := range cold.Components {
		w := want[up.Component]
		if up.Region != "us-west" || up.Before != w.before || (up.Since == nil) != w.before || up.Since != nil && *up.Since != at(w.since) {
			t.Errorf("%+v", up)
		}
	}
	hot := comparison(t, four(t)...).Models[1]
	if up := hot.Components[0]; !up.Before || up.Since != nil {
		t.Errorf("standby Workers are up %+v", up)
	}
}

// What is refuted is told with where the time went; what is close is left open.
func TestClaimsAreRefutedWithTheReason(t *testing.T) {
	runs := four(t)
	runs[1] = underModel(t, drills.ActiveHot, 9, 10, 1)
	c := claim(t, comparison(t, runs...), "active-hot has the lowest")
	if c.Held == nil || *c.Held || !strings.Contains(c.Detail, "active-hot: back-off 5.0 s") || !strings.Contains(c.Detail, "active-active: ") {
		t.Errorf("%+v", c)
	}
	runs[1] = underModel(t, drills.ActiveHot, 5.5, 6.5, 1)
	if c := claim(t, comparison(t, runs...), "active-hot has the lowest"); c.Held != nil || !strings.Contains(c.Detail, "too close") {
		t.Errorf("%+v", c)
	}
	runs[1].Report.RecoveryTime.Sustained = drills.Interval{Lower: at(120)}
	if c := claim(t, comparison(t, runs...), "active-hot has the lowest"); c.Held == nil || *c.Held || !strings.Contains(c.Detail, "active-hot > 120") {
		t.Errorf("%+v", c)
	}
}

func TestARunThatProvesNothingLeavesClaimsOpen(t *testing.T) {
	runs := four(t)
	runs[0].Report.Verdict, runs[0].Report.Reasons = drills.Inconclusive, []string{"no steady state"}
	c := comparison(t, runs...)
	if c := claim(t, c, "active-cold has the highest"); c.Held != nil || !strings.Contains(c.Detail, "no steady state") {
		t.Errorf("%+v", c)
	}
	runs[3].Report.Fleets[0].Cost = nil
	if c := claim(t, comparison(t, runs...), "dual-active has the highest"); c.Held != nil || !strings.Contains(c.Detail, "nobody knows") {
		t.Errorf("%+v", c)
	}
}

func TestTwoModelsAloneAreComparedToo(t *testing.T) {
	c := comparison(t, underModel(t, drills.ActiveHot, 4, 5, 1), underModel(t, drills.ActiveActive, 6, 7, 1))
	for _, claim := range c.Claims {
		if strings.Contains(claim.Says, "active-cold") || strings.Contains(claim.Says, "dual-active") {
			t.Errorf("%+v", claim)
		}
	}
	for _, claim := range comparison(t, underModel(t, drills.ActiveCold, 30, 31, 1)).Claims {
		if claim.Held != nil || !strings.Contains(claim.Detail, "no other model") {
			t.Errorf("of one model: %+v", claim)
		}
	}
	runs := four(t)
	runs[2].Report.Traffic = nil
	if cost := comparison(t, runs...).Models[2].Cost; cost == nil || cost.Bytes != nil || cost.Calls != nil {
		t.Errorf("traffic that nobody counted is %+v", cost)
	}
	if got := comparison(t); got.Models == nil || len(got.Claims) > 0 {
		t.Errorf("of no run: %+v", got)
	}
}
