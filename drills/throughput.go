package drills

import (
	"slices"
	"time"
)

// sustainedShare of the steady state is what counts as recovered.
const sustainedShare = 0.9

// EnoughLoad is the least number of completions in a steady-state window that
// counts as evidence.
const EnoughLoad = 5

// statusCompleted is the status of a Workflow that did what it was for. One
// that failed has ended too, and is no progress.
const statusCompleted = "Completed"

// Completions lists when Workflows of the Namespaces completed, in order of time.
func (t Timeline) Completions(namespaces ...string) []time.Duration {
	var out []time.Duration
	for _, e := range t {
		if e.Kind == KindClosed && e.Name == statusCompleted && slices.Contains(namespaces, e.Namespace) {
			out = append(out, time.Duration(e.At))
		}
	}
	slices.Sort(out)
	return out
}

// countIn is how many of the sorted times lie in [from, to).
func countIn(times []time.Duration, from, to time.Duration) int {
	low, _ := slices.BinarySearch(times, from)
	high, _ := slices.BinarySearch(times, to)
	return high - low
}

// PerSecond is the rate of the sorted times in [from, to).
func PerSecond(times []time.Duration, from, to time.Duration) float64 {
	if to <= from {
		return 0
	}
	return float64(countIn(times, from, to)) / (to - from).Seconds()
}

// Steady is the steady-state hypothesis: in the window that ends at end,
// completions came at or above 90 % of the declared rate.
func Steady(times []time.Duration, end, window time.Duration, declared Rate) bool {
	return PerSecond(times, end-window, end) >= sustainedShare*float64(declared)
}

// Recovery is how a sustained throughput is recognised.
type Recovery struct {
	Window time.Duration // in which throughput has to stay up
	Steady float64       // completions per second before the fault
	Gap    time.Duration // longest pause between completions that still counts as up
}

// NewRecovery takes the steady state from the window that ended at until, the
// last one before the fault in which it was seen. A pause
// counts as down when it is above a second and twice as long as any pause of
// the steady state; without that rule a burst of backlog at the end of a window
// would make its empty beginning look recovered. A window can hold more
// completions than were offered in it, so the steady state is at most offered.
func NewRecovery(times []time.Duration, until, window time.Duration, offered Rate) Recovery {
	from := until - window
	low, _ := slices.BinarySearch(times, from)
	high, _ := slices.BinarySearch(times, until)
	gap := longestGap(from, times[low:high], until)
	return Recovery{Window: window, Steady: min(PerSecond(times, from, until), float64(offered)), Gap: max(2*gap, time.Second)}
}

func longestGap(from time.Duration, times []time.Duration, to time.Duration) time.Duration {
	longest, last := time.Duration(0), from
	for _, t := range append(slices.Clone(times), to) {
		longest, last = max(longest, t-last), t
	}
	return longest
}

// Sustained is the first completion at or after since that begins a window in
// which throughput stayed up, and the completion before it (or since). It
// judges only windows that had passed by horizon; none gives ok false, and
// before is then the last completion that began such a window, or since.
func (r Recovery) Sustained(times []time.Duration, since, horizon time.Duration) (before, first time.Duration, ok bool) {
	before = since
	low, _ := slices.BinarySearch(times, since)
	for i := low; i < len(times); i++ {
		begin, end := times[i], times[i]+r.Window
		if end > horizon {
			break
		}
		high, _ := slices.BinarySearch(times, end)
		up := float64(high-i) >= sustainedShare*r.Steady*r.Window.Seconds()
		if r.Steady > 0 && up && longestGap(begin, times[i:high], end) <= r.Gap {
			return before, begin, true
		}
		before = begin
	}
	return before, 0, false
}

// Lasting is Sustained, of a throughput that stays up until horizon: one that
// pauses again, for twice as long as counts as up, was not sustained yet. A fault
// that lasts may hold work up long after it came, and more than once.
func (r Recovery) Lasting(times []time.Duration, since, horizon time.Duration) (before, first time.Duration, ok bool) {
	for {
		before, first, ok = r.Sustained(times, since, horizon)
		if !ok {
			return before, first, ok
		}
		pause, again := r.pause(times, first, horizon)
		if !again {
			return before, first, ok
		}
		since = pause
	}
}

// pause is the completion after which the first pause at or behind since began
// that counts as down again.
func (r Recovery) pause(times []time.Duration, since, horizon time.Duration) (time.Duration, bool) {
	low, _ := slices.BinarySearch(times, since)
	high, _ := slices.BinarySearch(times, horizon)
	for i := low; i < high; i++ {
		next := horizon
		if i+1 < high {
			next = times[i+1]
		}
		if next-times[i] > 2*r.Gap {
			return times[i], true
		}
	}
	return 0, false
}
