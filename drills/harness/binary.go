package harness

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
)

// BinaryVariable names the environment variable that tells where the
// failoverdrill binary is.
const BinaryVariable = "FAILOVERDRILL_BIN"

// ErrNoBinary is returned by FindBinary where there is none.
var ErrNoBinary = errors.New("no failoverdrill binary")

// FindBinary finds the binary that plays every component: by FAILOVERDRILL_BIN,
// else on the PATH.
func FindBinary() (string, error) {
	if named := os.Getenv(BinaryVariable); named != "" {
		if _, err := os.Stat(named); err != nil {
			return "", fmt.Errorf("%w: %s says: %w", ErrNoBinary, BinaryVariable, err)
		}
		return named, nil
	}
	found, err := exec.LookPath("failoverdrill")
	if err != nil {
		return "", fmt.Errorf("%w: set %s, or put failoverdrill on the PATH: %w", ErrNoBinary, BinaryVariable, err)
	}
	return found, nil
}
