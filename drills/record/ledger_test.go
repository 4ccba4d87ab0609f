package record_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/record"
)

func operationLine(at, id, state string) string {
	return `{"at":` + at + `,"id":"` + id + `","kind":"start","state":"` + state +
		`","region":"us-east","namespace":"orders","workflow":"w","intended":0}`
}

func TestMergeLedgersOrdersByTimeAndDropsACutLine(t *testing.T) {
	w := create(t)
	w.Record(begin())
	dir := t.TempDir()
	east := write(t, filepath.Join(dir, "east.jsonl"),
		operationLine("1", "a", "sent")+"\n"+operationLine("3", "a", "acknowledged")+"\n"+`{"at":4,"id":"b`)
	west := write(t, filepath.Join(dir, "west.jsonl"),
		operationLine("1", "c", "sent")+"\n"+operationLine("2", "c", "acknowledged")+"\n"+operationLine("5", "d", "sent"))
	none := write(t, filepath.Join(dir, "none.jsonl"), "")
	missing := filepath.Join(dir, "missing.jsonl") // its starter was killed before it could make one

	warnings, err := record.MergeLedgers(w, []file{file(east), file(west), file(none), file(missing)})
	if err != nil {
		t.Fatal(err)
	}
	if len(warnings) != 1 || !strings.Contains(warnings[0], "east.jsonl:3") {
		t.Errorf("got warnings %q", warnings)
	}
	if _, err := record.MergeProbes(w, []file{}); err != nil {
		t.Fatal(err)
	}
	w.Record(end(6, drills.OutcomeFinished))
	run, err := record.Load(w.Dir())
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, o := range run.Ledger {
		order = append(order, o.ID+" "+string(o.State))
	}
	// The whole last line of west.jsonl counts although its newline is missing.
	if got, want := strings.Join(order, ", "), "a sent, c sent, c acknowledged, a acknowledged, d sent"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if len(run.Warnings) != 0 {
		t.Errorf("got warnings %q", run.Warnings)
	}
}

func TestMergeLedgersNamesTheLineAtFault(t *testing.T) {
	good := operationLine("1", "a", "sent") + "\n"
	for name, c := range map[string]struct{ content, reason string }{
		"cut in the middle": {good + `{"at":2,"id":"b` + "\n" + good, "invalid character"},
		"two on one line":   {good + strings.TrimSpace(good) + good, "more than one value"},
		"empty line":        {good + "\n" + good, "empty"},
		"no time":           {good + `{"id":"b"}` + "\n", "when"},
		"lines reordered":   {operationLine("2", "a", "acknowledged") + "\n" + good, "lines were reordered"},
		"no id":             {good + operationLine("1", "", "sent") + "\n", "no id"},
		"unknown state":     {good + operationLine("1", "a", "maybe") + "\n", `"maybe"`},
		"unknown field":     {good + `{"at":1,"intended":1,"shard":3}` + "\n", `"shard"`},
		"absurd time":       {good + operationLine("1e300", "a", "sent") + "\n", "not a time within a run"},
	} {
		t.Run(name, func(t *testing.T) {
			w := create(t)
			path := write(t, filepath.Join(t.TempDir(), "east.jsonl"), c.content)
			_, err := record.MergeLedgers(w, []file{file(path)})
			wantError(t, err, path+":2: ", c.reason)
			if _, err := os.Stat(filepath.Join(w.Dir(), record.LedgerFile)); !os.IsNotExist(err) {
				t.Errorf("a ledger was written: %v", err)
			}
		})
	}
	dir := t.TempDir()
	_, err := record.MergeLedgers(create(t), []file{file(dir)})
	wantError(t, err, dir)
}

func TestMergeObservationsAppendsWhatComponentsSaw(t *testing.T) {
	w := create(t)
	w.Record(begin())
	dir := t.TempDir()
	const poll = `{"at":2,"kind":"poll","region":"us-east","subject":"worker/us-east/orders/0"}`
	first := write(t, filepath.Join(dir, "first.jsonl"), poll+"\n"+`{"at":3,"kind":"po`)
	second := write(t, filepath.Join(dir, "second.jsonl"), `{"at":1,"kind":"note","detail":"up"}`+"\n")
	warnings, err := record.MergeObservations(w, []file{file(first), file(filepath.Join(dir, "none.jsonl")), file(second)})
	if err != nil {
		t.Fatal(err)
	}
	if len(warnings) != 1 || !strings.Contains(warnings[0], "first.jsonl:2") {
		t.Errorf("got warnings %q", warnings)
	}
	if got := w.Events()[1:]; len(got) != 2 || got[0].Kind != drills.KindPoll || got[1].Detail != "up" {
		t.Errorf("got %+v", got)
	}
	for name, content := range map[string]string{
		"damaged":   `{"at":2,"kind":"po` + "\n" + poll + "\n",
		"beginning": poll + "\n" + `{"at":1,"kind":"begin","begin":{"runId":"x"}}` + "\n",
	} {
		path := write(t, filepath.Join(dir, name+".jsonl"), content)
		_, err := record.MergeObservations(w, []file{file(path)})
		wantError(t, err, path+":")
		if got := len(w.Events()); got != 3 {
			t.Errorf("%s: %d events are recorded, want 3", name, got)
		}
	}
}

// file is a source on disk.
type file string

func (f file) Name() string { return string(f) }

func (f file) Open() (io.ReadCloser, error) { return os.Open(string(f)) }
