package drills_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

const ms = time.Millisecond

// every lists the times from, from+step, … below to.
func every(step, from, to time.Duration) []time.Duration {
	var out []time.Duration
	for at := from; at < to; at += step {
		out = append(out, at)
	}
	return out
}

func TestCompletionsAreTheEndsOfTheNamespacesAskedForInOrderOfTime(t *testing.T) {
	closed := func(at time.Duration, namespace string) drills.Event {
		return drills.Event{At: drills.Offset(at), Kind: drills.KindClosed, Name: "Completed", Namespace: namespace}
	}
	timeline := drills.Timeline{
		closed(3*time.Second, "orders"),
		closed(1*time.Second, "payments"),
		closed(2*time.Second, "shipments"),
		{At: drills.Offset(1500 * ms), Kind: drills.KindQuiet, Namespace: "orders"},
		{At: drills.Offset(1600 * ms), Kind: drills.KindMark, Name: string(drills.Promoted), Namespace: "orders"},
		closed(1*time.Second, "orders"),
		closed(1*time.Second, "orders"), // two in the same instant are two
	}
	tests := []struct {
		namespaces []string
		want       []time.Duration
	}{
		{nil, nil},
		{[]string{"unknown"}, nil},
		{[]string{"orders"}, []time.Duration{1 * time.Second, 1 * time.Second, 3 * time.Second}},
		{[]string{"shipments", "payments"}, []time.Duration{1 * time.Second, 2 * time.Second}},
	}
	for _, test := range tests {
		if got := timeline.Completions(test.namespaces...); !slices.Equal(got, test.want) {
			t.Errorf("completions of %v: got %v, want %v", test.namespaces, got, test.want)
		}
	}
}

func TestPerSecondCountsFromInclusiveToExclusive(t *testing.T) {
	times := []time.Duration{1 * time.Second, 2 * time.Second, 2 * time.Second, 3 * time.Second}
	tests := []struct {
		name     string
		from, to time.Duration
		want     float64
	}{
		{"from counts", 1 * time.Second, 2 * time.Second, 1},
		{"to does not", 1*time.Second + 1, 2 * time.Second, 0},
		{"the same instant counts as often as it is there", 2 * time.Second, 3 * time.Second, 2},
		{"a window is scaled to a second", 1 * time.Second, 1500 * ms, 2},
		{"all of a long window", 0, 8 * time.Second, 0.5},
		{"before the first", 0, 1 * time.Second, 0},
		{"after the last", 4 * time.Second, 5 * time.Second, 0},
		{"an empty window has no rate", 2 * time.Second, 2 * time.Second, 0},
		{"nor has one that ends before it begins", 3 * time.Second, 1 * time.Second, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := drills.PerSecond(times, test.from, test.to); got != test.want {
				t.Errorf("got %v/s, want %v/s", got, test.want)
			}
		})
	}
}

