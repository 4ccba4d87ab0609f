package assess_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
)

// comesBack is when the first order of a region ends that nothing moved away from.
const comesBack = 55

func declared(t *testing.T, drill string, out drills.FailoverMode, back drills.FailbackMode) *drills.Drill {
	t.Helper()
	d := shipped(t, drill)
	d.Failover.Mode, d.Failback.Mode = out, back
	return d
}

// moving are the marks of a move, and of the way back.
func moving() []drills.Stage {
	return append(returning(), drills.Promoted, drills.EndpointRerouted, drills.TrafficMoved, drills.WorkersStarted, drills.Provisioned)
}

func returning() []drills.Stage {
	return []drills.Stage{drills.FailbackRequested, drills.FailedBack, drills.SustainedAtHome}
}

func marked(stages []drills.Stage) func(drills.Event) bool {
	return func(e drills.Event) bool {
		return e.Kind == drills.KindMark && slices.Contains(stages, drills.Stage(e.Name))
	}
}

// stayed is the evidence of a drill in which nothing left the lost region, which
// took its starters with it: only its return helps.
func stayed(t *testing.T, out drills.FailoverMode) *evidence {
	d := declared(t, "active-hot", out, drills.FailbackForced)
	d.Objectives.RecoveryTime = nil
	e := told(d, comesBack).without(marked(moving())).without(func(e drills.Event) bool {
		return (e.Kind == drills.KindActive || e.Kind == drills.KindEndpoint) && e.Name == "us-west"
	})
	return e.with(drills.Event{At: at(effective), Kind: drills.KindProbe, Region: "us-east", Subject: "us-east/starter-orders", Held: true})
}

// givenUp is one that its control plane would have moved.
func givenUp(t *testing.T) *evidence {
	return stayed(t, drills.Graceful).with(
		drills.Event{At: at(47), Kind: drills.KindHandover, Name: drills.HandoverGivenUp, Region: "us-east", Namespace: "orders", Value: 25.4},
		drills.Event{At: at(47), Kind: drills.KindMark, Name: string(drills.FailoverGivenUp), Region: "us-east", Namespace: "orders", Detail: "us-east did not answer"},
	)
}

// keptAway is the evidence of a drill whose Namespaces stay in the survivor.
func keptAway(t *testing.T, drill string) *evidence {
	d := declared(t, drill, drills.Forced, drills.FailbackNever)
	return told(d, back).without(marked(returning())).without(func(e drills.Event) bool {
		ns, _ := d.Topology().Namespace(e.Namespace)
		return (e.Kind == drills.KindActive || e.Kind == drills.KindEndpoint) && ns.Home == "us-east" && e.At >= at(home-0.1)
	})
}

func TestWhatMovesNothingPromisesNoMove(t *testing.T) {
	r := stayed(t, drills.NoFailover).expect(t, drills.Pass, "")
	for name, says := range map[string]string{
		"failover": "us-east declared lost once, no namespace promoted, as declared",
		"scope":    "nothing moved",
		"endpoint": "every name server that answered led orders home all along",
		"return":   "nothing had to return: every region believes every namespace at home",
		"load":     "orders: 95 of 95 starts sent before the fault",
	} {
		if w := witness(t, r, name); !w.Held || !strings.HasPrefix(w.Detail, says) {
			t.Errorf("got %+v, want one that says %q", w, says)
		}
	}
	if r.RecoveryTime.Recovered || len(r.Attribution) > 0 || !r.Throughput[0].Affected || r.Throughput[0].Outage > 0.5 {
		t.Errorf("it recovered: %+v, time went to %+v, throughput %+v", r.RecoveryTime, r.Attribution, r.Throughput)
	}
	if want := (drills.Move{Mode: "none"}); r.Failover != want {
		t.Errorf("failover %+v, want %+v", r.Failover, want)
	}
}

func TestARecoveryThatNothingBroughtMissesItsObjective(t *testing.T) {
	e := stayed(t, drills.NoFailover)
	limit := declared(t, "active-hot", drills.NoFailover, "").Objectives.RecoveryTime
	e.Drill.Objectives.RecoveryTime = limit
	// The record of the outage ends before the whole of the objective has passed
	// unless that is shorter.
	*limit /= 2
	e.expect(t, drills.Fail, "promoted not seen")
}

