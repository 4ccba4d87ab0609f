package report

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/failoverdrill/failoverdrill/drills"
)

// style is how a piece of text is painted on a terminal, as the parameters of
// its escape sequence.
type style string

const (
	plain  style = ""
	bold   style = "1"
	dim    style = "2"
	red    style = "31"
	green  style = "32"
	yellow style = "33"
)

// paint is s in that style, or as it is when colour is off.
func (p *printer) paint(s string, in style) string {
	if !p.colour || in == plain || s == "" {
		return s
	}
	return "\x1b[" + string(in) + "m" + s + "\x1b[0m"
}

// verdictLook is the sign and the style of a verdict. The sign tells it where
// there is no colour.
func verdictLook(v drills.Verdict) (sign string, in style) {
	switch v {
	case drills.Pass:
		return "✓", green
	case drills.Fail:
		return "✗", red
	case drills.Inconclusive:
		return "?", yellow
	default:
		return "!", red
	}
}

// clean makes one printable line of s. Details come from other programs, and
// an escape sequence in them must not reach the terminal.
func clean(s string) string {
	printable := func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}
	return strings.Join(strings.Fields(strings.Map(printable, escape.ReplaceAllString(s, ""))), " ")
}

// escape is a sequence that colours text or moves the cursor. Others lose
// their escape character in clean, which leaves them without effect.
var escape = regexp.MustCompile(`\x1b\[[0-9;?]*[A-Za-z]`)
