package journal_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/journal"
)

// soon is more than anything here takes on a busy machine.
const soon = 20 * time.Second

// stateRole has the test binary play a harness: it holds the journal of a run
// in that state folder until it is killed, or its standard input ends.
const stateRole = "JOURNAL_TEST_STATE"

func TestMain(m *testing.M) {
	if state := os.Getenv(stateRole); state != "" {
		os.Exit(hold(state))
	}
	os.Exit(m.Run())
}

func hold(state string) int {
	j, err := journal.Create(state, someRun())
	if err == nil {
		_, err = j.Begin(process("us-east/cluster"), folder("/runs/1/work"))
	}
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("held")
	_, _ = io.Copy(io.Discard, os.Stdin)
	return 0
}

// holder is another process that holds the journal of someRun.
func holder(t *testing.T, state string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), stateRole+"="+state)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Fatalf("the holder said %q, %v", line, err)
	}
	return cmd
}

func kill(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // tells that it was killed
}

func someRun() journal.Run {
	return journal.Run{ID: "1a2b3c4d", Drill: "active-hot", Dir: "/runs/1", PID: 42, Started: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
}

func process(name string) drills.Change {
	return drills.Change{Kind: drills.ProcessChange, Subject: name, Ports: []string{"127.64.0.2:7233"}}
}

func folder(path string) drills.Change {
	return drills.Change{Kind: drills.FolderChange, Subject: path}
}

func path(state string) string { return filepath.Join(state, someRun().ID+".jsonl") }

// create begins the journal of someRun; it is closed with the test.
func create(t *testing.T, state string) *journal.Journal {
	t.Helper()
	j, err := journal.Create(state, someRun())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

func begin(t *testing.T, j *journal.Journal, changes ...drills.Change) []func() {
	t.Helper()
	undone, err := j.Begin(changes...)
	if err != nil {
		t.Fatal(err)
	}
	return undone
}

// open takes over the journal of someRun; it is closed with the test.
func open(t *testing.T, state string) *journal.Journal {
	t.Helper()
	j, err := journal.Open(path(state))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
