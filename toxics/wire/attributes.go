package wire

import (
	"bytes"
	"encoding/json"
)

// decode reads attributes, and refuses one that there is not: toxiproxy passes
// over it, and a fault with a slip of the pen in it would not be the one meant.
func decode(attributes []byte, into any) error {
	reader := json.NewDecoder(bytes.NewReader(attributes))
	reader.DisallowUnknownFields()
	return reader.Decode(into)
}

// bare is a toxic without attributes.
type bare struct{}

// UnmarshalJSON refuses any.
func (*bare) UnmarshalJSON(attributes []byte) error { return decode(attributes, new(struct{})) }
