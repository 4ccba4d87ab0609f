package record_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/record"
)

func TestListFindsRunsBelowAFolder(t *testing.T) {
	parent := t.TempDir()
	start := begin().Begin.StartedAt
	for i, path := range []string{"new", "nightly/old", "nightly/broken"} {
		w, err := record.Create(filepath.Join(parent, path), sampleDrill(t), runID)
		if err != nil {
			t.Fatal(err)
		}
		e := begin()
		e.Begin.StartedAt = start.Add(-time.Duration(i) * time.Hour)
		w.Record(e)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	report, err := json.Marshal(drills.Report{SchemaVersion: drills.SchemaVersion, Verdict: drills.Fail})
	if err != nil {
		t.Fatal(err)
	}
	if err := record.WriteReport(filepath.Join(parent, "new"), report, nil); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(parent, "nightly/broken", record.EventsFile), "{}\n")
	if err := os.Mkdir(filepath.Join(parent, "empty"), 0o755); err != nil {
		t.Fatal(err)
	}

	runs, err := record.List(parent)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range runs {
		path, _ := filepath.Rel(parent, r.Dir)
		got = append(got, path+" "+r.Drill+" "+string(r.Model)+" "+string(r.Verdict))
	}
	want := []string{
		"nightly/broken orders-active-hot active-hot ", // its start is not known
		"nightly/old orders-active-hot active-hot ",
		"new orders-active-hot active-hot fail",
	}
	if len(got) != len(want) {
		t.Fatalf("got %q", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got %q, want %q", got[i], want[i])
		}
	}
	wantError(t, runs[0].Err, "events.jsonl:1: ", "no time")
	if runs[1].Err != nil || runs[2].Err != nil {
		t.Errorf("got errors %v, %v", runs[1].Err, runs[2].Err)
	}

	_, err = record.List(filepath.Join(parent, "nowhere"))
	wantError(t, err, "nowhere")
}

func TestListOfARunIsThatRun(t *testing.T) {
	dir := recorded(t)
	link := filepath.Join(t.TempDir(), "latest")
	if err := os.Symlink(dir, link); err != nil {
		t.Skip(err) // a system without symbolic links
	}
	for _, path := range []string{dir, link} {
		runs, err := record.List(path)
		if err != nil || len(runs) != 1 || runs[0].Dir != path || runs[0].RunID != runID || runs[0].Err != nil {
			t.Errorf("list of %s: %+v, %v", path, runs, err)
		}
	}
}

func TestListFindsARunOnce(t *testing.T) {
	dir := recorded(t)
	parent := filepath.Dir(dir)
	if err := os.Symlink(dir, filepath.Join(parent, "latest")); err != nil {
		t.Skip(err)
	}
	runs, err := record.List(parent)
	if err != nil || len(runs) != 1 || runs[0].Dir != dir {
		t.Errorf("got %+v, %v", runs, err)
	}
}

func TestListNamesTheFoldersItCouldNotEnter(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root enters every folder")
	}
	dir := recorded(t)
	closed := filepath.Join(filepath.Dir(dir), "closed")
	if err := os.Mkdir(closed, 0); err != nil {
		t.Fatal(err)
	}
	runs, err := record.List(filepath.Dir(dir))
	wantError(t, err, closed)
	if len(runs) != 1 {
		t.Errorf("got %+v", runs)
	}
}
