package record_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/record"
)

func soundingLine(intended, lane string) string {
	return `{"lane":"` + lane + `","region":"us-west","namespace":"orders","intended":` + intended + `,"done":9}`
}

func TestMergeProbesOrdersByIntendedSendAndDropsACutLine(t *testing.T) {
	w := create(t)
	w.Record(begin())
	dir := t.TempDir()
	east := write(t, filepath.Join(dir, "east.jsonl"), soundingLine("3", "start")+"\n"+soundingLine("1", "query")+"\n"+`{"lane":"sta`)
	west := write(t, filepath.Join(dir, "west.jsonl"), soundingLine("2", "timer")+"\n")
	warnings, err := record.MergeProbes(w, []file{file(east), file(west)})
	if err != nil {
		t.Fatal(err)
	}
	if len(warnings) != 1 || !strings.Contains(warnings[0], "east.jsonl:3") {
		t.Errorf("got warnings %q", warnings)
	}
	if _, err := record.MergeLedgers(w, []file{}); err != nil {
		t.Fatal(err)
	}
	w.Record(end(10, drills.OutcomeFinished))
	run, err := record.Load(w.Dir())
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, s := range run.Probes {
		order = append(order, string(s.Lane))
	}
	if got, want := strings.Join(order, " "), "query timer start"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestMergeProbesNamesTheLineAtFault(t *testing.T) {
	good := soundingLine("1", "start") + "\n"
	for name, c := range map[string]struct{ line, reason string }{
		"unknown lane":  {soundingLine("1", "fast"), `unknown lane "fast"`},
		"no time":       {`{"lane":"start","done":2}`, "when it was meant"},
		"no end":        {`{"lane":"start","intended":2}`, "when it was done"},
		"unknown field": {`{"lane":"start","intended":1,"done":2,"luck":3}`, `"luck"`},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, filepath.Join(t.TempDir(), "east.jsonl"), good+c.line+"\n")
			_, err := record.MergeProbes(create(t), []file{file(path)})
			wantError(t, err, path+":2: ", c.reason)
		})
	}
}