func TestWhatWasNotToMoveAndDidProvesNothing(t *testing.T) {
	promotion := drills.Event{At: at(promoted), Kind: drills.KindMark, Name: string(drills.Promoted), Region: "us-west", Namespace: "orders"}
	for name, test := range map[string]struct {
		change func(*evidence) *evidence
		says   string
	}{
		"promoted all the same": {func(e *evidence) *evidence { return e.with(promotion) }, "failover not witnessed: orders was promoted 1 times"},
		"never declared lost":   {func(e *evidence) *evidence { return e.without(markOf(drills.Detected)) }, "failover not witnessed: 0 regions were declared lost"},
		"active elsewhere": {func(e *evidence) *evidence {
			return e.with(drills.Event{At: at(recounted), Kind: drills.KindActive, Region: "us-west", Namespace: "orders", Name: "us-west"})
		}, "return not witnessed: us-west believes orders active in us-west, not at home"},
	} {
		t.Run(name, func(t *testing.T) {
			test.change(stayed(t, drills.NoFailover)).expect(t, drills.Inconclusive, test.says)
		})
	}
}

// A failover that could not be carried out is a finding, whatever the objectives.
func TestAFailoverThatWasGivenUpFails(t *testing.T) {
	r := givenUp(t).expect(t, drills.Fail, "the failover of orders was given up: us-east did not answer")
	if w := witness(t, r, "failover"); !w.Held || !strings.Contains(w.Detail, "no namespace promoted: the failover of orders was given up") {
		t.Errorf("got %+v", w)
	}
	if want := (drills.Move{Mode: "graceful", Handover: at(25.4)}); r.Failover != want {
		t.Errorf("failover %+v, want %+v", r.Failover, want)
	}
	if w := witness(t, r, "return"); !w.Held {
		t.Errorf("got %+v", w)
	}
}

func TestNamespacesThatStayInTheSurvivor(t *testing.T) {
	for _, drill := range []string{"active-cold", "active-hot", "active-active", "dual-active", "dual-active-ring"} {
		t.Run(drill, func(t *testing.T) {
			r := keptAway(t, drill).expect(t, drills.Pass, "")
			for name, says := range map[string]string{
				"return":   "us-east returned and caught up; its namespaces stay in the survivor, as declared",
				"endpoint": "to us-west since the failover",
			} {
				if w := witness(t, r, name); !w.Held || !strings.Contains(w.Detail, says) {
					t.Errorf("got %+v, want one that says %q", w, says)
				}
			}
			if r.Failback.Done || r.Failback.Mode != "never" || !r.Failover.Done || !r.Failover.Forced {
				t.Errorf("failover %+v, failback %+v", r.Failover, r.Failback)
			}
		})
	}
}

func TestWhatWasToStayInTheSurvivorAndDidNotProvesNothing(t *testing.T) {
	for name, test := range map[string]struct {
		event drills.Event
		says  string
	}{
		"the region takes it back": {drills.Event{At: at(recounted), Kind: drills.KindActive, Region: "us-east", Namespace: "orders", Name: "us-east"},
			"return not witnessed: us-east believes orders active in us-east, not in us-west"},
		"its name server leads home": {led(healed+2, "us-east", "orders", "us-east"),
			"endpoint not witnessed: the name server of us-east leads orders to us-east"},
		"another's does": {led(healed+2, "us-west", "orders", "us-east"),
			"endpoint not witnessed: the name server of us-west leads orders to us-east"},
	} {
		t.Run(name, func(t *testing.T) {
			keptAway(t, "active-hot").with(test.event).expect(t, drills.Inconclusive, test.says)
		})
	}
}

// asked puts a person's decision between the detection and the promotion.
func asked(t *testing.T) *evidence {
	e := told(declared(t, "active-hot", drills.Manual, drills.FailbackForced), back)
	for i := range e.Timeline {
		if e.Timeline[i].Name == string(drills.Detected) {
			e.Timeline[i].At = at(20.6)
		}
	}
	return e.with(
		drills.Event{At: at(20.6), Kind: drills.KindMark, Name: string(drills.ApprovalRequested), Region: "us-east"},
		drills.Event{At: at(21.5), Kind: drills.KindMark, Name: string(drills.Approved), Region: "us-east"},
	)
}

func TestAPersonsTimeIsToldApart(t *testing.T) {
	r := asked(t).expect(t, drills.Pass, "")
	i := slices.IndexFunc(r.Attribution, func(a drills.Attribution) bool { return a.Cause == "person, waited for" })
	if i != 1 || r.Attribution[i].Seconds != at(0.9) || r.Attribution[0].Seconds != at(0.5) || r.Attribution[2].Seconds != at(0.2) {
		t.Errorf("time went to %+v", r.Attribution)
	}
	if r.Failover.Person != at(0.9) || !r.Failover.Forced {
		t.Errorf("failover %+v", r.Failover)
	}
	if with, without := r.RecoveryTime, passing(t, "active-hot").judge().RecoveryTime; *with.Sustained.Upper != *without.Sustained.Upper {
		t.Errorf("the Recovery Time leaves the person out: %+v, %+v", with, without)
	}
	asked(t).without(markOf(drills.Approved)).expect(t, drills.Inconclusive, "nobody marked approved")
}

