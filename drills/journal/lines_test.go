package journal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills/journal"
)

const (
	firstLine = `{"run":{"version":1,"id":"1a2b3c4d","drill":"active-hot","dir":"/runs/1","pid":42,"started":"2026-03-01T12:00:00Z"}}` + "\n"
	oneLine   = `{"number":1,"change":{"kind":"process","subject":"links"}}` + "\n"
	twoLine   = `{"number":2,"change":{"kind":"folder","subject":"/runs/1/work"}}` + "\n"
	undoLine  = `{"undone":1}` + "\n"
)

func TestALineCutShortNeverHappened(t *testing.T) {
	whole := firstLine + oneLine + twoLine + undoLine
	ends := []int{len(firstLine), len(firstLine + oneLine), len(firstLine + oneLine + twoLine), len(whole)}
	for cut := range len(whole) + 1 {
		lines := 0
		for _, end := range ends {
			if cut >= end {
				lines++
			}
		}
		state := t.TempDir()
		write(t, path(state), whole[:cut])
		j, err := journal.Open(path(state))
		if err != nil {
			t.Fatalf("cut after %d: %v", cut, err)
		}
		changes := max(min(lines-1, 2), 0)
		if e := j.Entries(); len(e) != changes || changes > 0 && e[0].Undone != (lines == 4) {
			t.Fatalf("cut after %d, %d lines: %+v", cut, lines, e)
		}
		if lines == 0 {
			if j.Run().ID != "" {
				t.Fatalf("cut after %d: it is of %+v", cut, j.Run())
			}
			if err := j.Remove(); err != nil {
				t.Fatal(err)
			}
			continue
		}
		// Whatever was cut, what is written next can be read.
		begin(t, j, process("next"))
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		if e := open(t, state).Entries(); len(e) != changes+1 {
			t.Fatalf("cut after %d and written to: %+v", cut, e)
		}
	}
}

func TestDamageIsNamedAndWhatStandsBeforeItIsRead(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		line int
		says string
		read int // changes before the damage
	}{
		"no run":             {oneLine, 1, "does not tell the run", 0},
		"another version":    {strings.Replace(firstLine, `"version":1`, `"version":2`, 1) + oneLine, 1, "recover with the failoverdrill that ran the drill", 0},
		"a gap":              {firstLine + oneLine + strings.Replace(twoLine, "2", "3", 1), 3, "change 3 where 2 follows", 1},
		"twice":              {firstLine + oneLine + oneLine, 3, "change 1 where 2 follows", 1},
		"undo of the future": {firstLine + oneLine + `{"undone":2}` + "\n", 3, "change 2 was undone, and there are 1", 1},
		"unknown kind":       {firstLine + oneLine + `{"number":2,"change":{"kind":"wish","subject":"x"}}` + "\n" + undoLine, 3, "kind is not known", 1},
		"unknown parameter":  {firstLine + `{"number":1,"change":{"kind":"process","subject":"x","force":9}}` + "\n", 2, "force", 0},
		"a relative folder":  {firstLine + `{"number":1,"change":{"kind":"folder","subject":"work"}}` + "\n", 2, "absolute", 0},
		"half a line inside": {firstLine + oneLine[:20] + "\n" + twoLine, 2, "unexpected EOF", 0},
		"an empty line":      {firstLine + "\n" + oneLine, 2, "empty", 0},
		"two on a line":      {firstLine + strings.TrimSpace(oneLine) + twoLine, 2, "more than one value", 0},
		"all at once":        {firstLine + `{"undone":1,"number":1,"change":{"kind":"process","subject":"x"}}` + "\n", 2, "one kind", 0},
		"a second run":       {firstLine + firstLine, 2, "neither", 0},
	} {
		t.Run(name, func(t *testing.T) {
			state := t.TempDir()
			write(t, path(state), c.text)
			j, err := journal.Open(path(state))
			var damaged *journal.DamagedError
			if !errors.As(err, &damaged) || damaged.Line != c.line || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("it says %v", err)
			}
			defer func() { _ = j.Close() }()
			if e := j.Entries(); len(e) != c.read {
				t.Errorf("before the damage: %+v", e)
			}
			for _, e := range j.Entries() {
				j.Undone(e.Number)
			}
			if _, err := j.Begin(process("x")); err == nil {
				t.Error("something was written behind the damage")
			}
			if err := j.Remove(); !errors.As(err, &damaged) {
				t.Errorf("it could be removed: %v", err)
			}
			if got := read(t, path(state)); got != c.text {
				t.Errorf("it was changed:\n%s", got)
			}
		})
	}
}

func FuzzReadJournal(f *testing.F) {
	for _, seed := range []string{
		"", "\n", firstLine, firstLine + oneLine, firstLine + oneLine + twoLine + undoLine, firstLine + oneLine[:30],
		firstLine + oneLine + undoLine + undoLine, oneLine, firstLine + `{"undone":-1}` + "\n", firstLine + "null\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		c, err := journal.Read("file", bytes.NewReader(content))
		var damaged *journal.DamagedError
		if err != nil && (!errors.As(err, &damaged) || damaged.Line < 1 || damaged.Line > bytes.Count(content, []byte("\n"))) {
			t.Fatalf("the error names no line: %v", err)
		}
		if c.Bytes > int64(len(content)) || c.Bytes > 0 && content[c.Bytes-1] != '\n' {
			t.Fatalf("%d of %d bytes are whole lines", c.Bytes, len(content))
		}
		for i, e := range c.Entries {
			if err := e.Change.Check(); err != nil || e.Number != i+1 {
				t.Fatalf("change %d of number %d: %v", i+1, e.Number, err)
			}
		}
		if len(c.Entries) > 0 && c.Run.ID == "" {
			t.Fatal("changes of nobody")
		}
		// What was read is all there is up to there: read again, it is the same.
		again, err := journal.Read("file", bytes.NewReader(content[:c.Bytes]))
		if err != nil || !reflect.DeepEqual(plain(t, c), plain(t, again)) {
			t.Fatalf("read again: %v\n%s\n%s", err, plain(t, c), plain(t, again))
		}
	})
}

func plain(t *testing.T, c journal.Content) string {
	t.Helper()
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
