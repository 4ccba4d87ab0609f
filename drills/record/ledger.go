package record

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/failoverdrill/failoverdrill/drills"
)

// ReadLedger reads a ledger, one operation a line; name is what errors and
// warnings call r. The error is a CorruptError when a line is at fault.
func ReadLedger(name string, r io.Reader) (ledger []drills.Operation, warnings []string, err error) {
	warnings, err = readLines(name, r, func(line []byte) error {
		o, err := decodeOperation(line)
		ledger = append(ledger, o)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return ledger, warnings, nil
}

// MergeLedgers merges the starters' own ledger files into the run's, in order
// of time; lines of the same time stay in the order of paths and lines. A
// starter that was killed may have left its last line cut short: that line is
// dropped, and a warning names its file. Any other damage is an error and
// leaves the run's ledger as it was. A second call replaces the first's ledger.
func (w *Writer) MergeLedgers(paths ...string) (warnings []string, err error) {
	var merged []drills.Operation
	for _, path := range paths {
		ledger, cut, err := readFile(path, ReadLedger)
		if err != nil {
			return warnings, fmt.Errorf("merge ledgers: %w", err)
		}
		merged = append(merged, ledger...)
		warnings = append(warnings, cut...)
	}
	slices.SortStableFunc(merged, func(a, b drills.Operation) int { return cmp.Compare(a.At, b.At) })

	var content bytes.Buffer
	for _, o := range merged {
		line, err := encode(o)
		if err != nil {
			return warnings, fmt.Errorf("merge ledgers: encode operation %s: %w", o.ID, err)
		}
		content.Write(line)
	}
	if err := WriteFile(filepath.Join(w.dir, LedgerFile), content.Bytes()); err != nil {
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
	switch o.Kind {
	case drills.StartOperation, drills.SignalOperation:
	default:
		return fmt.Errorf("unknown kind of operation %q", o.Kind)
	}
	switch o.State {
	case drills.OperationSent, drills.OperationAcknowledged, drills.OperationAbandoned:
	default:
		return fmt.Errorf("unknown state of operation %q", o.State)
	}
	return nil
}

// readFile opens path for one of this package's readers.
func readFile[T any](path string, read func(string, io.Reader) (T, []string, error)) (T, []string, error) {
	f, err := os.Open(path)
	if err != nil {
		var none T
		return none, nil, err
	}
	defer func() { _ = f.Close() }()
	return read(path, f)
}
