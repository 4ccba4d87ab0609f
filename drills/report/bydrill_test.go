package report_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/report"
)

// recovered is a run of a drill that passed, whose time went to these causes.
func recovered(drill string, faults []drills.FaultReport, spent ...drills.Attribution) drills.Report {
	r := drills.Report{Drill: drill, Model: drills.ActiveHot, Verdict: drills.Pass, Faults: faults, Attribution: spent}
	total := drills.Offset(0)
	for _, a := range spent {
		total += a.Seconds
	}
	r.RecoveryTime = drills.RecoveryTime{Recovered: true, Sustained: drills.Interval{Lower: total - seconds(0.25), Upper: &total}}
	return r
}

func outage(flavour drills.Flavour) []drills.FaultReport {
	return []drills.FaultReport{{Kind: drills.RegionOutage, Flavour: flavour}}
}

func spent(cause string, s float64) drills.Attribution {
	return drills.Attribution{Cause: cause, Seconds: seconds(s)}
}

// sideBySide are drills of every kind: recovered by way of a failover, cold,
// without one, several times, not at all, without proof, and a control.
func sideBySide() []drills.Report {
	hot := func(flavour drills.Flavour, detection, polls float64) drills.Report {
		return recovered("active-hot-"+string(flavour), outage(flavour), spent("detection", detection), spent("promotion", 0.021), spent("endpoint", 0.004),
			spent("polls", polls), spent("first task", 0.62), spent("first completion", 0.913), spent("ramp", 0.3))
	}
	cold := recovered("active-cold", outage(drills.Crash), spent("detection", 1.057), spent("promotion", 0.031), spent("cold start, declared", 18), spent("cold start, measured", 1.812),
		spent("traffic", 0.002), spent("polls", 2.05), spent("first completion", 2.1), spent("ramp", 0.2))
	cold.Model = drills.ActiveCold
	slow := recovered("slow-replication", severalFaults()[:2], spent("fault", 18.801), spent("ramp", 2.2))
	stuck := hot(drills.Dark, 1.5, 4)
	stuck.Verdict, stuck.RecoveryTime, stuck.Attribution, stuck.Run = drills.Fail, drills.RecoveryTime{Sustained: above(120)}, nil, "0badcafe"
	stuck.Reasons = []string{"recoveryTime: declared ≤ 30s, measured > 120.000 s, promoted not seen"}
	unproved := hot(drills.Reset, 1.5, 4)
	unproved.Verdict, unproved.Run, unproved.Reasons = drills.Inconclusive, "00c0ffee", []string{"clock not witnessed", "another"}
	control := recovered("control", []drills.FaultReport{{Kind: drills.NoFault}})
	control.Control = true
	return []drills.Report{
		hot(drills.Crash, 1.032, 6.2), hot(drills.Crash, 1.201, 2.9), hot(drills.Crash, 1.4, 5.1), hot(drills.Freeze, 1.502, 7.311), stuck, unproved, cold, slow, control,
	}
}

func TestGoldenSummaryOfDrillsSideBySide(t *testing.T) {
	var text bytes.Buffer
	if err := report.Summary(&text, sideBySide()); err != nil {
		t.Fatal(err)
	}
	golden(t, "summary-side-by-side.txt", text.Bytes())
	fits(t, text.String())
}

// causeRows are the words of the lines below the heading of the table of causes.
func causeRows(t *testing.T, reports ...drills.Report) [][]string {
	t.Helper()
	var text bytes.Buffer
	if err := report.Summary(&text, reports); err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(text.String(), "drill by drill")
	var out [][]string
	for line := range strings.Lines(table) {
		out = append(out, strings.Fields(line))
	}
	return out
}

// A row adds up to its total, whatever has a column.
func TestCausesThatTakeLittleEverywhereAreTakenTogether(t *testing.T) {
	rows := causeRows(t, recovered("a", outage(drills.Crash), spent("detection", 9.3), spent("promotion", 0.4), spent("ramp", 0.3)))
	want := [][]string{{"drill", "and", "fault", "detection", "other", "total"}, {"a:", "region-outage,", "crash", "9.300", "0.700", "10.000"}}
	if got := [][]string{rows[1], rows[3]}; !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("got %q, want %q", got, want)
	}
	rows = causeRows(t,
		recovered("a", outage(drills.Crash), spent("detection", 9.3), spent("ramp", 0.7)),
		recovered("b", outage(drills.Dark), spent("detection", 9.3), spent("promotion", 0.7)))
	if want := []string{"drill", "and", "fault", "detection", "promotion", "ramp", "total"}; !slices.Equal(rows[1], want) {
		t.Errorf("got %q, want %q: no cause is left", rows[1], want)
	}
}

func TestOfSeveralRunsTheMedianOneIsShown(t *testing.T) {
	run := func(s float64) drills.Report { return recovered("a", outage(drills.Crash), spent("ramp", s)) }
	stuck := drills.Report{Drill: "a", Verdict: drills.Fail, Faults: outage(drills.Crash), RecoveryTime: drills.RecoveryTime{Sustained: above(120)}}
	unproved := run(99)
	unproved.Verdict = drills.Inconclusive
	for name, test := range map[string]struct {
		reports []drills.Report
		want    string
	}{
		"of three":                   {[]drills.Report{run(3), run(1), run(2)}, "2.000"},
		"of two, the later":          {[]drills.Report{run(3), run(1)}, "3.000"},
		"what proves nothing is not": {[]drills.Report{unproved, run(1), unproved}, "1.000"},
		"one that did not recover":   {[]drills.Report{run(3), stuck, run(1)}, "3.000"},
	} {
		rows := causeRows(t, test.reports...)
		if row := rows[3]; row[len(row)-1] != test.want {
			t.Errorf("%s: got %q, want a total of %s", name, row, test.want)
		}
	}
}

func TestWithoutARecoveryThereIsNoTableOfCauses(t *testing.T) {
	reports := sideBySide()
	if rows := causeRows(t, reports[4], reports[5], reports[8]); len(rows) > 0 {
		t.Errorf("got %q", rows)
	}
}
