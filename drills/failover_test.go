package drills_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
)

func modeMistakes() []mistake {
	pair := func(name, out, back, at string, words ...string) mistake {
		return mistake{name: name, new: "failover: {mode: " + out + "}\nfailback: {mode: " + back + "}\n", at: at, path: "failback.mode", words: words}
	}
	nowhere := []string{"impossible combination with the failover none", "none comes back", "leave it out"}
	return []mistake{
		{name: "unknown failover", new: "failover: {mode: gentle}\n", at: "7:18", path: "failover.mode", words: []string{`"gentle" is not a failover mode`, "(forced, graceful, hybrid, manual, none)"}},
		{name: "unknown failback", new: "failback: {mode: later}\n", at: "7:18", path: "failback.mode", words: []string{`"later" is not a failback mode`, "(forced, graceful, hybrid, automatic, immediate, never)"}},
		{name: "empty failback", new: "failback: {mode: ''}\n", at: "7:18", path: "failback.mode", words: []string{"required", "forced, graceful"}},
		{name: "unknown key of a failback", new: "failback: {mod: forced}\n", at: "7:12", path: "failback.mod", words: []string{"did you mean mode?"}},
		pair("automatic after a person", "manual", "automatic", "8:18", `"automatic"`, "impossible combination with the failover manual", "a person moves back"),
		pair("back from nowhere, gracefully", "none", "graceful", "8:18", nowhere...),
		pair("back from nowhere, after a while", "none", "hybrid", "8:18", nowhere...),
		pair("back from nowhere, automatically", "none", "automatic", "8:18", nowhere...),
		pair("back from nowhere, at once", "none", "immediate", "8:18", nowhere...),
		pair("never back from nowhere", "none", "never", "8:18", nowhere...),
		{name: "hybrid, and not observed until it is forced", new: "failover: {mode: hybrid, detect: {interval: 1s, failures: 2}}\nobserve: {outage: 12s}\nobjectives: {recoveryPoint: 0}\n",
			old: "objectives: {recoveryTime: 30s}\n", at: "7:19", path: "observe.outage", words: []string{"12s", "failover hybrid", "forced after 12s (2s to detect, 10s for the handover)", "observe longer"}},
	}
}

func TestModesThatGoTogether(t *testing.T) {
	modes := func(out, back string) string {
		return "failover: {mode: " + out + "}\nfailback: {mode: " + back + "}\n"
	}
	for _, out := range drills.FailoverModes() {
		for _, back := range drills.FailbackModes() {
			refused := out == drills.NoFailover && back != drills.FailbackForced || out == drills.Manual && back == drills.FailbackAutomatic
			d, err := drills.Parse("orders.yaml", []byte(orders+modes(string(out), string(back))))
			switch {
			case (err != nil) != refused:
				t.Errorf("failover %s and failback %s: %v", out, back, err)
			case err == nil && (d.Failover.Mode != out || d.Failback.Mode != back):
				t.Errorf("failover %s and failback %s are read as %s and %s", out, back, d.Failover.Mode, d.Failback.Mode)
			case err == nil:
				checkRoundTrip(t, d)
			}
		}
	}
}

// A cold region's delays are waited for by a failover alone.
func TestADrillThatMovesNothingProvisionsNothing(t *testing.T) {
	const provisioning = "provisioning: {imagePull: 1s}\n"
	for _, model := range []string{"active-cold", "active-active", "active-hot"} {
		src := strings.Replace(orders, "active-hot", model, 1) + "failover: {mode: none}\n"
		if _, err := drills.Parse("orders.yaml", []byte(src)); err != nil {
			t.Errorf("%s: %v", model, err)
		}
		_, err := drills.Parse("orders.yaml", []byte(src+provisioning))
		if err == nil || !strings.HasPrefix(err.Error(), "orders.yaml:8:27: provisioning.imagePull: 1s is an impossible combination with ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", model, err)
		}
	}
}

