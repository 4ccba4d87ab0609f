package drills

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Rate is a number of operations per second.
type Rate float64

// ParseRate reads a rate such as 10/s, 0.5/s or 90/m.
func ParseRate(s string) (Rate, error) {
	number, unit, ok := strings.Cut(s, "/")
	per := map[string]float64{"s": 1, "m": 60}[unit]
	if !ok || per == 0 {
		return 0, fmt.Errorf("%q is not a rate: write a number and /s or /m, as in 10/s", s)
	}
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return 0, fmt.Errorf("%q is not a rate: %q is not a number", s, number)
	}
	return Rate(n / per), nil
}

// String is the form that ParseRate reads.
func (r Rate) String() string { return strconv.FormatFloat(float64(r), 'g', -1, 64) + "/s" }

// Percent is a share of a hundred.
type Percent float64

// ParsePercent reads a share such as 100% or 99.9%.
func ParsePercent(s string) (Percent, error) {
	number, ok := strings.CutSuffix(s, "%")
	n, err := strconv.ParseFloat(number, 64)
	if !ok || err != nil || math.IsNaN(n) {
		return 0, fmt.Errorf("%q is not a share: write a number and %%, as in 99.9%%", s)
	}
	if n < 0 || n > 100 {
		return 0, fmt.Errorf("%q is not between 0%% and 100%%", s)
	}
	return Percent(n), nil
}

// String is the form that ParsePercent reads.
func (p Percent) String() string { return strconv.FormatFloat(float64(p), 'g', -1, 64) + "%" }

// ParseDuration reads a duration with its unit, such as 35ms or 1m30s. A bare
// 0 needs none; negative durations are refused.
func ParseDuration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a duration: write a number and a unit (ms, s, m, h), as in 500ms", s)
	}
	if d < 0 {
		return 0, fmt.Errorf("%q is negative", s)
	}
	return d, nil
}

// Offset is a time on the run's clock, or a distance between two. In JSON it
// is a number of seconds with microseconds.
type Offset time.Duration

// Seconds is the offset as a number of seconds.
func (o Offset) Seconds() float64 { return time.Duration(o).Seconds() }

// String is the offset in seconds with milliseconds.
func (o Offset) String() string { return strconv.FormatFloat(o.Seconds(), 'f', 3, 64) + " s" }

// MarshalJSON writes seconds.
func (o Offset) MarshalJSON() ([]byte, error) {
	micros := time.Duration(o).Round(time.Microsecond).Microseconds()
	return []byte(strconv.FormatFloat(float64(micros)/1e6, 'f', -1, 64)), nil
}

// maxOffsetSeconds keeps an offset read from a file within a Duration.
const maxOffsetSeconds = 1e9

// UnmarshalJSON reads seconds.
func (o *Offset) UnmarshalJSON(b []byte) error {
	var seconds float64
	if err := json.Unmarshal(b, &seconds); err != nil {
		return fmt.Errorf("read offset %s: %w", b, err)
	}
	if math.Abs(seconds) > maxOffsetSeconds {
		return fmt.Errorf("read offset %s: not a time within a run", b)
	}
	*o = Offset(math.Round(seconds*1e6) * 1e3)
	return nil
}
