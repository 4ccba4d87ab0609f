package harness_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/harness"
	"github.com/failoverdrill/failoverdrill/drills/record"
)

// saved is a run that really took place and passed.
const saved = "../assess/testdata/active-hot"

func unpack(t *testing.T, name string) []byte {
	t.Helper()
	file, err := record.Open(filepath.Join(saved, name))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	content, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// folder is a run's folder with these files, and the drill.
func folder(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	drill, err := os.ReadFile(filepath.Join(saved, record.DrillFile))
	if err != nil {
		t.Fatal(err)
	}
	files[record.DrillFile] = drill
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A harness that is killed leaves its events up to some byte. The ledgers and
// probes are merged at the end: they are there whole, or not at all.
func TestARunKilledAtAnyMomentIsInconclusive(t *testing.T) {
	events, ledger, probes := unpack(t, record.EventsFile), unpack(t, record.LedgerFile), unpack(t, record.ProbesFile)
	whole, err := harness.Judge(folder(t, map[string][]byte{
		record.EventsFile: events, record.LedgerFile: ledger, record.ProbesFile: probes,
	}), nil)
	if err != nil || whole.Verdict != drills.Pass {
		t.Fatalf("the whole run: %s %q, %v", whole.Verdict, whole.Reasons, err)
	}
	last := bytes.LastIndexByte(events[:len(events)-1], '\n') + 1 // of the end event
	draw := rand.New(rand.NewPCG(1, 0))
	cuts := []int{0, 1, last - 1, last, last + 1, len(events) - 2}
	for range 60 {
		cuts = append(cuts, draw.IntN(last))
	}
	for _, cut := range cuts {
		files := map[string][]byte{record.EventsFile: events[:cut]}
		if draw.IntN(2) == 0 {
			files[record.LedgerFile], files[record.ProbesFile] = ledger, probes
		}
		r, err := harness.Judge(folder(t, files), nil)
		if err != nil {
			t.Fatalf("cut after %d of %d bytes: %v", cut, len(events), err)
		}
		if r.Verdict != drills.Inconclusive || len(r.Reasons) == 0 {
			t.Errorf("cut after %d of %d bytes: %s %q", cut, len(events), r.Verdict, r.Reasons)
		}
	}
}
