package report

import (
	"strings"
	"unicode/utf8"
)

// width is the number of columns that a report keeps to for usual data.
const width = 120

const (
	gap       = "  " // between the columns of a table
	narrowest = 24   // of a column that is wrapped
)

// column is the head of a column of a table.
type column struct {
	title string
	right bool // aligned to the right, for numbers
	wrap  bool // takes the width that the others leave; for one column of a table
	tall  bool // has its title broken between words, where that is the widest field
}

// cell is one field of a table. What it says is printed on one line, or over
// several in a column that wraps.
type cell struct {
	text string
	in   style
}

// cells are the plain fields of one row.
func cells(texts ...string) []cell {
	row := make([]cell, len(texts))
	for i, t := range texts {
		row[i].text = t
	}
	return row
}

// table prints rows under their heads, indented by indent; a nil footer is
// none. Rules under the heads and above the footer, broken between the
// columns, are its only lines: it reads in a log as on a terminal.
func (p *printer) table(indent string, columns []column, rows [][]cell, footer []cell) {
	heads := make([]cell, len(columns))
	for i, c := range columns {
		heads[i] = cell{c.title, dim}
	}
	all := append([][]cell{heads}, rows...)
	if footer != nil {
		all = append(all, footer)
	}
	widths := columnWidths(columns, all, width-len(indent))
	rule := make([]cell, len(columns))
	for i, w := range widths {
		rule[i] = cell{strings.Repeat("─", w), dim}
	}
	for i, row := range all {
		if i == 1 || footer != nil && i == len(all)-1 {
			p.row(indent, columns, widths, rule)
		}
		p.row(indent, columns, widths, row)
	}
}

// columnWidths is what each column takes of the room for a row: as much as its
// widest field, and for the column that wraps what the others leave.
func columnWidths(columns []column, rows [][]cell, room int) []int {
	out := make([]int, len(columns))
	left := room - len(gap)*(len(columns)-1)
	for i, c := range columns {
		for n, row := range rows {
			words := clean(row[i].text)
			if n == 0 && c.tall {
				words = longest(words)
			}
			out[i] = max(out[i], utf8.RuneCountInString(words))
		}
		if !c.wrap {
			left -= out[i]
		}
	}
	for i, c := range columns {
		if c.wrap {
			out[i] = min(out[i], max(left, narrowest))
		}
	}
	return out
}

func longest(words string) string {
	out := ""
	for word := range strings.FieldsSeq(words) {
		if utf8.RuneCountInString(word) > utf8.RuneCountInString(out) {
			out = word
		}
	}
	return out
}

// row prints one row, over as many lines as its longest field needs.
func (p *printer) row(indent string, columns []column, widths []int, row []cell) {
	fields := make([][]string, len(row))
	height := 1
	for i, c := range row {
		fields[i] = wrap(clean(c.text), widths[i])
		height = max(height, len(fields[i]))
	}
	for n := range height {
		p.out.WriteString(indent)
		blank := 0 // held back, so that no line ends in blanks
		for i, field := range fields {
			words := ""
			if n < len(field) {
				words = field[n]
			}
			before, after := 0, widths[i]-utf8.RuneCountInString(words)
			if columns[i].right {
				before, after = after, before
			}
			if words != "" {
				p.out.WriteString(strings.Repeat(" ", blank+before) + p.paint(words, row[i].in))
				blank = after
			} else {
				blank += before + after
			}
			blank += len(gap)
		}
		p.line("")
	}
}

// wrap breaks s between words into lines of at most room characters. A word
// that is longer is broken within.
func wrap(s string, room int) []string {
	var lines []string
	line, used := "", 0
	for word := range strings.FieldsSeq(s) {
		length := utf8.RuneCountInString(word)
		if used > 0 && used+1+length <= room {
			line, used = line+" "+word, used+1+length
			continue
		}
		if used > 0 {
			lines = append(lines, line)
		}
		rest := []rune(word)
		for ; len(rest) > room; rest = rest[room:] {
			lines = append(lines, string(rest[:room]))
		}
		line, used = string(rest), len(rest)
	}
	return append(lines, line)
}
