package report_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/report"
)

// severalFaults are of a drill that was healed while its last fault waited for a
// stage that did not come.
func severalFaults() []drills.FaultReport {
	return []drills.FaultReport{
		{
			Name: "faults[0]", Kind: drills.LinkLatency, Region: "us-east", What: "link-latency of us-east, its replication Links with us-west, 300ms later, ± 50ms",
			RequestedAt: age(-1.204), EffectiveAt: age(0), EndedAt: age(18.801), HealedAt: age(19.35), Struck: 2, Spared: 18,
		},
		{
			Name: "faults[1]", Kind: drills.RegionOutage, Part: drills.WorkersOnly, Flavour: drills.Freeze, Region: "us-east", What: "region-outage of us-east, Workers only, freeze",
			RequestedAt: age(3.801), EffectiveAt: age(3.83), EndedAt: age(9.84), Struck: 1, Spared: 18,
		},
		{
			Name: "faults[2]", Kind: drills.LinkPartition, Flavour: drills.Refused, Region: "us-west",
			What: "link-partition of us-west, its starter Links with its own cluster, refused",
		},
	}
}

func TestGoldenFaults(t *testing.T) {
	var text bytes.Buffer
	if err := report.Text(&text, drills.Report{
		Drill: "orders-slow", Model: drills.ActiveHot, Run: "orders-slow-7", Seed: 7, Verdict: drills.Inconclusive, Faults: severalFaults(),
	}); err != nil {
		t.Fatal(err)
	}
	golden(t, "faults.txt", text.Bytes())
	fits(t, text.String())
}

// One fault that lasts until the heal is told by the stages.
func TestFaultsAreShownWhereTheStagesDoNotTellThem(t *testing.T) {
	for _, test := range []struct {
		faults int
		ended  bool
		want   bool
	}{{1, false, false}, {1, true, true}, {2, false, true}, {0, false, false}} {
		r := drills.Report{Faults: severalFaults()[:test.faults]}
		if test.ended {
			r.Stages = []drills.StageTime{{Name: drills.FaultEnded}}
		}
		var text bytes.Buffer
		if err := report.Text(&text, r); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(text.String(), "\nFaults: "); got != test.want {
			t.Errorf("%+v: shown %v", test, got)
		}
	}
}
