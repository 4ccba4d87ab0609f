package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills/catalog"
)

func TestListTakesLabels(t *testing.T) {
	code, stdout, stderr := command(t, "list", "--label", "model", "--label", "smoke")
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	if code != 0 || stderr != "" || len(lines) != 2 {
		t.Fatalf("exit code %d, %s\n%s", code, stderr, stdout)
	}
	if !strings.Contains(lines[0], "LABELS") || !strings.HasPrefix(lines[1], "active-hot ") || !strings.Contains(lines[1], " model, nightly, smoke ") {
		t.Errorf("it lists\n%s", stdout)
	}
}

func TestLabelsThatNoDrillBearsAreBadUsage(t *testing.T) {
	const says = `no drill that ships is labelled "reigon" \(labels: .*model, nightly.*smoke.*\)`
	for name, args := range map[string][]string{
		"list":           {"list", "--label", "reigon"},
		"run":            {"run", "--label", "reigon"},
		"beside a drill": {"run", "active-hot", "--label", "reigon"},
	} {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "runs")
			if args[0] == "run" {
				args = append(args, "--out", out)
			}
			code, stdout, stderr := command(t, args...)
			refused(t, code, stdout, stderr, says, out)
		})
	}
}

func TestLabelsAddDrillsToThoseThatAreNamed(t *testing.T) {
	file := drillFile(t, good)
	var smoke []string
	for _, name := range catalog.Names() {
		if d, err := catalog.Get(name); err != nil {
			t.Fatal(err)
		} else if d.Labelled("smoke") {
			smoke = append(smoke, name)
		}
	}
	for _, test := range []struct {
		named, labels, want []string
	}{
		{nil, []string{"smoke"}, smoke},
		{[]string{"dual-active", file}, []string{"smoke"}, append([]string{"dual-active", "some-drill"}, smoke...)},
		{[]string{"dual-active", "active-hot"}, []string{"smoke", "model"}, []string{"dual-active", "active-hot"}},
		{[]string{"active-hot", "active-hot"}, nil, []string{"active-hot", "active-hot"}},
		{nil, []string{"model"}, []string{"active-active", "active-cold", "active-hot", "dual-active", "dual-active-ring"}},
	} {
		list, err := choose(test.named, test.labels)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, d := range list {
			names = append(names, d.Name)
		}
		if !slices.Equal(names, test.want) {
			t.Errorf("%q and the labels %q choose %q, want %q", test.named, test.labels, names, test.want)
		}
	}
}
