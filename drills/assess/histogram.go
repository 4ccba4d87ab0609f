package assess

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/failoverdrill/failoverdrill/drills"
)

// What a histogram of latencies can tell apart: three digits of anything from a
// microsecond to ten minutes.
const (
	longestLatency = 10 * time.Minute
	digits         = 3
)

// histogram collects times.
type histogram struct{ *hdrhistogram.Histogram }

func newHistogram() histogram {
	return histogram{hdrhistogram.New(1, longestLatency.Microseconds(), digits)}
}

func (h histogram) add(took drills.Offset) {
	micros := time.Duration(took).Microseconds()
	_ = h.RecordValue(min(max(micros, 1), longestLatency.Microseconds())) // within its range
}

// distribution is of what was collected; the zero one of nothing.
func (h histogram) distribution() drills.Latency {
	if h.TotalCount() == 0 {
		return drills.Latency{}
	}
	at := func(quantile float64) drills.Offset {
		return drills.Offset(h.ValueAtQuantile(quantile)) * drills.Offset(time.Microsecond)
	}
	return drills.Latency{Count: int(h.TotalCount()), P50: at(50), P95: at(95), P99: at(99), Max: at(100)}
}