// An order that is started late waits for the person too.
func TestDelaysTellThePersonApart(t *testing.T) {
	e := telling(t, 20.5, plain(24.5))
	e.Drill.Failover.Mode = drills.Manual
	e.with(drills.Event{At: at(21.65), Kind: drills.KindMark, Name: string(drills.Approved), Region: "us-east"})
	for _, c := range e.judge().Delays.Causes {
		if want := map[string]drills.Offset{drills.DelayPerson: at(0.05), drills.DelayPromotion: at(0.05)}; want[c.Cause] != 0 && c.Seconds != want[c.Cause] {
			t.Errorf("%s: %s, want %s", c.Cause, c.Seconds, want[c.Cause])
		}
	}
}

func TestHowNamespacesWereMoved(t *testing.T) {
	handover := func(seconds float64, name, from string, took float64) drills.Event {
		return drills.Event{At: at(seconds), Kind: drills.KindHandover, Name: name, Region: from, Namespace: "orders", Value: took}
	}
	tests := []struct {
		name     string
		out      drills.FailoverMode
		back     drills.FailbackMode
		events   []drills.Event
		failover drills.Move
		failback drills.Move
		says     string // of the promotion
	}{
		{"by force", drills.Forced, drills.FailbackForced, nil,
			drills.Move{Mode: "forced", Done: true, Forced: true}, drills.Move{Mode: "forced", Done: true, Forced: true},
			"forced failover, measured on the surviving cluster"},
		{"by handovers", drills.Graceful, drills.FailbackGraceful,
			[]drills.Event{handover(21.5, drills.HandoverFailed, "us-east", 0.5), handover(promoted, drills.HandoverDone, "us-east", 1.1), handover(home, drills.HandoverDone, "us-west", 1)},
			drills.Move{Mode: "graceful", Done: true, Handover: at(1.1), Failed: 1}, drills.Move{Mode: "graceful", Done: true, Handover: at(1)},
			"handover by the cluster that was left, until the survivor was active"},
		{"by force after all", drills.Hybrid, drills.FailbackAutomatic,
			[]drills.Event{handover(promoted, drills.HandoverGivenUp, "us-east", 10), handover(home, drills.HandoverGivenUp, "us-west", 10.1)},
			drills.Move{Mode: "hybrid", Done: true, Forced: true, Handover: at(10)}, drills.Move{Mode: "automatic", Done: true, Forced: true, Handover: at(10.1)},
			"handover given up after 10.000 s, then forced"},
		{"a handover of another namespace", drills.Forced, drills.FailbackForced,
			[]drills.Event{{At: at(promoted), Kind: drills.KindHandover, Name: drills.HandoverDone, Region: "us-east", Namespace: "others", Value: 1}},
			drills.Move{Mode: "forced", Done: true, Forced: true}, drills.Move{Mode: "forced", Done: true, Forced: true},
			"forced failover, measured on the surviving cluster"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := told(declared(t, "active-hot", test.out, test.back), back).with(test.events...).expect(t, drills.Pass, "")
			if r.Failover != test.failover || r.Failback != test.failback {
				t.Errorf("got %+v and %+v, want %+v and %+v", r.Failover, r.Failback, test.failover, test.failback)
			}
			if !slices.ContainsFunc(r.Attribution, func(a drills.Attribution) bool { return a.Cause == "promotion" && a.Detail == test.says }) {
				t.Errorf("%q is not in %+v", test.says, r.Attribution)
			}
		})
	}
}

// Throughput that never fell before the Namespaces moved is no recovery.
func TestARecoveryIsNotBeforeTheMove(t *testing.T) {
	e := passing(t, "active-hot")
	const late = 40.0
	for i := range e.Timeline {
		if stage := drills.Stage(e.Timeline[i].Name); stage == drills.Promoted || stage == drills.EndpointRerouted || stage == drills.TrafficMoved {
			e.Timeline[i].At = at(late)
		}
	}
	r := e.judge()
	if up := r.RecoveryTime.Sustained.Upper; up == nil || *up < at(late-requested) || *up > at(late-requested+0.5) {
		t.Errorf("it recovered within %+v, before it had moved", r.RecoveryTime.Sustained)
	}
	if low := r.RecoveryTime.Sustained.Lower; low > at(late-effective) {
		t.Errorf("it is known bad at %s", low)
	}
}
