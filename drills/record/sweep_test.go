package record_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills/record"
)

func TestSweepRemovesWhatIsUnfinishedAndNothingElse(t *testing.T) {
	for name, c := range map[string]struct {
		files []string // a / at the end makes a folder
		left  []string // nil: the folder itself is gone
		swept bool
	}{
		"a whole run": {
			[]string{record.DrillFile, record.EventsFile, record.ReportFile, "logs/", "notes.txt"},
			[]string{record.DrillFile, record.EventsFile, "logs", "notes.txt", record.ReportFile}, false,
		},
		"killed while it wrote the report": {
			[]string{record.DrillFile, record.EventsFile, ".report.json-123", ".ledger.jsonl-9", ".mine-1"},
			[]string{".mine-1", record.DrillFile, record.EventsFile}, true,
		},
		"killed before it wrote the drill": {[]string{record.EventsFile, "logs/", ".drill.yaml-77"}, nil, true},
		"killed at once":                   {[]string{}, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			for _, file := range c.files {
				path := filepath.Join(dir, file)
				if file[len(file)-1] == '/' {
					if err := os.Mkdir(path, 0o700); err != nil {
						t.Fatal(err)
					}
					continue
				}
				write(t, path, "")
			}
			for _, swept := range []bool{c.swept, false} { // the second time there is nothing
				if got, err := record.Sweep(dir); got != swept || err != nil {
					t.Errorf("swept %t, %v", got, err)
				}
				var left []string
				entries, err := os.ReadDir(dir)
				if err != nil && !os.IsNotExist(err) {
					t.Fatal(err)
				}
				for _, e := range entries {
					left = append(left, e.Name())
				}
				if slices.Sort(left); !slices.Equal(left, slices.Sorted(slices.Values(c.left))) || (err != nil) != (c.left == nil) {
					t.Errorf("left %q, %v", left, err)
				}
			}
		})
	}
}

// What somebody else put into a folder is not ours to remove.
func TestSweepLeavesAFolderThatHoldsMore(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, record.EventsFile), "")
	write(t, filepath.Join(dir, "thesis.txt"), "years of work")
	_, err := record.Sweep(dir)
	wantError(t, err, dir, "not empty")
	if got := read(t, filepath.Join(dir, "thesis.txt")); got != "years of work" {
		t.Errorf("it holds %q", got)
	}
}
