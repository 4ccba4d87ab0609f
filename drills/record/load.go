package record

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/failoverdrill/failoverdrill/drills"
)

// Run is a run read back from its folder.
type Run struct {
	Dir      string
	Drill    *drills.Drill
	Timeline drills.Timeline
	Ledger   []drills.Operation // in order of time
	Probes   []drills.Sounding  // in order of their intended send
	Warnings []string           // what a killed process left incomplete
}

// Begin is the first event of the run; Load makes sure that there is one.
func (r *Run) Begin() drills.Begin {
	if len(r.Timeline) == 0 || r.Timeline[0].Begin == nil {
		return drills.Begin{}
	}
	return *r.Timeline[0].Begin
}

// Outcome is how the run ended, drills.OutcomeFinished and so on. It is empty
// when the harness was killed before it could say.
func (r *Run) Outcome() string {
	for _, e := range r.Timeline {
		if e.Kind == drills.KindEnd {
			return e.Name
		}
	}
	return ""
}

// Load reads the run in the folder dir. A run that was interrupted loads with
// warnings about what it lacks; damage is an error that names file and line.
func Load(dir string) (*Run, error) {
	run := &Run{Dir: dir}
	for _, step := range []func() error{run.loadDrill, run.loadEvents, run.loadLedger, run.loadProbes} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("load run: %w", err)
		}
	}
	// Warnings get into the report, which is the same wherever the run lies.
	for i, warning := range run.Warnings {
		run.Warnings[i] = strings.ReplaceAll(warning, filepath.Clean(dir)+string(filepath.Separator), "")
	}
	return run, nil
}

func (r *Run) loadDrill() (err error) {
	r.Drill, err = drills.Load(filepath.Join(r.Dir, DrillFile))
	return err
}

func (r *Run) loadEvents() error {
	path := filepath.Join(r.Dir, EventsFile)
	events, warnings, err := readFile(path, ReadEvents)
	if err != nil {
		return err
	}
	r.Timeline, r.Warnings = events, append(r.Warnings, warnings...)
	if len(events) == 0 {
		r.Warnings = append(r.Warnings, path+" holds no event: the run was interrupted before it began")
		return nil
	}
	if begin := r.Begin(); begin.Drill != r.Drill.Name {
		return &CorruptError{File: path, Line: 1, Err: fmt.Errorf("the run is of drill %q, but %s is %q", begin.Drill, DrillFile, r.Drill.Name)}
	}
	if r.Outcome() == "" {
		r.Warnings = append(r.Warnings, path+": there is no end event: the run was interrupted")
	}
	return nil
}

// loadLedger and loadProbes ask for their files only of a run that got as far
// as to merge them.
func (r *Run) loadLedger() (err error) {
	r.Ledger, err = merged(r, LedgerFile, ReadLedger)
	return err
}

func (r *Run) loadProbes() (err error) {
	r.Probes, err = merged(r, ProbesFile, ReadProbes)
	return err
}

// merged reads a file that is merged from others when a run ends.
func merged[T any](r *Run, name string, read func(string, io.Reader) ([]T, []string, error)) ([]T, error) {
	path := filepath.Join(r.Dir, name)
	content, warnings, err := readFile(path, read)
	switch outcome := r.Outcome(); {
	case err == nil:
		r.Warnings = append(r.Warnings, warnings...)
		return content, nil
	case !errors.Is(err, os.ErrNotExist) || outcome == drills.OutcomeFinished || outcome == drills.OutcomeNoSteady:
		return nil, err
	default:
		r.Warnings = append(r.Warnings, path+": it is missing: the run ended before it was merged")
		return nil, nil
	}
}
