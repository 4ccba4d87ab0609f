package assess

import (
	"cmp"
	"slices"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// probed names the probes of one lane from one region, by one endpoint.
type probed struct {
	lane              drills.Lane
	region, namespace string
	endpoint          drills.Endpoint
}

// lanes measures every lane that was probed.
func (c *docket) lanes() []drills.LaneReport {
	soundings := map[probed][]drills.Sounding{}
	for _, s := range c.Probes {
		key := probed{s.Lane, s.Region, s.Namespace, s.Endpoint}
		soundings[key] = append(soundings[key], s)
	}
	out := []drills.LaneReport{}
	for key, list := range soundings {
		slices.SortFunc(list, func(a, b drills.Sounding) int { return cmp.Compare(a.Intended, b.Intended) })
		out = append(out, c.lane(key, list))
	}
	order := drills.Lanes()
	slices.SortFunc(out, func(a, b drills.LaneReport) int {
		return cmp.Or(
			cmp.Compare(a.Namespace, b.Namespace),
			cmp.Compare(slices.Index(c.topology.Regions, a.Region), slices.Index(c.topology.Regions, b.Region)),
			cmp.Compare(slices.Index(order, a.Lane), slices.Index(order, b.Lane)),
			cmp.Compare(a.Endpoint, b.Endpoint))
	})
	return out
}

func (c *docket) lane(key probed, list []drills.Sounding) drills.LaneReport {
	out := drills.LaneReport{
		Lane: key.lane, Region: key.region, Namespace: key.namespace, Endpoint: key.endpoint, Sent: len(list),
		Errors: map[string]int{}, LongestGap: longestGap(list),
	}
	for _, s := range list {
		if !s.Good() {
			out.Failed++
			out.Errors[s.Error]++
		}
	}
	before := drills.Offset(1 << 62)
	after := before
	horizon := drills.Offset(c.horizon())
	if c.faulted {
		before = c.requested
		out.Outage, after = Outage(list, c.requested, c.effective, horizon, c.Drill.SteadyState.Window)
	}
	out.Latency = drills.LanePhases{
		Before: latency(list, 0, before),
		During: latency(list, before, min(after, horizon)),
		After:  latency(list, after, horizon),
	}
	return out
}

// goodShare of the probes in a window have to be good for a lane to be back.
const goodShare = 0.9

// Outage is from a fault, requested and effective at those times, until a lane
// was good again: until the first good probe that begins a window in which it
// stayed good, as far as that was watched. Soundings are in order of their
// intended send, which from returns for the probe that came back.
//
// A probe that fails proves that the lane was down at some time after it was
// meant to be sent; a good one, that it was up before the answer was there. So
// the end lies between the intended send of the last bad probe and the answer of
// the first good one, and the width is the time between the two sends and the
// response time. The interval is nil when nobody probed, and open when nothing
// good was seen in time.
func Outage(list []drills.Sounding, requested, effective, horizon drills.Offset, window time.Duration) (out *drills.Interval, from drills.Offset) {
	lower, probed := drills.Offset(0), false
	for i, s := range list {
		switch {
		case s.Intended >= horizon:
			continue
		case !s.Good():
			probed = probed || s.Intended >= effective
			lower = max(lower, s.Intended-effective)
			continue
		case s.Intended < effective:
			continue
		}
		probed = true
		if stays(list[i:], s.Intended+drills.Offset(window), horizon) {
			upper := s.Done - requested
			return &drills.Interval{Lower: lower, Upper: &upper}, s.Intended
		}
	}
	if !probed {
		return nil, horizon
	}
	return &drills.Interval{Lower: lower}, horizon
}

// stays reports whether enough of the probes up to end are good, and were
// watched that long.
func stays(list []drills.Sounding, end, horizon drills.Offset) bool {
	if end > horizon {
		return false
	}
	sent, good := 0, 0
	for _, s := range list {
		if s.Intended >= end {
			break
		}
		sent++
		if s.Good() {
			good++
		}
	}
	return float64(good) >= goodShare*float64(sent)
}

// longestGap is the longest time between two good answers that followed each
// other.
func longestGap(list []drills.Sounding) drills.Offset {
	var answers []drills.Offset
	for _, s := range list {
		if s.Good() {
			answers = append(answers, s.Done)
		}
	}
	slices.Sort(answers)
	longest := drills.Offset(0)
	for i := 1; i < len(answers); i++ {
		longest = max(longest, answers[i]-answers[i-1])
	}
	return longest
}

// latency is the distribution of good probes meant to be sent in [from, to).
func latency(list []drills.Sounding, from, to drills.Offset) drills.Latency {
	h := newHistogram()
	for _, s := range list {
		if s.Good() && s.Intended >= from && s.Intended < to {
			h.add(s.Done - s.Intended)
		}
	}
	return h.distribution()
}
