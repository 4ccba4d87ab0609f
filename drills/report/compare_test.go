package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/report"
)

// compared is a comparison of three models of which one proved nothing.
func compared() drills.Comparison {
	seconds := func(s float64) *drills.Offset { o := drills.Offset(s * 1e9); return &o }
	yes, no := true, false
	amount := func(x float64) *float64 { return &x }
	return drills.Comparison{
		SchemaVersion: 1, Drill: "proxy-cold", Seed: 7, Fault: "region-outage of us-east, crash", Offered: 3,
		Models: []drills.ComparedModel{
			{
				Model: drills.ActiveCold, Run: "c01d", Verdict: drills.Pass, Reasons: []string{},
				RecoveryTime: drills.RecoveryTime{Recovered: true, Sustained: drills.Interval{Lower: *seconds(21.9), Upper: seconds(22.125)}},
				Acknowledged: 1234, Lost: new(2), LostAfterHeal: new(int), LostSeconds: seconds(0.213),
				Rows:        &drills.RowsLost{Acknowledged: 610, Lost: new(1), LostSeconds: seconds(0.3)},
				Cost:        &drills.ModelCost{Workers: 1, Busy: 0.21, Bytes: amount(31_400), Calls: amount(4.2)},
				NearLatency: &drills.Latency{Count: 90, P50: *seconds(0.004), P95: *seconds(0.011)},
				SpentOn:     []drills.Attribution{{Cause: "cold start, declared", Seconds: *seconds(8)}},
				Components:  []drills.Uptime{{Component: "workers", Region: "us-west", Since: seconds(11.5)}, {Component: "codec", Region: "us-west", Since: seconds(10)}},
			},
			{
				Model: drills.ActiveActive, Run: "ac71", Verdict: drills.Fail, Reasons: []string{"recoveryTime: declared ≤ 1s"},
				RecoveryTime: drills.RecoveryTime{Sustained: drills.Interval{Lower: *seconds(120)}},
				Acknowledged: 1200, Lost: new(int), LostAfterHeal: new(int),
				Cost:        &drills.ModelCost{Workers: 2, Busy: 0.3, Bytes: amount(91_000), Calls: amount(44)},
				NearLatency: &drills.Latency{Count: 40, P50: *seconds(0.004), P95: *seconds(0.012)}, FarLatency: &drills.Latency{Count: 40, P50: *seconds(0.151), P95: *seconds(0.19)},
				Components: []drills.Uptime{{Component: "workers", Region: "us-west", Before: true}},
			},
			{Model: drills.DualActive, Run: "d0a1", Verdict: drills.Inconclusive, Reasons: []string{"no steady state"}, Components: []drills.Uptime{{Component: "codec", Region: "us-west"}}},
		},
		Claims: []drills.Claim{
			{Says: "active-cold has the lowest steady-state cost", Held: &yes, Detail: "Workers that run: active-cold 1.0, active-active 2.0"},
			{Says: "active-active recovers sooner than active-cold", Held: &no, Detail: "active-active > 120.000 s"},
			{Says: "dual-active | has the highest", Detail: "nobody knows what it costs"},
		},
	}
}

func TestAComparisonIsWrittenInEveryFormat(t *testing.T) {
	var text, markdown bytes.Buffer
	if err := errors.Join(report.Compare(&text, compared()), report.CompareMarkdown(&markdown, compared())); err != nil {
		t.Fatal(err)
	}
	fits(t, text.String())
	golden(t, "compare.txt", text.Bytes())
	golden(t, "compare.md", markdown.Bytes())
	content, err := report.CompareJSON(compared())
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "compare.json", content)
	var back drills.Comparison
	if err := json.Unmarshal(content, &back); err != nil || len(back.Models) != 3 {
		t.Errorf("read back %+v, %v", back, err)
	}
}

func TestCompareReturnsWriteErrors(t *testing.T) {
	for what, err := range map[string]error{"text": report.Compare(fullDisk{}, compared()), "markdown": report.CompareMarkdown(fullDisk{}, compared())} {
		if !errors.Is(err, errFull) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
