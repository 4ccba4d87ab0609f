package report

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// Repeats writes one line for each drill that was run several times: how its
// figures are distributed over the runs. Recovery Times are in tenths of a
// second here, rounded away from each other so that an interval never shrinks.
// Runs that are in none of these figures are listed below. The error is that
// of w.
func Repeats(w io.Writer, list []drills.Distribution, options ...Option) error {
	p := newPrinter(options)
	if len(list) > 0 {
		var rows [][]cell
		second := "model"
		if launchers(list) {
			second = "launcher"
		}
		for _, d := range list {
			row := repeatsRow(d)
			if launchers(list) {
				row[1].text = d.Launcher
			}
			rows = append(rows, row)
		}
		p.table("", []column{
			{title: "drill", wrap: true}, {title: second}, {title: "runs", right: true},
			{title: "passed", right: true}, {title: "95 %", right: true},
			{title: "sustained (range)", right: true}, {title: "lost (oldest)", right: true}, {title: "after heal", right: true},
		}, rows, nil)
		p.repeatsKey(list)
		p.sideBySide(list)
		p.excluded(list)
	}
	if _, err := io.WriteString(w, p.out.String()); err != nil {
		return fmt.Errorf("write distribution: %w", err)
	}
	return nil
}

// repeatsRow has no number where there is none: a run that proves nothing
// measures nothing.
func repeatsRow(d drills.Distribution) []cell {
	row := cells(d.Drill, string(d.Model), strconv.Itoa(d.Runs), none, none, none, none, none)
	m := d.Measured
	if m == nil {
		return row
	}
	slow, failed := plain, plain
	if m.RecoveryTime.Most.Upper == nil {
		slow = red
	}
	if d.Failed > 0 {
		failed = red
	}
	lost := cell{text: none}
	if m.Lost != nil && m.LostSeconds != nil {
		lost = cell{fmt.Sprintf("%d of %d", *m.Lost, m.Acknowledged), alarm(*m.Lost)}
		if *m.Lost > 0 {
			lost.text += fmt.Sprintf(" (%s)", m.LostSeconds.Most)
		}
	}
	copy(row[3:], []cell{
		{fmt.Sprintf("%d of %d", d.Passed, d.Conclusive()), failed},
		{atLeast(m.Confidence), plain},
		{fmt.Sprintf("%s (%s)", around(m.RecoveryTime.Median), span(m.RecoveryTime)), slow},
		lost,
		known(m.LostAfterHeal),
	})
	return row
}

// repeatsKey tells how to read the column of shares.
func (p *printer) repeatsKey(list []drills.Distribution) {
	if !slices.ContainsFunc(list, func(d drills.Distribution) bool { return d.Measured != nil }) {
		return
	}
	p.line("")
	sentence := fmt.Sprintf("%[1]s: with %[1]s confidence, at least this share of such runs passes; "+
		"where all passed, at least this share is also no slower than the slowest of them.", percent(drills.ConfidenceLevel))
	for _, line := range wrap(sentence, width) {
		p.line(p.paint(line, dim))
	}
}

// excluded lists the runs that are in no figure, each with what it lacks.
func (p *printer) excluded(list []drills.Distribution) {
	if !slices.ContainsFunc(list, func(d drills.Distribution) bool { return len(d.Excluded) > 0 }) {
		return
	}
	p.heading("Not in these figures")
	for _, d := range list {
		for _, r := range d.Excluded {
			sign, in := verdictLook(r.Verdict)
			about := fmt.Sprintf("%s, run %s: %s", d.Drill, r.Run, r.Verdict)
			if len(r.Reasons) > 0 {
				about += ": " + reason(r.Reasons)
			}
			p.bullet(sign, in, about)
		}
	}
}

// span is from the least to the most of several runs: 9.4–11.2.
func span(s drills.Spread) string {
	from, to := s.Least, s.Most
	switch {
	case from.Upper == nil: // none recovered
		return "> " + tenthsDown(from.Lower)
	case to.Upper == nil:
		return tenthsDown(from.Lower) + " to > " + tenthsDown(to.Lower)
	default:
		return tenthsDown(from.Lower) + "–" + tenthsUp(*to.Upper)
	}
}

// around is an interval in tenths of a second: 10.6–10.8 s.
func around(i drills.Interval) string {
	if i.Upper == nil {
		return "> " + tenthsDown(i.Lower) + " s"
	}
	return tenthsDown(i.Lower) + "–" + tenthsUp(*i.Upper) + " s"
}

const tenth = drills.Offset(time.Second / 10)

// tenthsDown is a number of seconds with a tenth, rounded down.
func tenthsDown(o drills.Offset) string {
	return strconv.FormatFloat(math.Floor(inTenths(o))/10, 'f', 1, 64)
}

// tenthsUp is a number of seconds with a tenth, rounded up.
func tenthsUp(o drills.Offset) string {
	return strconv.FormatFloat(math.Ceil(inTenths(o))/10, 'f', 1, 64)
}

func inTenths(o drills.Offset) float64 { return float64(o) / float64(tenth) }

// atLeast is a lower bound on a share, rounded down.
func atLeast(share float64) string {
	return "≥ " + strconv.FormatFloat(math.Floor(share*1000)/10, 'f', 1, 64) + " %"
}

func percent(share float64) string { return strconv.FormatFloat(share*100, 'f', -1, 64) + " %" }