func TestSteadyFromNinetyPercentOfTheDeclaredRate(t *testing.T) {
	nine := every(100*ms, 9*time.Second, 9*time.Second+900*ms)
	tests := []struct {
		name  string
		times []time.Duration
		end   time.Duration
		want  bool
	}{
		{"nothing completed", nil, 10 * time.Second, false},
		{"nine of ten", nine, 10 * time.Second, true},
		{"eight of ten", nine[1:], 10 * time.Second, false},
		{"nine, one of them before the window", nine, 10*time.Second + 1, false},
		{"nine, one of them after it", nine, 9*time.Second + 800*ms, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := drills.Steady(test.times, test.end, time.Second, 10); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestTheSteadyStateOfARecoveryIsTheWindowBeforeTheFault(t *testing.T) {
	const fault, window = 10 * time.Second, 5 * time.Second
	burst := append(every(100*ms, 5*time.Second, 6*time.Second), every(100*ms, 9*time.Second, fault)...)
	tests := []struct {
		name  string
		times []time.Duration
		want  drills.Recovery
	}{
		{"an even rate is allowed a second of pause", every(200*ms, 0, fault), drills.Recovery{Window: window, Steady: 5, Gap: time.Second}},
		{"an uneven one twice its longest pause", burst, drills.Recovery{Window: window, Steady: 4, Gap: 2 * 3100 * ms}},
		{"a pause at the beginning counts", every(200*ms, 8*time.Second, fault), drills.Recovery{Window: window, Steady: 2, Gap: 6 * time.Second}},
		{"a pause at the end counts", every(200*ms, 5*time.Second, 8*time.Second), drills.Recovery{Window: window, Steady: 3, Gap: 2 * 2200 * ms}},
		{"what came earlier does not count", every(200*ms, 0, 5*time.Second), drills.Recovery{Window: window, Steady: 0, Gap: 2 * window}},
		{"more than is offered is no steady state", every(100*ms, 0, fault), drills.Recovery{Window: window, Steady: 6, Gap: time.Second}},
		{"nor what comes from the fault on", every(200*ms, fault, 20*time.Second), drills.Recovery{Window: window, Steady: 0, Gap: 2 * window}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := drills.NewRecovery(test.times, fault, window, 6); got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestSustainedIsTheFirstCompletionOfAWindowThatStaysUp(t *testing.T) {
	const fault, back, horizon = 10 * time.Second, 20 * time.Second, 40 * time.Second
	even := every(200*ms, back, horizon)
	straggler := 15 * time.Second
	// A backlog ends all at once, late in a window that began with one completion.
	backlog := append([]time.Duration{16 * time.Second}, every(20*ms, 20*time.Second, 21*time.Second)...)
	tests := []struct {
		name    string
		steady  float64
		times   []time.Duration
		horizon time.Duration
		before  time.Duration
		first   time.Duration
		ok      bool
	}{
		{"no completions at all", 5, nil, horizon, fault, 0, false},
		{"nothing but completions before the fault", 5, every(200*ms, 0, fault), horizon, fault, 0, false},
		{"back at the steady rate", 5, even, horizon, fault, back, true},
		{"without a pause there is nothing to recover from", 5, every(200*ms, 0, horizon), horizon, fault, fault, true},
		{"a straggler before that is progress, not recovery", 5, append([]time.Duration{straggler}, even...), horizon, straggler, back, true},
		{"nine of ten", 5, every(222*ms, back, horizon), horizon, fault, back, true},
		{"less than that", 5, every(230*ms, back, horizon), horizon, 34*time.Second + 950*ms, 0, false},
		{
			"a burst of backlog does not make the empty beginning of its window look recovered", 5,
			append(backlog, every(200*ms, 21*time.Second, horizon)...), horizon, 16 * time.Second, 20 * time.Second, true,
		},
		{"nor its empty end", 5, every(20*ms, back, 21*time.Second), horizon, 20*time.Second + 980*ms, 0, false},
		{"a window that ends at the horizon is judged", 5, even, back + 5*time.Second, fault, back, true},
		{"one that ends beyond it is not", 5, even, back + 5*time.Second - 1, fault, 0, false},
		{"there is no recovery to a steady state of nothing", 0, even, horizon, 35 * time.Second, 0, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := drills.Recovery{Window: 5 * time.Second, Steady: test.steady, Gap: time.Second}
			before, first, ok := r.Sustained(test.times, fault, test.horizon)
			if before != test.before || first != test.first || ok != test.ok {
				t.Errorf("got before %v, first %v, %v; want %v, %v, %v", before, first, ok, test.before, test.first, test.ok)
			}
		})
	}
}

// FuzzSustainedFindsTheEndOfAnOutage draws completions at a regular rate, with
// an outage of known length in which a few still straggle in.
func FuzzSustainedFindsTheEndOfAnOutage(f *testing.F) {
	for seed := range uint64(200) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		const window, fault = 5 * time.Second, 20 * time.Second
		draw := rand.New(rand.NewPCG(seed, 0))
		// At 20 to 100 completions in a window, one more or less at its edges
		// stays above 90 % of the steady state.
		step := window / time.Duration(20+draw.IntN(81))
		outage := 3*time.Second + time.Duration(draw.Int64N(int64(30*time.Second)))
		regular := func(from, to time.Duration) []time.Duration {
			out := every(step, from, to)
			for i := range out {
				out[i] += time.Duration(draw.Int64N(int64(step / 4)))
			}
			return out
		}
		times := regular(0, fault-step/4)
		recovery := drills.NewRecovery(times, fault, window, drills.Rate(float64(time.Second)/float64(step)))

		back := fault + outage
		var stragglers []time.Duration
		for range draw.IntN(4) {
			// One that is closer to the recovery than the pause of a steady
			// state would be its beginning.
			stragglers = append(stragglers, fault+time.Duration(draw.Int64N(int64(outage-recovery.Gap))))
		}
		slices.Sort(stragglers)
		after := regular(back, back+3*window)
		times = slices.Concat(times, stragglers, after)

		before, first, ok := recovery.Sustained(times, fault, back+3*window)
		if !ok || first != after[0] {
			t.Fatalf("outage of %v at %v per completion: got %v, %v, want %v", outage, step, first, ok, after[0])
		}
		want := fault
		if len(stragglers) > 0 {
			want = stragglers[len(stragglers)-1]
		}
		if before != want || before > first {
			t.Fatalf("recovered at %v: last bad is %v, want %v (%s)", first, before, want, fmt.Sprint(stragglers))
		}
	})
}