// A drill that was built before there were failback modes means what it meant.
func TestADrillBuiltInGoMayLeaveTheFailbackOut(t *testing.T) {
	d := parse(t, orders)
	d.Failback = drills.Failback{}
	if err := d.Validate(); err != nil {
		t.Error(err)
	}
	if way, want := d.Failback.Mode.Way(), (drills.Way{Forced: true}); way != want {
		t.Errorf("it fails back by %+v, want %+v", way, want)
	}
	written, err := d.YAML()
	if err != nil || !strings.Contains(string(written), "failback:\n  mode: forced\n") {
		t.Errorf("%v in\n%s", err, written)
	}
}

func TestWhatMovesAndWhereItStays(t *testing.T) {
	given := func(namespace string) drills.Timeline {
		return drills.Timeline{{Kind: drills.KindMark, Name: string(drills.FailoverGivenUp), Namespace: namespace}}
	}
	ring := strings.NewReplacer("active-hot", "dual-active", "us-east, us-west", "us-east, us-west, eu").Replace(orders)
	tests := []struct {
		name     string
		src      string
		timeline drills.Timeline
		moves    []string // Namespaces
		stays    string   // where that of us-east is active in the end
	}{
		{"forced", orders, nil, []string{"orders"}, "us-east"},
		{"manual", orders + "failover: {mode: manual}\n", nil, []string{"orders"}, "us-east"},
		{"none", orders + "failover: {mode: none}\n", nil, nil, "us-east"},
		{"a control", strings.Replace(orders, "region-outage", "none", 1), nil, nil, "us-east"},
		{"given up", orders + "failover: {mode: graceful}\n", given("orders"), nil, "us-east"},
		{"another was given up", orders, given("others"), []string{"orders"}, "us-east"},
		{"never back", orders + "failback: {mode: never}\n", nil, []string{"orders"}, "us-west"},
		{"never back, and given up", orders + "failback: {mode: never}\n", given("orders"), nil, "us-east"},
		{"never back, of a control", strings.Replace(orders, "region-outage", "none", 1) + "failback: {mode: never}\n", nil, nil, "us-east"},
		{"one of three", ring + "failback: {mode: never}\n", nil, []string{"orders-us-east"}, "us-west"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := parse(t, test.src)
			var moves []string
			for _, ns := range d.Topology().Namespaces {
				if d.Moves(test.timeline, ns) {
					moves = append(moves, ns.Name)
				}
				active, replica := d.Stays(test.timeline, ns)
				want := ns.Home
				if ns.Home == "us-east" {
					want = test.stays
				}
				if active != want || active == replica || active != ns.Replica && replica != ns.Replica {
					t.Errorf("%s stays in %s with a replica in %s, want it in %s", ns.Name, active, replica, want)
				}
			}
			if !slices.Equal(moves, test.moves) {
				t.Errorf("%q move, want %q", moves, test.moves)
			}
		})
	}
}

func TestAWayIsAModesOwn(t *testing.T) {
	forced, handover, both := drills.Way{Forced: true}, drills.Way{Handover: true}, drills.Way{Handover: true, Forced: true}
	for mode, want := range map[drills.FailoverMode]drills.Way{
		drills.Forced: forced, drills.Manual: forced, drills.Graceful: handover, drills.Hybrid: both, drills.NoFailover: {},
	} {
		if got := mode.Way(); got != want {
			t.Errorf("failover %s: %+v, want %+v", mode, got, want)
		}
	}
	for mode, want := range map[drills.FailbackMode]drills.Way{
		drills.FailbackForced: forced, drills.FailbackImmediate: forced, drills.FailbackGraceful: handover,
		drills.FailbackHybrid: both, drills.FailbackAutomatic: both, drills.FailbackNever: {},
	} {
		if got := mode.Way(); got != want {
			t.Errorf("failback %s: %+v, want %+v", mode, got, want)
		}
		if own := mode == drills.FailbackAutomatic || mode == drills.FailbackImmediate; mode.Unasked() != own {
			t.Errorf("failback %s is unasked: %v", mode, mode.Unasked())
		}
	}
}
