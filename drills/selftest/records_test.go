package selftest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/harness"
)

// saved copies a run that really took place and passed.
func saved(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	if err := os.CopyFS(dir, os.DirFS("../assess/testdata/active-hot")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestDefectsOfARecordAreFound(t *testing.T) {
	base := saved(t)
	whole, err := harness.Judge(base, nil)
	if err != nil || whole.Verdict != drills.Pass {
		t.Fatalf("the whole run: %s, %v", found(whole), err)
	}
	planted := 0
	for _, defect := range Defects() {
		if defect.alter == nil {
			continue
		}
		planted++
		t.Run(defect.Name, func(t *testing.T) {
			if defect.seenIn(whole) {
				t.Fatal("it is reported where it was not planted")
			}
			r, dir, err := defect.inRecord(Options{Out: t.TempDir()}, base)
			if err != nil {
				t.Fatal(err)
			}
			if !defect.seenIn(r) {
				t.Errorf("found %q, want %s for %q", found(r), defect.Verdict, defect.Finding)
			}
			if again, err := harness.Judge(base, nil); err != nil || again.Verdict != drills.Pass {
				t.Errorf("planting it in %s changed the run it was copied from: %v", dir, err)
			}
		})
	}
	if planted < 5 {
		t.Errorf("%d defects of a record", planted)
	}
}

func TestEveryDefectIsPlantedSomewhere(t *testing.T) {
	names := map[string]bool{}
	for _, d := range Defects() {
		if names[d.Name] || d.Name == "" {
			t.Errorf("%q names two defects, or none", d.Name)
		}
		names[d.Name] = true
		if d.alter == nil && d.plant == nil && d.drill == nil {
			t.Errorf("%s is planted nowhere", d.Name)
		}
		if d.Verdict == drills.Pass || d.Finding == "" {
			t.Errorf("%s would be found in a run that passes", d.Name)
		}
		if drill, err := drill(d.Base); err != nil {
			t.Error(err)
		} else {
			if d.drill != nil {
				d.drill(drill)
			}
			if err := drill.Validate(); err != nil {
				t.Errorf("%s: %v", d.Name, err)
			}
		}
	}
}
