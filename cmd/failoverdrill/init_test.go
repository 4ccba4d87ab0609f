package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
)

// inModule is the test in a folder of a Go module of its own.
func inModule(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.WriteFile("go.mod", []byte("module example.com/empty\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestInitWritesADrillThatIsValid(t *testing.T) {
	for name, test := range map[string]struct {
		args   []string
		folder string
		want   func(*drills.Drill) bool
	}{
		"the sample":    {nil, "failover", func(d *drills.Drill) bool { return !d.Own() && d.Model == drills.ActiveHot }},
		"another model": {[]string{"--model", "active-cold", "game/days"}, "game/days", func(d *drills.Drill) bool { return d.Model == drills.ActiveCold }},
		"own Workers": {
			[]string{"--command", "bin/worker,--verbose", "--task-queue", "orders", "--workflow", "Order"}, "failover",
			func(d *drills.Drill) bool {
				return d.Own() && strings.Join(d.Workers.Command, " ") == "bin/worker --verbose" && d.Workload.Workflow.Type == "Order"
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := inModule(t)
			code, out, said := command(t, append([]string{"init"}, test.args...)...)
			if code != 0 || !strings.Contains(out, "go test ./"+test.folder) {
				t.Fatalf("exit %d, %s%s", code, out, said)
			}
			d, err := drills.Load(filepath.Join(test.folder, "failover.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			if !test.want(d) {
				t.Errorf("it is %+v", d)
			}
			if d.Own() && d.Workers.Dir != dir {
				t.Errorf("its Workers run in %s, want %s", d.Workers.Dir, dir)
			}
			suite, err := os.ReadFile(filepath.Join(test.folder, "failover_test.go"))
			if err != nil || !strings.HasPrefix(string(suite), "package "+strings.TrimPrefix(test.folder, "game/")) {
				t.Errorf("its suite is %v\n%s", err, suite)
			}
		})
	}
}

func TestInitLeavesWhatIsThere(t *testing.T) {
	inModule(t)
	if err := os.MkdirAll("failover", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("failover/failover_test.go", []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, said := command(t, "init")
	if code != drills.ExitUsage || !strings.Contains(said, "failover_test.go is there already") {
		t.Errorf("exit %d, %s", code, said)
	}
	if _, err := os.Stat("failover/failover.yaml"); err == nil {
		t.Error("it wrote one of the two")
	}
}

func TestInitSaysWhatIsWrong(t *testing.T) {
	inModule(t)
	for want, args := range map[string][]string{
		"go together":            {"--command", "bin/worker"},
		"is not a model":         {"--model", "active-warm"},
		"accepts at most 1":      {"a", "b"},
		"go together: the drill": {"--task-queue", "orders", "--workflow", "Order"},
	} {
		if code, _, said := command(t, append([]string{"init"}, args...)...); code != drills.ExitUsage || !strings.Contains(said, want) {
			t.Errorf("%v: exit %d, %s; want %q", args, code, said, want)
		}
	}
	t.Chdir(t.TempDir())
	if code, _, said := command(t, "init"); code != drills.ExitUsage || !strings.Contains(said, "go mod init") {
		t.Errorf("in no module: exit %d, %s", code, said)
	}
}
