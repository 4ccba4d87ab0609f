package report_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/report"
)

// Details come from other programs: what they hold must not reach the
// terminal as an instruction, nor break a line.
func TestTextPrintsNoControlCharacters(t *testing.T) {
	const nasty = "a\x1b[2Jb\x1b]0;title\x07\r\nc\u202ed\xff"
	r := passed()
	r.Drill, r.Run, r.Model, r.Verdict, r.Reasons = nasty, nasty, nasty, nasty, []string{nasty}
	r.Witnesses[0].Detail, r.Fleets[0].Region, r.Phases[0].Name, r.Stages[0].Name = nasty, nasty, nasty, nasty
	r.Workflows.ByRegion = map[string]drills.WorkflowTally{nasty: {Started: 1}}
	var text bytes.Buffer
	if err := report.Text(&text, r); err != nil {
		t.Fatal(err)
	}
	if err := report.Summary(&text, []drills.Report{r}); err != nil {
		t.Fatal(err)
	}
	if i := strings.IndexAny(text.String(), "\x1b\r\x07\u202e"); i >= 0 {
		t.Errorf("found %q", text.String()[max(i-20, 0):i+20])
	}
}

func TestTextOfAnEmptyReport(t *testing.T) {
	var text bytes.Buffer
	if err := report.Text(&text, drills.Report{}); err != nil {
		t.Fatal(err)
	}
	if strings.Count(text.String(), "not measured") != 3 || strings.Contains(text.String(), "✓") {
		t.Errorf("got\n%s", text.String())
	}
}

// A reader must not take the figures of a control for those of an outage.
func TestTextOfAControlSaysSoFirst(t *testing.T) {
	r := passed()
	r.Control = true
	var text bytes.Buffer
	if err := report.Text(&text, r); err != nil {
		t.Fatal(err)
	}
	if first, _, _ := strings.Cut(text.String(), "\n"); !strings.HasSuffix(first, " · control: nothing was broken") {
		t.Errorf("it begins with %q", first)
	}
}

func TestSummaryOfNothing(t *testing.T) {
	var text bytes.Buffer
	if err := report.Summary(&text, nil); err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSpace(text.String()); got != "0 runs" {
		t.Errorf("got %q", got)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

var errFull = errors.New("disk full")

func TestWriteErrorsAreReturned(t *testing.T) {
	if err := report.Text(fullDisk{}, passed()); !errors.Is(err, errFull) {
		t.Errorf("Text returned %v", err)
	}
	if err := report.Summary(fullDisk{}, nil); !errors.Is(err, errFull) {
		t.Errorf("Summary returned %v", err)
	}
}

func TestTextBreaksWordsThatNoLineHolds(t *testing.T) {
	r := passed()
	r.Reasons = []string{strings.Repeat("x", 300)}
	r.Witnesses[0].Detail = "see " + strings.Repeat("y", 300)
	var text bytes.Buffer
	if err := report.Text(&text, r); err != nil {
		t.Fatal(err)
	}
	fits(t, text.String())
	if x, y := strings.Count(text.String(), "x"), strings.Count(text.String(), "y"); x < 300 || y < 300 {
		t.Errorf("letters were lost: %d and %d of 300", x, y)
	}
}

// How Namespaces were moved is told where it is not plain.
func TestTextTellsHowNamespacesWereMoved(t *testing.T) {
	forced := drills.Move{Mode: "forced", Done: true, Forced: true}
	for _, test := range []struct {
		out, back drills.Move
		want      string // of both lines; empty for none
	}{
		{forced, forced, ""},
		{drills.Move{}, drills.Move{}, ""},
		{drills.Move{Mode: "graceful", Done: true, Handover: seconds(4.287)}, forced, "Failover graceful, handed over in 4.3 s Failback forced"},
		{drills.Move{Mode: "hybrid", Done: true, Forced: true, Handover: seconds(10)}, drills.Move{Mode: "automatic", Done: true, Handover: seconds(2.6), Failed: 1},
			"Failover hybrid, handover given up after 10.0 s, then forced Failback automatic, 1 handover that the server gave up, handed over in 2.6 s"},
		{drills.Move{Mode: "manual", Done: true, Forced: true, Person: seconds(12.34)}, drills.Move{Mode: "never"},
			"Failover manual, approved by a person after 12.3 s, by force Failback never"},
		{forced, drills.Move{Mode: "immediate", Done: true, Forced: true}, "Failover forced Failback immediate, by force"},
		{forced, drills.Move{Mode: "graceful"}, "Failover forced Failback graceful, not carried out"},
		{drills.Move{Mode: "graceful", Handover: seconds(118.5)}, drills.Move{Mode: "forced"}, "Failover graceful, handover given up after 118.5 s, not carried out"},
		{drills.Move{Mode: "manual"}, drills.Move{Mode: "forced"}, "Failover manual, not carried out"},
		{drills.Move{Mode: "none"}, drills.Move{Mode: "forced"}, "Failover none"},
	} {
		r := passed()
		r.Failover, r.Failback = test.out, test.back
		var text bytes.Buffer
		if err := report.Text(&text, r); err != nil {
			t.Fatal(err)
		}
		_, after, _ := strings.Cut(words(text.String()), "in flight at the fault 12 ")
		said, _, _ := strings.Cut(after, "Objectives")
		if strings.TrimSpace(said) != test.want {
			t.Errorf("it says %q, want %q", said, test.want)
		}
	}
}
