package assess_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// seconds is an interval whose end was not seen when upper is zero.
type seconds struct{ lower, upper float64 }

func (s seconds) interval() drills.Interval {
	if s.upper == 0 {
		return drills.Interval{Lower: at(s.lower)}
	}
	return drills.Interval{Lower: at(s.lower), Upper: ptr(at(s.upper))}
}

func checkInterval(t *testing.T, what string, got drills.Interval, want seconds) {
	t.Helper()
	if asJSON(t, got) != asJSON(t, want.interval()) {
		t.Errorf("%s: got %s, want %+v", what, asJSON(t, got), want)
	}
}

func closed(seconds float64, namespace string) drills.Event {
	return drills.Event{At: at(seconds), Kind: drills.KindClosed, Name: "Completed", Region: "us-west", Namespace: namespace}
}

func quiet(seconds float64, namespace string) drills.Event {
	return drills.Event{At: at(seconds), Kind: drills.KindQuiet, Region: "us-west", Namespace: namespace}
}

// completing adds completions at the steady rate.
func completing(from, to float64) func(*evidence) {
	return func(e *evidence) {
		for s := from; s < to; s += 0.2 {
			e.with(closed(s, "orders"))
		}
	}
}

// The fault was requested at 20 s and took effect at 20.1 s. The lower bound
// counts from the later of the two, the upper from the earlier.
func TestARecoveryLiesBetweenTheLastKnownBadAndTheFirstKnownGood(t *testing.T) {
	blind := func(e *evidence) { e.without(ofKind(drills.KindQuiet)) }
	tests := []struct {
		name      string
		recovered float64 // 0: not before the region came back
		change    []func(*evidence)
		progress  seconds
		sustained seconds
	}{
		{"nobody looked in between", back, []func(*evidence){blind}, seconds{0, 8}, seconds{0, 8}},
		{"a look found nothing new", back, nil, seconds{5.9, 8}, seconds{5.9, 8}},
		{
			"the last look counts", back, []func(*evidence){func(e *evidence) { e.with(quiet(27.5, "orders"), quiet(24, "orders")) }},
			seconds{7.4, 8}, seconds{7.4, 8},
		},
		{
			"looks from before the fault and after the recovery do not", back,
			[]func(*evidence){blind, func(e *evidence) { e.with(quiet(19, "orders"), quiet(28, "orders"), quiet(40, "orders")) }},
			seconds{0, 8}, seconds{0, 8},
		},
		{
			"nor looks at another namespace", back, []func(*evidence){func(e *evidence) { e.with(quiet(27.5, "others")) }},
			seconds{5.9, 8}, seconds{5.9, 8},
		},
		{
			"a straggler is progress, and the last known bad of a recovery", back,
			[]func(*evidence){func(e *evidence) { e.with(closed(26.5, "orders")) }},
			seconds{5.9, 6.5}, seconds{6.4, 8},
		},
		{
			"a straggler after the look that found nothing", back,
			[]func(*evidence){blind, func(e *evidence) { e.with(closed(23, "orders"), quiet(22, "orders")) }},
			seconds{1.9, 3}, seconds{2.9, 8},
		},
		{
			"what ended between the request and the effect is no recovery", back,
			[]func(*evidence){func(e *evidence) { e.with(closed(20.05, "orders")) }},
			seconds{5.9, 8}, seconds{5.9, 8},
		},
		{"not recovered: above all the time that was watched", 0, nil, seconds{27.9, 0}, seconds{27.9, 0}},
		{
			"some progress, but not recovered", 0, []func(*evidence){func(e *evidence) { e.with(closed(30, "orders")) }},
			seconds{5.9, 10}, seconds{27.9, 0},
		},
		{
			"what completes after the heal is not the survivor's recovery", 0, []func(*evidence){completing(heal, 58)},
			seconds{27.9, 0}, seconds{27.9, 0},
		},
		{
			"a window that just ended before the heal is judged", 0, []func(*evidence){completing(43, heal)},
			seconds{5.9, 23}, seconds{5.9, 23},
		},
		{
			"one that did not is not: it was bad until it began", 0, []func(*evidence){completing(45, heal), func(e *evidence) { e.with(quiet(44, "orders")) }},
			seconds{23.9, 25}, seconds{23.9, 0},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			recovered := test.recovered
			if recovered == 0 {
				recovered = healed
			}
			e := tell(t, "active-hot", recovered)
			for _, change := range test.change {
				change(e)
			}
			got := e.judge().RecoveryTime
			checkInterval(t, "first progress", got.FirstProgress, test.progress)
			checkInterval(t, "sustained", got.Sustained, test.sustained)
			if got.Recovered != (test.sustained.upper > 0) {
				t.Errorf("recovered: %v", got.Recovered)
			}
		})
	}
}

