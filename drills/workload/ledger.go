package workload

import (
	"encoding/json"
	"fmt"
	"os"
	"sync"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/clock"
)

// ledger appends operations to a file. A line is written before the state it
// tells of counts: sent before the call, acknowledged before anything builds
// on it. The file outlives the process, however that ends.
type ledger struct {
	mu    sync.Mutex
	file  *os.File
	clock clock.Clock
}

func openLedger(path string, base clock.Clock) (*ledger, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	return &ledger{file: file, clock: base}, nil
}

func (l *ledger) write(op drills.Operation) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	op.At = drills.Offset(l.clock.Now())
	line, err := json.Marshal(op)
	if err != nil {
		return fmt.Errorf("write ledger: %w", err)
	}
	if _, err := l.file.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("write ledger: %w", err)
	}
	return nil
}

func (l *ledger) close() error { return l.file.Close() }
