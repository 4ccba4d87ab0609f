package record

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// Summary is a run as a list shows it.
type Summary struct {
	Dir       string
	RunID     string
	Drill     string
	Model     drills.Model
	StartedAt time.Time
	Verdict   drills.Verdict // empty when the run has not been judged
	Err       error          // why the rest is incomplete; nil when the run can be read
}

// List finds the runs in the folder parent and those below it, oldest first; a
// run's own folder lists that run. A run that cannot be read is listed with its
// Err. Folders that cannot be entered are skipped, and named in the error that
// comes with the list. Parent may be a symbolic link; those below it are left
// alone, so that no run is found twice.
func List(parent string) ([]Summary, error) {
	root, err := filepath.EvalSymlinks(parent)
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	var runs []Summary
	var skipped []error
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && path == root:
			return err
		case err != nil:
			skipped = append(skipped, fmt.Errorf("list runs: %w", err))
			return nil
		case !d.IsDir():
			return nil
		}
		if holdsRun(path) {
			below, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			runs = append(runs, summarize(filepath.Join(parent, below)))
			return fs.SkipDir
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	slices.SortStableFunc(runs, func(a, b Summary) int {
		return cmp.Or(a.StartedAt.Compare(b.StartedAt), cmp.Compare(a.Dir, b.Dir))
	})
	return runs, errors.Join(skipped...)
}

// holdsRun reports whether a folder is a run's, compressed or not.
func holdsRun(dir string) bool {
	for _, name := range []string{EventsFile, EventsFile + ".gz"} {
		if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
			return true
		}
	}
	return false
}

// summarize reads no more of a run than a list needs: a Timeline may be long.
func summarize(dir string) Summary {
	s := Summary{Dir: dir}
	d, drillErr := drills.Load(filepath.Join(dir, DrillFile))
	if drillErr == nil {
		s.Drill, s.Model = d.Name, d.Model
	}
	begin, beginErr := readBegin(filepath.Join(dir, EventsFile))
	if beginErr == nil {
		s.RunID, s.Drill, s.StartedAt = begin.RunID, begin.Drill, begin.StartedAt
	}
	report, reportErr := LoadReport(dir)
	if errors.Is(reportErr, os.ErrNotExist) {
		reportErr = nil
	}
	s.Verdict = report.Verdict
	s.Err = errors.Join(drillErr, beginErr, reportErr)
	return s
}

// readBegin reads the first event of a Timeline.
func readBegin(path string) (drills.Begin, error) {
	f, err := Open(path)
	if err != nil {
		return drills.Begin{}, err
	}
	defer func() { _ = f.Close() }()
	line, err := bufio.NewReader(f).ReadBytes('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return drills.Begin{}, fmt.Errorf("read %s: %w", path, err)
	}
	e, err := decodeEvent(line)
	if err == nil {
		err = checkPlace(e, 0)
	}
	if err != nil {
		return drills.Begin{}, &CorruptError{File: path, Line: 1, Err: err}
	}
	return *e.Begin, nil
}
