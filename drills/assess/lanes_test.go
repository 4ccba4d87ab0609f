package assess_test

import (
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/assess"
)

// probed is a lane that is probed ten times a second, from one second on until
// the heal, and answers after 10 ms unless it is down.
func probed(down func(seconds float64) bool) []drills.Sounding {
	var out []drills.Sounding
	for tenth := 10; tenth < heal*10; tenth++ {
		seconds := float64(tenth) / 10
		s := drills.Sounding{
			Lane: drills.StartLane, Region: "us-west", Namespace: "orders", Intended: at(seconds), Done: at(seconds + 0.01),
		}
		if down(seconds) {
			s.Done, s.Error = at(seconds+0.005), "Unavailable"
		}
		out = append(out, s)
	}
	return out
}

func within(from, to float64) func(float64) bool {
	return func(seconds float64) bool { return seconds >= from && seconds < to }
}

func TestOutageOfALane(t *testing.T) {
	tests := []struct {
		name         string
		probes       []drills.Sounding
		lower, upper float64 // since the fault took effect, and was requested; upper 0: open
		nobody       bool
	}{
		{name: "down until something answers", probes: probed(within(requested+0.05, 25)), lower: 24.9 - effective, upper: 25.01 - requested},
		{name: "never down", probes: probed(within(0, 0)), lower: 0, upper: effective + 0.01 - requested},
		{name: "down before the fault only", probes: probed(within(5, 6)), lower: 0, upper: effective + 0.01 - requested},
		{name: "never back", probes: probed(within(requested, 100)), lower: 47.9 - effective},
		{name: "back for a moment, then down again", lower: 30.9 - effective, upper: 31.01 - requested,
			probes: probed(func(s float64) bool { return s >= 21 && s < 31 && (s < 22 || s >= 22.3) })},
		{name: "one bad probe in ten is no outage", lower: 0, upper: effective + 0.01 - requested,
			probes: probed(func(s float64) bool { return s > 21 && int(s*10+0.5)%12 == 0 })},
		{name: "back too late to be watched", probes: probed(within(requested, heal-2)), lower: 45.9 - effective},
		{name: "nobody probed during the outage", probes: probed(within(0, 0))[:180], nobody: true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, _ := assess.Outage(test.probes, at(requested), at(effective), at(heal), 5*time.Second)
			if test.nobody {
				if got != nil {
					t.Errorf("got %v of nobody's probes", got)
				}
				return
			}
			switch {
			case got == nil:
				t.Fatal("got no interval")
			case got.Lower != at(test.lower):
				t.Errorf("lower is %s, want %s", got.Lower, at(test.lower))
			case (got.Upper == nil) != (test.upper == 0):
				t.Errorf("got upper %v, want %v", got.Upper, test.upper)
			case got.Upper != nil && *got.Upper != at(test.upper):
				t.Errorf("upper is %s, want %s", *got.Upper, at(test.upper))
			}
		})
	}
}

// A request that is held and answered when the outage is over is good, and its
// answer is what bounds the end.
func TestAHeldAnswerBoundsTheEndOfAnOutage(t *testing.T) {
	probes := probed(within(0, 0))
	for i, s := range probes {
		if s.Intended >= at(effective) && s.Intended < at(21) {
			probes[i].Done = at(21.001)
		}
	}
	got, _ := assess.Outage(probes, at(requested), at(effective), at(heal), 5*time.Second)
	if got == nil || got.Upper == nil || got.Lower != 0 || *got.Upper != at(21.001)-at(requested) {
		t.Fatalf("got %+v", got)
	}
}

func TestLanesAreReportedByNamespaceRegionAndLane(t *testing.T) {
	e := passing(t, "active-hot")
	e.Probes = probed(within(requested, 25))
	for _, s := range probed(within(0, 0))[:100] { // it goes down with its region
		s.Region, s.Lane = "us-east", drills.QueryLane
		e.Probes = append(e.Probes, s)
	}
	lanes := assess.Judge(e.Evidence, judgedAt()).Lanes
	if len(lanes) != 2 {
		t.Fatalf("got %d lanes", len(lanes))
	}
	east, west := lanes[0], lanes[1]
	if east.Region != "us-east" || east.Lane != drills.QueryLane || east.Outage != nil || east.Failed != 0 || east.Sent != 100 {
		t.Errorf("got %+v", east)
	}
	if west.Sent != 470 || west.Failed != 50 || west.Errors["Unavailable"] != 50 || west.Outage == nil {
		t.Errorf("got %+v", west)
	}
	if gap := west.LongestGap; gap != at(25.01)-at(19.91) {
		t.Errorf("the longest gap is %s", gap)
	}
	if b := west.Latency.Before; b.Count != 190 || b.P50 < at(0.0099) || b.Max > at(0.0101) {
		t.Errorf("latency before: %+v", b)
	}
	if west.Latency.During.Count != 0 || west.Latency.After.Count != 230 {
		t.Errorf("latency during %+v, after %+v", west.Latency.During, west.Latency.After)
	}
}
