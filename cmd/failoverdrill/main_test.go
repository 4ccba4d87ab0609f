package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/catalog"
	"github.com/failoverdrill/failoverdrill/drills/harness"
	"github.com/failoverdrill/failoverdrill/drills/record"
)

// good is a drill file that the mistakes below are made in.
const good = `apiVersion: failoverdrill/v1
name: some-drill
model: active-hot
regions: [us-east, us-west]
workload: {profile: orders, rate: 5/s}
faults: [{kind: region-outage, region: us-east, flavour: crash}]
objectives: {recoveryTime: 30s}
`

func command(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

func drillFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "drill.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestBadInputStartsNothing(t *testing.T) {
	for name, c := range map[string]struct {
		from, to string // replaced in good
		says     string // regular expression that the message matches
	}{
		"unknown key":        {"workload:", "wrokload:", `drill\.yaml:5:1: .*wrokload.*workload`},
		"unknown model":      {"active-hot", "active-warm", `drill\.yaml:3:8: .*active-warm.*active-cold, active-hot`},
		"unknown region":     {"region: us-east", "region: us-est", `drill\.yaml:6:\d+: .*us-est.*us-east`},
		"negative rate":      {"5/s", "-5/s", `drill\.yaml:5:\d+: .*-5/s`},
		"primary missing":    {"[us-east, us-west]", "[us-west, eu-central]", `drill\.yaml:6:\d+: .*us-east`},
		"no regions":         {"[us-east, us-west]", "[]", `drill\.yaml:4:\d+: `},
		"objectives missing": {"objectives: {recoveryTime: 30s}\n", "", `drill\.yaml:.*objectives`},
		"objectives empty":   {"{recoveryTime: 30s}", "{}", `drill\.yaml:7:\d+: .*objective`},
		"unit missing":       {"30s", "30", `drill\.yaml:7:\d+: .*30.*unit`},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(good, c.from) {
				t.Fatalf("%q is not in the good file", c.from)
			}
			out := filepath.Join(t.TempDir(), "runs")
			code, stdout, stderr := command(t, "run", drillFile(t, strings.Replace(good, c.from, c.to, 1)), "--out", out)
			refused(t, code, stdout, stderr, c.says, out)
		})
	}
}

// refused checks that a command was bad usage, said so, and started nothing.
func refused(t *testing.T, code int, stdout, stderr, says, out string) {
	t.Helper()
	if code != drills.ExitUsage {
		t.Errorf("exit code %d, want %d", code, drills.ExitUsage)
	}
	if !regexp.MustCompile(says).MatchString(stderr) {
		t.Errorf("message does not match %q:\n%s", says, stderr)
	}
	if stdout != "" {
		t.Errorf("it printed a result:\n%s", stdout)
	}
	if _, err := os.Stat(out); !os.IsNotExist(err) {
		t.Errorf("it made the folder for runs: %v", err)
	}
}

func TestBadUsage(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"unknown command":    {[]string{"rnu"}, `unknown command "rnu"`},
		"unknown flag":       {[]string{"run", "active-hot", "--sed", "1"}, `unknown flag: --sed`},
		"nothing to run":     {[]string{"run"}, `requires at least 1 arg`},
		"unknown drill":      {[]string{"run", "active-warm"}, `"active-warm" is neither a drill that ships \(.*active-hot.*\) nor a file`},
		"unreadable file":    {[]string{"run", "no/such/drill.yaml"}, `no/such/drill\.yaml.*no such file`},
		"a folder":           {[]string{"run", os.TempDir()}, `is a directory`},
		"no run":             {[]string{"analyze", "no-such-run"}, `no-such-run is not the folder of a run`},
		"an empty folder":    {[]string{"analyze", t.TempDir()}, `holds no run: there is no events\.jsonl`},
		"a file":             {[]string{"analyze", drillFile(t, good)}, `drill\.yaml is not the folder of a run`},
		"nothing to judge":   {[]string{"analyze"}, `requires at least 1 arg`},
		"two that are none":  {[]string{"analyze", "no-such-run", "nor-this"}, `(?s)no-such-run is not .*nor-this is not`},
		"not a file":         {[]string{"run", "active-hot", "--distribution", t.TempDir()}, `--distribution .*: it is a folder`},
		"not in a folder":    {[]string{"analyze", ".", "--distribution", "main.go/runs.json"}, `--distribution .*main\.go is not a folder`},
		"runs below one":     {[]string{"run", "active-hot", "--runs", "0"}, `--runs 0`},
		"one bad among two":  {[]string{"run", "active-hot", "active-warm"}, `active-warm`},
		"hold and release":   {[]string{"stop", "--hold", "--release"}, `--hold and --release`},
		"no time to stop":    {[]string{"stop", "--timeout", "0s"}, `--timeout 0s`},
		"nothing to survive": {[]string{"survive", "--kills", "0"}, `--kills 0`},
		"one to recover":     {[]string{"recover", "1a2b3c4d"}, `unknown command|accepts 0|arg`},
	} {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "runs")
			args := c.args
			if args[0] == "run" {
				args = append(args, "--out", out)
			}
			code, stdout, stderr := command(t, args...)
			refused(t, code, stdout, stderr, c.says, out)
		})
	}
}

