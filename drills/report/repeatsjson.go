package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/failoverdrill/failoverdrill/drills"
)

// RepeatsJSON is a list of distributions for a program to read: indented,
// newline-terminated, the same for the same list. What is empty is []; null
// stands only for the upper end of an interval that was not seen. A drill
// without a conclusive run has no measured. The error is that of a number which
// JSON does not have, such as NaN.
func RepeatsJSON(list []drills.Distribution) ([]byte, error) {
	filled := []drills.Distribution{}
	for _, d := range list {
		d.Excluded = slices.Clone(slice(d.Excluded))
		for i := range d.Excluded {
			d.Excluded[i].Reasons = slice(d.Excluded[i].Reasons)
		}
		filled = append(filled, d)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(filled); err != nil {
		return nil, fmt.Errorf("encode distribution: %w", err)
	}
	return b.Bytes(), nil
}
