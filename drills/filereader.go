package drills

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
)

// What a drill file may measure. Real ones stay far below; the limits keep
// hostile input from costing the YAML parser more than a second: blank lines
// in a block and nesting take it the square of their number.
const (
	maxFileBytes  = 16 << 10
	maxFileTokens = 4096
)

// fileReader collects the mistakes in a file, and where each of its fields is.
type fileReader struct {
	file     string
	at       map[string]place
	broken   map[string]bool // paths that could not be read
	mistakes []*FileError
}

// place is a line and a column of a file, from 1. Columns count characters.
type place struct{ line, column int }

// note takes down a mistake.
func (r *fileReader) note(path string, at place, message string) {
	r.mistakes = append(r.mistakes, &FileError{File: r.file, Line: at.line, Column: at.column, Path: path, Message: message})
}

// fail takes down a mistake that kept path from being read: no rule judges it.
func (r *fileReader) fail(path string, at place, format string, args ...any) {
	r.broken[path] = true
	r.note(path, at, fmt.Sprintf(format, args...))
}

// has reports whether the file sets path.
func (r *fileReader) has(path string) bool {
	_, ok := r.at[path]
	return ok
}

// isBroken reports whether path, one of others, or what holds them could not
// be read.
func (r *fileReader) isBroken(path string, others ...string) bool {
	for _, p := range append([]string{path}, others...) {
		for ; p != ""; p = parentPath(p) {
			if r.broken[p] {
				return true
			}
		}
	}
	return false
}

// placeOf is where path is in the file, or else what would hold it.
func (r *fileReader) placeOf(path string) place {
	for ; path != ""; path = parentPath(path) {
		if at, ok := r.at[path]; ok {
			return at
		}
	}
	return r.at[""]
}

// parentPath of faults[0].region is faults[0], then faults, then empty.
func parentPath(path string) string {
	return path[:max(strings.LastIndexAny(path, ".["), 0)]
}

// root is the one value that a drill file consists of. Not ok: it has been
// said why.
func (r *fileReader) root(src []byte) (ast.Node, bool) {
	if len(src) > maxFileBytes {
		r.fail("", place{1, 1}, "is too large for a drill file: %d bytes, at most %d", len(src), maxFileBytes)
		return nil, false
	}
	if at, ok := invalidUTF8(src); ok {
		r.fail("", at, "is not text: what stands here is not valid UTF-8")
		return nil, false
	}
	file, err := parseYAML(bytes.TrimPrefix(src, []byte("\ufeff")))
	if err != nil {
		at, message := explain(err)
		r.fail("", at, "%s", message)
		return nil, false
	}
	return r.onlyDocument(file.Docs)
}

func (r *fileReader) onlyDocument(docs []*ast.DocumentNode) (ast.Node, bool) {
	for i, doc := range docs {
		_, directive := doc.Body.(*ast.DirectiveNode)
		switch {
		case directive:
			r.fail("", startOf(doc.Body), "directives (%%) are not supported")
			return nil, false
		case i > 0:
			r.fail("", startOfDocument(doc), "a second document begins here: a drill file holds one drill")
			return nil, false
		}
	}
	if len(docs) == 0 || docs[0].Body == nil {
		r.fail("", place{1, 1}, "is empty: a drill file begins with apiVersion: %s", APIVersion)
		return nil, false
	}
	return docs[0].Body, true
}

func startOfDocument(doc *ast.DocumentNode) place {
	if doc.Start == nil && doc.Body != nil {
		return startOf(doc.Body)
	}
	return placeOfToken(doc.Start)
}

// parseYAML guards the parser: a library that panics on odd input must not
// take the caller with it.
func parseYAML(src []byte) (file *ast.File, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("parse YAML: %v", cause)
		}
	}()
	tokens := lexer.Tokenize(string(src))
	if len(tokens) > maxFileTokens {
		return nil, fmt.Errorf("is too large for a drill file: %d words and marks, at most %d", len(tokens), maxFileTokens)
	}
	// Duplicate keys are found by entries, together with all other mistakes.
	return parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
}

// explain takes the place and the words out of an error of the YAML library.
func explain(err error) (place, string) {
	var syntax yaml.Error
	if !errors.As(err, &syntax) {
		return place{1, 1}, oneLine(err.Error())
	}
	at, message := placeOfToken(syntax.GetToken()), syntax.GetMessage()
	if strings.Contains(message, "'\t'") || strings.HasPrefix(message, "tab character") {
		return at, "is not YAML: a tab cannot indent, use spaces"
	}
	return at, "is not YAML: " + oneLine(message)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// invalidUTF8 finds the first byte of src that is part of no character.
func invalidUTF8(src []byte) (place, bool) {
	if utf8.Valid(src) {
		return place{}, false
	}
	at := place{1, 1}
	for {
		char, size := utf8.DecodeRune(src)
		switch {
		case char == utf8.RuneError && size <= 1:
			return at, true
		case char == '\n':
			at = place{at.line + 1, 1}
		default:
			at.column++
		}
		src = src[size:]
	}
}
