package record_test

import (
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

	warnings, err := w.MergeLedgers(east, west, none)
	if err != nil {
		t.Fatal(err)
	}
	if len(warnings) != 1 || !strings.Contains(warnings[0], "east.jsonl:3") {
		t.Errorf("got warnings %q", warnings)
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
		"no id":             {good + operationLine("1", "", "sent") + "\n", "no id"},
		"unknown state":     {good + operationLine("1", "a", "maybe") + "\n", `"maybe"`},
		"unknown field":     {good + `{"at":1,"intended":1,"shard":3}` + "\n", `"shard"`},
		"absurd time":       {good + operationLine("1e300", "a", "sent") + "\n", "not a time within a run"},
	} {
		t.Run(name, func(t *testing.T) {
			w := create(t)
			path := write(t, filepath.Join(t.TempDir(), "east.jsonl"), c.content)
			_, err := w.MergeLedgers(path)
			wantError(t, err, path+":2: ", c.reason)
			if _, err := os.Stat(filepath.Join(w.Dir(), record.LedgerFile)); !os.IsNotExist(err) {
				t.Errorf("a ledger was written: %v", err)
			}
		})
	}
	_, err := create(t).MergeLedgers("nowhere.jsonl")
	wantError(t, err, "nowhere.jsonl")
}
