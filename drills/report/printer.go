package report

import (
	"strings"
	"unicode/utf8"
)

// Option changes how Text, Summary and Plan print.
type Option func(*printer)

// Colour paints verdicts green, red or yellow by the escape sequences of a
// terminal. Without it the output is plain text, as a log wants it.
func Colour(on bool) Option { return func(p *printer) { p.colour = on } }

// printer collects the text of a report.
type printer struct {
	out    strings.Builder
	colour bool
}

func newPrinter(options []Option) *printer {
	p := new(printer)
	for _, o := range options {
		o(p)
	}
	return p
}

func (p *printer) line(s string) {
	p.out.WriteString(s)
	p.out.WriteByte('\n')
}

// heading opens a section.
func (p *printer) heading(title string) {
	p.line("")
	p.line(p.paint(title, bold))
}

const (
	labelWidth = 16
	between    = " · "
)

// items prints a label and what belongs to it. A line that would be too long
// continues below its first item.
func (p *printer) items(label string, items ...cell) {
	p.out.WriteString(p.paint(label, bold) + strings.Repeat(" ", max(labelWidth-utf8.RuneCountInString(label), 1)))
	used := labelWidth
	for i, item := range items {
		words := clean(item.text)
		needs := utf8.RuneCountInString(words)
		switch {
		case i == 0:
		case used+utf8.RuneCountInString(between)+needs > width:
			p.out.WriteString("\n" + strings.Repeat(" ", labelWidth))
			used = labelWidth
		default:
			p.out.WriteString(between)
			used += utf8.RuneCountInString(between)
		}
		p.out.WriteString(p.paint(words, item.in))
		used += needs
	}
	p.line("")
}

// bullet prints a sentence behind a sign, wrapped below its first word.
func (p *printer) bullet(sign string, in style, sentence string) {
	for i, line := range wrap(clean(sentence), width-len("  x ")) {
		lead := "    "
		if i == 0 {
			lead = "  " + p.paint(sign, in) + " "
		}
		p.line(lead + line)
	}
}
