package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/report"
)

// repeated are distributions of every kind: all passed, some did not, one did
// not recover, none recovered, none is conclusive.
func repeated() []drills.Distribution {
	return []drills.Distribution{
		{
			Drill: "dual-active-ring", Model: drills.DualActive, Runs: 50, Passed: 50,
			Measured: &drills.Repeated{
				FirstProgress: drills.Spread{Median: between(6.2, 6.4), Least: between(4.1, 4.3), Most: between(8.8, 9.1)},
				RecoveryTime:  drills.Spread{Median: between(8.412, 8.651), Least: between(6.400, 6.633), Most: between(11.188, 11.4)},
				LostSeconds:   &drills.LostSpread{Median: 0, Most: seconds(0.06)},
				Acknowledged:  26845, Lost: number(7), LostAfterHeal: number(0), RolledBack: number(1), Duplicated: number(12), Reset: number(3), Confidence: 0.9418450,
			},
		},
		{
			Drill: "orders-active-hot", Model: drills.ActiveHot, Runs: 12, Passed: 9, Failed: 1, Inconclusive: 1, Errored: 1,
			Excluded: []drills.ExcludedRun{
				{Run: "0c3f9a51", Verdict: drills.Inconclusive, Reasons: []string{
					"model not witnessed: standby fleet of orders in us-west: 41 tasks before the fault, polls seen; a standby fleet polls and completes nothing",
					"clock not witnessed",
				}},
				{Run: "77e0b2d4", Verdict: drills.Errored},
			},
			Measured: &drills.Repeated{
				FirstProgress: drills.Spread{Median: between(4.3, 4.5), Least: between(4.1, 4.3), Most: above(120)},
				RecoveryTime:  drills.Spread{Median: between(4.902, 5.113), Least: between(4.3, 4.5), Most: above(120.04)},
				LostSeconds:   &drills.LostSpread{Median: seconds(0.1), Most: seconds(0.412)},
				Acknowledged:  8120, Lost: number(5), LostAfterHeal: number(2), RolledBack: number(0), Duplicated: number(1), Reset: number(0), Confidence: 0.6058367,
			},
		},
		{
			Drill: "active-active", Model: drills.ActiveActive, Runs: 2, Failed: 2,
			Measured: &drills.Repeated{
				FirstProgress: drills.Spread{Median: above(120), Least: above(110), Most: above(120)},
				RecoveryTime:  drills.Spread{Median: above(120), Least: above(110), Most: above(120)},
				LostSeconds:   &drills.LostSpread{},
				Acknowledged:  204, Lost: number(0), LostAfterHeal: number(0), RolledBack: number(0), Duplicated: number(0), Reset: number(0),
			},
		},
		{
			Drill: "active-cold", Model: drills.ActiveCold, Runs: 1, Errored: 1,
			Excluded: []drills.ExcludedRun{{Run: "b8d1c6aa", Verdict: drills.Errored, Reasons: []string{"start cluster us-west:\n\x1b[31mexit status 1\x1b[0m"}}},
		},
	}
}

func TestGoldenRepeats(t *testing.T) {
	var text bytes.Buffer
	if err := report.Repeats(&text, repeated()); err != nil {
		t.Fatal(err)
	}
	golden(t, "repeats.txt", text.Bytes())
	fits(t, text.String())

	content, err := report.RepeatsJSON(repeated())
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "repeats.json", content)
}

func TestGoldenRepeatsInColour(t *testing.T) {
	var text bytes.Buffer
	if err := report.Repeats(&text, repeated(), report.Colour(true)); err != nil {
		t.Fatal(err)
	}
	golden(t, "repeats-colour.txt", text.Bytes())
}

func TestRepeatsOfNothing(t *testing.T) {
	var text bytes.Buffer
	if err := report.Repeats(&text, nil); err != nil || text.Len() > 0 {
		t.Errorf("got %q, %v", text.String(), err)
	}
	content, err := report.RepeatsJSON(nil)
	if err != nil || string(content) != "[]\n" {
		t.Errorf("got %q, %v", content, err)
	}
}

