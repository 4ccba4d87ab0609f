package assess_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

func TestUnknownNeverPasses(t *testing.T) {
	tests := []struct {
		name    string
		missing func(*evidence)
		reason  string
	}{
		{"which run it is", func(e *evidence) { e.without(ofKind(drills.KindBegin)) }, "no beginning"},
		{"how it ended", func(e *evidence) { e.without(ofKind(drills.KindEnd)) }, "breaks off"},
		{"a line of the record", func(e *evidence) { e.Warnings = []string{"events.jsonl:7: cut short"} }, "events.jsonl:7: cut short"},
		{"everything", func(e *evidence) { e.Timeline, e.Ledger = nil, nil }, "breaks off"},
		{"what completed", func(e *evidence) { e.without(ofKind(drills.KindClosed)) }, "steady state not witnessed"},
		{
			"what completed before the fault",
			func(e *evidence) {
				e.without(func(e drills.Event) bool { return e.Kind == drills.KindClosed && e.At < at(requested) })
			},
			"steady state not witnessed",
		},
		{
			"what was in flight",
			func(e *evidence) {
				e.lose(drills.CensusAfterHeal, func(w drills.Workflow) bool { return w.StartedAt < at(effective) && w.ClosedAt > at(effective) })
			},
			"no workflow was in flight",
		},
		{"who polled", func(e *evidence) { e.without(ofKind(drills.KindPoll)) }, "model not witnessed"},
		{"what was severed", func(e *evidence) { e.without(ofKind(drills.KindProbe)) }, "no probe looked"},
		{
			"whether one link was severed",
			func(e *evidence) {
				e.with(drills.Event{At: at(effective), Kind: drills.KindProbe, Name: "faults[0]", Subject: "fleet-us-west-to-us-east", Detail: "connected"})
			},
			"still as before: fleet-us-west-to-us-east (connected)",
		},
		{"where names led", func(e *evidence) { e.without(ofKind(drills.KindEndpoint)) }, "endpoint not witnessed: nobody looked names up"},
		{"the clock", func(e *evidence) { e.without(ofKind(drills.KindClock)) }, "clock not witnessed"},
		{"the census without the region", func(e *evidence) { e.without(censusOf(drills.CensusWithoutRegion)) }, "recoveryPoint: declared ≤ 5s, measured not measured"},
		{"the census after the heal", func(e *evidence) { e.without(censusOf(drills.CensusAfterHeal)) }, "nobody counted after the heal"},
		{"both", func(e *evidence) { e.without(ofKind(drills.KindCensus)) }, "nobody looked at who did the work"},
		{
			"what a census found",
			func(e *evidence) { e.lose(drills.CensusAfterHeal, func(drills.Workflow) bool { return true }) },
			"no workflow was in flight",
		},
		{"the ledger", func(e *evidence) { e.Ledger = nil }, "load not witnessed"},
		{
			"what was acknowledged",
			func(e *evidence) {
				e.Ledger = slices.DeleteFunc(e.Ledger, func(o drills.Operation) bool { return o.State == drills.OperationAcknowledged })
			},
			"not measured",
		},
		{
			"which starts were acknowledged",
			func(e *evidence) {
				e.Ledger = slices.DeleteFunc(e.Ledger, func(o drills.Operation) bool {
					return o.Kind == drills.StartOperation && o.State == drills.OperationAcknowledged
				})
			},
			"completion: declared ≥ 100%, measured not measured",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := passing(t, "active-hot")
			test.missing(e)
			e.expect(t, drills.Inconclusive, test.reason)
		})
	}
}

func censusOf(name string) func(drills.Event) bool {
	return func(e drills.Event) bool { return e.Kind == drills.KindCensus && e.Name == name }
}

// A census of one Namespace, taken twice, is not one of all.
func TestACensusCoversEveryNamespace(t *testing.T) {
	for _, census := range []string{drills.CensusWithoutRegion, drills.CensusAfterHeal} {
		for _, ns := range []string{"orders-us-east", "orders-us-west"} {
			t.Run(census+" of "+ns, func(t *testing.T) {
				e := passing(t, "dual-active")
				for i := range e.Timeline {
					if censusOf(census)(e.Timeline[i]) {
						e.Timeline[i].Namespace = ns
					}
				}
				e.expect(t, drills.Inconclusive, "")
			})
		}
	}
}

