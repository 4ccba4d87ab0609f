package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// StopFile is the file in a state folder that ends every drill.
func StopFile(state string) string { return filepath.Join(state, "stop") }

// StoppedError says that a stop file is there: no drill starts.
type StoppedError struct{ File string }

// Error names the file and what removes it.
func (e *StoppedError) Error() string {
	return fmt.Sprintf("stopped: no drill runs while %s is there; `failoverdrill stop --release` removes it", e.File)
}

// CheckStop returns a StoppedError while there is a stop file. One that cannot
// be looked for counts as there: unknown is no leave to go on.
func CheckStop(state string) error {
	file := StopFile(state)
	_, err := os.Stat(file)
	switch {
	case err == nil:
		return &StoppedError{File: file}
	case errors.Is(err, os.ErrNotExist):
		return nil
	}
	return fmt.Errorf("look for a stop file: %w", err)
}

// lookEvery is how often a stop file is looked for: well within the second in
// which a stop has to be seen.
const lookEvery = 200 * time.Millisecond

// AwaitStop returns what CheckStop does once that is an error, or the cause for
// which ctx ended.
func AwaitStop(ctx context.Context, state string) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		if err := CheckStop(state); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
}

// Stop makes the stop file of a state folder and reports whether it did: one
// that was there is somebody else's.
func Stop(state string) (made bool, err error) {
	if err := os.MkdirAll(state, 0o700); err != nil {
		return false, fmt.Errorf("make state folder: %w", err)
	}
	file, err := os.OpenFile(StopFile(state), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("make stop file: %w", err)
	}
	_, err = fmt.Fprintf(file, "made by process %d at %s\n", os.Getpid(), time.Now().Format(time.RFC3339))
	if err := errors.Join(err, file.Close()); err != nil {
		return true, fmt.Errorf("make stop file: %w", err)
	}
	return true, nil
}

// Release removes the stop file of a state folder and reports whether there was
// one.
func Release(state string) (was bool, err error) {
	err = os.Remove(StopFile(state))
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, os.ErrNotExist):
		return false, nil
	}
	return false, fmt.Errorf("remove stop file: %w", err)
}
