package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
)

func TestFaultsListsEveryKind(t *testing.T) {
	code, stdout, stderr := command(t, "faults")
	if code != 0 || stderr != "" {
		t.Fatalf("exit code %d, %s", code, stderr)
	}
	for _, row := range drills.FaultCatalogue() {
		if !strings.Contains(stdout, " "+string(row.Kind)+" ") {
			t.Errorf("%s is not listed:\n%s", row.Kind, stdout)
		}
		code, about, stderr := command(t, "faults", string(row.Kind))
		if code != 0 || stderr != "" || !strings.Contains(about, strings.ReplaceAll(row.Example, "\n", "\n  - ")) {
			t.Errorf("faults %s: exit code %d, %s\n%s", row.Kind, code, stderr, about)
		}
	}
}

func TestAnUnknownKindOfFaultListsTheValidOnes(t *testing.T) {
	code, stdout, stderr := command(t, "faults", "flood")
	refused(t, code, stdout, stderr, `"flood" is no kind of fault \(region-outage, region-isolated, link-partition, .*none\)`, filepath.Join(t.TempDir(), "runs"))
	code, stdout, stderr = command(t, "faults", "none", "none")
	refused(t, code, stdout, stderr, `accepts at most 1 arg`, filepath.Join(t.TempDir(), "runs"))
}

func TestHelpTellsWhenAFaultComesAndEnds(t *testing.T) {
	_, stdout, _ := command(t, "faults", "--help")
	for _, k := range drills.FaultTiming() {
		if !strings.Contains(stdout, "\n  "+k.Key+" ") || !strings.Contains(stdout, k.Help) {
			t.Errorf("it does not explain %s:\n%s", k.Key, stdout)
		}
		for _, v := range k.Values {
			if !strings.Contains(stdout, v) {
				t.Errorf("it does not name %s:\n%s", v, stdout)
			}
		}
	}
}
