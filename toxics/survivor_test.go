package toxics_test

import (
	"context"
	"errors"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/toxics"
)

// behind are machines of which none has caught up: the others are lost.
type behind struct{ *machines }

func (behind) CaughtUp(context.Context, string) error { return errors.New("us-east is lost") }

// A survivor that is gone too loses the Links that the lost region left it, and is
// healed though that is still lost.
func TestSurvivorOutage(t *testing.T) {
	for _, flavour := range []drills.Flavour{drills.Dark, drills.Reset, drills.Refused} {
		t.Run(string(flavour), func(t *testing.T) {
			t.Parallel()
			g := NewWithT(t)
			w := newWorld(t, []string{eastWorker, westWorker}, outage(drills.WholeRegion, drills.Crash),
				drills.FaultSpec{Kind: drills.SurvivorOutage, Region: "us-west", Peer: "us-east", Flavour: flavour})
			severed := []string{"control-to-us-west", "fleet-us-west-to-us-west", "starter-us-west-to-us-west"}
			kept := w.clients(t, severed...)
			site := w.site()
			site.Machines = behind{w.machines}
			gone, err := toxics.NewFault(1, site)
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(gone.SetUp(t.Context())).To(Succeed())
			injected(t, w.fault(t, 0))
			g.Expect(gone.Inject(t.Context())).To(Succeed())
			probes, err := gone.AwaitEffect(t.Context())
			g.Expect(err).NotTo(HaveOccurred())
			expectAll(t, probes, severed, []string{westCluster, westWorker})
			checkSevered(t, w, flavour, severed, kept)

			g.Expect(gone.Recover(t.Context())).To(Succeed())
			g.Expect(gone.AwaitHealed(t.Context())).To(Succeed())
			g.Expect(gone.CleanUp(t.Context())).To(Succeed())
			w.answers(t, severed...)
			for _, name := range w.others(severed) {
				g.Expect(newly(w.listen[name])).To(MatchError(ContainSubstring("refused")), name)
			}
		})
	}
}
