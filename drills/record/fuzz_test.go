package record_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills/record"
)

func FuzzLoadEvents(f *testing.F) {
	first := `{"at":0,"kind":"begin","begin":{"runId":"r","drill":"d","startedAt":"2026-03-01T12:00:00Z","environment":{}}}` + "\n"
	for _, seed := range []string{
		"", "\n", first, first + first, first + `{"at":1.5,"kind":"mark","name":"detected"}`, first + `{"at":1.5,"ki`,
		first + `{"at":-1e9,"kind":"workflow","workflow":{"census":"after-heal","id":"a","tasks":[{"at":1}]}}` + "\n",
		first + `{"at":1,"kind":"memory","value":1e308}` + "\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) { holds(t, content, record.ReadEvents) })
}

func FuzzLoadLedger(f *testing.F) {
	line := operationLine("1", "a", "sent") + "\n"
	later := operationLine("2", "a", "acknowledged") + "\n"
	for _, seed := range []string{"", "\n", line, line + line, line + later, later + line, line + line[:20], strings.TrimSpace(line) + line} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) { holds(t, content, record.ReadLedger) })
}

func FuzzLoadProbes(f *testing.F) {
	line := soundingLine("1.5", "start") + "\n"
	for _, seed := range []string{"", "\n", line, line + line, line + line[:20], strings.TrimSpace(line) + line} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) { holds(t, content, record.ReadProbes) })
}

// holds reads content, and asks of damage that its line is named, of the rest
// that it can be written and read again unchanged.
func holds[S ~[]T, T any](t *testing.T, content []byte, read func(string, io.Reader) (S, []string, error)) {
	entries, warnings, err := read("file", bytes.NewReader(content))
	if err != nil {
		var corrupt *record.CorruptError
		if !errors.As(err, &corrupt) || corrupt.Line < 1 || corrupt.Line > bytes.Count(content, []byte("\n"))+1 {
			t.Fatalf("the error names no line: %v", err)
		}
		return
	}
	if whole := bytes.HasSuffix(content, []byte("\n")); whole && len(warnings) > 0 {
		t.Fatalf("a file that ends in a newline got warnings %q", warnings)
	}
	written := lines(t, entries)
	again, _, err := read("file", bytes.NewReader(written))
	if err != nil {
		t.Fatalf("read again: %v\n%s", err, written)
	}
	if rewritten := lines(t, again); !bytes.Equal(written, rewritten) {
		t.Fatalf("read again, the entries differ:\n%s\n%s", written, rewritten)
	}
}

func lines[S ~[]T, T any](t *testing.T, entries S) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, e := range entries {
		line, err := json.Marshal(e)
		if err != nil {
			t.Fatalf("write what was read: %v", err)
		}
		b.Write(append(line, '\n'))
	}
	return b.Bytes()
}
