package drills

import (
	"context"
	"fmt"
)

// Codecs is what can be done to Codec Servers.
type Codecs interface {
	// Rotate has every Codec Server that runs know a new key, of that id, and then has
	// each encode with it. Those that start or go on later do so from then on.
	Rotate(ctx context.Context, key string) error
	// CurrentKey asks a region's Codec Server for the id of the key that it encodes with.
	CurrentKey(ctx context.Context, region string) (string, error)
}

// RotatedKey is the id of the key that a drill's fault of that number rotates to.
// Codec Servers begin with FirstKey.
func RotatedKey(number int) string { return fmt.Sprintf("key-%d", number+2) }

// FirstKey is the id of the key that Codec Servers begin with.
const FirstKey = "key-1"

// Rotations lists the ids of the keys that payloads are encoded with, the first one
// included, in the order of the drill's faults.
func (d *Drill) Rotations() []string {
	out := []string{FirstKey}
	for number, f := range d.Faults {
		if f.Kind == CodecRotation {
			out = append(out, RotatedKey(number))
		}
	}
	return out
}

// codecFaults are the rows of what befalls Codec Servers.
func codecFaults() []FaultTraits {
	return []FaultTraits{{
		Kind: CodecRotation, Group: "codec", Help: "the key of payloads is rotated: every Codec Server that runs encodes with a new one from then on",
		Radius: "The Codec Server of every region that runs: each is told the new key, and only once all know it is each told to encode with it. " +
			"What the old key encoded is decoded on. One that starts later begins with the new key. Nothing is put back when its time is over.",
		Witness: "Each Codec Server that runs is asked which key it encodes with, and the histories have to hold payloads of both.",
		Beside:  "codec: {cipher: aes-gcm}",
		Example: "{kind: region-outage, region: us-east, at: 15s}\n{kind: codec-rotation, region: us-east, after: detected, for: 5s}",
	}}
}

// checkRotation wants Codec Servers to be there whose key can be rotated.
func (d *Drill) checkRotation(l *problemList, path string, f FaultSpec) {
	if f.Kind == CodecRotation && !d.Codec.On() {
		l.add(path+".kind", fmt.Sprintf("%s is an impossible combination with codec.cipher none: there is no Codec Server whose key could be rotated", f.Kind), "codec.cipher")
	}
}
