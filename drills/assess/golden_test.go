package assess_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/assess"
	"github.com/failoverdrill/failoverdrill/drills/record"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestASavedRunIsMeasuredAsItWas judges a run that really took place, so that
// whatever changes a measurement shows in review. The run is as it was saved,
// but for the polls of the clusters' own system Workers, which nobody judges. It is
// older than the looks at name servers: those it has were added, as its marks
// tell them.
func TestASavedRunIsMeasuredAsItWas(t *testing.T) {
	dir := filepath.Join("testdata", "active-hot")
	d, err := drills.Load(filepath.Join(dir, record.DrillFile))
	if err != nil {
		t.Fatal(err)
	}
	e := assess.Evidence{Drill: d}
	var cut []string
	if e.Timeline, e.Warnings, err = record.ReadEvents(record.EventsFile, packed(t, dir, record.EventsFile)); err != nil {
		t.Fatal(err)
	}
	if e.Ledger, cut, err = record.ReadLedger(record.LedgerFile, packed(t, dir, record.LedgerFile)); err != nil {
		t.Fatal(err)
	}
	e.Warnings = append(e.Warnings, cut...)
	if e.Probes, cut, err = record.ReadProbes(record.ProbesFile, packed(t, dir, record.ProbesFile)); err != nil {
		t.Fatal(err)
	}
	e.Warnings = append(e.Warnings, cut...)

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

// packed opens a file of the run, which is kept compressed.
func packed(t *testing.T, dir, name string) io.Reader {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, name+".gz"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return r
}
