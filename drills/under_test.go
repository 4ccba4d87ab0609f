package drills_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/catalog"
)

// Whatever model a drill was written for, it is the same experiment under each.
func TestADrillIsTheSameUnderEveryModel(t *testing.T) {
	for _, name := range []string{"proxy-cold", "whole-stack", "active-hot", "active-active", "dual-active", "codec-late"} {
		d, err := catalog.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		before := drills.Rate(0)
		for i, m := range drills.Models() {
			u := d.Under(m)
			if err := u.Validate(); err != nil {
				t.Errorf("%s under %s: %v", name, m, err)
				continue
			}
			checkRoundTrip(t, u)
			topology := u.Topology()
			offered := u.Workload.Rate * drills.Rate(len(topology.Namespaces))
			if i == 0 {
				before = offered
			}
			if math.Abs(float64(offered-before)) > 1e-9 {
				t.Errorf("%s under %s is offered %v, not %v", name, m, offered, before)
			}
			if u.Model != m || u.Seed != d.Seed || u.Codec.Cipher != d.Codec.Cipher || u.Proxy.TLS != d.Proxy.TLS || u.Store != d.Store || !slices.Equal(u.Regions, d.Regions) {
				t.Errorf("%s under %s is %+v", name, m, u)
			}
			if f := u.Faults[0]; f.Kind != d.Faults[0].Kind || f.Delay == (drills.Span{}) {
				t.Errorf("%s under %s breaks %+v", name, m, f)
			}
		}
		if again, err := catalog.Get(name); err != nil || again.Model != d.Model || len(again.Faults) != len(d.Faults) || again.Faults[0].Delay != d.Faults[0].Delay {
			t.Errorf("%s itself has changed", name)
		}
	}
}

// What comes first under one model comes first under all.
func TestFaultsKeepTheirOrderUnderEveryModel(t *testing.T) {
	src := within(orders, outageOf+", {kind: link-latency, region: us-west, peer: us-west, links: [fleet], latency: 50ms, at: 5s, for: 5s}, {kind: late-detection, region: us-east, after: fault-requested, for: 3s}")
	d := parse(t, src)
	u := d.Under(drills.ActiveCold)
	if u.Faults[1].At-u.Faults[0].At != 5*time.Second || u.Faults[0].At == 0 || u.Faults[0].Delay != (drills.Span{}) || u.Faults[2].At != 0 {
		t.Errorf("they come at %+v", u.Faults)
	}
	if d.Faults[0].At != 0 {
		t.Error("the drill itself has changed")
	}
}

func TestUnderAnotherModelOnlyWhatItStartsIsProvisioned(t *testing.T) {
	d, err := catalog.Get("proxy-cold")
	if err != nil {
		t.Fatal(err)
	}
	for m, starts := range map[drills.Model]bool{drills.ActiveCold: true, drills.ActiveActive: true, drills.ActiveHot: false, drills.DualActive: false} {
		if got := d.Under(m).Provision.BeforeProcess() > 0; got != starts {
			t.Errorf("under %s it provisions: %v", m, got)
		}
	}
}
