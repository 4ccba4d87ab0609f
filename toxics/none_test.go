package toxics_test

import (
	"context"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/drills"
)

// spares is a world whose fault breaks nothing.
func spares(t *testing.T) *world {
	t.Helper()
	return newWorld(t, []string{eastWorker}, drills.FaultSpec{Kind: drills.NoFault, Region: "us-east"})
}

func TestNoneBreaksNothing(t *testing.T) {
	t.Parallel()
	g := NewWithT(t)
	w := spares(t)
	kept := w.clients(t, w.names("")...)
	fault := w.fault(t, 0)
	saw := told(injected(t, fault))
	g.Expect(saw.broken).To(BeEmpty())
	g.Expect(saw.alive).To(ConsistOf(append(w.names("us-east"), eastCluster, eastWorker)))
	w.untouched(t)
	healed(t, fault)
	w.untouched(t)
	for name, c := range kept {
		g.Expect(c.ask(soon)).To(Succeed(), name)
		g.Expect(c.dials.Load()).To(BeEquivalentTo(1), name)
	}
}

// It looks once, and says what it found: what is broken is not waited for.
func TestNoneNamesWhatIsBroken(t *testing.T) {
	t.Parallel()
	g := NewWithT(t)
	w := spares(t)
	link := w.link(t, "replication-us-west-to-us-east")
	g.Expect(w.links.Refuse(t.Context(), []drills.Link{link})).To(Succeed())
	g.Expect(w.machines.Freeze(t.Context(), []string{eastWorker})).To(Succeed())

	fault := w.fault(t, 0)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	g.Eventually(func() ([]string, error) { // a stop takes the kernel a moment
		probes, err := fault.AwaitEffect(ctx)
		g.Expect(told(probes).alive).To(HaveLen(len(w.names("us-east")) + 2 - len(told(probes).broken)))
		return told(probes).broken, err
	}, soon).Should(ConsistOf(link.Name(), eastWorker))
}

func TestNoneSaysWhatItCouldNotLookAt(t *testing.T) {
	t.Parallel()
	g := NewWithT(t)
	w := spares(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := w.fault(t, 0).AwaitEffect(ctx)
	g.Expect(err).To(MatchError(context.Canceled))
	g.Expect(err).To(MatchError(ContainSubstring("look at region us-east")))
}
