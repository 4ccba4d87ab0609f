package record

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/failoverdrill/failoverdrill/drills"
)

// Writer writes a run while it goes on. It is a drills.Recorder, and safe for
// use by several goroutines.
type Writer struct {
	dir   string
	runID string
	drill string

	mu          sync.Mutex
	file        *os.File // nil once closed
	events      drills.Timeline
	err         error // the first one
	subscribers []*subscriber
	delivering  bool
}

var _ drills.Recorder = (*Writer)(nil)

// Create begins the record of run runID of drill d in the folder dir, which it
// makes. A folder that holds anything already is refused: a run never mixes
// with another. The caller closes the Writer.
func Create(dir string, d *drills.Drill, runID string) (*Writer, error) {
	yaml, err := d.YAML()
	if err != nil {
		return nil, fmt.Errorf("create run: write drill %s: %w", d.Name, err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("create run: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("create run: %w", err)
	}
	if len(entries) > 0 {
		return nil, fmt.Errorf("create run: folder %s is not empty: it holds %s", dir, entries[0].Name())
	}
	w := &Writer{dir: dir, runID: runID, drill: d.Name}
	if err := w.open(yaml); err != nil {
		return nil, fmt.Errorf("create run: %w", err)
	}
	return w, nil
}

// open makes the files of the run. The file of events comes first: making it
// fails for the slower of two harnesses that want the same folder.
func (w *Writer) open(yaml []byte) error {
	events := filepath.Join(w.dir, EventsFile)
	file, err := os.OpenFile(events, os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	err = os.Mkdir(filepath.Join(w.dir, LogsFolder), 0o755)
	if err == nil {
		err = WriteFile(filepath.Join(w.dir, DrillFile), yaml)
	}
	if err != nil {
		return errors.Join(err, file.Close(), os.Remove(events))
	}
	w.file = file
	return nil
}

// Dir is the folder of the run.
func (w *Writer) Dir() string { return w.dir }

// Record appends an event and hands it to the subscribers. The first event has
// to be the one of kind begin.
//
// What is kept is what was written, read back: times are whole microseconds,
// and a run judged at once gets the same answers as one loaded later.
//
// The first error is kept for Err and Close, and from then on nothing more is
// written: a record with a hole in it must not look whole. Subscribers still
// get the events, so that a run whose disk is full can heal what it broke.
func (w *Writer) Record(e drills.Event) {
	w.mu.Lock()
	if w.err == nil {
		if written, err := w.write(e); err != nil {
			w.err = fmt.Errorf("record event %d, %s %s: %w", len(w.events)+1, e.Kind, e.Name, err)
		} else {
			e = written
		}
	}
	w.events = append(w.events, e)
	w.mu.Unlock()
	w.deliver()
}

// write appends e to the file by a single write, which survives the death of
// this process, and returns e as a reader will find it.
func (w *Writer) write(e drills.Event) (drills.Event, error) {
	if w.file == nil {
		return e, errors.New("the run is closed")
	}
	line, err := encode(e)
	if err != nil {
		return e, err
	}
	written, err := decodeEvent(line)
	if err != nil {
		return e, err
	}
	if err := checkPlace(written, len(w.events)); err != nil {
		return e, err
	}
	if b := written.Begin; b != nil && (b.RunID != w.runID || b.Drill != w.drill) {
		return e, fmt.Errorf("run %q of drill %q is not the run %q of drill %q that this record is of",
			b.RunID, b.Drill, w.runID, w.drill)
	}
	if _, err := w.file.Write(line); err != nil {
		return e, err
	}
	return written, nil
}

// Events is the Timeline so far. It is shared and not to be changed: a drill
// looks many times a second, too often to copy all there is.
func (w *Writer) Events() drills.Timeline {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.events[:len(w.events):len(w.events)]
}

// Err is the first error of the record. A run whose record has one has failed.
func (w *Writer) Err() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// Close ends the record and returns its first error, Err. To close it again
// does no harm.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.file == nil {
		return w.err
	}
	if err := errors.Join(w.file.Sync(), w.file.Close()); err != nil && w.err == nil {
		w.err = fmt.Errorf("close run: %w", err)
	}
	w.file = nil
	return w.err
}