// Every drill that ships passes through its stages; which of them a drill
// passes at all depends on its model.
func TestADrillWithoutOneOfItsMarksDoesNotPass(t *testing.T) {
	reasons := map[drills.Stage]string{
		drills.FaultRequested:   "no fault took effect",
		drills.FaultEffective:   "fault not witnessed: it never took effect",
		drills.Detected:         "failover not witnessed: 0 regions were declared lost",
		drills.Promoted:         "failover not witnessed: orders",
		drills.EndpointRerouted: "endpoint not witnessed: nobody marked endpoint-rerouted of orders",
		drills.Healed:           "return not witnessed: the region did not come back",
		drills.FailedBack:       "return not witnessed: the namespace was not failed back",
		drills.SustainedAtHome:  "return not witnessed: throughput did not come back",
	}
	for _, name := range models() {
		whole := sparse(t, name)
		for _, event := range whole.Timeline {
			if event.Kind != drills.KindMark {
				continue
			}
			stage := drills.Stage(event.Name)
			t.Run(fmt.Sprintf("%s without %s", name, stage), func(t *testing.T) {
				reason, ok := reasons[stage]
				if !ok {
					reason = "nobody marked " + string(stage)
				}
				whole.copied().without(markOf(stage)).expect(t, drills.Inconclusive, reason)
			})
		}
	}
}

// decoration is the evidence that a verdict may do without: it narrows an
// interval or tells a reader more.
func decoration(e drills.Event) bool {
	switch e.Kind {
	case drills.KindQuiet, drills.KindReplication, drills.KindMemory, drills.KindPhase, drills.KindNote:
		return true
	case drills.KindPoll:
		return e.At > at(effective) // only what came before tells what the model was
	default:
		return false
	}
}

// This holds for kinds of evidence that are yet to come, too: each has to be
// asked for by a verdict, or to be called decoration here.
func TestNoKindOfEvidenceCanBeMissingFromAPass(t *testing.T) {
	for _, name := range models() {
		kinds, whole := map[string]drills.Event{}, sparse(t, name)
		for _, e := range whole.Timeline {
			kinds[like(e)] = e
		}
		for kind, example := range kinds {
			t.Run(name+" without "+kind, func(t *testing.T) {
				r := whole.copied().without(func(e drills.Event) bool { return like(e) == kind }).judge()
				if passes := r.Verdict == drills.Pass; passes != decoration(example) {
					t.Errorf("got %s %q", r.Verdict, r.Reasons)
				}
			})
		}
	}
}

// like names events that are evidence of the same.
func like(e drills.Event) string {
	switch e.Kind {
	case drills.KindMark, drills.KindCensus:
		return string(e.Kind) + " " + e.Name
	case drills.KindPoll:
		return fmt.Sprintf("%s of %s (needed: %v)", e.Kind, e.Subject, !decoration(e))
	default:
		return string(e.Kind)
	}
}

// A record that was cut anywhere and ends as if it were whole does not pass.
func TestNoBeginningOfARecordPasses(t *testing.T) {
	whole := sparse(t, "active-hot").without(decoration)
	end := whole.Timeline[len(whole.Timeline)-1]
	body := whole.Timeline[:len(whole.Timeline)-1]
	const stride = 13 // no rhythm of the evidence repeats like this
	for cut := 0; cut < len(body); cut += stride {
		part := *whole
		part.Timeline = append(slices.Clone(body[:cut]), end)
		if r := part.judge(); r.Verdict == drills.Pass {
			t.Fatalf("the first %d of %d events pass", cut, len(body))
		}
	}
}

// The fewer objectives, the less they notice by themselves.
func TestWithoutALedgerNoObjectivePassesAlone(t *testing.T) {
	for name, objectives := range map[string]drills.Objectives{
		"recoveryTime":  {RecoveryTime: ptr(time.Minute)},
		"recoveryPoint": {RecoveryPoint: ptr(time.Minute)},
		"completion":    {Completion: ptr(drills.Percent(0))},
		"lostAfterHeal": {LostAfterHeal: ptr(1000)},
	} {
		t.Run(name, func(t *testing.T) {
			passing(t, "active-hot").objectives(objectives).expect(t, drills.Pass, "")
			e := passing(t, "active-hot").objectives(objectives)
			e.Ledger = nil
			e.expect(t, drills.Inconclusive, "")
		})
	}
}
