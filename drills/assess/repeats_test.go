package assess_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/assess"
)

// ran is a report of a drill that recovered between two times.
func ran(v drills.Verdict, lower, upper float64) drills.Report {
	return drills.Report{
		Run: "run", Drill: "orders", Model: drills.ActiveHot, Verdict: v,
		RecoveryTime: drills.RecoveryTime{
			Recovered:     true,
			FirstProgress: between(lower-1, upper-1),
			Sustained:     between(lower, upper),
		},
		RecoveryPoint: point(0, 0, 0, 0),
	}
}

// point is a Recovery Point of 100 operations, the oldest lost one of that age.
func point(lost, afterHeal, duplicated int, seconds float64) drills.RecoveryPoint {
	return drills.RecoveryPoint{
		OperationCounts: drills.OperationCounts{Acknowledged: 100, Lost: &lost, LostAfterHeal: &afterHeal, RolledBack: ptr(0), Duplicated: &duplicated},
		LostSeconds:     ptr(at(seconds)), Reset: ptr(0),
	}
}

// down is a report of a drill that had not recovered by some time.
func down(until float64) drills.Report {
	r := ran(drills.Fail, until, until)
	r.RecoveryTime = drills.RecoveryTime{FirstProgress: open(until), Sustained: open(until)}
	return r
}

func between(lower, upper float64) drills.Interval {
	return drills.Interval{Lower: at(lower), Upper: ptr(at(upper))}
}

func open(lower float64) drills.Interval { return drills.Interval{Lower: at(lower)} }

// show writes intervals as a table of tests does: 4–5, or 4–∞ when it is open.
func show(s drills.Spread) string {
	var out []string
	for _, i := range []drills.Interval{s.Median, s.Least, s.Most} {
		to := "∞"
		if i.Upper != nil {
			to = fmt.Sprint(i.Upper.Seconds())
		}
		out = append(out, fmt.Sprint(i.Lower.Seconds())+"–"+to)
	}
	return strings.Join(out, " ")
}

