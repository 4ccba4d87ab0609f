package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/failoverdrill/failoverdrill/drills"
)

// atCost is the first of the columns that tell of the steady state.
const atCost = 6

// comparedColumns are the heads of the table of models.
func comparedColumns() []string {
	return []string{"model", "verdict", "Recovery Time", "lost", "after heal", "rows lost", "Workers", "busy", "between regions", "calls", "task, near", "task, far"}
}

func comparedRow(m drills.ComparedModel) []string {
	sign, _ := verdictLook(m.Verdict)
	row := []string{string(m.Model), sign + " " + string(m.Verdict), interval(m.RecoveryTime.Sustained), none, none, none, none, none, none, none, latencyOf(m.NearLatency), latencyOf(m.FarLatency)}
	if m.Lost != nil {
		row[3] = shareLost(*m.Lost, m.Acknowledged, m.LostSeconds)
	}
	if m.LostAfterHeal != nil {
		row[4] = fmt.Sprint(*m.LostAfterHeal)
	}
	if m.Rows != nil && m.Rows.Lost != nil {
		row[5] = shareLost(*m.Rows.Lost, m.Rows.Acknowledged, m.Rows.LostSeconds)
	}
	if m.Cost != nil {
		row[6], row[7] = fmt.Sprintf("%.1f", m.Cost.Workers), fmt.Sprintf("%.2f", m.Cost.Busy)
		if m.Cost.Bytes != nil && m.Cost.Calls != nil {
			row[8], row[9] = fmt.Sprintf("%.1f kB/s", *m.Cost.Bytes/1e3), fmt.Sprintf("%.1f/s", *m.Cost.Calls)
		}
	}
	return row
}

func shareLost(lost, acknowledged int, since *drills.Offset) string {
	out := fmt.Sprintf("%d of %d", lost, acknowledged)
	if lost > 0 && since != nil {
		out += fmt.Sprintf(" (%s)", since)
	}
	return out
}

func latencyOf(l *drills.Latency) string {
	if l == nil {
		return none
	}
	return fmt.Sprintf("%.0f/%.0f ms", l.P50.Seconds()*1e3, l.P95.Seconds()*1e3)
}

// comparedComponents are the rows of when each component was up: one for each, with
// a column for each model.
func comparedComponents(c drills.Comparison) (heads []string, rows [][]string) {
	heads = []string{"component"}
	var names []string
	for _, m := range c.Models {
		heads = append(heads, string(m.Model))
		for _, u := range m.Components {
			if !slices.Contains(names, u.Component) {
				names = append(names, u.Component)
			}
		}
	}
	for _, name := range names {
		row := []string{name}
		for _, m := range c.Models {
			up := none
			for _, u := range m.Components {
				switch {
				case u.Component != name:
				case u.Before:
					up = "all along"
				case u.Since != nil:
					up = "since " + signed(*u.Since)
				default:
					up = "never"
				}
			}
			row = append(row, up)
		}
		rows = append(rows, row)
	}
	return heads, rows
}

// comparedKey tells how to read the table.
const comparedKey = "lost: operations, as if the region never returns, and after it returned; rows lost: of the external database, as if it never returns. Workers, busy: Worker processes that run, and that have a task, in the steady " +
	"state. between regions, calls: what passes all Links between regions each second, the probes' own among it. task: a Workflow Task from scheduled to answered, median and 95th percentile, by " +
	"Fleets in the active region and in the other."

// claimLook is the sign of a claim.
func claimLook(c drills.Claim) (string, style) {
	switch {
	case c.Held == nil:
		return "?", yellow
	case *c.Held:
		return "✓", green
	}
	return "✗", red
}

func comparedTitle(c drills.Comparison) string {
	return fmt.Sprintf("%s under %s, seed %d, %s: %s", c.Drill, count(len(c.Models), "model"), c.Seed, perSecond(c.Offered), c.Fault)
}

// comparedBy is the table of models in some of its columns, behind that of the model.
func (p *printer) comparedBy(c drills.Comparison, first, last int) {
	first = max(first, 1)
	columns := []column{{title: comparedColumns()[0]}}
	for i, head := range comparedColumns()[first:last] {
		columns = append(columns, column{title: head, right: first+i > 1})
	}
	var rows [][]cell
	for _, m := range c.Models {
		row := cells(comparedRow(m)...)
		_, row[1].in = verdictLook(m.Verdict)
		rows = append(rows, append(row[:1:1], row[first:last]...))
	}
	p.table(indent, columns, rows, nil)
}

// Compare writes a comparison for people. The error is that of w.
func Compare(w io.Writer, c drills.Comparison, options ...Option) error {
	p := newPrinter(options)
	p.line(p.paint(clean(comparedTitle(c)), bold))
	p.heading("When a region is lost")
	p.comparedBy(c, 0, atCost)
	p.heading("In the steady state")
	p.comparedBy(c, atCost, len(comparedColumns()))
	p.line("")
	p.prose(comparedKey)
	p.heading("When it was up, in the region that takes over")
	heads, up := comparedComponents(c)
	var columns []column
	var rows [][]cell
	for _, head := range heads {
		columns = append(columns, column{title: head})
	}
	for _, row := range up {
		rows = append(rows, cells(row...))
	}
	p.table(indent, columns, rows, nil)
	p.heading("What is claimed of the models")
	for _, claim := range c.Claims {
		sign, in := claimLook(claim)
		p.bullet(sign, in, claim.Says+": "+claim.Detail)
	}
	if _, err := io.WriteString(w, p.out.String()); err != nil {
		return fmt.Errorf("write comparison: %w", err)
	}
	return nil
}

// CompareMarkdown writes the same as Markdown.
func CompareMarkdown(w io.Writer, c drills.Comparison) error {
	var b markdown
	fmt.Fprintf(&b, "%s\n\n", clean(comparedTitle(c)))
	var rows [][]string
	for _, m := range c.Models {
		rows = append(rows, comparedRow(m))
	}
	b.table(comparedColumns(), rows)
	fmt.Fprintf(&b, "%s\n\n", comparedKey)
	b.table(comparedComponents(c))
	for _, claim := range c.Claims {
		sign, _ := claimLook(claim)
		fmt.Fprintf(&b, "- %s %s: %s\n", sign, clean(claim.Says), clean(claim.Detail))
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write comparison: %w", err)
	}
	return nil
}

// CompareJSON is a comparison as JSON: indented, newline-terminated.
func CompareJSON(c drills.Comparison) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(c); err != nil {
		return nil, fmt.Errorf("encode comparison: %w", err)
	}
	return b.Bytes(), nil
}
