package record

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Sweep removes from a run's folder what a writer that was killed left behind:
// files that were not put in place yet, and the whole folder if it holds no
// drill, for then no run began in it. Everything else is the record, and stays.
// It reports whether there was anything to remove; a folder that is not there
// has nothing.
func Sweep(dir string) (swept bool, err error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("sweep folder of run: %w", err)
	}
	began := false
	var unfinished []string
	for _, e := range entries {
		began = began || e.Name() == DrillFile
		if isUnfinished(e.Name()) {
			unfinished = append(unfinished, filepath.Join(dir, e.Name()))
		}
	}
	if !began {
		return true, removeUnbegun(dir, unfinished)
	}
	var failed []error
	for _, path := range unfinished {
		failed = append(failed, os.Remove(path))
	}
	if err := errors.Join(failed...); err != nil {
		return true, fmt.Errorf("sweep folder of run: %w", err)
	}
	return len(unfinished) > 0, nil
}

// isUnfinished tells a file of WriteFile before it is in place.
func isUnfinished(name string) bool {
	for _, whole := range []string{DrillFile, LedgerFile, ProbesFile, ReportFile, JUnitFile} {
		if strings.HasPrefix(name, "."+whole+"-") {
			return true
		}
	}
	return false
}

// removeUnbegun removes a folder that Create had not finished, and nothing that
// Create did not make.
func removeUnbegun(dir string, unfinished []string) error {
	made := append(unfinished, filepath.Join(dir, EventsFile), filepath.Join(dir, LogsFolder), dir)
	var failed []error
	for _, path := range made {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			failed = append(failed, fmt.Errorf("remove folder of a run that never began: %w", err))
		}
	}
	return errors.Join(failed...)
}
