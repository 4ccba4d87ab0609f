package report

import (
	"strconv"
	"strings"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// none stands where there is nothing to show.
const none = "–"

const notMeasured = "not measured"

// interval is both ends of a measurement, never one number: 4.310–4.522 s, or
// > 120.000 s when its end was not seen.
func interval(i drills.Interval) string {
	switch {
	case i.Upper != nil:
		return milliseconds(i.Lower) + "–" + i.Upper.String()
	case i.Lower == 0:
		return notMeasured
	default:
		return "> " + i.Lower.String()
	}
}

// milliseconds is a number of seconds without its unit.
func milliseconds(o drills.Offset) string { return strconv.FormatFloat(o.Seconds(), 'f', 3, 64) }

// tenths is a duration that nobody judges.
func tenths(o drills.Offset) string { return strconv.FormatFloat(o.Seconds(), 'f', 1, 64) + " s" }

// signed is an offset with its sign, also when it is positive.
func signed(o drills.Offset) string {
	o = drills.Offset(time.Duration(o).Round(time.Millisecond)) // no sign before 0.000
	if o > 0 {
		return "+" + o.String()
	}
	return o.String()
}

// perSecond is a rate.
func perSecond(rate float64) string { return strconv.FormatFloat(rate, 'f', 2, 64) + "/s" }

// mebibytes is an amount of memory.
func mebibytes(bytes int64) string {
	return strconv.FormatInt((bytes+1<<19)>>20, 10) + " MiB"
}

// bar draws a share of one, in half blocks.
func bar(share float64) string {
	const halves = 24
	n := min(max(int(share*halves+0.5), 0), halves)
	return strings.Repeat("█", n/2) + strings.Repeat("▌", n%2)
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
