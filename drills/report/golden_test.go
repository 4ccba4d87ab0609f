package report_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/report"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden holds got against a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; look at the change and run the test with -update\ngot:\n%s\nwant:\n%s", path, got, want)
	}
}

func TestGolden(t *testing.T) {
	for name, r := range samples() {
		t.Run(name, func(t *testing.T) {
			var text bytes.Buffer
			if err := report.Text(&text, r); err != nil {
				t.Fatal(err)
			}
			golden(t, name+".txt", text.Bytes())
			fits(t, text.String())

			var markdown bytes.Buffer
			if err := report.Markdown(&markdown, r); err != nil {
				t.Fatal(err)
			}
			golden(t, name+".md", markdown.Bytes())

			json, err := report.JSON(r)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, name+".json", json)

			junit, err := report.JUnit(r)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, name+".xml", junit)
		})
	}
}

func TestGoldenColour(t *testing.T) {
	var text bytes.Buffer
	if err := report.Text(&text, failed(), report.Colour(true)); err != nil {
		t.Fatal(err)
	}
	golden(t, "fail-colour.txt", text.Bytes())
}

func TestGoldenSummary(t *testing.T) {
	cold := errored()
	cold.Drill, cold.Model = "orders-active-cold", drills.ActiveCold
	all := []drills.Report{passed(), failed(), notRecovered(), inconclusive(), cold}
	var text bytes.Buffer
	if err := report.Summary(&text, all); err != nil {
		t.Fatal(err)
	}
	golden(t, "summary.txt", text.Bytes())
	fits(t, text.String())
}

// fits asks for lines that a log shows whole: no longer than 120 columns, no
// escape sequences, no blanks at the end.
func fits(t *testing.T, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if utf8.RuneCountInString(line) > 120 || strings.Contains(line, "\x1b") || strings.HasSuffix(line, " ") {
			t.Errorf("line %q", line)
		}
	}
}
