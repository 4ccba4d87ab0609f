package harness

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/failoverdrill/failoverdrill/drills/journal"
)

// RecoverOptions is what is recovered, and how.
type RecoverOptions struct {
	State string // folder of the journals; empty takes the user's
	Keep  bool   // keep working folders, for somebody to look at
	// Within bounds the undo of one change; 0 takes 5 s. An image that may still come is
	// waited for, for 3 s of them.
	Within time.Duration
}

// Recovered is what came of one journal that was found.
type Recovered struct {
	Journal string // its path
	Run     journal.Run
	Held    bool   // the run goes on, and was left alone
	Steps   []Step // what was found, in the order in which it was undone
	Err     error  // what could not be undone, or is still there: the journal stays
}

// lockWithin is how long a journal may look held though its run was
// interrupted: by a child that was forked and is no program of its own yet, or
// by somebody who looks into it.
const lockWithin = 500 * time.Millisecond

// Recover undoes what interrupted runs left behind, and looks whether anything
// is left all the same; only then it removes a run's journal. A run that goes on
// is left alone. To recover again does no harm, however often, and goes on where
// it stopped. The error joins those of all runs.
func Recover(ctx context.Context, o RecoverOptions) ([]Recovered, error) {
	state, err := stateFolder(o.State)
	if err != nil {
		return nil, err
	}
	paths, err := journal.List(state)
	if err != nil {
		return nil, err
	}
	var out []Recovered
	var failed []error
	for _, path := range paths {
		r, found := recoverOne(ctx, path, o)
		if !found {
			continue
		}
		out = append(out, r)
		if r.Err != nil {
			failed = append(failed, fmt.Errorf("recover run %s: %w", r.Run.ID, r.Err))
		}
	}
	return out, errors.Join(failed...)
}

// recoverOne recovers the run of one journal. One whose run ended meanwhile was
// not found.
func recoverOne(ctx context.Context, path string, o RecoverOptions) (r Recovered, found bool) {
	r = Recovered{Journal: path}
	j, err := take(ctx, path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return r, false
	case errors.Is(err, journal.ErrHeld):
		r.Held = true
		r.Run, _, r.Err = journal.Peek(path)
		return r, !errors.Is(r.Err, os.ErrNotExist)
	case j == nil:
		r.Err = err
		return r, true
	}
	damage := err // what stands before it is undone all the same
	defer func() { r.Err = errors.Join(r.Err, j.Close()) }()
	r.Run = j.Run()
	r.Steps, err = (&undoer{journal: j, keep: o.Keep, within: o.Within}).finish(ctx)
	if r.Err = errors.Join(damage, err); r.Err == nil {
		r.Err = j.Remove()
	}
	return r, true
}

// take opens a journal as soon as nobody holds it, or tells that its run goes on.
func take(ctx context.Context, path string) (*journal.Journal, error) {
	ctx, cancel := context.WithTimeout(ctx, lockWithin)
	defer cancel()
	tick := time.NewTicker(lockWithin / 20)
	defer tick.Stop()
	for {
		j, err := journal.Open(path)
		if !errors.Is(err, journal.ErrHeld) {
			return j, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-tick.C:
		}
	}
}

// Interrupted lists the runs that left something to recover.
func Interrupted(state string) ([]journal.Run, error) {
	return runsOf(state, false)
}

// runsOf lists the runs whose journals are held by their harness, or are not.
func runsOf(state string, held bool) ([]journal.Run, error) {
	state, err := stateFolder(state)
	if err != nil {
		return nil, err
	}
	paths, err := journal.List(state)
	if err != nil {
		return nil, err
	}
	var out []journal.Run
	var failed []error
	for _, path := range paths {
		run, is, err := journal.Peek(path)
		switch {
		case errors.Is(err, os.ErrNotExist): // it ended meanwhile
		case err != nil && is == held:
			failed = append(failed, err)
		case is == held:
			out = append(out, run)
		}
	}
	return out, errors.Join(failed...)
}

// stateFolder is the folder of the journals: the one named, or the user's.
func stateFolder(named string) (string, error) {
	if named != "" {
		return named, nil
	}
	return journal.Folder()
}
