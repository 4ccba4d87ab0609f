package report_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/report"
)

func traits(t *testing.T, kind drills.FaultKind) drills.FaultTraits {
	t.Helper()
	row, ok := kind.Traits()
	if !ok {
		t.Fatalf("%s is no kind of fault", kind)
	}
	return row
}

func TestGoldenFaultKinds(t *testing.T) {
	var text bytes.Buffer
	rows := []drills.FaultTraits{traits(t, drills.RegionOutage), traits(t, drills.LinkPartition), traits(t, drills.LinkLatency), traits(t, drills.NoFault)}
	if err := report.FaultKinds(&text, rows); err != nil {
		t.Fatal(err)
	}
	golden(t, "fault-kinds.txt", text.Bytes())
}

func TestGoldenFaultKind(t *testing.T) {
	for _, kind := range []drills.FaultKind{drills.RegionOutage, drills.LinkFlapping, drills.NoFault} {
		var text bytes.Buffer
		if err := report.FaultKind(&text, traits(t, kind)); err != nil {
			t.Fatal(err)
		}
		golden(t, "fault-kind-"+string(kind)+".txt", text.Bytes())
	}
}

// Every kind is told in full, on lines that fit, and its example can be pasted
// into a drill file.
func TestEveryKindOfFaultIsTold(t *testing.T) {
	for _, row := range drills.FaultCatalogue() {
		t.Run(string(row.Kind), func(t *testing.T) {
			for what, words := range map[string]string{"group": row.Group, "help": row.Help, "radius": row.Radius, "witness": row.Witness, "example": row.Example} {
				if words == "" {
					t.Errorf("it has no %s", what)
				}
			}
			for _, k := range row.Keys() {
				if k.Key == "" || k.Help == "" || !k.Required && k.Default == "" {
					t.Errorf("nobody tells of the key %+v", k)
				}
			}
			var text bytes.Buffer
			if err := report.FaultKind(&text, row); err != nil {
				t.Fatal(err)
			}
			if err := report.FaultKinds(&text, []drills.FaultTraits{row}); err != nil {
				t.Fatal(err)
			}
			fits(t, text.String())

			_, example, _ := strings.Cut(text.String(), "Example\n")
			example, _, _ = strings.Cut(example, "\ngroup")
			d, err := drills.Parse("example.yaml", []byte("apiVersion: failoverdrill/v1\nname: example\nmodel: active-hot\nregions: [us-east, us-west]\n"+
				"objectives: {recoveryTime: 30s}\n"+example))
			if err != nil {
				t.Fatalf("%v in\n%s", err, example)
			}
			if d.Faults[len(d.Faults)-1].Kind != row.Kind {
				t.Errorf("its example is of %v", d.Faults)
			}
			fits(t, plan(t, d))
		})
	}
}

func TestFaultKindsReturnWriteErrors(t *testing.T) {
	if err := report.FaultKinds(fullDisk{}, drills.FaultCatalogue()); !errors.Is(err, errFull) {
		t.Errorf("FaultKinds returned %v", err)
	}
	if err := report.FaultKind(fullDisk{}, traits(t, drills.NoFault)); !errors.Is(err, errFull) {
		t.Errorf("FaultKind returned %v", err)
	}
}