// Without the mark of the heal everything that was seen is the outage.
func TestARunThatWasCutInTheOutageIsMeasuredToItsLastEvent(t *testing.T) {
	e := tell(t, "active-hot", healed).without(func(e drills.Event) bool { return e.At > at(40) })
	e.with(drills.Event{At: at(41.1), Kind: drills.KindEnd, Name: drills.OutcomeInterrupted, Detail: "by hand"})
	r := e.expect(t, drills.Inconclusive, "interrupted")
	checkInterval(t, "sustained", r.RecoveryTime.Sustained, seconds{21, 0})
}

// The recovery was between 5.9 s and 8 s; without one, above 27.9 s.
func TestARecoveryTimeIsHeldAgainstItsObjectiveAsAWhole(t *testing.T) {
	tests := []struct {
		name      string
		recovered float64
		objective time.Duration
		want      drills.Verdict
		measured  string
	}{
		{"all of it within", back, 8 * time.Second, drills.Pass, "5.900–8.000 s"},
		{"a little of it above", back, 8*time.Second - time.Microsecond, drills.Inconclusive, "5.900–8.000 s"},
		{"all but the lower bound above", back, 5900 * time.Millisecond, drills.Inconclusive, "5.900–8.000 s"},
		{"all of it above", back, 5900*time.Millisecond - time.Microsecond, drills.Fail, "5.900–8.000 s"},
		{"not recovered within the objective", healed, 27900*time.Millisecond - time.Microsecond, drills.Fail, "> 27.900 s, first-workflow-completed not seen"},
		{"not watched for long enough", healed, 27900 * time.Millisecond, drills.Inconclusive, "> 27.900 s, first-workflow-completed not seen"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := tell(t, "active-hot", test.recovered).objectives(drills.Objectives{RecoveryTime: &test.objective})
			r := e.expect(t, test.want, "recoveryTime: declared ≤ "+test.objective.String()+", measured "+test.measured)
			if got := objective(t, r, "recoveryTime"); got.Verdict != test.want || got.Measured != test.measured {
				t.Errorf("got %+v, want %s of %s", got, test.want, test.measured)
			}
		})
	}
}

// Workers that are alive and idle, and an application that merely is slow, do not
// recover alike: the stage that was not reached tells them apart.
func TestARecoveryThatDidNotComeTellsWhereItIsStuck(t *testing.T) {
	objective := 20 * time.Second
	idle := tell(t, "active-hot", healed).objectives(drills.Objectives{RecoveryTime: &objective})
	idle.without(func(e drills.Event) bool { return e.Kind == drills.KindPoll && e.At > at(effective) })
	idle.expect(t, drills.Fail, "measured > 27.900 s, first-poll not seen")

	busy := tell(t, "active-hot", healed).objectives(drills.Objectives{RecoveryTime: &objective})
	busy.expect(t, drills.Fail, "measured > 27.900 s, first-workflow-completed not seen")
}

// A recovery that had begun when the watching ended may have met an objective
// that lies in between.
func TestARecoveryThatNobodyCouldWatchToItsEndIsNotAMissedObjective(t *testing.T) {
	for objective, want := range map[time.Duration]drills.Verdict{26 * time.Second: drills.Inconclusive, 23 * time.Second: drills.Fail} {
		e := tell(t, "active-hot", healed).objectives(drills.Objectives{RecoveryTime: &objective})
		completing(45, heal)(e)
		e.with(quiet(44, "orders")).expect(t, want, "recoveryTime")
	}
}

