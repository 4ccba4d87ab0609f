package drills

import (
	"math/rand/v2"
	"time"
)

// Decisions of a drill are drawn from its seed, each from a stream of its own,
// so that one more does not change the others.
const faultDelayStream = 1 << 32 // and the number of the fault

// FaultDelay is how long the steady state is held before the drill's fault of
// that number: a decision of the seed.
func (d *Drill) FaultDelay(number int) time.Duration {
	span := d.Faults[number].Delay
	draw := rand.New(rand.NewPCG(d.Seed, faultDelayStream+uint64(number)))
	return span.Least + time.Duration(draw.Int64N(int64(span.Most-span.Least)+1)).Round(time.Millisecond)
}
