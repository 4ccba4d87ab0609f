package harness

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// BinaryVariable names the environment variable that tells where the
// failoverdrill binary is.
const BinaryVariable = "FAILOVERDRILL_BIN"

// ErrNoBinary is returned by FindBinary where there is none.
var ErrNoBinary = errors.New("no failoverdrill binary")

// FindBinary finds the binary that plays every component: by FAILOVERDRILL_BIN, on the
// PATH, or as a tool of the Go module that this process runs in (go get -tool), which Go
// builds once and keeps.
func FindBinary(ctx context.Context) (string, error) {
	if named := os.Getenv(BinaryVariable); named != "" {
		if _, err := os.Stat(named); err != nil {
			return "", fmt.Errorf("%w: %s says: %w", ErrNoBinary, BinaryVariable, err)
		}
		return named, nil
	}
	if found, err := exec.LookPath("failoverdrill"); err == nil {
		return found, nil
	}
	found, err := asTool(ctx)
	if err != nil {
		return "", fmt.Errorf("%w: set %s, put failoverdrill on the PATH, or add it to your module (go get -tool %s): %w", ErrNoBinary, BinaryVariable, command, err)
	}
	return found, nil
}

// command is the package of the binary.
const command = "github.com/failoverdrill/failoverdrill/cmd/failoverdrill"

// asTool has Go build the binary as a tool of the module around, and tell where it is.
func asTool(ctx context.Context) (string, error) {
	build := exec.CommandContext(ctx, "go", "tool", "-n", command)
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // one static binary plays every component
	var said strings.Builder
	build.Stderr = &said
	out, err := build.Output()
	path := strings.TrimSpace(string(out))
	switch {
	case err != nil:
		return "", fmt.Errorf("%w: %s", err, strings.TrimSpace(said.String()))
	case path == "":
		return "", errors.New("go tells of no tool of that name")
	}
	return path, nil
}
