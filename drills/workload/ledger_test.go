package workload

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/clock"
)

func newLedger(t *testing.T) *ledger {
	t.Helper()
	l, err := openLedger(filepath.Join(t.TempDir(), "ledger.jsonl"), clock.New())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.close() })
	return l
}

// read holds every line of a ledger against its format: whole, valid JSON and
// no unknown field.
func read(t *testing.T, path string) []drills.Operation {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(b) > 0 && b[len(b)-1] != '\n' {
		t.Errorf("the last line of the ledger is cut short: %q", b[max(0, len(b)-80):])
	}
	var out []drills.Operation
	for line := range bytes.Lines(b) {
		decoder := json.NewDecoder(bytes.NewReader(line))
		decoder.DisallowUnknownFields()
		var op drills.Operation
		if err := decoder.Decode(&op); err != nil {
			t.Fatalf("line %q: %v", line, err)
		}
		if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
			t.Fatalf("line %q holds more than an operation", line)
		}
		out = append(out, op)
	}
	return out
}

func TestLedgerKeepsWhatItWasTold(t *testing.T) {
	l := newLedger(t)
	told := drills.Operation{
		ID: "order-1/start", Kind: drills.StartOperation, State: drills.OperationSent, Region: "us-east", Namespace: "orders",
		Workflow: "order-1", Intended: 1_500_000, Attempts: 2, Detail: "no \"route\"\nto\x00host \xff",
	}
	for range 2 {
		if err := l.write(told); err != nil {
			t.Fatal(err)
		}
	}
	// While the ledger is still open: whoever reads it has killed its writer.
	lines := read(t, l.file.Name())
	if len(lines) != 2 {
		t.Fatalf("found %d lines", len(lines))
	}
	told.Detail = strings.ToValidUTF8(told.Detail, "\ufffd")
	for _, got := range lines {
		if got.At <= 0 {
			t.Errorf("written at %v", got.At)
		}
		if got.At = 0; got != told {
			t.Errorf("got %+v, want %+v", got, told)
		}
	}
}

func TestLedgerTakesManyWriters(t *testing.T) {
	l := newLedger(t)
	const writers, each = 20, 50
	var writing sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			for n := range each {
				if err := l.write(drills.Operation{ID: fmt.Sprintf("%d/%d", w, n)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writing.Wait()
	lines := read(t, l.file.Name())
	seen := map[string]bool{}
	for i, op := range lines {
		seen[op.ID] = true
		if i > 0 && op.At < lines[i-1].At {
			t.Errorf("line %d was written at %v, the one before it at %v", i+1, op.At, lines[i-1].At)
		}
	}
	if len(lines) != writers*each || len(seen) != writers*each {
		t.Errorf("found %d lines of %d operations", len(lines), len(seen))
	}
}

func TestLedgerAppends(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.jsonl")
	for range 2 {
		l, err := openLedger(path, clock.New())
		if err != nil {
			t.Fatal(err)
		}
		if err := l.write(drills.Operation{ID: "a"}); err != nil {
			t.Fatal(err)
		}
		if err := l.close(); err != nil {
			t.Fatal(err)
		}
		if err := l.write(drills.Operation{ID: "b"}); err == nil {
			t.Error("a closed ledger took a line")
		}
	}
	if lines := read(t, path); len(lines) != 2 {
		t.Errorf("found %d lines", len(lines))
	}
}

func TestLedgerThatCannotBeOpened(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nowhere", "ledger.jsonl")
	if _, err := openLedger(path, clock.New()); err == nil || !strings.Contains(err.Error(), "open ledger") || !strings.Contains(err.Error(), path) {
		t.Errorf("returned %v", err)
	}
}
