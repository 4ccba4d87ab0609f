package assess_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills/assess"
	"github.com/failoverdrill/failoverdrill/drills/record"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestASavedRunIsMeasuredAsItWas judges runs that really took place, so that
// whatever changes a measurement shows in review. It is
// older than the looks at name servers: those it has were added, as its marks
// tell them.
func TestASavedRunIsMeasuredAsItWas(t *testing.T) {
	for _, name := range []string{"active-hot", "active-active"} {
		t.Run(name, func(t *testing.T) { golden(t, filepath.Join("testdata", name)) })
	}
}

func golden(t *testing.T, dir string) {
	saved, err := record.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	e := assess.Evidence{Drill: saved.Drill, Timeline: saved.Timeline, Ledger: saved.Ledger, Probes: saved.Probes, Warnings: saved.Warnings}

	var got bytes.Buffer
	out := json.NewEncoder(&got)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	if err := out.Encode(assess.Judge(e, judgedAt())); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, record.ReportFile)
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("%s differs; look at the change and run the test with -update\n%s", path, firstDifference(got.String(), string(want)))
	}
}

// firstDifference shows the lines around the first that two texts do not share.
func firstDifference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	around := func(lines []string) string { return strings.Join(lines[max(n-3, 0):min(n+4, len(lines))], "\n") }
	return fmt.Sprintf("line %d, got:\n%s\nwant:\n%s", n+1, around(a), around(b))
}
