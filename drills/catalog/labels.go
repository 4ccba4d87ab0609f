package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/failoverdrill/failoverdrill/drills"
)

// UnlabelledError is a choice of labels that no drill which ships bears together.
type UnlabelledError struct {
	Labels []string
	Valid  []string // the labels that there are
}

// Error lists the labels that there are.
func (e *UnlabelledError) Error() string {
	quoted := make([]string, len(e.Labels))
	for i, l := range e.Labels {
		quoted[i] = fmt.Sprintf("%.60q", l)
	}
	return fmt.Sprintf("no drill that ships is labelled %s (labels: %s)", strings.Join(quoted, " and "), strings.Join(e.Valid, ", "))
}

// Labelled lists the drills that ship and bear every one of these labels, by
// name; all of them for none. Where there is none it is an *UnlabelledError.
func Labelled(labels ...string) ([]*drills.Drill, error) {
	var out []*drills.Drill
	var valid []string
	for _, name := range Names() {
		d, err := Get(name)
		if err != nil {
			return nil, err
		}
		valid = append(valid, d.Labels...)
		if d.Labelled(labels...) {
			out = append(out, d)
		}
	}
	if len(out) == 0 {
		slices.Sort(valid)
		return nil, &UnlabelledError{Labels: labels, Valid: slices.Compact(valid)}
	}
	return out, nil
}
