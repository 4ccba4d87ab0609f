package drills

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"text/template"
)

// Input makes the arguments of one Workflow after another, each of them JSON. See
// ParseInput.
type Input struct{ templates []*template.Template }

// InputValues is what a template can tell of the Workflow that it is rendered for.
type InputValues struct {
	ID        string // of the Workflow
	Number    int    // of the Workflow among those of its starter, from 1
	Region    string // of the starter
	Namespace string
}

// inputFunctions are what a template can draw. Before it is rendered there is nothing to
// draw from, and they stand for what they are.
func inputFunctions(draw *rand.Rand) template.FuncMap {
	return template.FuncMap{
		"int": func(low, high int) (int, error) {
			if high < low {
				return 0, fmt.Errorf("int %d %d: the second is less than the first", low, high)
			}
			return low + draw.IntN(high-low+1), nil
		},
		"pick": func(values ...any) (any, error) {
			if len(values) == 0 {
				return nil, errors.New("pick: name what to pick from")
			}
			return values[draw.IntN(len(values))], nil
		},
		"chance": func(percent int) bool { return draw.IntN(100) < percent },
		"json": func(value any) (string, error) {
			out, err := json.Marshal(value)
			return string(out), err
		},
	}
}

// maxInput bounds what a template makes: a payload that a cluster takes.
const maxInput = 256 << 10

// ParseInput reads templates of JSON, one for each argument, in the language of Go's
// text/template. They know the fields of InputValues, and draw from the run's seed:
//
//	{{int 1 100}}          a whole number, both ends included
//	{{pick "a" "b"}}       one of some values
//	{{chance 10}}          true in ten of a hundred
//	{{json .ID}}           a value as JSON, text in quotes
//
// An error says what cannot be read, or that it does not make JSON.
func ParseInput(texts ...string) (*Input, error) {
	out := &Input{}
	for i, text := range texts {
		t, err := template.New(fmt.Sprintf("input[%d]", i)).Option("missingkey=error").Funcs(inputFunctions(nil)).Parse(text)
		if err != nil {
			return nil, fmt.Errorf("is no template: %s", oneLine(strings.TrimPrefix(err.Error(), "template: ")))
		}
		out.templates = append(out.templates, t)
	}
	example := InputValues{ID: "default-1a2b3c4d-us-east-00001", Number: 1, Region: "us-east", Namespace: ownNamespace}
	for seed := range uint64(inputTrials) {
		if _, err := out.Render(example, rand.New(rand.NewPCG(seed, 0))); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// inputTrials is how often a template is tried before a drill begins: what it draws may
// lead it to one branch or another.
const inputTrials = 64

// Render makes the arguments of a Workflow, with what varies drawn from draw.
func (in *Input) Render(values InputValues, draw *rand.Rand) ([]json.RawMessage, error) {
	var out []json.RawMessage
	for i, t := range in.templates {
		// A template that was cloned draws for itself: starters render many at once.
		mine, err := t.Clone()
		if err != nil {
			return nil, fmt.Errorf("render input[%d]: %w", i, err)
		}
		text := &bounded{most: maxInput}
		if err := mine.Funcs(inputFunctions(draw)).Execute(text, values); err != nil {
			return nil, fmt.Errorf("cannot be rendered: %s", oneLine(strings.TrimPrefix(err.Error(), "template: ")))
		}
		if made := text.String(); !json.Valid([]byte(made)) {
			return nil, fmt.Errorf("does not make JSON: argument %d is %s", i+1, shortened(oneLine(made)))
		}
		out = append(out, json.RawMessage(text.String()))
	}
	return out, nil
}

// bounded is text of a certain length at most.
type bounded struct {
	strings.Builder
	most int
}

// Write adds to the text, or fails where that would be too long.
func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.most {
		return 0, fmt.Errorf("it makes more than %d bytes", b.most)
	}
	return b.Builder.Write(p)
}

// shortened is as much of a text as an error shows.
func shortened(text string) string {
	const shown = 200
	if len(text) <= shown {
		return text
	}
	return strings.ToValidUTF8(text[:shown], "") + "…"
}