func TestStagesAreMeasuredFromTheEffectOfTheFault(t *testing.T) {
	want := []drills.StageTime{
		{Name: drills.LoadStarted, At: at(-19.1)},
		{Name: drills.SteadyStateReached, At: at(-10.1)},
		{Name: drills.FaultRequested, At: at(-0.1)},
		{Name: drills.FaultEffective, At: 0},
		{Name: drills.Detected, At: at(1.5)},
		{Name: drills.Promoted, At: at(1.6)},
		{Name: drills.EndpointRerouted, At: at(1.7)},
		{Name: drills.TrafficMoved, At: at(1.9)},
		{Name: drills.FirstPoll, At: at(3.9)},
		{Name: drills.FirstTask, At: at(7.89)},
		{Name: drills.FirstCompleted, At: at(7.9)},
		{Name: drills.ThroughputSustained, At: at(7.9)},
		{Name: drills.BacklogDrained, At: at(10.0)}, // 43 orders wait, 50 ms apart
		{Name: drills.HealRequested, At: at(27.9)},
		{Name: drills.Healed, At: at(34.9)},
		{Name: drills.FailbackRequested, At: at(34.9)},
		{Name: drills.FailedBack, At: at(35.9)},
		{Name: drills.SustainedAtHome, At: at(42.9)},
		{Name: drills.LoadStopped, At: at(44.9)},
		{Name: drills.Drained, At: at(45.9)},
	}
	if got := passing(t, "active-hot").judge().Stages; !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", asJSON(t, got), asJSON(t, want))
	}
}

// stage is when a stage was reached, and whether it was.
func stage(r drills.Report, name drills.Stage) (drills.Offset, bool) {
	for _, s := range r.Stages {
		if s.Name == name {
			return s.At, true
		}
	}
	return 0, false
}

func TestTheFirstPollIsOneOfAWorkerThatTheSurvivorLetThrough(t *testing.T) {
	poll := func(seconds float64, region, namespace, identity string, held bool) drills.Event {
		return drills.Event{At: at(seconds), Kind: drills.KindPoll, Region: region, Namespace: namespace, Subject: identity, Held: held}
	}
	worker := drills.WorkerIdentity("us-west", "orders", 0)
	e := passing(t, "active-hot").with(
		poll(21, "us-west", "orders", worker, true),    // before it was promoted
		poll(22.5, "us-west", "orders", worker, false), // refused
		poll(22.6, "us-west", "orders", "temporal-system@somewhere", true),
		poll(22.7, "us-east", "orders", worker, true), // not in the survivor
		poll(22.8, "us-west", "others", worker, true),
	)
	if got, ok := stage(e.judge(), drills.FirstPoll); !ok || got != at(3.9) {
		t.Errorf("got %v, %v, want 3.900 s", got, ok)
	}
}

func TestATaskOfTheRegionThatCameBackIsNotTheFirstInTheSurvivor(t *testing.T) {
	e := passing(t, "active-hot").workflows("", func(_ string, w *drills.Workflow) {
		w.Tasks = slices.DeleteFunc(w.Tasks, func(task drills.Task) bool {
			region, _, _ := drills.FleetOf(task.Identity)
			return region == "us-west"
		})
	})
	if got, ok := stage(e.judge(), drills.FirstTask); ok {
		t.Errorf("the survivor did nothing, yet its first task was at %v", got)
	}
}

func TestABacklogThatNeverEndsIsNotDrained(t *testing.T) {
	late := func(_ string, w *drills.Workflow) {
		if w.ID == "order-orders-099" {
			w.Status, w.ClosedAt = "Running", 0
		}
	}
	if got, ok := stage(passing(t, "active-hot").workflows("", late).judge(), drills.BacklogDrained); ok {
		t.Errorf("drained at %v, though a workflow is open", got)
	}
	// One that ended after the census without the region is known from the other.
	r := passing(t, "active-hot").workflows(drills.CensusWithoutRegion, late).judge()
	if got, ok := stage(r, drills.BacklogDrained); !ok || got != at(10.0) {
		t.Errorf("got %v, %v, want 10.000 s", got, ok)
	}
}