// Without a conclusive run there is no number, and no zero in its place.
func TestRepeatsWithoutAConclusiveRunShowNoNumber(t *testing.T) {
	var text bytes.Buffer
	if err := report.Repeats(&text, repeated()[3:]); err != nil {
		t.Fatal(err)
	}
	row := strings.Fields(strings.Split(text.String(), "\n")[2])
	if want := []string{"active-cold", "active-cold", "1", "–", "–", "–", "–", "–"}; !reflect.DeepEqual(row, want) {
		t.Errorf("got %q, want %q", row, want)
	}
	if strings.Contains(text.String(), "confidence") {
		t.Errorf("it explains a column without a number:\n%s", text.String())
	}
	content, err := report.RepeatsJSON(repeated()[3:])
	if err != nil || strings.Contains(string(content), "measured") {
		t.Errorf("got %s, %v", content, err)
	}
}

// An interval in tenths of a second holds the one that was measured.
func TestRepeatsNeverShrinkAnInterval(t *testing.T) {
	tenth, micro := drills.Offset(100*time.Millisecond), drills.Offset(time.Microsecond)
	from, to := 41*tenth, 43*tenth
	above := to + micro
	exact, wide := drills.Interval{Lower: from, Upper: &to}, drills.Interval{Lower: from - micro, Upper: &above}
	for want, interval := range map[string]drills.Interval{"4.1–4.3 s (4.1–4.3)": exact, "4.0–4.4 s (4.0–4.4)": wide} {
		d := drills.Distribution{Drill: "orders", Runs: 1, Passed: 1, Measured: &drills.Repeated{
			RecoveryTime: drills.Spread{Median: interval, Least: interval, Most: interval},
		}}
		var text bytes.Buffer
		if err := report.Repeats(&text, []drills.Distribution{d}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(text.String(), want) {
			t.Errorf("got no %q in\n%s", want, text.String())
		}
	}
}

func TestRepeatsJSONReadsBack(t *testing.T) {
	first, err := report.RepeatsJSON(repeated())
	if err != nil {
		t.Fatal(err)
	}
	var again []drills.Distribution
	if err := json.Unmarshal(first, &again); err != nil {
		t.Fatal(err)
	}
	second, err := report.RepeatsJSON(again)
	if err != nil || string(second) != string(first) {
		t.Errorf("written:\n%s\nread and written again:\n%s%v", first, second, err)
	}
	var decoded any
	if err := json.Unmarshal(first, &decoded); err != nil {
		t.Fatal(err)
	}
	noNull(t, "distribution", decoded)
}

func TestRepeatsJSONLeavesTheListAsItIs(t *testing.T) {
	list := repeated()
	if _, err := report.RepeatsJSON(list); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(list, repeated()) {
		t.Error("the list was changed")
	}
}

func TestRepeatsReturnErrors(t *testing.T) {
	if err := report.Repeats(fullDisk{}, repeated()); !errors.Is(err, errFull) {
		t.Errorf("got %v, want %v", err, errFull)
	}
	list := repeated()
	list[0].Measured.Confidence = math.NaN()
	if _, err := report.RepeatsJSON(list); err == nil {
		t.Error("got no error")
	}
}

// withBothLaunchers is a drill that ran with both launchers.
func withBothLaunchers() []drills.Distribution {
	out := repeated()[:1]
	out[0].Launcher = "process"
	out[0].Measured.Phases = []drills.Phase{{Name: drills.PhaseBoot, Seconds: seconds(1.9)}, {Name: drills.PhaseHeal, Seconds: seconds(4.2)}, {Name: drills.PhaseTeardown, Seconds: seconds(0.1)}}
	contained := out[0]
	measured := *contained.Measured
	contained.Launcher, contained.Measured = "container", &measured
	measured.Phases = []drills.Phase{{Name: drills.PhaseBoot, Seconds: seconds(4.8)}}
	measured.ColdStart = &drills.ColdStartSpread{
		Workers: 10, Create: new(seconds(0.06)), Start: new(seconds(0.31)), FirstPoll: new(seconds(0.4)), Most: new(seconds(1.2)),
	}
	none := repeated()[3]
	none.Launcher = "container"
	return append(out, contained, none)
}

func TestGoldenLaunchersSideBySide(t *testing.T) {
	var text bytes.Buffer
	if err := report.Repeats(&text, withBothLaunchers()); err != nil {
		t.Fatal(err)
	}
	golden(t, "repeats-launchers.txt", text.Bytes())
	fits(t, text.String())
}
