package workload

import (
	"context"
	"errors"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"go.temporal.io/api/serviceerror"

	"github.com/failoverdrill/failoverdrill/drills"
)

func bookkeeper(t *testing.T) *starter {
	t.Helper()
	l := newLedger(t)
	return &starter{clock: l.clock, ledger: l, fatal: make(chan error, 1)}
}

func operation() drills.Operation {
	return drills.Operation{ID: "order-1/start", Kind: drills.StartOperation, Workflow: "order-1"}
}

// states are those of the ledger's lines, all of one operation.
func states(t *testing.T, s *starter) []drills.OperationState {
	t.Helper()
	var out []drills.OperationState
	for _, line := range read(t, s.ledger.file.Name()) {
		if line.ID != operation().ID {
			t.Errorf("found operation %s", line.ID)
		}
		out = append(out, line.State)
	}
	return out
}

func TestCarryOutWritesBeforeItCounts(t *testing.T) {
	g := NewWithT(t)
	s := bookkeeper(t)
	tries := 0
	g.Expect(s.carryOut(t.Context(), operation(), func(context.Context) error {
		g.Expect(states(t, s)).To(Equal([]drills.OperationState{drills.OperationSent}))
		g.Expect(s.acked.Load()).To(BeZero())
		if tries++; tries < 3 {
			return errors.New("nobody there")
		}
		return nil
	})).To(BeTrue())
	g.Expect(states(t, s)).To(Equal([]drills.OperationState{drills.OperationSent, drills.OperationAcknowledged}))
	g.Expect(s.acked.Load()).To(BeEquivalentTo(1))
	last := read(t, s.ledger.file.Name())[1]
	g.Expect(last.Attempts).To(Equal(3))
	g.Expect(last.Detail).To(BeEmpty())
}

func TestCarryOutGivesUpOnWhatIsGone(t *testing.T) {
	g := NewWithT(t)
	s := bookkeeper(t)
	tries := 0
	g.Expect(s.carryOut(t.Context(), operation(), func(context.Context) error {
		tries++
		return serviceerror.NewNotFound("workflow has ended")
	})).To(BeFalse())
	g.Expect(tries).To(Equal(1))
	g.Expect(s.acked.Load()).To(BeZero())
	g.Expect(states(t, s)).To(Equal([]drills.OperationState{drills.OperationSent, drills.OperationAbandoned}))
	g.Expect(read(t, s.ledger.file.Name())[1].Detail).To(ContainSubstring("workflow has ended"))
}

func TestCarryOutEndsWithItsContext(t *testing.T) {
	g := NewWithT(t)
	s := bookkeeper(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan bool, 1)
	go func() {
		ended <- s.carryOut(ctx, operation(), func(ctx context.Context) error {
			cancel()
			<-ctx.Done()
			return ctx.Err()
		})
	}()
	g.Eventually(ended, soon).Should(Receive(BeFalse()))
	g.Expect(states(t, s)).To(Equal([]drills.OperationState{drills.OperationSent, drills.OperationAbandoned}))
}

// Each attempt has a deadline of its own, within that of the operation.
func TestAttemptsAreBounded(t *testing.T) {
	g := NewWithT(t)
	g.Expect(attempt(t.Context(), func(ctx context.Context) error {
		until, bounded := ctx.Deadline()
		g.Expect(bounded).To(BeTrue())
		g.Expect(time.Until(until)).To(BeNumerically("<=", attemptTimeout))
		return nil
	})).To(Succeed())
}

// What the ledger does not hold never happened, as far as a report goes: so it
// must not happen, or not count.
func TestCarryOutWithoutALedger(t *testing.T) {
	t.Run("from the start", func(t *testing.T) {
		g := NewWithT(t)
		s := bookkeeper(t)
		g.Expect(s.ledger.close()).To(Succeed())
		for range 2 { // the second finds the failure reported already
			g.Expect(s.carryOut(t.Context(), operation(), func(context.Context) error {
				t.Error("sent without a line in the ledger")
				return nil
			})).To(BeFalse())
		}
		g.Expect(s.fatal).To(Receive(MatchError(ContainSubstring("write ledger"))))
	})
	t.Run("before the acknowledgement", func(t *testing.T) {
		g := NewWithT(t)
		s := bookkeeper(t)
		g.Expect(s.carryOut(t.Context(), operation(), func(context.Context) error { return s.ledger.close() })).To(BeFalse())
		g.Expect(s.acked.Load()).To(BeZero())
		g.Expect(s.fatal).To(Receive(MatchError(ContainSubstring("write ledger"))))
	})
}
