package drills_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// contest is the one of a world.
type contest struct{ *world }

func (c contest) Open(ctx context.Context) error    { return c.asked(ctx, "open contest") }
func (c contest) Contend(ctx context.Context) error { return c.asked(ctx, "contend") }
func (c contest) Close(ctx context.Context) error   { return c.asked(ctx, "close contest") }

// splitWorld is one in which two sides accept writes once the fault took effect,
// as far as it is told to.
func splitWorld(t *testing.T, claims ...string) *world {
	t.Helper()
	w := newWorld(t, "split-brain")
	w.contest = contest{w}
	w.recorded = func(e drills.Event) {
		if e.Kind != drills.KindMark || e.Name != string(drills.FaultEffective) {
			return
		}
		for _, region := range claims {
			w.Record(drills.Event{At: e.At, Kind: drills.KindActive, Region: region, Namespace: "orders", Name: region})
		}
		w.Record(drills.Event{At: e.At, Kind: drills.KindMark, Name: string(drills.Promoted), Region: "us-west", Namespace: "orders"})
		w.Record(drills.Event{At: e.At, Kind: drills.KindMark, Name: string(drills.TrafficMoved), Region: "us-west", Namespace: "orders"})
		w.Record(drills.Event{At: e.At, Kind: drills.KindClosed, Name: "Completed", Region: "us-west", Namespace: "orders"})
	}
	return w
}

func TestConflictsAreMadeOnceBothSidesAcceptWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := splitWorld(t, "us-east", "us-west")
		if err := w.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		var steps []string
		for _, call := range w.calls {
			if strings.Contains(call, "conte") || call == "start load" || strings.HasPrefix(call, "fail back") || call == "stop load" {
				steps = append(steps, call)
			}
		}
		same(t, "steps", steps, []string{"start load", "open contest", "contend", "fail back us-east", "close contest", "stop load"})
		if w.between(t, drills.TrafficMoved, drills.ConflictsMade) < 0 {
			t.Error("conflicts were made before there were two sides")
		}
	})
}

func TestNoConflictsWhereOneSideAcceptsNoWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := splitWorld(t, "us-west")
		if err := w.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if slices.Contains(w.calls, "contend") || slices.Contains(w.marks(), drills.ConflictsMade) {
			t.Errorf("conflicts were made of one side alone: %v", w.calls)
		}
	})
}

func TestWhatTheOtherSideHadCompletedIsNoWorkOfTheSurvivor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := splitWorld(t, "us-east", "us-west")
		told := w.recorded
		w.recorded = func(e drills.Event) {
			told(e)
			if e.Kind == drills.KindClosed && e.Region == "us-west" {
				w.set(func() { w.events[len(w.events)-1].At -= drills.Offset(time.Second) }) // closed before, seen now
			}
		}
		if err := w.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if slices.Contains(w.calls, "contend") {
			t.Errorf("conflicts were made before the survivor worked: %v", w.calls)
		}
	})
}

func TestContestThatIsNotReadyBreaksNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := splitWorld(t, "us-east", "us-west")
		w.hangs = "open contest"
		err := w.run(t.Context())
		if !errors.Is(err, drills.ErrNoSteadyState) || slices.Contains(w.marks(), drills.FaultRequested) {
			t.Errorf("got %v after %v", err, w.marks())
		}
	})
}

func TestWhatAnIsolatedRegionCompletesIsNoRecovery(t *testing.T) {
	closed := func(at time.Duration, region string) drills.Event {
		return drills.Event{At: drills.Offset(at), Kind: drills.KindClosed, Name: "Completed", Region: region, Namespace: "orders"}
	}
	mark := func(at time.Duration, stage drills.Stage) drills.Event {
		return drills.Event{At: drills.Offset(at), Kind: drills.KindMark, Name: string(stage)}
	}
	const s = time.Second
	timeline := drills.Timeline{
		closed(s, "us-east"), mark(2*s, drills.FaultEffective), closed(3*s, "us-east"), closed(4*s, "us-west"),
		mark(5*s, drills.HealRequested), closed(6*s, "us-east"),
	}
	w := newWorld(t, "split-brain")
	same(t, "completions", w.drill.Completions(timeline, "orders"), []time.Duration{s, 4 * s, 6 * s})
	same(t, "completions", newWorld(t, "active-hot").drill.Completions(timeline, "orders"), []time.Duration{s, 3 * s, 4 * s, 6 * s})
}
