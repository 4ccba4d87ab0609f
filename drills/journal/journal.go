package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/failoverdrill/failoverdrill/drills"
)

// ErrHeld is returned by Open for a journal that another process holds: its run
// goes on, or somebody is about to recover it.
var ErrHeld = errors.New("held by another process")

// ErrUndoLeft is returned by Remove while there is something to undo.
var ErrUndoLeft = errors.New("not everything was undone")

// Journal is the journal of one run, held by this process and no other.
type Journal struct {
	path string
	run  Run

	mu      sync.Mutex
	file    *os.File // nil once it was given back
	entries []Entry
	bytes   int64
	err     error // the first; from then on nothing is written
}

var _ drills.Journal = (*Journal)(nil)

// Create begins the journal of a run in a state folder, which it makes. The
// caller removes or closes it.
func Create(state string, run Run) (*Journal, error) {
	j := &Journal{path: filepath.Join(state, run.ID+suffix), run: run}
	j.run.Version = version
	if err := os.MkdirAll(state, 0o700); err != nil {
		return nil, fmt.Errorf("make state folder: %w", err)
	}
	if err := j.create(); err != nil {
		return nil, fmt.Errorf("begin journal: %w", err)
	}
	err := j.write(line{Run: &j.run})
	if err == nil {
		err = j.file.Sync()
	}
	if err == nil {
		err = syncFolder(state)
	}
	if err != nil { // nothing was changed: it may go
		return nil, errors.Join(fmt.Errorf("begin journal: %w", err), os.Remove(j.path), j.Close())
	}
	return j, nil
}

// create makes the file and takes its lock. A recovery that met it empty may
// have removed it in between: then it is made again.
func (j *Journal) create() error {
	for {
		file, err := os.OpenFile(j.path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
		if err != nil {
			return err
		}
		if err := lock(file, true); err != nil {
			return errors.Join(err, file.Close())
		}
		there, err := isAt(file, j.path)
		if err != nil {
			return errors.Join(err, file.Close())
		}
		if there {
			j.file = file
			return nil
		}
		if err := file.Close(); err != nil {
			return err
		}
	}
}

// Open takes over the journal that an interrupted run left. It returns ErrHeld
// while another process holds it, and os.ErrNotExist for one that was removed
// meanwhile. With a DamagedError comes the Journal up to the damage: what it
// tells of can be undone, but nothing can be written to it.
func Open(path string) (*Journal, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	if err := lock(file, false); err != nil {
		return nil, errors.Join(fmt.Errorf("open journal %s: %w", path, err), file.Close())
	}
	there, err := isAt(file, path)
	if err == nil && !there {
		err = os.ErrNotExist
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open journal %s: %w", path, err), file.Close())
	}
	content, err := Read(path, file)
	var damaged *DamagedError
	if err == nil {
		err = file.Truncate(content.Bytes) // or what follows would follow half a line
	} else if !errors.As(err, &damaged) {
		return nil, errors.Join(err, file.Close())
	}
	j := &Journal{path: path, file: file, run: content.Run, entries: content.Entries, bytes: content.Bytes, err: err}
	return j, err
}

// Peek reads a journal without taking it: whose it is, and whether another
// process holds it.
func Peek(path string) (run Run, held bool, err error) {
	file, err := os.Open(path)
	if err != nil {
		return Run{}, false, fmt.Errorf("look into journal: %w", err)
	}
	defer func() { _ = file.Close() }()
	if err := lock(file, false); errors.Is(err, ErrHeld) {
		held = true
	} else if err != nil {
		return Run{}, false, fmt.Errorf("look into journal %s: %w", path, err)
	}
	content, err := Read(path, file)
	return content.Run, held, err
}

// Path is where the journal lies.
func (j *Journal) Path() string { return j.path }

// Run is whose journal it is.
func (j *Journal) Run() Run { return j.run }

// Entries lists every change, also those that were undone, in order.
func (j *Journal) Entries() []Entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]Entry(nil), j.entries...)
}

// Begin has changes on disk before it returns. After an error of the disk it
// refuses all that follow: what stands behind a gap could not be read.
func (j *Journal) Begin(changes ...drills.Change) ([]func(), error) {
	for _, c := range changes {
		if err := c.Check(); err != nil {
			return nil, fmt.Errorf("note %s: %w", c, err)
		}
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	lines := make([]line, len(changes))
	for i := range changes {
		lines[i] = line{Number: len(j.entries) + i + 1, Change: &changes[i]}
	}
	err := j.write(lines...)
	if err == nil {
		if err = j.file.Sync(); err != nil {
			j.err = err
		}
	}
	if err != nil {
		return nil, fmt.Errorf("note changes in %s, none was made: %w", j.path, err)
	}
	undone := make([]func(), len(changes))
	for i, c := range changes {
		number := lines[i].Number
		j.entries = append(j.entries, Entry{Number: number, Change: c})
		undone[i] = func() { j.Undone(number) }
	}
	return undone, nil
}

// Undone notes that a change was undone. It does not wait for the disk, nor
// mind it: who finds the line missing undoes it again, which does no harm.
func (j *Journal) Undone(number int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	e := &j.entries[number-1]
	if !e.Undone {
		e.Undone = true
		_ = j.write(line{Undone: number})
	}
}

// write appends lines by a single write, which survives the death of this
// process.
func (j *Journal) write(lines ...line) error {
	if j.err != nil {
		return j.err
	}
	if j.file == nil {
		return errors.New("the journal is closed")
	}
	var text []byte
	for _, l := range lines {
		one, err := json.Marshal(l)
		if err != nil {
			return err
		}
		text = append(append(text, one...), '\n')
	}
	if _, err := j.file.Write(text); err != nil {
		// Half a line at the end would be read as one that was cut short, and is:
		// nothing may follow it.
		j.err = errors.Join(err, j.file.Truncate(j.bytes))
		return j.err
	}
	j.bytes += int64(len(text))
	return nil
}

// Remove ends the journal of a run that has left nothing, and gives it back.
func (j *Journal) Remove() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	var damaged *DamagedError
	if errors.As(j.err, &damaged) {
		return fmt.Errorf("remove journal: what stands behind the damage is not known: %w", damaged)
	}
	for _, e := range j.entries {
		if !e.Undone {
			return fmt.Errorf("remove journal %s: %w: %s", j.path, ErrUndoLeft, e.Change)
		}
	}
	if j.file == nil {
		return nil
	}
	// Removed while it is held: nobody can take it over in between.
	if err := os.Remove(j.path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove journal: %w", err)
	}
	return j.release()
}

// Close gives the journal back as it is: what it tells of can be recovered. To
// close it again does no harm.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.release()
}

func (j *Journal) release() error {
	if j.file == nil {
		return nil
	}
	err := j.file.Close() // the lock goes with it
	j.file = nil
	if err != nil {
		return fmt.Errorf("close journal: %w", err)
	}
	return nil
}
