package record_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/record"
)

func pack(t *testing.T, path string) {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write([]byte(read(t, path)))
	if err := errors.Join(err, w.Close(), os.Remove(path)); err != nil {
		t.Fatal(err)
	}
	write(t, path+".gz", b.String())
}

func TestACompressedRunLoadsAsItWas(t *testing.T) {
	dir := recorded(t, mark(1, drills.LoadStarted), end(9, drills.OutcomeFinished))
	write(t, filepath.Join(dir, record.LedgerFile), operationLine("1", "a", "sent")+"\n")
	write(t, filepath.Join(dir, record.ProbesFile), soundingLine("1.5", "start")+"\n")
	for _, name := range []string{record.EventsFile, record.LedgerFile, record.ProbesFile} {
		pack(t, filepath.Join(dir, name))
	}
	run, err := record.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(run.Timeline) != 3 || len(run.Ledger) != 1 || len(run.Probes) != 1 || len(run.Warnings) != 0 {
		t.Errorf("got %d events, %d operations, %d probes, warnings %q", len(run.Timeline), len(run.Ledger), len(run.Probes), run.Warnings)
	}
}

func TestOpenNamesTheFileThatIsNotThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), record.EventsFile)
	if _, err := record.Open(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	} else {
		wantError(t, err, path)
	}
	write(t, path+".gz", "no gzip")
	_, err := record.Open(path)
	wantError(t, err, path+".gz")
}
