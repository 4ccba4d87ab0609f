package assess_test

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/assess"
)

func TestADrillThatWentWellPasses(t *testing.T) {
	for _, name := range models() {
		t.Run(name, func(t *testing.T) {
			r := passing(t, name).expect(t, drills.Pass, "")
			for _, o := range r.Objectives {
				if o.Verdict != drills.Pass {
					t.Errorf("objective %+v", o)
				}
			}
			for _, w := range r.Witnesses {
				if !w.Held {
					t.Errorf("witness %+v", w)
				}
			}
			if r.Run != "c0ffee00" || !r.StartedAt.Equal(judgedAt().Add(-time.Hour)) || !r.JudgedAt.Equal(judgedAt()) || r.Drill != name {
				t.Errorf("the report is of %s of %s at %v, judged at %v", r.Run, r.Drill, r.StartedAt, r.JudgedAt)
			}
		})
	}
}

// These change the evidence so that it alone leads to one verdict.
func harnessFailed(e *evidence) {
	e.without(ofKind(drills.KindEnd)).with(drills.Event{At: at(68), Kind: drills.KindEnd, Name: drills.OutcomeError, Detail: "out of disk"})
}

func interrupted(e *evidence) {
	e.without(ofKind(drills.KindEnd)).with(drills.Event{At: at(68), Kind: drills.KindEnd, Name: drills.OutcomeInterrupted, Detail: "by hand"})
}

func clockStepped(e *evidence) {
	e.with(drills.Event{At: at(30), Kind: drills.KindClock, Value: 0.2})
}

// missedPoint loses the oldest order if the region never returns.
func missedPoint(e *evidence) {
	e.lose(drills.CensusWithoutRegion, func(w drills.Workflow) bool { return w.ID == "order-orders-000" })
}

// undecidedTime puts an objective inside the measured interval.
func undecidedTime(e *evidence) { e.Drill.Objectives.RecoveryTime = ptr(7 * time.Second) }

func undrained(e *evidence) { e.without(markOf(drills.Drained)) }

func TestTheWorstFindingIsTheVerdict(t *testing.T) {
	tests := []struct {
		name   string
		found  []func(*evidence)
		want   drills.Verdict
		reason string
	}{
		{"nothing", nil, drills.Pass, ""},
		{"a missed objective", []func(*evidence){missedPoint}, drills.Fail, "recoveryPoint: declared ≤ 5s"},
		{"an undecided one", []func(*evidence){undecidedTime}, drills.Inconclusive, "recoveryTime: declared ≤ 7s"},
		{"a missed one outweighs an undecided one", []func(*evidence){undecidedTime, missedPoint}, drills.Fail, "recoveryPoint"},
		{"a missed one outweighs a gap", []func(*evidence){undrained, missedPoint}, drills.Fail, "recoveryPoint"},
		{"what is not witnessed proves no miss", []func(*evidence){missedPoint, clockStepped}, drills.Inconclusive, "clock not witnessed"},
		{"nor does a run that did not finish", []func(*evidence){missedPoint, interrupted}, drills.Inconclusive, "interrupted: by hand"},
		{"a failure of the harness", []func(*evidence){harnessFailed}, drills.Errored, "the harness failed: out of disk"},
		{"it outweighs everything", []func(*evidence){missedPoint, clockStepped, undecidedTime, harnessFailed}, drills.Errored, "out of disk"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := passing(t, "active-hot")
			for _, change := range test.found {
				change(e)
			}
			e.expect(t, test.want, test.reason)
		})
	}
}

func TestARunWithoutASteadyStateIsInconclusive(t *testing.T) {
	e := passing(t, "active-hot").without(func(e drills.Event) bool { return e.At > at(10) })
	e.with(drills.Event{At: at(31), Kind: drills.KindEnd, Name: drills.OutcomeNoSteady, Detail: "completions stayed below"})
	r := e.expect(t, drills.Inconclusive, "no-steady-state: completions stayed below")
	if len(r.Attribution) != 0 || r.RecoveryTime.Recovered || r.RecoveryPoint.Lost != nil {
		t.Errorf("something was measured though nothing was broken: %+v", r)
	}
}

func TestJudgingTwiceDiffersInJudgedAtAlone(t *testing.T) {
	for _, name := range models() {
		t.Run(name, func(t *testing.T) {
			e := passing(t, name)
			before := asJSON(t, e.Evidence)
			first := e.judge()
			second := assess.Judge(e.Evidence, judgedAt().Add(time.Hour))
			if second.JudgedAt.Equal(first.JudgedAt) {
				t.Error("both were judged at the same time")
			}
			second.JudgedAt = first.JudgedAt
			if !reflect.DeepEqual(first, second) {
				t.Errorf("got\n%s\nand\n%s", asJSON(t, first), asJSON(t, second))
			}
			if asJSON(t, e.Evidence) != before {
				t.Error("judging changed the evidence")
			}
		})
	}
}

// What components wrote on their own is merged late, so a record is not in
// order of time.
func TestTheOrderInWhichEvidenceWasWrittenDoesNotMatter(t *testing.T) {
	for _, name := range models() {
		t.Run(name, func(t *testing.T) {
			e := passing(t, name)
			// The phases are listed in the order a run went through them.
			e.without(ofKind(drills.KindPhase))
			want := asJSON(t, e.judge())
			draw := rand.New(rand.NewPCG(1, 2))
			draw.Shuffle(len(e.Timeline), func(i, j int) { e.Timeline[i], e.Timeline[j] = e.Timeline[j], e.Timeline[i] })
			if got := asJSON(t, e.judge()); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
