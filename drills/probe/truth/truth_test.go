package truth_test

import (
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills/probe/truth"
)

// Two hundred known outages, of every mode and at every phase of the schedule,
// measured by a lane: none may lie outside of what the lane says.
func TestTheTrueOutageLiesInTheMeasuredInterval(t *testing.T) {
	settings := truth.Settings{
		Trials: 200, Seed: 1, Least: 50 * time.Millisecond, Most: 800 * time.Millisecond,
		Rate: 20, Deadline: time.Second, Window: 300 * time.Millisecond, Parallel: 40,
	}
	modes, seen := map[truth.Mode]int{}, 0
	err := truth.Run(t.Context(), settings, func(r truth.Result) {
		seen++
		modes[r.Mode]++
		if !r.Inside {
			t.Errorf("trial %d, %s: %s is not within %s and %s", r.Trial, r.Mode, r.True, r.Measured.Lower, *r.Measured.Upper)
		}
		if r.Width > r.Bound {
			t.Errorf("trial %d, %s: the interval is %s wide, more than %s", r.Trial, r.Mode, r.Width, r.Bound)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen != settings.Trials {
		t.Errorf("%d results of %d trials", seen, settings.Trials)
	}
	for _, mode := range truth.Modes() {
		if modes[mode] < 20 {
			t.Errorf("%d trials were %s", modes[mode], mode)
		}
	}
}
