package record

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/failoverdrill/failoverdrill/drills"
)

// WriteFile puts content at path whole or not at all: readers find the old
// file or the new one, and an error leaves nothing behind.
func WriteFile(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("write file: %w", err)
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write file %s: %w", path, err), os.Remove(f.Name()))
	}
	return nil
}

// Open opens a file of a run. Where there is none, it opens the one that gzip
// made of it: name.gz reads as name does, so that runs may be kept compressed.
func Open(path string) (io.ReadCloser, error) {
	plain, err := os.Open(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return plain, err
	}
	packed, failed := os.Open(path + ".gz")
	if failed != nil {
		return nil, err // of the file that was asked for
	}
	r, err := gzip.NewReader(packed)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s.gz: %w", path, err), packed.Close())
	}
	return unpacked{r, packed}, nil
}

// unpacked reads what a compressed file holds.
type unpacked struct {
	*gzip.Reader
	file *os.File
}

func (u unpacked) Close() error { return errors.Join(u.Reader.Close(), u.file.Close()) }

// WriteReport puts the content of report.json and junit.xml into the run's
// folder dir, each whole or not at all.
func WriteReport(dir string, report, junit []byte) error {
	return errors.Join(
		WriteFile(filepath.Join(dir, ReportFile), report),
		WriteFile(filepath.Join(dir, JUnitFile), junit),
	)
}

// LoadReport reads the report of the run in the folder dir. The error is
// os.ErrNotExist when the run has not been judged.
func LoadReport(dir string) (drills.Report, error) {
	path := filepath.Join(dir, ReportFile)
	content, err := os.ReadFile(path)
	if err != nil {
		return drills.Report{}, fmt.Errorf("load report: %w", err)
	}
	var r drills.Report
	if err := json.Unmarshal(content, &r); err != nil {
		return drills.Report{}, fmt.Errorf("load report %s: %w", path, err)
	}
	if r.SchemaVersion != drills.SchemaVersion {
		return drills.Report{}, fmt.Errorf("load report %s: its schema version is %d, not %d", path, r.SchemaVersion, drills.SchemaVersion)
	}
	return r, nil
}