func TestRecoveryTimesOfSeveralRunsStayIntervals(t *testing.T) {
	for name, test := range map[string]struct {
		runs []drills.Report
		want string // median, least, most
	}{
		"one run":           {[]drills.Report{ran(drills.Pass, 4, 5)}, "4–5 4–5 4–5"},
		"an odd number":     {[]drills.Report{ran(drills.Pass, 8, 9), ran(drills.Fail, 40, 41), ran(drills.Pass, 4, 5)}, "8–9 4–5 40–41"},
		"an even number":    {[]drills.Report{ran(drills.Pass, 6, 7), ran(drills.Pass, 2, 3), ran(drills.Pass, 8, 9), ran(drills.Pass, 4, 5)}, "6–7 2–3 8–9"},
		"one down":          {[]drills.Report{down(120), ran(drills.Pass, 4, 5), ran(drills.Pass, 6, 7)}, "6–7 4–5 120–∞"},
		"most down":         {[]drills.Report{down(120), ran(drills.Pass, 4, 5), down(110)}, "110–∞ 4–5 120–∞"},
		"all down":          {[]drills.Report{down(120), down(110)}, "120–∞ 110–∞ 120–∞"},
		"down but not long": {[]drills.Report{down(30), ran(drills.Fail, 40, 41), ran(drills.Fail, 50, 51)}, "40–51 30–41 50–∞"},
		"nested":            {[]drills.Report{ran(drills.Pass, 1, 10), ran(drills.Pass, 2, 3), ran(drills.Pass, 4, 5)}, "2–5 1–3 4–10"},
		"not all conclusive": {
			[]drills.Report{ran(drills.Inconclusive, 1, 2), ran(drills.Pass, 4, 5), ran(drills.Errored, 90, 91)}, "4–5 4–5 4–5",
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := assess.Repeats(test.runs)[0].Measured
			if got := show(m.RecoveryTime); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestFirstProgressIsDistributedLikeTheRecoveryTime(t *testing.T) {
	m := assess.Repeats([]drills.Report{ran(drills.Pass, 4, 5), ran(drills.Pass, 8, 9), down(120)})[0].Measured
	if got, want := show(m.FirstProgress), "7–8 3–4 120–∞"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestLossesOfSeveralRunsAreAddedUp(t *testing.T) {
	losing := func(v drills.Verdict, seconds float64, lost, afterHeal, duplicated int) drills.Report {
		r := ran(v, 4, 5)
		r.RecoveryPoint = point(lost, afterHeal, duplicated, seconds)
		return r
	}
	runs := []drills.Report{
		losing(drills.Pass, 0.25, 3, 0, 1), losing(drills.Pass, 0, 0, 0, 2), losing(drills.Fail, 0.75, 7, 2, 3), losing(drills.Pass, 0.5, 4, 0, 4),
		losing(drills.Inconclusive, 9, 1000, 1000, 1000),
	}
	m := *assess.Repeats(runs)[0].Measured
	if want := (drills.LostSpread{Median: at(0.5), Most: at(0.75)}); *m.LostSeconds != want {
		t.Errorf("of four, got %v, want %v", *m.LostSeconds, want)
	}
	if m.Acknowledged != 400 || *m.Lost != 14 || *m.LostAfterHeal != 2 || *m.Duplicated != 10 {
		t.Errorf("got %d acknowledged, %d lost, %d after the heal, %d duplicated", m.Acknowledged, *m.Lost, *m.LostAfterHeal, *m.Duplicated)
	}
	uncounted := ran(drills.Fail, 4, 5)
	uncounted.RecoveryPoint = drills.RecoveryPoint{}
	m = *assess.Repeats(append(runs, uncounted))[0].Measured
	if m.Lost != nil || m.LostAfterHeal != nil || m.LostSeconds != nil {
		t.Errorf("one run did not count, and together they lost %v", m)
	}
	if got := assess.Repeats(runs[:3])[0].Measured.LostSeconds.Median; got != at(0.25) {
		t.Errorf("of three, got a median of %s", got)
	}
}

// The values are those of tables of the one-sided bound, and for n of n those
// of 0.05^(1/n).
func TestConfidenceIsTheLowerBoundOfClopperAndPearson(t *testing.T) {
	for _, test := range []struct {
		passed, failed int
		want           float64
	}{
		{1, 0, 0.05}, {2, 0, 0.2236}, {10, 0, 0.7411}, {50, 0, 0.9418}, {59, 0, 0.9505}, {1000, 0, 0.9970},
		{9, 1, 0.6058}, {5, 5, 0.2224}, {1, 9, 0.0051}, {19, 1, 0.7839},
		{0, 1, 0}, {0, 10, 0},
	} {
		t.Run(fmt.Sprintf("%d of %d", test.passed, test.passed+test.failed), func(t *testing.T) {
			runs := slices.Repeat([]drills.Report{ran(drills.Pass, 4, 5)}, test.passed)
			runs = append(runs, slices.Repeat([]drills.Report{ran(drills.Fail, 40, 41)}, test.failed)...)
			runs = append(runs, ran(drills.Inconclusive, 4, 5), ran(drills.Errored, 0, 0)) // neither passed nor failed
			got := assess.Repeats(runs)[0].Measured.Confidence
			if math.Abs(got-test.want) > 5e-5 {
				t.Errorf("got %.4f, want %.4f", got, test.want)
			}
			if test.failed == 0 && math.Abs(got-math.Pow(0.05, 1/float64(test.passed))) > 1e-9 {
				t.Errorf("got %v for a run of passes", got)
			}
		})
	}
}

func TestRunsThatProveNothingAreCountedAndNamed(t *testing.T) {
	torn := ran(drills.Inconclusive, 1, 2)
	torn.Run, torn.Reasons = "torn", []string{"clock not witnessed", "the record breaks off"}
	broken := drills.Report{Run: "broken", Drill: "orders", Model: drills.ActiveHot, Verdict: drills.Errored}
	odd := ran("", 1, 2)
	odd.Run = "odd"
	d := assess.Repeats([]drills.Report{torn, ran(drills.Pass, 4, 5), broken, ran(drills.Fail, 40, 41), odd})[0]
	if d.Runs != 5 || d.Passed != 1 || d.Failed != 1 || d.Inconclusive != 1 || d.Errored != 2 || d.Conclusive() != 2 {
		t.Errorf("got %+v", d)
	}
	want := `[{"run":"torn","verdict":"inconclusive","reasons":["clock not witnessed","the record breaks off"]},` +
		`{"run":"broken","verdict":"error","reasons":[]},{"run":"odd","verdict":"","reasons":[]}]`
	got, err := json.Marshal(d.Excluded)
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}

func TestWithoutAConclusiveRunNothingIsMeasured(t *testing.T) {
	d := assess.Repeats([]drills.Report{ran(drills.Inconclusive, 1, 2), ran(drills.Errored, 0, 0)})[0]
	if d.Measured != nil {
		t.Errorf("got %+v", *d.Measured)
	}
	if d.Runs != 2 || len(d.Excluded) != 2 {
		t.Errorf("got %d runs, %d of them excluded", d.Runs, len(d.Excluded))
	}
}

func TestDrillsAreTakenApartByNameAndModelInOrderOfAppearance(t *testing.T) {
	of := func(drill string, model drills.Model) drills.Report {
		r := ran(drills.Pass, 4, 5)
		r.Drill, r.Model = drill, model
		return r
	}
	list := assess.Repeats([]drills.Report{
		of("b", drills.ActiveHot), of("a", drills.ActiveHot), of("b", drills.ActiveCold), of("b", drills.ActiveHot),
	})
	var got []string
	for _, d := range list {
		got = append(got, fmt.Sprintf("%s %s %d", d.Drill, d.Model, d.Runs))
	}
	if want := []string{"b active-hot 2", "a active-hot 1", "b active-cold 1"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if none := assess.Repeats(nil); none == nil || len(none) != 0 {
		t.Errorf("of no report, got %v", none)
	}
}

func TestReportsThatAreTakenTogetherStayAsTheyAre(t *testing.T) {
	runs := []drills.Report{ran(drills.Pass, 8, 9), ran(drills.Inconclusive, 6, 7), down(120), ran(drills.Pass, 4, 5)}
	runs[1].Reasons = []string{"a reason"}
	before := asJSON(t, runs)
	d := assess.Repeats(runs)[0]
	*d.Measured.RecoveryTime.Median.Upper = 0
	d.Excluded[0].Reasons[0] = "another"
	if after := asJSON(t, runs); after != before {
		t.Errorf("got %s, want %s", after, before)
	}
}
