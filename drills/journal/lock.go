package journal

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lock takes the one lock on a file; unless it may wait, ErrHeld says that
// another has it. It goes when the file is closed, or with its process however
// that ends. A child does not inherit it: files are closed in children, but for
// the moment between the fork and the program.
func lock(file *os.File, wait bool) error {
	how := syscall.LOCK_EX
	if !wait {
		how |= syscall.LOCK_NB
	}
	for {
		err := syscall.Flock(int(file.Fd()), how)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, syscall.EWOULDBLOCK):
			return ErrHeld
		case !errors.Is(err, syscall.EINTR):
			return fmt.Errorf("lock: %w", err)
		}
	}
}

// isAt reports whether a path still leads to a file that was opened there.
func isAt(file *os.File, path string) (bool, error) {
	opened, err := file.Stat()
	if err != nil {
		return false, err
	}
	found, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil && os.SameFile(opened, found), err
}

// syncFolder has the name of a new file survive the loss of power.
func syncFolder(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
