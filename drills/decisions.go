package drills

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// Decisions of a drill are drawn from its seed, each from a stream of its own,
// so that one more does not change the others.
const (
	faultDelayStream   = 1 << 32 // and the number of the fault
	faultPatternStream = 2 << 32
	faultSeedStream    = 3 << 32
	faultWorkersStream = 4 << 32
)

func (d *Drill) draw(stream uint64, number int) *rand.Rand {
	return rand.New(rand.NewPCG(d.Seed, stream+uint64(number)))
}

// FaultDelay is how long the steady state is held before the drill's fault of
// that number, beyond its At: a decision of the seed.
func (d *Drill) FaultDelay(number int) time.Duration {
	return d.Faults[number].Delay.Draw(d.draw(faultDelayStream, number))
}

// Draw is a time within the span.
func (s Span) Draw(draw *rand.Rand) time.Duration {
	return min(s.Most, s.Least+time.Duration(draw.Int64N(int64(max(s.Most-s.Least, 0))+1)).Round(time.Millisecond))
}

// FaultSeed is the seed of what a fault draws while it lasts, such as which
// connections of a Link it takes.
func (d *Drill) FaultSeed(number int) uint64 { return d.draw(faultSeedStream, number).Uint64() }

// Decided is d with every decision of its seed made and written down, so that a
// run of it decides nothing anew. It shares everything else with d.
func (d *Drill) Decided() *Drill {
	out := *d.resolved()
	out.Faults = slices.Clone(out.Faults)
	for i := range out.Faults {
		f := &out.Faults[i]
		f.At, f.Delay = f.At+d.FaultDelay(i), Span{}
		if (f.Kind == LinkFlapping || f.Kind == FleetCrashLoop) && len(f.Pattern) == 0 {
			f.Pattern = f.flaps(d.draw(faultPatternStream, i))
		}
		if traits, _ := f.Kind.Traits(); slices.Contains(traits.Takes, "workers") && len(f.Workers) == 0 {
			f.Workers = f.victims(out.Fleets[f.Region].Workers, d.draw(faultWorkersStream, i))
		}
	}
	return &out
}

// victims draws which of so many Workers are struck.
func (f FaultSpec) victims(workers int, draw *rand.Rand) []int {
	out := draw.Perm(workers)[:min(workers, int(math.Ceil(float64(f.Share)/100*float64(workers))))]
	slices.Sort(out)
	return out
}

// flaps draws when something is down and up, in turn, for as long as the fault
// lasts; where it is only up, how long each time.
func (f FaultSpec) flaps(draw *rand.Rand) []time.Duration {
	turns := []Span{f.Down, f.Up}
	if f.Down == (Span{}) {
		turns = turns[1:]
	}
	var out []time.Duration
	for left := f.For; left > 0; {
		for _, span := range turns {
			if next := min(max(span.Draw(draw), leastFlap), left); next > 0 {
				out = append(out, next)
				left -= next
			}
		}
	}
	return out
}

func sum(list []time.Duration) (all time.Duration) {
	for _, d := range list {
		all += d
	}
	return all
}
