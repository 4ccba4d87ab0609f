package journal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// version is that of the format. Another one may know of changes that this one
// cannot undo.
const version = 1

// Run says whose journal it is.
type Run struct {
	Version int       `json:"version"`
	ID      string    `json:"id"`
	Drill   string    `json:"drill"`
	Dir     string    `json:"dir"` // the run's folder
	PID     int       `json:"pid"` // of the harness
	Started time.Time `json:"started"`
}

// Entry is a change, and whether it was undone.
type Entry struct {
	Number int // counts from 1, in the order in which changes were made
	Change drills.Change
	Undone bool
}

// line is one line of a journal: one of its three kinds.
type line struct {
	Run    *Run           `json:"run,omitempty"`
	Number int            `json:"number,omitempty"` // of Change
	Change *drills.Change `json:"change,omitempty"`
	Undone int            `json:"undone,omitempty"` // number of a change
}

// DamagedError is a line of a journal that cannot be trusted, nor can those
// behind it: a person has to look at it.
type DamagedError struct {
	File string
	Line int // the first is 1
	Err  error
}

// Error has the form file:line: reason, which editors can follow.
func (e *DamagedError) Error() string { return fmt.Sprintf("%s:%d: %v", e.File, e.Line, e.Err) }

// Unwrap is the reason alone.
func (e *DamagedError) Unwrap() error { return e.Err }

// Content is what a journal tells.
type Content struct {
	Run     Run // ID is empty when its harness was killed before it wrote who it was, and so before any change
	Entries []Entry
	Bytes   int64 // up to the end of the last line that is whole
}

// Read reads a journal; name is what errors call it. A last line without its
// newline was never whole on disk, so what it tells of was not done: it is
// left out. With a DamagedError comes what stands before the damage.
func Read(name string, r io.Reader) (Content, error) {
	var c Content
	in := bufio.NewReader(r)
	for n := 1; ; n++ {
		text, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return c, nil
		}
		if err != nil {
			return c, fmt.Errorf("read journal %s: %w", name, err)
		}
		if err := c.take(text); err != nil {
			return c, &DamagedError{File: name, Line: n, Err: err}
		}
		c.Bytes += int64(len(text))
	}
}

// take adds what one line tells.
func (c *Content) take(text []byte) error {
	l, err := decode(text)
	if err != nil {
		return err
	}
	switch first := c.Run.ID == ""; {
	case first && (l.Run == nil || l.Run.ID == ""):
		return errors.New("the first line does not tell the run")
	case first && l.Run.Version != version:
		return fmt.Errorf("its version is %d, not %d: recover with the failoverdrill that ran the drill", l.Run.Version, version)
	case first:
		c.Run = *l.Run
	case l.Change != nil:
		if want := len(c.Entries) + 1; l.Number != want {
			return fmt.Errorf("it is change %d where %d follows: lines were lost or reordered", l.Number, want)
		}
		if err := l.Change.Check(); err != nil {
			return err
		}
		c.Entries = append(c.Entries, Entry{Number: l.Number, Change: *l.Change})
	case l.Undone > 0:
		if l.Undone > len(c.Entries) {
			return fmt.Errorf("change %d was undone, and there are %d", l.Undone, len(c.Entries))
		}
		c.Entries[l.Undone-1].Undone = true
	default:
		return errors.New("it tells neither of a change nor of an undo")
	}
	return nil
}

// decode reads one line. A field that is not known may be what an undo needs.
func decode(text []byte) (line, error) {
	var l line
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); errors.Is(err, io.EOF) {
		return l, errors.New("the line is empty")
	} else if err != nil {
		return l, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return l, errors.New("there is more than one value on the line")
	}
	kinds := 0
	for _, is := range []bool{l.Run != nil, l.Change != nil, l.Undone != 0} {
		if is {
			kinds++
		}
	}
	if kinds != 1 || l.Change == nil && l.Number != 0 || l.Undone < 0 {
		return l, errors.New("a line is of one kind: a run, a change or an undo")
	}
	return l, nil
}
