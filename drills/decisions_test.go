package drills_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

const (
	flaps = "{kind: link-flapping, region: us-east, peer: us-west, links: [fleet], down: {least: 100ms, most: 900ms}, up: {least: 200ms, most: 2s}, for: 20s, delay: {least: 1s, most: 9s}}"
	slows = "{kind: link-latency, region: us-east, peer: us-west, links: [starter], latency: 50ms, delay: {least: 1s, most: 9s}}"
	dims  = "{kind: link-brown-out, region: us-east, peer: us-west, links: [replication], share: 30%, delay: {least: 1s, most: 9s}}"
)

func decidedBy(t *testing.T, seed uint64, faults string) *drills.Drill {
	t.Helper()
	d := parse(t, within(orders, faults))
	d.Seed = seed
	return d.Decided()
}

// A run of a drill that was decided, and read back from its record, decides
// nothing anew.
func TestDecidedDecidesNothingAnew(t *testing.T) {
	lists := []string{outageOf, flaps, flaps + ", " + slows + ", " + dims, "{kind: none, region: us-east, delay: {least: 1s, most: 9s}}"}
	for src := range fullFaults() {
		lists = append(lists, src)
	}
	for _, faults := range lists {
		for seed := range uint64(5) {
			once := decidedBy(t, seed, faults)
			if twice := once.Decided(); !reflect.DeepEqual(twice, once) {
				t.Errorf("%s, seed %d: decided again\n%+v\nwas\n%+v", faults, seed, twice.Faults, once.Faults)
			}
			checkReadBack(t, once)
			for i, f := range once.Faults {
				if f.Delay != (drills.Span{}) || once.FaultDelay(i) != 0 {
					t.Errorf("%s, seed %d: %s is still to be delayed", faults, seed, drills.FaultName(i))
				}
			}
		}
	}
}

func TestDecidedLeavesTheDrillAlone(t *testing.T) {
	d, same := parse(t, within(orders, flaps)), parse(t, within(orders, flaps))
	out := d.Decided()
	if !reflect.DeepEqual(d, same) {
		t.Errorf("the drill became %+v", d)
	}
	if reflect.DeepEqual(out, d) {
		t.Error("nothing was decided")
	}
}

// What was decided is what the drill would have done: at the same times, with the
// same seeds of what is drawn while it lasts.
func TestDecidedKeepsToWhatTheSeedSays(t *testing.T) {
	d := parse(t, within(orders, flaps+", "+slows+", "+dims))
	out := d.Decided()
	for i := range d.Faults {
		if want := d.Faults[i].At + d.FaultDelay(i); out.Faults[i].At != want {
			t.Errorf("%s comes at %s, want %s", drills.FaultName(i), out.Faults[i].At, want)
		}
		if out.FaultSeed(i) != d.FaultSeed(i) {
			t.Errorf("%s draws from another seed", drills.FaultName(i))
		}
	}
}

func TestFlapsAreWithinTheirSpansAndLastAsLongAsTheFault(t *testing.T) {
	spans := []string{
		"down: {least: 100ms, most: 900ms}, up: {least: 200ms, most: 2s}, for: 20s",
		"down: 1s, up: 1s, for: 7500ms",
		"down: 1s, up: 1s, for: 2s",
		"down: {least: 150500us, most: 150900us}, up: {least: 100ms, most: 100ms}, for: 4000100us",
		"down: 100ms, up: 100ms, for: 1m",
	}
	for _, span := range spans {
		for seed := range uint64(20) {
			f := decidedBy(t, seed, "{kind: link-flapping, region: us-east, "+span+"}").Faults[0]
			var lasts time.Duration
			for i, d := range f.Pattern {
				within := []drills.Span{f.Down, f.Up}[i%2]
				last := i == len(f.Pattern)-1
				if d > within.Most || d <= 0 || d < within.Least && !last {
					t.Errorf("%s, seed %d: number %d of %v is not within %v", span, seed, i, f.Pattern, within)
				}
				lasts += d
			}
			if lasts != f.For {
				t.Errorf("%s, seed %d: the pattern lasts %s, the fault %s", span, seed, lasts, f.For)
			}
		}
	}
}

func TestAnotherSeedDecidesOtherwise(t *testing.T) {
	times, patterns, seeds := map[time.Duration]bool{}, map[string]bool{}, map[uint64]bool{}
	const tries = 100
	for seed := range uint64(tries) {
		d := decidedBy(t, seed, flaps)
		times[d.Faults[0].At], patterns[spelt(d.Faults[0].Pattern)], seeds[d.FaultSeed(0)] = true, true, true
	}
	if len(times) < tries*9/10 || len(patterns) < tries || len(seeds) < tries {
		t.Errorf("%d seeds give %d times, %d patterns and %d seeds of faults", tries, len(times), len(patterns), len(seeds))
	}
}

func spelt(pattern []time.Duration) string {
	out := ""
	for _, d := range pattern {
		out += d.String() + " "
	}
	return out
}

// Two faults of one drill decide apart, also where they are the same.
func TestFaultsOfADrillDecideApart(t *testing.T) {
	same := 0
	for seed := range uint64(100) {
		d := decidedBy(t, seed, slows+", "+dims)
		if d.Faults[0].At == d.Faults[1].At || d.FaultSeed(0) == d.FaultSeed(1) {
			same++
		}
	}
	if same > 2 {
		t.Errorf("two faults come at the same time with %d of 100 seeds", same)
	}
}

func TestOneMoreFaultChangesNoDecisionOfTheOthers(t *testing.T) {
	for seed := range uint64(20) {
		few, many := decidedBy(t, seed, flaps+", "+slows), decidedBy(t, seed, flaps+", "+slows+", "+dims)
		for i, f := range few.Faults {
			if !reflect.DeepEqual(many.Faults[i], f) || many.FaultSeed(i) != few.FaultSeed(i) {
				t.Errorf("seed %d: %s became\n%+v\nwas\n%+v", seed, drills.FaultName(i), many.Faults[i], f)
			}
		}
	}
}

func TestTheDelayOfAFaultIsADecisionOfTheSeed(t *testing.T) {
	d := newWorld(t, "active-hot").drill
	span := d.Faults[0].Delay
	seen := map[time.Duration]bool{}
	for seed := range uint64(200) {
		d.Seed = seed
		delay := d.FaultDelay(0)
		if delay < span.Least || delay > span.Most {
			t.Fatalf("seed %d: %s is not within %s and %s", seed, delay, span.Least, span.Most)
		}
		if again := d.FaultDelay(0); again != delay {
			t.Fatalf("seed %d: %s, then %s", seed, delay, again)
		}
		seen[delay] = true
	}
	if len(seen) < 150 {
		t.Errorf("200 seeds give %d delays", len(seen))
	}
	d.Faults[0].Delay = drills.Span{Least: time.Second, Most: time.Second}
	if got := d.FaultDelay(0); got != time.Second {
		t.Errorf("a span of one second gives %s", got)
	}
}