func TestListShowsWhatShips(t *testing.T) {
	code, stdout, stderr := command(t, "list")
	if code != 0 || stderr != "" {
		t.Fatalf("exit code %d, %s", code, stderr)
	}
	for _, name := range catalog.Names() {
		if !regexp.MustCompile(`(?m)^` + name + `\s`).MatchString(stdout) {
			t.Errorf("%s is not listed:\n%s", name, stdout)
		}
	}
}

func TestPlanStartsNothing(t *testing.T) {
	for _, name := range catalog.Names() {
		code, stdout, stderr := command(t, "plan", name)
		if code != 0 || stderr != "" || !strings.Contains(stdout, "us-east") {
			t.Errorf("plan %s: exit code %d, %s\n%s", name, code, stderr, stdout)
		}
	}
}

func TestAnInterruptBeforeTheFirstDrillIsNoPass(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(harness.ErrInterrupted)
	var out, errs bytes.Buffer
	code := run(ctx, []string{"run", "active-hot", "--out", filepath.Join(t.TempDir(), "runs")}, strings.NewReader(""), &out, &errs)
	if want := drills.Inconclusive.ExitCode(); code != want {
		t.Errorf("exit code %d, want %d: %s", code, want, errs.String())
	}
}

// savedRun puts a run that took place, passed and is not judged yet, into a
// folder.
func savedRun(t *testing.T, dir string) {
	t.Helper()
	from := os.DirFS(filepath.Join("..", "..", "drills", "assess", "testdata", "active-hot"))
	if err := os.CopyFS(dir, from); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, record.ReportFile)); err != nil {
		t.Fatal(err)
	}
}

// torn cuts the record of the run in dir, as a harness that is killed does.
func torn(t *testing.T, dir string) {
	t.Helper()
	path := filepath.Join(dir, record.EventsFile)
	file, err := record.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(file)
	if err == nil {
		err = errors.Join(file.Close(), os.WriteFile(path, content[:len(content)/2], 0o600))
	}
	if err != nil {
		t.Fatal(err)
	}
}

func judged(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, record.ReportFile))
	return err == nil
}

