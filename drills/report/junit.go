package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/failoverdrill/failoverdrill/drills"
)

// JUnit is the content of junit.xml: a test suite for each report, in which
// the run itself, each objective, each invariant and each witness are test cases.
//
// A missed objective or a broken invariant is a failure. What is not known, an
// inconclusive objective or a witness that did not hold, is an error and never passes. The
// case "run" carries the wall time, and whatever makes the verdict other than
// pass while no objective and no invariant shows it.
func JUnit(reports ...drills.Report) ([]byte, error) {
	all := testSuites{Name: "failoverdrill"}
	var total drills.Offset
	for _, r := range reports {
		s := suite(r)
		all.Suites = append(all.Suites, s)
		all.Tests += s.Tests
		all.Failures += s.Failures
		all.Errors += s.Errors
		total += wallTime(r)
	}
	all.Time = junitTime(total)

	b := bytes.NewBufferString(xml.Header)
	e := xml.NewEncoder(b)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return nil, fmt.Errorf("encode junit: %w", err)
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// The elements that GitHub's and GitLab's viewers read.
type (
	testSuites struct {
		XMLName  xml.Name    `xml:"testsuites"`
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Time     string      `xml:"time,attr"`
		Suites   []testSuite `xml:"testsuite"`
	}
	testSuite struct {
		Name       string     `xml:"name,attr"`
		Tests      int        `xml:"tests,attr"`
		Failures   int        `xml:"failures,attr"`
		Errors     int        `xml:"errors,attr"`
		Skipped    int        `xml:"skipped,attr"`
		Time       string     `xml:"time,attr"`
		Timestamp  string     `xml:"timestamp,attr,omitempty"` // UTC, without a zone as the schema wants it
		Properties []property `xml:"properties>property"`
		Cases      []testCase `xml:"testcase"`
	}
	property struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	testCase struct {
		Name      string   `xml:"name,attr"`
		Classname string   `xml:"classname,attr"`
		Time      string   `xml:"time,attr"`
		Failure   *problem `xml:"failure"`
		Error     *problem `xml:"error"`
		Output    string   `xml:"system-out,omitempty"`
	}
	problem struct {
		Type    string `xml:"type,attr"`
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

func suite(r drills.Report) testSuite {
	s := testSuite{Name: r.Drill, Time: junitTime(wallTime(r)), Properties: properties(r)}
	if !r.StartedAt.IsZero() {
		s.Timestamp = r.StartedAt.UTC().Format("2006-01-02T15:04:05")
	}
	s.Cases = append(s.Cases, runCase(r))
	for _, o := range r.Objectives {
		s.Cases = append(s.Cases, objectiveCase(o))
	}
	for _, i := range r.Invariants {
		c := testCase{Name: "invariant: " + i.Name, Output: clean(i.Detail)}
		c.judge(i.Verdict, c.Output)
		s.Cases = append(s.Cases, c)
	}
	for _, w := range r.Witnesses {
		s.Cases = append(s.Cases, witnessCase(w))
	}
	for i := range s.Cases {
		c := &s.Cases[i]
		c.Classname = r.Drill
		if c.Time == "" {
			c.Time = junitTime(0) // viewers add the cases up, so the run's time is in one of them
		}
		s.Tests++
		if c.Failure != nil {
			s.Failures++
		}
		if c.Error != nil {
			s.Errors++
		}
	}
	return s
}

// runCase asks whether the drill ran and could be judged.
func runCase(r drills.Report) testCase {
	var reasons []string
	for _, reason := range r.Reasons {
		reasons = append(reasons, clean(reason))
	}
	c := testCase{Name: "run", Time: junitTime(wallTime(r)), Output: strings.Join(reasons, "\n")}
	shown := r.Verdict == drills.Fail && slices.ContainsFunc(r.Objectives, func(o drills.ObjectiveResult) bool {
		return o.Verdict == drills.Fail
	}) || r.Verdict == drills.Fail && slices.ContainsFunc(r.Invariants, func(i drills.Invariant) bool {
		return i.Verdict == drills.Fail
	})
	if !shown {
		message := "the verdict is " + string(r.Verdict)
		if len(reasons) > 0 {
			message = reasons[0]
		}
		c.judge(r.Verdict, message)
	}
	return c
}

func objectiveCase(o drills.ObjectiveResult) testCase {
	c := testCase{Name: "objective: " + o.Name, Output: clean(fmt.Sprintf("%s, declared %s", o.Measured, o.Declared))}
	c.judge(o.Verdict, c.Output)
	return c
}

func witnessCase(w drills.Witness) testCase {
	c := testCase{Name: "witness: " + w.Name, Output: clean(w.Detail)}
	if !w.Held {
		c.judge(drills.Inconclusive, "not witnessed: "+c.Output)
	}
	return c
}

// judge turns the output of the case into the problem that its verdict asks
// for. A verdict that is none of the known ones is an error too.
func (c *testCase) judge(v drills.Verdict, message string) {
	if v == drills.Pass {
		return
	}
	p := &problem{Type: string(v), Message: message, Text: c.Output}
	c.Output = ""
	if v == drills.Fail {
		c.Failure = p
	} else {
		c.Error = p
	}
}

func properties(r drills.Report) []property {
	all := []property{
		{"run", r.Run},
		{"model", string(r.Model)},
		{"seed", strconv.FormatUint(r.Seed, 10)},
		{"verdict", string(r.Verdict)},
	}
	for _, name := range slices.Sorted(maps.Keys(r.Environment)) {
		all = append(all, property{"environment." + name, r.Environment[name]})
	}
	return all
}

// junitTime is a number of seconds with milliseconds.
func junitTime(o drills.Offset) string { return strconv.FormatFloat(o.Seconds(), 'f', 3, 64) }

// wallTime is how long the run took.
func wallTime(r drills.Report) drills.Offset {
	var total drills.Offset
	for _, p := range r.Phases {
		total += p.Seconds
	}
	return total
}
