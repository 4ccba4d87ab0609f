package journal_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills/journal"
)

func TestTheStateFolder(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		named, xdg, home string
		want             string // empty: an error
	}{
		"named":          {"/a/state", "/xdg", "/home/me", "/a/state"},
		"named relative": {"state", "/xdg", "/home/me", filepath.Join(here, "state")},
		"XDG":            {"", "/xdg", "/home/me", "/xdg/failoverdrill"},
		"XDG relative":   {"", "xdg", "/home/me", "/home/me/.local/state/failoverdrill"},
		"home":           {"", "", "/home/me", "/home/me/.local/state/failoverdrill"},
		"no home":        {"", "", "", ""},
		"relative home":  {"", "", "me", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(journal.FolderVariable, c.named)
			t.Setenv("XDG_STATE_HOME", c.xdg)
			t.Setenv("HOME", c.home)
			got, err := journal.Folder()
			if got != c.want || (err != nil) != (c.want == "") {
				t.Errorf("found %q, %v", got, err)
			}
			if err != nil && !strings.Contains(err.Error(), journal.FolderVariable) {
				t.Errorf("it does not say what to do: %v", err)
			}
		})
	}
}

func TestStopAndRelease(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	if err := journal.CheckStop(state); err != nil {
		t.Fatalf("with no folder: %v", err)
	}
	for _, made := range []bool{true, false} { // the second finds that of the first
		if got, err := journal.Stop(state); got != made || err != nil {
			t.Errorf("made %t, %v", got, err)
		}
	}
	var stop *journal.StoppedError
	if err := journal.CheckStop(state); !errors.As(err, &stop) || stop.File != journal.StopFile(state) || !strings.Contains(err.Error(), "stop --release") {
		t.Errorf("it says %v", err)
	}
	for _, was := range []bool{true, false} {
		if got, err := journal.Release(state); got != was || err != nil {
			t.Errorf("released %t, %v", got, err)
		}
	}
	if err := journal.CheckStop(state); err != nil {
		t.Error(err)
	}
}

func TestAStopIsSeenWhileItIsWaitedFor(t *testing.T) {
	state := t.TempDir()
	seen := make(chan error, 1)
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	go func() { seen <- journal.AwaitStop(ctx, state) }()
	if _, err := journal.Stop(state); err != nil {
		t.Fatal(err)
	}
	var stop *journal.StoppedError
	if err := <-seen; !errors.As(err, &stop) {
		t.Errorf("it saw %v", err)
	}
	why := errors.New("enough")
	ended, end := context.WithCancelCause(t.Context())
	end(why)
	if err := journal.AwaitStop(ended, t.TempDir()); !errors.Is(err, why) {
		t.Errorf("after its context: %v", err)
	}
}

// What cannot be looked for may be there.
func TestAStopFileThatCannotBeLookedFor(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "")
	if err := journal.CheckStop(file); err == nil {
		t.Error("a state folder that is a file lets drills start")
	}
}