func TestAttributionAddsUpToTheTimeUntilThroughputWasSustained(t *testing.T) {
	causes := map[string][]string{
		"active-cold": {
			"detection", "promotion", "endpoint", "cold start, declared", "cold start, measured", "traffic",
			"polls", "first task", "first completion", "ramp",
		},
		"active-hot": {"detection", "promotion", "endpoint", "traffic", "polls", "first task", "first completion", "ramp"},
		"active-active": {
			"detection", "promotion", "endpoint", "traffic", "cold start, measured",
			"polls", "first task", "first completion", "ramp",
		},
		"dual-active":      {"detection", "promotion", "endpoint", "traffic", "polls", "first task", "first completion", "ramp"},
		"dual-active-ring": {"detection", "promotion", "endpoint", "traffic", "polls", "first task", "first completion", "ramp"},
	}
	for _, name := range models() {
		t.Run(name, func(t *testing.T) {
			r := passing(t, name).with(closed(26, causes[name][0])).judge() // a straggler of nobody's
			var sum drills.Offset
			var got []string
			for _, a := range r.Attribution {
				sum += a.Seconds
				got = append(got, a.Cause)
				if a.Seconds < 0 || a.Detail == "" {
					t.Errorf("share %+v", a)
				}
			}
			if want, ok := stage(r, drills.ThroughputSustained); !ok || sum != want {
				t.Errorf("all shares are %v, throughput was sustained at %v", sum, want)
			}
			if !slices.Equal(got, causes[name]) {
				t.Errorf("got causes %q, want %q", got, causes[name])
			}
		})
	}
}

func TestARampIsWhatCameAfterTheFirstCompletion(t *testing.T) {
	r := passing(t, "active-hot").with(closed(25, "orders")).judge()
	shares := map[string]drills.Offset{}
	for _, a := range r.Attribution {
		shares[a.Cause] = a.Seconds
	}
	want := map[string]drills.Offset{
		"detection": at(1.5), "promotion": at(0.1), "endpoint": at(0.1), "traffic": at(0.2), "polls": at(2),
		"first completion": at(1), "first task": at(2.99), "ramp": at(0.01),
	}
	if asJSON(t, shares) != asJSON(t, want) {
		t.Errorf("got %s, want %s", asJSON(t, shares), asJSON(t, want))
	}
}

func TestWhatDidNotRecoverIsNotAttributed(t *testing.T) {
	if got := tell(t, "active-hot", healed).judge().Attribution; len(got) != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestThroughputIsThatBeforeDuringAndAfterTheOutage(t *testing.T) {
	const during, after = 27.9, 5 // seconds to the heal, and of the window
	want := []drills.Throughput{
		{Namespace: "orders-us-east", Affected: true, Declared: 3, Steady: 3, Outage: 1 / 7.9, Recovered: 39.0 / after}, // with backlog
		{Namespace: "orders-us-west", Declared: 3, Steady: 3, Outage: 84 / during, Recovered: 3},
	}
	got := passing(t, "dual-active").with(closed(25, "orders-us-east")).judge().Throughput
	if !slices.EqualFunc(got, want, sameThroughput) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestTheOutageOfARunThatDidNotRecoverLastsToTheHeal(t *testing.T) {
	e := tell(t, "active-hot", healed).with(closed(30, "orders"), closed(47, "orders"), closed(49, "orders"))
	if got, want := e.judge().Throughput[0].Outage, 2/27.9; !near(got, want) {
		t.Errorf("got %v/s, want %v/s", got, want)
	}
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

func sameThroughput(a, b drills.Throughput) bool {
	return a.Namespace == b.Namespace && a.Affected == b.Affected && a.Declared == b.Declared &&
		near(a.Steady, b.Steady) && near(a.Outage, b.Outage) && near(a.Recovered, b.Recovered)
}