func distribution(t *testing.T, path string) []drills.Distribution {
	t.Helper()
	content, err := os.ReadFile(path)
	var out []drills.Distribution
	if err == nil {
		err = json.Unmarshal(content, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAnalyzeOfOneRunPrintsItsReport(t *testing.T) {
	parent := t.TempDir()
	dir, file := filepath.Join(parent, "run"), filepath.Join(parent, "new", "one.json")
	savedRun(t, dir)
	for _, args := range [][]string{{dir}, {parent, dir}} { // the second names it twice
		code, stdout, stderr := command(t, append([]string{"analyze", "--distribution", file}, args...)...)
		if code != 0 || stderr != "" || !strings.HasPrefix(stdout, "✓ PASS") || strings.Contains(stdout, "95 %:") {
			t.Errorf("exit code %d, %s\n%s", code, stderr, stdout)
		}
		if list := distribution(t, file); len(list) != 1 || list[0].Runs != 1 || list[0].Passed != 1 {
			t.Errorf("the distribution is %+v", list)
		}
	}
	if !judged(dir) {
		t.Error("it wrote no report")
	}
}

func TestAnalyzeOfSeveralRunsTakesThemTogether(t *testing.T) {
	parent := t.TempDir()
	file := filepath.Join(parent, "runs.json")
	for _, name := range []string{"a", "nightly/b", "nightly/c", "killed"} {
		savedRun(t, filepath.Join(parent, name))
	}
	torn(t, filepath.Join(parent, "killed"))
	code, stdout, stderr := command(t, "analyze", filepath.Join(parent, "nightly"), parent, "--distribution", file)
	if want := drills.Inconclusive.ExitCode(); code != want || stderr != "" {
		t.Errorf("exit code %d, want %d: %s", code, want, stderr)
	}
	for _, says := range []string{`4 runs +3 pass · 1 inconclusive`, `active-hot +active-hot +4 +3 of 3 +≥ 36\.8 %`, `95 %: `, `run [0-9a-f]{8}: inconclusive: `} {
		if !regexp.MustCompile(says).MatchString(stdout) {
			t.Errorf("no %q in\n%s", says, stdout)
		}
	}
	if list := distribution(t, file); len(list) != 1 || list[0].Runs != 4 || list[0].Passed != 3 || list[0].Inconclusive != 1 {
		t.Errorf("the distribution is %+v", list)
	}
	for _, name := range []string{"a", "nightly/b", "nightly/c", "killed"} {
		if !judged(filepath.Join(parent, name)) {
			t.Errorf("%s has no report", name)
		}
	}
}

func TestAnalyzeHoldsAllRunsAgainstOtherObjectives(t *testing.T) {
	parent := t.TempDir()
	for _, name := range []string{"a", "b"} {
		savedRun(t, filepath.Join(parent, name))
	}
	code, stdout, stderr := command(t, "analyze", parent, "--objectives", drillFile(t, strings.Replace(good, "30s", "1s", 1)))
	if want := drills.Fail.ExitCode(); code != want || !strings.Contains(stdout, "2 fail") || !strings.Contains(stdout, "0 of 2") {
		t.Errorf("exit code %d, want %d: %s\n%s", code, want, stderr, stdout)
	}
	if judged(filepath.Join(parent, "a")) || judged(filepath.Join(parent, "b")) {
		t.Error("it wrote a report of objectives that are not the run's own")
	}
}

func TestAnalyzeReadsEveryRunBeforeItSaysAnything(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(dir string) error
		code  int
		says  string
	}{
		"one lacks a file": {
			func(dir string) error { return os.Remove(filepath.Join(dir, record.LedgerFile+".gz")) },
			drills.ExitUsage, `judge .*/b: .*ledger\.jsonl`,
		},
		"one is damaged": {
			func(dir string) error {
				return os.WriteFile(filepath.Join(dir, record.EventsFile), []byte("{}\n"), 0o600)
			},
			drills.Errored.ExitCode(), `judge .*/b: .*events\.jsonl:1: `,
		},
	} {
		t.Run(name, func(t *testing.T) {
			parent := t.TempDir()
			file := filepath.Join(parent, "runs.json")
			for _, name := range []string{"a", "b", "c"} {
				savedRun(t, filepath.Join(parent, name))
			}
			if err := c.spoil(filepath.Join(parent, "b")); err != nil {
				t.Fatal(err)
			}
			code, stdout, stderr := command(t, "analyze", parent, "--distribution", file)
			if code != c.code || !regexp.MustCompile(c.says).MatchString(stderr) {
				t.Errorf("exit code %d, want %d: %s", code, c.code, stderr)
			}
			if _, err := os.Stat(file); stdout != "" || err == nil || judged(filepath.Join(parent, "a")) || judged(filepath.Join(parent, "c")) {
				t.Errorf("it told the runs that it could read:\n%s", stdout)
			}
		})
	}
}
