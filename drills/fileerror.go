package drills

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// FileError is one mistake in a drill file, or in a drill that was built in
// Go. Parse, Load and Validate join one for each mistake they find; errors.As
// on any of their errors finds the first.
type FileError struct {
	File    string // as named to Parse or Load; empty for a drill built in Go
	Line    int    // from 1; 0 if the mistake has no place in the file
	Column  int    // from 1, in characters
	Path    string // of the field, such as faults[0].region; empty for the whole file
	Message string // what is wrong, and what would be right

	cause error
}

// Error is one line: file:line:column: path: message, without what is not known.
func (e *FileError) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", e.Line, e.Column)
	}
	for _, part := range []string{e.Path, e.Message} {
		if part == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(": ")
		}
		b.WriteString(part)
	}
	return b.String()
}

// Unwrap is the error that kept the file from being read, if that was it.
func (e *FileError) Unwrap() error { return e.cause }

// joinSorted joins the mistakes in the order a reader of the file meets them.
func joinSorted(mistakes []*FileError) error {
	slices.SortStableFunc(mistakes, func(a, b *FileError) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	errs := make([]error, len(mistakes))
	for i, m := range mistakes {
		errs[i] = m
	}
	return errors.Join(errs...)
}

// unknownKey is the message for a key that means nothing where it stands.
func unknownKey(key string, valid []string) string {
	hint := ""
	if meant, ok := closest(key, valid); ok {
		hint = fmt.Sprintf(": did you mean %s?", meant)
	}
	return fmt.Sprintf("unknown key%s (keys here: %s)", hint, strings.Join(valid, ", "))
}

// closest is the valid word that a misspelt one most likely stands for.
func closest(word string, valid []string) (string, bool) {
	const longest = 40 // nobody misspells a key into a longer one
	if len(word) > longest {
		return "", false
	}
	best, least := "", max(2, len(word)/3)+1
	for _, v := range valid {
		if d := editDistance(strings.ToLower(word), strings.ToLower(v)); d < least && d < len(v) {
			best, least = v, d
		}
	}
	return best, best != ""
}

// editDistance is Levenshtein's: the bytes to insert, delete or replace to
// make b out of a.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
