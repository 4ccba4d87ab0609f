package record_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/record"
)

func TestLoadNamesTheLineAtFault(t *testing.T) {
	for name, c := range map[string]struct{ line, reason string }{
		"not JSON":          {`{"at":1,"kind":`, "unexpected EOF"},
		"unknown kind":      {`{"at":1,"kind":"guess"}`, `unknown kind of event "guess"`},
		"no kind":           {`{"at":1}`, "no kind"},
		"no time":           {`{"kind":"note"}`, "no time"},
		"null time":         {`{"at":null,"kind":"note"}`, "no time"},
		"time NaN":          {`{"at":NaN,"kind":"note"}`, "invalid character"},
		"absurd time":       {`{"at":1e12,"kind":"note"}`, "not a time within a run"},
		"unknown field":     {`{"at":1,"kind":"note","weight":2}`, `"weight"`},
		"mark without name": {`{"at":1,"kind":"mark"}`, "no name"},
		"empty workflow":    {`{"at":1,"kind":"workflow"}`, "no Workflow"},
		"second run":        {`{"at":1,"kind":"begin","begin":{}}`, "second run"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := recorded(t)
			path := filepath.Join(dir, record.EventsFile)
			write(t, path, read(t, path)+c.line+"\n"+`{"at":2,"kind":"note"}`+"\n")
			_, err := record.Load(dir)
			wantError(t, err, path+":2: ", c.reason)
			var corrupt *record.CorruptError
			if !errors.As(err, &corrupt) || corrupt.Line != 2 || corrupt.File != path {
				t.Errorf("got %#v", corrupt)
			}
		})
	}
}

func TestLoadNamesWhatIsMissing(t *testing.T) {
	finished := end(9, drills.OutcomeFinished)
	for _, name := range []string{record.DrillFile, record.EventsFile, record.LedgerFile, record.ProbesFile} {
		t.Run(name, func(t *testing.T) {
			dir := recorded(t, finished)
			write(t, filepath.Join(dir, record.LedgerFile), "")
			write(t, filepath.Join(dir, record.ProbesFile), "")
			if _, err := record.Load(dir); err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
			_, err := record.Load(dir)
			wantError(t, err, filepath.Join(dir, name))
		})
	}
	t.Run("no event", func(t *testing.T) {
		run, err := record.Load(create(t).Dir())
		if err != nil {
			t.Fatal(err)
		}
		wantWarnings(t, run.Warnings, "holds no event", "ledger.jsonl: it is missing", "probes.jsonl: it is missing")
	})
	t.Run("another drill's events", func(t *testing.T) {
		dir := recorded(t, finished)
		path := filepath.Join(dir, record.EventsFile)
		write(t, path, strings.Replace(read(t, path), "orders-active-hot", "other", 2))
		_, err := record.Load(dir)
		wantError(t, err, path+":1: ", `"other"`)
	})
}

func TestLoadOfAnInterruptedRun(t *testing.T) {
	dir := recorded(t, mark(5, drills.FaultEffective), mark(4, drills.Detected))
	path := filepath.Join(dir, record.EventsFile)
	write(t, path, read(t, path)+`{"at":6,"kind":"ma`)
	run, err := record.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(run.Timeline) != 3 || run.Outcome() != "" || run.Begin().RunID != runID {
		t.Errorf("got %d events, outcome %q of %q", len(run.Timeline), run.Outcome(), run.Begin().RunID)
	}
	wantWarnings(t, run.Warnings, "events.jsonl:4: the last line is cut short", "no end event", "ledger.jsonl: it is missing", "probes.jsonl: it is missing")
}

func TestLoadOfARunWhoseHarnessFailed(t *testing.T) {
	run, err := record.Load(recorded(t, end(1, drills.OutcomeError)))
	if err != nil {
		t.Fatal(err)
	}
	wantWarnings(t, run.Warnings, "ledger.jsonl: it is missing", "probes.jsonl: it is missing")
}

func wantWarnings(t *testing.T, got []string, parts ...string) {
	t.Helper()
	if len(got) != len(parts) {
		t.Fatalf("got warnings %q, want %d", got, len(parts))
	}
	for i, part := range parts {
		if !strings.Contains(got[i], part) {
			t.Errorf("warning %q does not say %q", got[i], part)
		}
	}
}
