package main

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/journal"
)

// TestMain lets the test binary be the command it tests: a drill asks it whether
// it plays components.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "component" {
		os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// stateFolder is one of this test alone.
func stateFolder(t *testing.T) string {
	t.Helper()
	state := filepath.Join(t.TempDir(), "state")
	t.Setenv(journal.FolderVariable, state)
	return state
}

// interrupted leaves the journal of a run, and its working folder.
func interrupted(t *testing.T, state string, more ...drills.Change) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "run")
	savedRun(t, dir)
	work := filepath.Join(dir, "work")
	if err := os.MkdirAll(filepath.Join(work, "us-east", "cluster"), 0o700); err != nil {
		t.Fatal(err)
	}
	j, err := journal.Create(state, journal.Run{ID: "1a2b3c4d", Drill: "active-hot", Dir: dir, PID: 42, Started: time.Now()})
	if err == nil {
		_, err = j.Begin(append([]drills.Change{{Kind: drills.FolderChange, Subject: work}}, more...)...)
	}
	if err = errors.Join(err, j.Close()); err != nil {
		t.Fatal(err)
	}
	return dir
}

func matches(t *testing.T, text string, patterns ...string) {
	t.Helper()
	for _, p := range patterns {
		if !regexp.MustCompile(p).MatchString(text) {
			t.Errorf("no %q in\n%s", p, text)
		}
	}
}

func TestRecoverTellsWhatItUndid(t *testing.T) {
	state := stateFolder(t)
	for range 2 {
		if code, stdout, stderr := command(t, "recover"); code != 0 || stderr != "" || strings.Count(stdout, "\n") != 1 {
			t.Errorf("with nothing to recover: exit code %d, %s\n%s", code, stderr, stdout)
		}
	}
	dir := interrupted(t, state, drills.Change{Kind: drills.ProcessChange, Subject: "links"}, drills.Change{Kind: drills.ProcessChange, Subject: "us-east/dns"})
	_, _, stderr := command(t, "run", "active-hot", "--runs", "1", "--out", "/dev/null/runs") // starts nothing
	matches(t, stderr, `1a2b3c4d.*failoverdrill recover`, `nothing was started.*/dev/null`)
	code, stdout, stderr := command(t, "recover")
	if code != 0 || stderr != "" {
		t.Errorf("exit code %d, %s", code, stderr)
	}
	matches(t, stdout, `run 1a2b3c4d of active-hot, .* was interrupted`, `folder +/.*work +there +removed`, `process +2 +gone`, `verified`, `analyze `+dir)
	if _, err := os.Stat(filepath.Join(dir, "work")); !os.IsNotExist(err) {
		t.Errorf("the folder is still there: %v", err)
	}
	if code, stdout, _ := command(t, "recover"); code != 0 || !strings.HasPrefix(stdout, "nothing to recover") {
		t.Errorf("again: exit code %d\n%s", code, stdout)
	}
	dir = interrupted(t, state)
	_, stdout, _ = command(t, "recover", "--keep")
	matches(t, stdout, `folder +/.*work +there +kept`)
	if _, err := os.Stat(filepath.Join(dir, "work")); err != nil {
		t.Error(err)
	}
}

func TestRecoverTellsWhatIsLeft(t *testing.T) {
	state := stateFolder(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	interrupted(t, state, drills.Change{Kind: drills.ProcessChange, Subject: "links", Ports: []string{taken.Addr().String()}})
	code, stdout, stderr := command(t, "recover")
	if want := drills.Errored.ExitCode(); code != want {
		t.Errorf("exit code %d, want %d", code, want)
	}
	matches(t, stdout, `the journal stays: .*1a2b3c4d\.jsonl`)
	matches(t, stderr, `port `+taken.Addr().String()+` is still in use`, `recover again`)
}

func TestStopAndReleaseOfTheCommand(t *testing.T) {
	state := stateFolder(t)
	interrupted(t, state)
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"stop"}, `no drill is running\nnote: .*1a2b3c4d.*recover`},
		{[]string{"stop", "--release"}, `there is no stop file`},
		{[]string{"stop", "--hold"}, `no drill starts while .*/stop is there`},
		{[]string{"stop"}, `no drill starts while .*/stop is there`}, // somebody else's
		{[]string{"stop", "--release"}, `drills start again`},
	} {
		code, stdout, stderr := command(t, c.args...)
		if code != 0 || stderr != "" {
			t.Errorf("%q: exit code %d, %s", c.args, code, stderr)
		}
		matches(t, stdout, c.says)
	}
}

func TestADrillThatIsStoppedIsNotStarted(t *testing.T) {
	state := stateFolder(t)
	if _, err := journal.Stop(state); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "runs")
	code, stdout, stderr := command(t, "run", "active-hot", "--out", out)
	refused(t, code, stdout, stderr, journal.StopFile(state)+`.*stop --release`, out)
}

func TestNoHomeIsTold(t *testing.T) {
	for _, name := range []string{journal.FolderVariable, "XDG_STATE_HOME", "HOME"} {
		t.Setenv(name, "")
	}
	for _, args := range [][]string{{"recover"}, {"stop"}, {"run", "active-hot", "--out", filepath.Join(t.TempDir(), "runs")}} {
		code, _, stderr := command(t, args...)
		if want := drills.Errored.ExitCode(); code != want {
			t.Errorf("%q: exit code %d, want %d", args, code, want)
		}
		matches(t, stderr, `set HOME, or FAILOVERDRILL_STATE`)
	}
}
