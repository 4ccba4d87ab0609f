package selftest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/record"
)

// whole reads a file of a run.
func whole(dir, name string) ([]byte, error) {
	file, err := record.Open(filepath.Join(dir, name))
	if err != nil {
		return nil, fmt.Errorf("plant a defect in a record: %w", err)
	}
	defer func() { _ = file.Close() }()
	content, err := io.ReadAll(file)
	if err != nil {
		return nil, fmt.Errorf("plant a defect in a record: %w", err)
	}
	return content, nil
}

// lines reads a file of a run, line by line.
func lines(dir, name string) ([]string, error) {
	content, err := whole(dir, name)
	if err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimSuffix(string(content), "\n"), "\n"), nil
}

func write(dir, name string, lines []string) error {
	return record.WriteFile(filepath.Join(dir, name), []byte(strings.Join(lines, "\n")+"\n"))
}

// acknowledge has the ledger claim an operation that no cluster ever saw, as a
// cluster that acknowledged it and dropped it would leave it. It is made after
// the pattern of an operation of that kind.
func acknowledge(dir string, kind drills.OperationKind, change func(*drills.Operation)) error {
	ledger, err := lines(dir, record.LedgerFile)
	if err != nil {
		return err
	}
	for i, line := range ledger {
		var op drills.Operation
		if err := json.Unmarshal([]byte(line), &op); err != nil {
			return fmt.Errorf("plant a defect in a ledger: %w", err)
		}
		if op.Kind != kind || op.State != drills.OperationAcknowledged {
			continue
		}
		change(&op)
		planted, err := json.Marshal(op)
		if err != nil {
			return fmt.Errorf("plant a defect in a ledger: %w", err)
		}
		return write(dir, record.LedgerFile, slices.Insert(ledger, i+1, string(planted)))
	}
	return errors.New("plant a defect in a ledger: there is no such operation")
}

func dropStart(dir string) error {
	return acknowledge(dir, drills.StartOperation, func(op *drills.Operation) {
		op.Workflow += "-dropped"
		op.ID = op.Workflow + "/start"
	})
}

func dropSignal(dir string) error {
	return acknowledge(dir, drills.SignalOperation, func(op *drills.Operation) { op.ID += "-dropped" })
}

// truncateLedger loses the second half of the ledger.
func truncateLedger(dir string) error {
	ledger, err := lines(dir, record.LedgerFile)
	if err != nil {
		return err
	}
	return write(dir, record.LedgerFile, ledger[:len(ledger)/2])
}

// jump is how far the wall clock is moved.
const jump = 0.3 // seconds

func jumpClock(dir string) error {
	events, err := lines(dir, record.EventsFile)
	if err != nil {
		return err
	}
	for i, line := range events {
		var e drills.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			return fmt.Errorf("plant a defect in a record: %w", err)
		}
		if e.Kind != drills.KindClock || i < len(events)/2 {
			continue
		}
		e.Value += jump
		changed, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("plant a defect in a record: %w", err)
		}
		events[i] = string(changed)
	}
	return write(dir, record.EventsFile, events)
}

// cutEvents leaves what a harness leaves that is killed in the middle of a line.
func cutEvents(dir string) error {
	content, err := whole(dir, record.EventsFile)
	if err != nil {
		return err
	}
	middle := len(content) / 2
	if i := bytes.IndexByte(content[middle:], '\n'); i >= 0 {
		middle += i / 2
	}
	return record.WriteFile(filepath.Join(dir, record.EventsFile), content[:middle])
}
