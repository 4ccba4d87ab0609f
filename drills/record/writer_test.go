package record_test

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/record"
)

func TestCreateRefusesAFolderInUse(t *testing.T) {
	dir := recorded(t)
	_, err := record.Create(dir, sampleDrill(t), runID)
	wantError(t, err, dir, "not empty")

	file := write(t, filepath.Join(t.TempDir(), "file"), "")
	_, err = record.Create(file, sampleDrill(t), runID)
	wantError(t, err, "create run", file)
}

func TestEveryEventIsOnDiskWhenRecordReturns(t *testing.T) {
	w := create(t)
	w.Record(begin())
	w.Record(mark(1.5, drills.FaultRequested))
	lines := strings.Split(strings.TrimSuffix(read(t, filepath.Join(w.Dir(), record.EventsFile)), "\n"), "\n")
	if len(lines) != 2 || lines[1] != `{"at":1.5,"kind":"mark","name":"fault-requested"}` {
		t.Errorf("got lines %q", lines)
	}
}

// A run is judged once from memory and again from disk: both have to see the
// same Timeline, although only the disk rounds to microseconds.
func TestEventsAreThoseThatALoadFinds(t *testing.T) {
	w := create(t)
	w.Record(begin())
	w.Record(drills.Event{At: 1234567891, Kind: drills.KindPoll, Subject: "a<b>&c", Held: true})
	w.Record(drills.Event{At: 2, Kind: drills.KindWorkflow, Workflow: &drills.Workflow{
		ID: "order-1", ClosedAt: 1999999999, Tasks: []drills.Task{{Identity: "w1", At: 1555555555}},
	}})
	w.Record(end(3, drills.OutcomeInterrupted))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	run, err := record.Load(w.Dir())
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(w.Events(), run.Timeline) {
		t.Errorf("written %+v\nloaded %+v", w.Events(), run.Timeline)
	}
}

func TestConcurrentRecordsAreWholeLines(t *testing.T) {
	w := create(t)
	w.Record(begin())
	var seen []string
	w.Subscribe(func(e drills.Event) { seen = append(seen, e.Subject) }) // calls never overlap
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 100 {
				w.Record(drills.Event{Kind: drills.KindNote, Subject: strings.Repeat("x", 200)})
			}
		})
	}
	group.Wait()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	run, err := record.Load(w.Dir())
	if err != nil {
		t.Fatal(err)
	}
	if len(run.Timeline) != 801 || len(seen) != 801 {
		t.Errorf("loaded %d events and delivered %d, want 801", len(run.Timeline), len(seen))
	}
}

func TestAfterAnErrorNothingMoreIsWritten(t *testing.T) {
	for name, bad := range map[string]drills.Event{
		"value":        {Kind: drills.KindMemory, Value: math.NaN()},
		"time":         {At: math.MaxInt64, Kind: drills.KindNote},
		"unknown kind": {Kind: "guess"},
		"second run":   begin(),
	} {
		t.Run(name, func(t *testing.T) {
			w := create(t)
			w.Record(begin())
			w.Record(bad)
			w.Record(mark(1, drills.Healed))
			if w.Err() == nil {
				t.Error("Err is nil")
			}
			if err := w.Close(); err == nil || !errors.Is(err, w.Err()) {
				t.Errorf("Close returned %v, want the first error %v", err, w.Err())
			}
			if n := strings.Count(read(t, filepath.Join(w.Dir(), record.EventsFile)), "\n"); n != 1 {
				t.Errorf("the file has %d lines, want 1", n)
			}
			if n := len(w.Events()); n != 3 {
				t.Errorf("%d events were kept for subscribers, want 3", n)
			}
		})
	}
}

func TestTheFirstEventBeginsThisRun(t *testing.T) {
	w := create(t)
	w.Record(mark(1, drills.LoadStarted))
	wantError(t, w.Err(), "not begin")

	w = create(t)
	other := begin()
	other.Begin.RunID = "another"
	w.Record(other)
	wantError(t, w.Err(), "another", runID)
}

func TestARecordAfterCloseIsAnError(t *testing.T) {
	w := create(t)
	w.Record(begin())
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w.Record(mark(1, drills.Healed))
	wantError(t, w.Err(), "closed")
	wantError(t, w.Close(), "closed")
}

func TestWriteReportIsWholeOrNotAtAll(t *testing.T) {
	dir := recorded(t)
	report, err := json.Marshal(drills.Report{SchemaVersion: drills.SchemaVersion, Verdict: drills.Pass})
	if err != nil {
		t.Fatal(err)
	}
	if err := record.WriteReport(dir, report, []byte("<testsuites/>")); err != nil {
		t.Fatal(err)
	}
	got, err := record.LoadReport(dir)
	if err != nil || got.Verdict != drills.Pass {
		t.Errorf("loaded verdict %q, error %v", got.Verdict, err)
	}

	// A folder in the file's place makes the rename fail.
	dir = recorded(t)
	if err := os.MkdirAll(filepath.Join(dir, record.ReportFile, "x"), 0o755); err != nil {
		t.Fatal(err)
	}
	wantError(t, record.WriteReport(dir, report, nil), record.ReportFile)
	left, err := filepath.Glob(filepath.Join(dir, ".*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, error %v", left, err)
	}
}
