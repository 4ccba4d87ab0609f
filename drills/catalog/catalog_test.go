package catalog_test

import (
	"cmp"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/catalog"
)

// A kind of fault that no drill ships for is one that nobody has seen.
func TestEveryKindOfFaultHasADrill(t *testing.T) {
	covered := map[drills.FaultKind]bool{}
	flavours := map[drills.Flavour]bool{}
	for _, name := range catalog.Names() {
		for _, f := range get(t, name).Faults {
			covered[f.Kind] = true
			if f.Kind == drills.RegionOutage {
				flavours[f.Flavour] = true
			}
		}
	}
	for _, traits := range drills.FaultCatalogue() {
		if !covered[traits.Kind] {
			t.Errorf("no drill that ships has the fault %s", traits.Kind)
		}
		for _, flavour := range traits.Flavours {
			if traits.Kind == drills.RegionOutage && !flavours[flavour] {
				t.Errorf("no drill that ships has the outage of a region as %s", flavour)
			}
		}
	}
}

func TestNamesListsEveryModel(t *testing.T) {
	for _, name := range models() {
		if !slices.Contains(catalog.Names(), name) {
			t.Errorf("Names() lacks %s", name)
		}
	}
	covered := map[drills.Model]bool{}
	for _, name := range catalog.Names() {
		covered[get(t, name).Model] = true
	}
	for _, model := range drills.Models() {
		if !covered[model] {
			t.Errorf("no drill that ships is of the model %s", model)
		}
	}
}

func TestEveryDrillSurvivesTheRoundTrip(t *testing.T) {
	for _, name := range catalog.Names() {
		t.Run(name, func(t *testing.T) {
			d := get(t, name)
			if d.Name != name {
				t.Errorf("the drill in %s.yaml is named %s", name, d.Name)
			}
			if err := d.Validate(); err != nil {
				t.Errorf("Validate() = %v", err)
			}
			written, err := d.YAML()
			if err != nil {
				t.Fatal(err)
			}
			read, err := drills.Parse("written", written)
			if err != nil {
				t.Fatalf("%v in\n%s", err, written)
			}
			if !reflect.DeepEqual(read, d) {
				t.Errorf("read back %+v, wrote %+v", read, d)
			}
		})
	}
}

func TestDrillsDeclareTheSameFaultAndPromises(t *testing.T) {
	recoveryTime := map[string]time.Duration{"active-cold": 60 * time.Second}
	rate := map[string]drills.Rate{"dual-active": 1.5, "dual-active-ring": 1}
	for _, name := range models() {
		d := get(t, name)
		if want := cmp.Or(recoveryTime[name], 30*time.Second); *d.Objectives.RecoveryTime != want {
			t.Errorf("%s: recoveryTime %v, want %v", name, *d.Objectives.RecoveryTime, want)
		}
		if *d.Objectives.RecoveryPoint != 5*time.Second || *d.Objectives.Completion != 100 || *d.Objectives.LostAfterHeal != 0 {
			t.Errorf("%s: objectives %v, %v, %d lost after heal", name, *d.Objectives.RecoveryPoint, *d.Objectives.Completion, *d.Objectives.LostAfterHeal)
		}
		if want := cmp.Or(rate[name], 3); d.Workload.Rate != want {
			t.Errorf("%s: rate %v, want %v", name, d.Workload.Rate, want)
		}
		want := []drills.FaultSpec{{
			Kind: drills.RegionOutage, Region: "us-east", Part: drills.WholeRegion, Flavour: drills.Crash, After: drills.SteadyStateReached,
		}}
		if standsBy(d) {
			want[0].Delay = drills.Span{Least: 13 * time.Second, Most: 23 * time.Second}
		}
		if !reflect.DeepEqual(d.Faults, want) || d.Regions[0] != "us-east" {
			t.Errorf("%s: faults %v in %v", name, d.Faults, d.Regions)
		}
	}
}

// standsBy reports whether a drill has Workers whose polls are refused before
// the fault: their back-off has to be at its cap, as that of a standby is.
func standsBy(d *drills.Drill) bool {
	return slices.ContainsFunc(d.Topology().Fleets, func(f drills.Fleet) bool { return f.State == drills.FleetStandby })
}

func TestOnlyActiveColdDeclaresProvisioning(t *testing.T) {
	for _, name := range models() {
		want := drills.Provisioning{}
		if name == "active-cold" {
			want = drills.Provisioning{ImagePull: 12 * time.Second, MachineStart: 6 * time.Second, WarmUp: 2 * time.Second}
		}
		if got := get(t, name).Provision; got != want {
			t.Errorf("%s: provisioning %+v, want %+v", name, got, want)
		}
	}
}

func TestAnUnknownNameListsTheValidOnes(t *testing.T) {
	for _, name := range []string{"active-lukewarm", "", "../catalog", "active-hot.yaml", "\n"} {
		_, err := catalog.Get(name)
		var unknown *catalog.UnknownDrillError
		if !errors.As(err, &unknown) {
			t.Errorf("Get(%q) = %v, want an UnknownDrillError", name, err)
			continue
		}
		if unknown.Name != name || !strings.Contains(err.Error(), "active-cold, active-hot, all-but-temporal-crash") {
			t.Errorf("Get(%q) = %v", name, err)
		}
	}
}

func TestSourceIsWhatAUserWrites(t *testing.T) {
	src, err := catalog.Source("active-hot")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(src), "# ") || !strings.Contains(string(src), "model: active-hot") {
		t.Errorf("Source() = %s", src)
	}
	if _, err := catalog.Source("none"); err == nil {
		t.Error("Source of an unknown name succeeded")
	}
}

func get(t *testing.T, name string) *drills.Drill {
	t.Helper()
	d, err := catalog.Get(name)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// models names the drills that lose a whole region by crash, one for each model
// and the ring.
func models() []string {
	return []string{"active-active", "active-cold", "active-hot", "dual-active", "dual-active-ring"}
}
