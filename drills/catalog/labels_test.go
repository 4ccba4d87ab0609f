package catalog_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/catalog"
)

func TestLabelsChooseDrills(t *testing.T) {
	models := []string{"active-active", "active-cold", "active-hot", "dual-active", "dual-active-ring"}
	for _, test := range []struct {
		labels []string
		want   []string
	}{
		{nil, catalog.Names()},
		{[]string{"model"}, models},
		{[]string{"model", "smoke"}, []string{"active-hot"}},
	} {
		list, err := catalog.Labelled(test.labels...)
		if err != nil {
			t.Errorf("Labelled(%q): %v", test.labels, err)
		}
		var names []string
		for _, d := range list {
			names = append(names, d.Name)
		}
		if !slices.Equal(names, test.want) {
			t.Errorf("Labelled(%q) = %q, want %q", test.labels, names, test.want)
		}
	}
}

// What is watched night by night is all that is not there to be quick, but for
// what is known not to pass, or made not to, and what needs containers.
func TestEveryDrillBearsALabel(t *testing.T) {
	for _, name := range catalog.Names() {
		d := get(t, name)
		if watched := d.Labelled("nightly") || d.Labelled("smoke"); watched == (d.Labelled("finding") || d.Labelled("misconfigured") || d.Labelled("container")) {
			t.Errorf("%s runs in the smoke test or at night, or is a finding, misconfigured, or for containers: not %q", name, d.Labels)
		}
	}
}

// Replication by states loses now and then what was acknowledged: a drill that
// has it is to say that it is about that.
func TestOnlyFindingsReplicateByStates(t *testing.T) {
	for _, name := range catalog.Names() {
		if d := get(t, name); (d.Replication.Basis == drills.StateBased) != d.Labelled("finding") {
			t.Errorf("%s replicates by %s and bears the labels %q", name, d.Replication.Basis, d.Labels)
		}
	}
}

func TestLabelsThatNoDrillBearsListThoseThatThereAre(t *testing.T) {
	_, err := catalog.Labelled("smoke", "reigon")
	var none *catalog.UnlabelledError
	if !errors.As(err, &none) || !slices.Equal(none.Labels, []string{"smoke", "reigon"}) {
		t.Fatalf("got %v, want an UnlabelledError", err)
	}
	if !slices.IsSorted(none.Valid) || !slices.Contains(none.Valid, "nightly") || len(slices.Compact(slices.Clone(none.Valid))) != len(none.Valid) {
		t.Errorf("it lists %q", none.Valid)
	}
}
