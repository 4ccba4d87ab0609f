package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/catalog"
	"github.com/failoverdrill/failoverdrill/drills/harness"
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
		"unknown command":   {[]string{"rnu"}, `unknown command "rnu"`},
		"unknown flag":      {[]string{"run", "active-hot", "--sed", "1"}, `unknown flag: --sed`},
		"nothing to run":    {[]string{"run"}, `requires at least 1 arg`},
		"unknown drill":     {[]string{"run", "active-warm"}, `"active-warm" is neither a drill that ships \(.*active-hot.*\) nor a file`},
		"unreadable file":   {[]string{"run", "no/such/drill.yaml"}, `no/such/drill\.yaml.*no such file`},
		"a folder":          {[]string{"run", os.TempDir()}, `is a directory`},
		"no run":            {[]string{"analyze", "no-such-run"}, `no-such-run is not the folder of a run`},
		"an empty folder":   {[]string{"analyze", t.TempDir()}, `no such file`},
		"runs below one":    {[]string{"run", "active-hot", "--runs", "0"}, `--runs 0`},
		"one bad among two": {[]string{"run", "active-hot", "active-warm"}, `active-warm`},
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
