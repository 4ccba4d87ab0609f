package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/failoverdrill/failoverdrill/drills"
)

// FaultKinds writes a catalogue of faults, a line for each kind, group by group.
// The error is that of w.
func FaultKinds(w io.Writer, catalogue []drills.FaultTraits, options ...Option) error {
	p := newPrinter(options)
	var rows [][]cell
	group := ""
	for _, t := range catalogue {
		row := []cell{{}, {string(t.Kind), bold}, {text: listed(flavours(t))}, {text: t.Help}}
		if t.Group != group {
			group = t.Group
			row[0] = cell{text: group}
		}
		rows = append(rows, row)
	}
	p.table("", []column{{title: "group"}, {title: "kind"}, {title: "flavours"}, {title: "what it does", wrap: true}}, rows, nil)
	if _, err := io.WriteString(w, p.out.String()); err != nil {
		return fmt.Errorf("write catalogue of faults: %w", err)
	}
	return nil
}

func flavours(t drills.FaultTraits) []string {
	var out []string
	for _, f := range t.Flavours {
		out = append(out, string(f))
	}
	return out
}

// FaultKind writes everything that there is to know of one kind of fault before
// it is declared. The error is that of w.
func FaultKind(w io.Writer, t drills.FaultTraits, options ...Option) error {
	p := newPrinter(options)
	p.line(p.paint(string(t.Kind), bold) + between + t.Group)
	p.prose(t.Help)

	p.heading("What it takes")
	var rows [][]cell
	for _, k := range t.Keys() {
		rows = append(rows, []cell{{k.Key, bold}, keyDefault(k), {text: keyHelp(k)}})
	}
	p.table(indent, []column{{title: "key"}, {title: "default"}, {title: "what it is", wrap: true}}, rows, nil)

	p.heading("Blast radius")
	p.prose(t.Radius)
	p.heading("How it is witnessed")
	p.prose(t.Witness)
	if t.Kind != drills.NoFault {
		p.prose("Every process and every Link outside of every fault's blast radius is probed too, and has to be as before.")
	}
	p.heading("Example")
	// From the margin on, as it is to be pasted.
	if t.Beside != "" {
		p.line(t.Beside)
	}
	p.line("faults:")
	for _, fault := range strings.Split(t.Example, "\n") {
		p.line("  - " + fault)
	}
	if _, err := io.WriteString(w, p.out.String()); err != nil {
		return fmt.Errorf("write kind of fault %s: %w", t.Kind, err)
	}
	return nil
}

func keyDefault(k drills.FaultKey) cell {
	if k.Required {
		return cell{"required", yellow}
	}
	return cell{text: k.Default}
}

func keyHelp(k drills.FaultKey) string {
	if len(k.Values) == 0 {
		return k.Help
	}
	return fmt.Sprintf("%s (%s)", k.Help, strings.Join(k.Values, ", "))
}

// prose prints sentences, indented.
func (p *printer) prose(sentences string) {
	for line := range slices.Values(wrap(clean(sentences), width-len(indent))) {
		p.line(indent + line)
	}
}
