package record

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/failoverdrill/failoverdrill/drills"
)

// ReadLedger reads a ledger, one operation a line, in order of time; name is what
// errors and warnings call r. The error is a CorruptError when a line is at
// fault, also for coming before one that it follows.
func ReadLedger(name string, r io.Reader) (ledger []drills.Operation, warnings []string, err error) {
	warnings, err = readLines(name, r, func(line []byte) error {
		o, err := decodeOperation(line)
		if n := len(ledger); err == nil && n > 0 && o.At < ledger[n-1].At {
			err = fmt.Errorf("the operation is of %s, and the line before it of %s: lines were reordered", o.At, ledger[n-1].At)
		}
		ledger = append(ledger, o)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return ledger, warnings, nil
}

// Source is a file that somebody else wrote, wherever it lies.
type Source interface {
	Name() string // what errors and warnings call it
	Open() (io.ReadCloser, error)
}

// MergeLedgers merges the starters' own ledgers into the run's, in order of
// time; lines of the same time stay in the order of sources and lines. A
// starter that was killed may have left its last line cut short: that line is
// dropped, and a warning names its file; one that was killed before it wrote
// anything has no file. Any other damage is an error and leaves the run's
// ledger as it was. A second call replaces the first's ledger.
func MergeLedgers[S Source](w *Writer, sources []S) (warnings []string, err error) {
	merged, warnings, err := readSources(sources, ReadLedger)
	if err != nil {
		return warnings, fmt.Errorf("merge ledgers: %w", err)
	}
	slices.SortStableFunc(merged, func(a, b drills.Operation) int { return cmp.Compare(a.At, b.At) })

	content, err := encodeAll(merged)
	if err == nil {
		err = WriteFile(filepath.Join(w.dir, LedgerFile), content)
	}
	if err != nil {
		return warnings, fmt.Errorf("merge ledgers: %w", err)
	}
	return warnings, nil
}

// operation has times that may be missing, unlike drills.Operation.
type operation struct {
	At       *drills.Offset `json:"at"`
	Intended *drills.Offset `json:"intended"`
	drills.Operation
}

func decodeOperation(line []byte) (drills.Operation, error) {
	var o operation
	if err := decode(line, &o); err != nil {
		return drills.Operation{}, err
	}
	if o.At == nil || o.Intended == nil {
		return drills.Operation{}, errors.New("the operation does not say when it was meant and when it got there")
	}
	o.Operation.At, o.Operation.Intended = *o.At, *o.Intended
	return o.Operation, checkOperation(o.Operation)
}

func checkOperation(o drills.Operation) error {
	if o.ID == "" {
		return errors.New("the operation has no id")
	}
	if !slices.Contains(append(drills.OperationKinds(), drills.QueryOperation, drills.ResultOperation, drills.WriteOperation), o.Kind) {
		return fmt.Errorf("unknown kind of operation %q", o.Kind)
	}
	switch o.State {
	case drills.OperationSent, drills.OperationAcknowledged, drills.OperationAbandoned:
	default:
		return fmt.Errorf("unknown state of operation %q", o.State)
	}
	return nil
}

// readSources reads all that the sources hold, one after another.
func readSources[S Source, T any](sources []S, read func(string, io.Reader) ([]T, []string, error)) (all []T, warnings []string, err error) {
	for _, source := range sources {
		one, cut, err := readSource(source, read)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, warnings, err
		}
		all, warnings = append(all, one...), append(warnings, cut...)
	}
	return all, warnings, nil
}

func readSource[S Source, T any](source S, read func(string, io.Reader) ([]T, []string, error)) ([]T, []string, error) {
	r, err := source.Open()
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = r.Close() }()
	return read(source.Name(), r)
}

// readFile opens path for one of this package's readers.
func readFile[T any](path string, read func(string, io.Reader) (T, []string, error)) (T, []string, error) {
	f, err := Open(path)
	if err != nil {
		var none T
		return none, nil, err
	}
	defer func() { _ = f.Close() }()
	return read(path, f)
}
