// Package clock gives every process of one run the same time base.
//
// Operations are timed as offsets from one monotonic instant, the base, which
// the harness draws when a run begins and hands to each component. A step of
// the wall clock therefore moves no measurement.
package clock

import (
	"fmt"
	"math"
	"time"
)

// Clock measures offsets from a base that is shared by all processes of a run
// on one machine. The zero value is not usable; see New and At.
type Clock struct {
	base int64 // monotonic nanoseconds at offset zero
	wall int64 // wall-clock nanoseconds (Unix) at offset zero
}

// New returns a Clock whose offset zero is now.
func New() Clock {
	mono, wall := both()
	return Clock{base: mono, wall: wall}
}

// both reads the two clocks at the same instant, as well as that can be done:
// of a few tries, the one in which the least time passed in between.
func both() (mono, wall int64) {
	const tries = 5
	tightest := int64(math.MaxInt64)
	for range tries {
		before := monotonic()
		now := time.Now().UnixNano()
		after := monotonic()
		if after-before < tightest {
			tightest = after - before
			mono, wall = before+(after-before)/2, now
		}
	}
	return mono, wall
}

// Parse reads a Clock that another process wrote with String.
func Parse(s string) (Clock, error) {
	var c Clock
	if _, err := fmt.Sscanf(s, "%d/%d", &c.base, &c.wall); err != nil {
		return Clock{}, fmt.Errorf("parse clock %q: %w", s, err)
	}
	return c, nil
}

// String is the form in which a Clock is handed to another process.
func (c Clock) String() string { return fmt.Sprintf("%d/%d", c.base, c.wall) }

// Now is the time since the base.
func (c Clock) Now() time.Duration { return time.Duration(monotonic() - c.base) }

// Offset places a wall-clock time, such as that of a history event, on the
// run's base. It is exact as long as the wall clock was not stepped: Drift
// tells.
func (c Clock) Offset(t time.Time) time.Duration { return time.Duration(t.UnixNano() - c.wall) }

// Wall is the wall-clock time of an offset, the inverse of Offset.
func (c Clock) Wall(offset time.Duration) time.Time { return time.Unix(0, c.wall+int64(offset)) }

// Drift is how far the wall clock has moved against the monotonic one since
// the base: near zero unless someone stepped it.
func (c Clock) Drift() time.Duration {
	mono, wall := both()
	return time.Duration((wall - c.wall) - (mono - c.base))
}
