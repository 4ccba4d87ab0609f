package harness

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/drills/journal"
)

func TestStopWaitsForEveryRunAndNamesThem(t *testing.T) {
	for name, c := range map[string]struct {
		hold, was bool // the stop file stays; it was there before
	}{
		"and removes its file": {},
		"and holds it":         {hold: true},
		"and leaves another's": {was: true},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			state := t.TempDir()
			one, two := script{State: state, Dir: "/runs/one", Obedient: true}, script{State: state, Dir: "/runs/two", Obedient: true}
			started(t, one)
			started(t, two)
			if c.was {
				g.Expect(journal.Stop(state)).To(BeTrue())
			}
			ctx, cancel := context.WithTimeout(t.Context(), soon)
			defer cancel()
			ended, err := Stop(ctx, StopOptions{State: state, Hold: c.hold})
			g.Expect(err).NotTo(HaveOccurred())
			if !c.was { // else they may have ended before it looked
				g.Expect(ended).To(ConsistOf(HaveField("ID", "one"), HaveField("ID", "two")))
			}
			want := []string{}
			if c.hold || c.was {
				want = append(want, "stop")
			}
			g.Expect(files(t, state)).To(Equal(want))
			g.Expect(Release(state)).To(Equal(c.hold || c.was))
			g.Expect(Release(state)).To(BeFalse())
		})
	}
}

func TestStopTellsWhatDoesNotEndAndLeavesItsFile(t *testing.T) {
	g := NewWithT(t)
	state := t.TempDir()
	harness := started(t, script{State: state, Dir: "/runs/stubborn", Stubborn: true})
	why := errors.New("enough of it")
	ctx, cancel := context.WithTimeoutCause(t.Context(), 300*time.Millisecond, why)
	defer cancel()
	_, err := Stop(ctx, StopOptions{State: state})
	g.Expect(err).To(MatchError(why))
	g.Expect(err).To(MatchError(And(ContainSubstring("run stubborn of active-hot goes on in process"), ContainSubstring("stop --release"))))
	g.Expect(files(t, state)).To(ConsistOf("stop", "stubborn.jsonl"))
	// An interrupted run is none that runs.
	killed(t, harness)
	ended, err := Stop(t.Context(), StopOptions{State: state})
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(ended).To(BeEmpty())
	g.Expect(Interrupted(state)).To(ConsistOf(HaveField("ID", "stubborn")))
}

func TestAStopFileEndsAContextWithinASecond(t *testing.T) {
	g := NewWithT(t)
	state := filepath.Join(t.TempDir(), "state")
	ctx, unwatch := watchStop(t.Context(), state)
	defer unwatch()
	g.Consistently(ctx.Err, 300*time.Millisecond).Should(Succeed())
	g.Expect(stopped(ctx)).To(BeFalse())
	g.Expect(journal.Stop(state)).To(BeTrue())
	g.Eventually(ctx.Done(), time.Second).Should(BeClosed())
	g.Expect(stopped(ctx)).To(BeTrue())
	g.Expect(context.Cause(ctx)).To(MatchError(ErrInterrupted))
	g.Expect(context.Cause(ctx)).To(MatchError(ContainSubstring(journal.StopFile(state))))

	why := errors.New("a reason of its own")
	parent, cancel := context.WithCancelCause(t.Context())
	ctx, unwatch = watchStop(parent, t.TempDir())
	cancel(why)
	<-ctx.Done()
	unwatch()
	g.Expect(context.Cause(ctx)).To(MatchError(why))
	g.Expect(stopped(ctx)).To(BeFalse())
}
