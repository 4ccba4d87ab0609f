package drills

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// fileScalar is a single value, read from its text.
type fileScalar struct {
	want    string // what it must be, for whoever wrote a list or a mapping
	literal bool   // whether text that looks like a number has to be quoted
	shape   shape  // of it
	most    int    // bytes; 0 takes maxText
	set     func(text string) error
	get     func() any
}

// maxText keeps messages that quote a value within a screen.
const maxText = 1000

func (s fileScalar) read(r *fileReader, path string, n ast.Node) {
	text, literal, ok := scalarText(n)
	switch {
	case !ok:
		r.fail(path, startOf(n), "must be %s, not %s", s.want, describe(n))
	case len(text) > cmp.Or(s.most, maxText):
		r.fail(path, startOf(n), "is longer than %d bytes", cmp.Or(s.most, maxText))
	case s.literal && !literal:
		r.fail(path, startOf(n), "must be %s, and %s is %s to YAML: put it in quotes", s.want, text, describe(n))
	default:
		if err := s.set(text); err != nil {
			r.fail(path, startOf(n), "%v", err)
		}
	}
}

func (s fileScalar) encode() any { return s.get() }

func constantOf(want string) fileScalar {
	return fileScalar{
		want: want, shape: shape{"const": want},
		set: func(text string) error {
			if text != want {
				return fmt.Errorf("%q is not supported: this version reads %s", text, want)
			}
			return nil
		},
		get: func() any { return want },
	}
}

func textOf[T ~string](p *T) fileScalar {
	return fileScalar{
		want: "text", literal: true, shape: shape{"type": "string"},
		set: func(text string) error { *p = T(text); return nil },
		get: func() any { return string(*p) },
	}
}

// maxVerbatim is above any argument of a program or of a Workflow that a person writes.
const maxVerbatim = 8 << 10

// verbatimOf is text that is handed on as it was written, and may hold anything.
func verbatimOf(p *string) fileScalar {
	s := textOf(p)
	s.most = maxVerbatim
	s.get = func() any { return quoted(*p) }
	return s
}

// textOrNothing is text that is left out where it is empty.
func textOrNothing[T ~string](p *T) fileScalar {
	s := textOf(p)
	s.get = func() any {
		if *p == "" {
			return nil
		}
		return string(*p)
	}
	return s
}

// orNothing is a scalar that is left out where it is zero.
func orNothing[T comparable](p *T, of func(*T) fileScalar) fileScalar {
	s := of(p)
	get := s.get
	s.get = func() any {
		if *p == *new(T) {
			return nil
		}
		return get()
	}
	return s
}

// proseOf is text for people: line breaks are for the writer's convenience.
func proseOf(p *string) fileScalar {
	s := textOf(p)
	s.set = func(text string) error { *p = oneLine(text); return nil }
	s.get = func() any {
		if *p == "" {
			return nil
		}
		return quoted(*p)
	}
	return s
}

// quoted is text that YAML always writes in quotes: the library leaves some
// out that it would need to read the text back.
type quoted string

// MarshalYAML is the text in double quotes.
func (q quoted) MarshalYAML() ([]byte, error) { return []byte(strconv.Quote(string(q))), nil }

func durationOf(p *time.Duration) fileScalar {
	return fileScalar{
		want:  "a duration such as 500ms",
		shape: shape{"anyOf": []shape{{"type": "string", "pattern": `^\+?(([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+$|^[+-]?0$`}, {"const": 0}}},
		set: func(text string) (err error) {
			*p, err = ParseDuration(text)
			if _, bare := strconv.ParseFloat(text, 64); err != nil && bare == nil {
				return fmt.Errorf("%q has no unit: write a number with ms, s, m or h, as in 500ms", text)
			}
			return err
		},
		get: func() any { return formatDuration(*p) },
	}
}

// formatDuration is the shortest form that ParseDuration reads: 2m, not 2m0s.
func formatDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func rateOf(p *Rate) fileScalar {
	return fileScalar{
		want: "a rate such as 10/s", shape: shape{"type": "string", "pattern": `^[0-9.eE+-]+/[sm]$`},
		set: func(text string) (err error) { *p, err = ParseRate(text); return err },
		get: func() any { return p.String() },
	}
}

func percentOf(p *Percent) fileScalar {
	return fileScalar{
		want: "a share such as 99.9%", shape: shape{"type": "string", "pattern": `^[0-9.eE+-]+%$`},
		set: func(text string) (err error) { *p, err = ParsePercent(text); return err },
		get: func() any { return p.String() },
	}
}

func countOf(p *int) fileScalar {
	return fileScalar{
		want: "a whole number", shape: shape{"type": "integer"},
		set: func(text string) (err error) {
			if *p, err = strconv.Atoi(text); err != nil {
				return notWhole(text, err)
			}
			return nil
		},
		get: func() any { return *p },
	}
}

func seedOf(p *uint64) fileScalar {
	return fileScalar{
		want: "a whole number, 0 or above", shape: shape{"type": "integer", "minimum": 0},
		set: func(text string) (err error) {
			if *p, err = strconv.ParseUint(text, 10, 64); err != nil {
				return fmt.Errorf("%w, 0 or above", notWhole(text, err))
			}
			return nil
		},
		get: func() any { return *p },
	}
}

func notWhole(text string, err error) error {
	if errors.Is(err, strconv.ErrRange) {
		return fmt.Errorf("%q is too large a number", text)
	}
	return fmt.Errorf("%q is not a whole number", text)
}

// optionalOf is a scalar behind a pointer that stays nil unless it is read.
func optionalOf[T any](p **T, of func(*T) fileScalar) fileScalar {
	var value T
	s := of(&value)
	set := s.set
	s.set = func(text string) error {
		if err := set(text); err != nil {
			return err
		}
		*p = &value
		return nil
	}
	s.get = func() any {
		if *p == nil {
			return nil
		}
		return of(*p).get()
	}
	return s
}
