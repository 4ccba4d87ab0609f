package report_test

import (
	"encoding/xml"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/report"
)

// junit is the file as a viewer reads it.
type junit struct {
	XMLName xml.Name `xml:"testsuites"`
	counts
	Suites []struct {
		counts
		Name  string `xml:"name,attr"`
		Cases []struct {
			Name      string    `xml:"name,attr"`
			Classname string    `xml:"classname,attr"`
			Failure   *struct{} `xml:"failure"`
			Error     *struct {
				Type string `xml:"type,attr"`
			} `xml:"error"`
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

type counts struct {
	Tests    int     `xml:"tests,attr"`
	Failures int     `xml:"failures,attr"`
	Errors   int     `xml:"errors,attr"`
	Time     float64 `xml:"time,attr"`
}

func readJUnit(t *testing.T, reports ...drills.Report) junit {
	t.Helper()
	content, err := report.JUnit(reports...)
	if err != nil {
		t.Fatal(err)
	}
	var j junit
	if err := xml.Unmarshal(content, &j); err != nil {
		t.Fatalf("%v in\n%s", err, content)
	}
	return j
}

func TestJUnitCountsWhatItLists(t *testing.T) {
	j := readJUnit(t, passed(), failed(), notRecovered(), inconclusive(), errored())
	var all counts
	for _, s := range j.Suites {
		var here counts
		for _, c := range s.Cases {
			here.Tests++
			if c.Failure != nil {
				here.Failures++
			}
			if c.Error != nil {
				here.Errors++
			}
			if c.Classname != s.Name {
				t.Errorf("case %s of suite %s has class %s", c.Name, s.Name, c.Classname)
			}
		}
		if here.Tests != s.Tests || here.Failures != s.Failures || here.Errors != s.Errors {
			t.Errorf("suite %s claims %+v and lists %+v", s.Name, s.counts, here)
		}
		all.Tests += s.Tests
		all.Failures += s.Failures
		all.Errors += s.Errors
	}
	if all.Tests != j.Tests || all.Failures != j.Failures || all.Errors != j.Errors {
		t.Errorf("the file claims %+v and lists %+v", j.counts, all)
	}
	// The run, its objectives, its two invariants and its two witnesses; an errored
	// run has none. One invariant is broken in each of the two that failed.
	if want := (counts{Tests: 8 + 9 + 8 + 8 + 1, Failures: 3 + 1 + 2, Errors: 1 + 2 + 1}); all != want {
		t.Errorf("got %+v, want %+v", all, want)
	}
}

// Whatever the verdict is, a file without failures and errors means pass.
func TestJUnitShowsEveryVerdictButPass(t *testing.T) {
	for verdict, want := range map[drills.Verdict]counts{
		drills.Pass:         {Tests: 1},
		drills.Fail:         {Tests: 1, Failures: 1},
		drills.Inconclusive: {Tests: 1, Errors: 1},
		drills.Errored:      {Tests: 1, Errors: 1},
		"":                  {Tests: 1, Errors: 1},
		"splendid":          {Tests: 1, Errors: 1},
	} {
		j := readJUnit(t, drills.Report{Drill: "d", Verdict: verdict})
		if j.counts != want {
			t.Errorf("verdict %q: got %+v, want %+v", verdict, j.counts, want)
		}
		if e := j.Suites[0].Cases[0].Error; verdict == drills.Inconclusive && e.Type != "inconclusive" {
			t.Errorf("got an error of type %q", e.Type)
		}
	}
}

func TestJUnitShowsObjectivesThatAreNotKnown(t *testing.T) {
	j := readJUnit(t, drills.Report{Verdict: drills.Pass, Objectives: []drills.ObjectiveResult{
		{Name: "a", Verdict: drills.Pass}, {Name: "b", Verdict: drills.Inconclusive}, {Name: "c"},
	}})
	if j.Errors != 2 {
		t.Errorf("got %+v, want 2 errors", j.counts)
	}
}
