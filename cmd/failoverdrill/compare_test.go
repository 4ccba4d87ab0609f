package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/catalog"
)

func TestCompareRefusesWhatItCannotRun(t *testing.T) {
	for name, test := range map[string]struct {
		args []string
		says string
	}{
		"two drills":        {[]string{"active-hot", "active-cold"}, `accepts at most 1 arg`},
		"no such drill":     {[]string{"active-warm"}, `active-warm`},
		"no such model":     {[]string{"--models", "active-warm"}, `--models "active-warm": one of active-cold, active-hot, active-active, dual-active`},
		"a model twice":     {[]string{"--models", "active-hot,active-hot"}, `--models: active-hot is named twice`},
		"no such format":    {[]string{"--format", "html"}, `--format "html": one of text, markdown, json`},
		"under no model":    {[]string{"dual-active-ring"}, `dual-active-ring under active-cold: .*active-cold needs 2 regions, not 3`},
		"a file of nothing": {[]string{drillFile(t, "name: x\n")}, `apiVersion`},
	} {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "runs")
			code, stdout, stderr := command(t, append([]string{"compare", "--out", out}, test.args...)...)
			refused(t, code, stdout, stderr, test.says, out)
		})
	}
}

// Every model that the drill is compared under is checked before any of them runs.
func TestEveryShippedModelDrillCanBeComparedUnderEveryModel(t *testing.T) {
	for _, name := range []string{comparedDrill, "active-cold", "active-hot", "active-active", "dual-active", "region-freeze"} {
		base, err := catalog.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		variants, err := variantsOf(base, texts(drills.Models()))
		if err != nil || len(variants) != len(drills.Models()) {
			t.Errorf("%s: %d variants, %v", name, len(variants), err)
		}
	}
}

func TestAComparisonIsPrintedAsAskedFor(t *testing.T) {
	comparison := drills.Comparison{Drill: "some-drill", Models: []drills.ComparedModel{{Model: drills.ActiveHot, Verdict: drills.Pass}}, Claims: []drills.Claim{}}
	for format, looks := range map[string]func(string) bool{
		formatText:     func(out string) bool { return strings.Contains(out, "In the steady state\n") },
		formatMarkdown: func(out string) bool { return strings.Contains(out, "| active-hot |") },
		formatJSON:     func(out string) bool { return json.Valid([]byte(out)) },
	} {
		var out bytes.Buffer
		c := &cli{stdout: &out, stderr: &out}
		if err := c.printComparison(comparison, format); err != nil || !looks(out.String()) {
			t.Errorf("%s: %v\n%s", format, err, out.String())
		}
	}
}
