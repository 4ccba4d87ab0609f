package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// FolderVariable names the environment variable that tells which state folder
// to use in place of the user's.
const FolderVariable = "FAILOVERDRILL_STATE"

// Folder finds the user's state folder: FAILOVERDRILL_STATE, else failoverdrill
// in XDG_STATE_HOME, else ~/.local/state/failoverdrill. It may not be there yet.
// It has to be on a file system of this machine, as what it tells of is.
func Folder() (string, error) {
	if named := os.Getenv(FolderVariable); named != "" {
		path, err := filepath.Abs(named)
		if err != nil {
			return "", fmt.Errorf("find state folder: %s: %w", FolderVariable, err)
		}
		return path, nil
	}
	// One that is relative is to be ignored: the XDG specification has it so.
	if base := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(base) {
		return filepath.Join(base, "failoverdrill"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil || !filepath.IsAbs(home) {
		return "", errors.Join(fmt.Errorf("find state folder: there is no home folder: set HOME, or %s to a folder for the journals of runs", FolderVariable), err)
	}
	return filepath.Join(home, ".local", "state", "failoverdrill"), nil
}

// suffix ends the name of every journal.
const suffix = ".jsonl"

// List lists the paths of the journals in a state folder, by name. A folder
// that is not there has none.
func List(state string) ([]string, error) {
	entries, err := os.ReadDir(state)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("list journals: %w", err)
	}
	var out []string
	for _, e := range entries {
		if !e.IsDir() && strings.HasSuffix(e.Name(), suffix) {
			out = append(out, filepath.Join(state, e.Name()))
		}
	}
	return out, nil
}
