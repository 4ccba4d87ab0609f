package record

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// CorruptError is a line of a run that cannot be trusted: the run has to be
// looked at by a person before anything is concluded from it.
type CorruptError struct {
	File string
	Line int // the first is 1
	Err  error
}

// Error has the form file:line: reason, which editors can follow.
func (e *CorruptError) Error() string { return fmt.Sprintf("%s:%d: %v", e.File, e.Line, e.Err) }

// Unwrap is the reason alone.
func (e *CorruptError) Unwrap() error { return e.Err }

// readLines hands the lines of r to take. A last line without newline is what
// a killed process leaves: it is taken when it is whole, and otherwise dropped
// with a warning. An error of take is returned as a CorruptError.
func readLines(name string, r io.Reader, take func([]byte) error) (warnings []string, err error) {
	in := bufio.NewReader(r)
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		switch {
		case err == nil:
		case !errors.Is(err, io.EOF):
			return nil, fmt.Errorf("read %s: %w", name, err)
		case len(line) == 0:
			return nil, nil
		case !json.Valid(line):
			return []string{fmt.Sprintf("%s:%d: the last line is cut short and was dropped", name, n)}, nil
		}
		if err := take(line); err != nil {
			return nil, &CorruptError{File: name, Line: n, Err: err}
		}
	}
}

// decode reads one line into v. Fields that v does not have are an error: they
// are evidence which this version would otherwise ignore.
func decode(line []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(v); errors.Is(err, io.EOF) {
		return errors.New("the line is empty")
	} else if err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more than one value on the line")
	}
	return nil
}

// encode is v as one line, its newline included.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// encodeAll is one line for each of all.
func encodeAll[T any](all []T) ([]byte, error) {
	var content bytes.Buffer
	for i, v := range all {
		line, err := encode(v)
		if err != nil {
			return nil, fmt.Errorf("encode line %d: %w", i+1, err)
		}
		content.Write(line)
	}
	return content.Bytes(), nil
}
