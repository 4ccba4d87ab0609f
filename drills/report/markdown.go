package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/failoverdrill/failoverdrill/drills"
)

// markdown is a text with tables, as job summaries and merge requests show it.
type markdown struct{ strings.Builder }

// table writes rows under their heads.
func (m *markdown) table(heads []string, rows [][]string) {
	for i, row := range append([][]string{heads}, rows...) {
		fields := make([]string, len(row))
		for j := range row {
			fields[j] = escaped(row[j])
		}
		fmt.Fprintf(m, "| %s |\n", strings.Join(fields, " | "))
		if i == 0 {
			fmt.Fprintf(m, "|%s\n", strings.Repeat(" --- |", len(heads)))
		}
	}
	m.WriteString("\n")
}

// escaped is a text on one line that is not taken for a column's end or for HTML.
func escaped(text string) string {
	return strings.NewReplacer("|", "\\|", "<", "&lt;").Replace(clean(text))
}

// Markdown writes what a reader of a CI job wants to know of a run: its verdict and why,
// the objectives, what kept Workflows from completing, where the time went and the stages.
// The whole is in the run's folder.
func Markdown(w io.Writer, r drills.Report) error {
	var b markdown
	sign, _ := verdictLook(r.Verdict)
	fmt.Fprintf(&b, "### %s %s: %s\n\n", sign, escaped(r.Drill), r.Verdict)
	fmt.Fprintf(&b, "%s · seed %d · run %s\n\n", escaped(string(r.Model)), r.Seed, escaped(r.Run))
	for _, reason := range r.Reasons {
		fmt.Fprintf(&b, "- %s\n", escaped(reason))
	}
	if len(r.Reasons) > 0 {
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "**Recovery Time** first progress %s, sustained %s", interval(r.RecoveryTime.FirstProgress), interval(r.RecoveryTime.Sustained))
	point := r.RecoveryPoint
	fmt.Fprintf(&b, " · **Recovery Point** lost %s of %d acknowledged, after the heal %s\n\n", orDash(point.Lost), point.Acknowledged, orDash(point.LostAfterHeal))
	var rows [][]string
	for _, o := range r.Objectives {
		sign, _ := verdictLook(o.Verdict)
		rows = append(rows, []string{o.Name, o.Declared, o.Measured, sign + " " + string(o.Verdict)})
	}
	b.section("", []string{"objective", "declared", "measured", "verdict"}, rows)
	rows = nil
	for _, h := range r.Held {
		rows = append(rows, []string{h.What, cmp.Or(h.Activity, none), fmt.Sprint(h.Workflows), h.Detail})
	}
	b.section("What kept Workflows from completing", []string{"what", "activity", "workflows", "such as"}, rows)
	rows = nil
	for _, a := range r.Attribution {
		rows = append(rows, []string{a.Cause, a.Seconds.String(), a.Detail})
	}
	b.section("Where the time went", []string{"cause", "seconds", "what it is"}, rows)
	rows = nil
	for _, s := range slices.SortedFunc(slices.Values(r.Stages), func(a, b drills.StageTime) int { return cmp.Compare(a.At, b.At) }) {
		rows = append(rows, []string{string(s.Name), signed(s.At)})
	}
	b.section("Stages", []string{"stage", "since the fault"}, rows)
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write summary of %s: %w", r.Drill, err)
	}
	return nil
}

// section is a table under its title; none where there are no rows.
func (m *markdown) section(title string, heads []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	if title != "" {
		fmt.Fprintf(m, "**%s**\n\n", title)
	}
	m.table(heads, rows)
}

// orDash is a number of operations; a dash where nobody counted.
func orDash(n *int) string {
	if n == nil {
		return none
	}
	return fmt.Sprint(*n)
}
