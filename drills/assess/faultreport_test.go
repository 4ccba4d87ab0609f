package assess_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

func fault(seconds float64, number int, name string) drills.Event {
	return drills.Event{At: at(seconds), Kind: drills.KindFault, Name: name, Region: "us-east", Subject: drills.FaultName(number)}
}

func TestAFaultIsToldFromItsEvents(t *testing.T) {
	e := passing(t, "active-hot").with(fault(heal+1, 0, drills.FaultIsEnded), fault(healed-0.5, 0, drills.FaultIsHealed))
	r := e.judge()
	want := []drills.FaultReport{{
		Name: "faults[0]", Kind: drills.RegionOutage, Flavour: drills.Crash, Region: "us-east", What: "region-outage of us-east, crash",
		RequestedAt: ptr(at(requested - effective)), EffectiveAt: ptr(at(0)), EndedAt: ptr(at(heal + 1 - effective)), HealedAt: ptr(at(healed - 0.5 - effective)),
		Struck: 11, Spared: 3,
	}}
	if !reflect.DeepEqual(r.Faults, want) {
		t.Errorf("got %+v\nwant %+v", r.Faults, want)
	}
}

// What did not come, or did not end, has no time.
func TestWhatDidNotHappenToAFaultHasNoTime(t *testing.T) {
	e := passing(t, "active-hot")
	e.Drill.Faults = append(e.Drill.Faults, drills.FaultSpec{
		Kind: drills.RegionOutage, Region: "us-west", Part: drills.WorkersOnly, Flavour: drills.Freeze, After: drills.Promoted, For: 5 * time.Second,
	})
	r := e.judge()
	if len(r.Faults) != 2 {
		t.Fatalf("got %+v", r.Faults)
	}
	if first := r.Faults[0]; first.RequestedAt == nil || first.EffectiveAt == nil || first.EndedAt != nil || first.HealedAt != nil {
		t.Errorf("of the first: %+v", first)
	}
	want := drills.FaultReport{
		Name: "faults[1]", Kind: drills.RegionOutage, Flavour: drills.Freeze, Region: "us-west", Part: drills.WorkersOnly,
		What: "region-outage of us-west, Workers only, freeze",
	}
	if !reflect.DeepEqual(r.Faults[1], want) {
		t.Errorf("got %+v\nwant %+v", r.Faults[1], want)
	}
}

// Only what was seen so counts: one Link that carries on is not struck.
func TestWhatAFaultDidNotDoIsNotCounted(t *testing.T) {
	e := passing(t, "active-hot")
	for i := range e.Timeline {
		if s := e.Timeline[i].Subject; s == "replication-us-west-to-us-east" || s == "control-to-us-west" {
			e.Timeline[i].Held = false
		}
	}
	if f := e.judge().Faults[0]; f.Struck != 10 || f.Spared != 2 {
		t.Errorf("%d struck, %d spared; want 10 and 2", f.Struck, f.Spared)
	}
	f := control(t, "active-hot").judge().Faults[0]
	if f.Struck != 0 || f.Spared != 11 || f.Kind != drills.NoFault {
		t.Errorf("of a control: %+v", f)
	}
}
