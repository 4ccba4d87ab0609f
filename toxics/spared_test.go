package toxics_test

import (
	"context"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/drills"
)

// A bystander that dies, stops or is cut off is told of. It does not keep the
// fault from being effective: what is wrong is the scope.
func TestABystanderThatIsHitIsToldOf(t *testing.T) {
	tests := []struct {
		name string
		hit  func(context.Context, *testing.T, *world) error
		want []string
	}{
		{"nobody", func(context.Context, *testing.T, *world) error { return nil }, nil},
		{"one that dies", func(ctx context.Context, _ *testing.T, w *world) error {
			return w.machines.Kill(ctx, []string{westWorker})
		}, []string{westWorker}},
		{"one that stops", func(ctx context.Context, _ *testing.T, w *world) error {
			return w.machines.Freeze(ctx, []string{westWorker})
		}, []string{westWorker}},
		{"a Link that refuses", func(ctx context.Context, t *testing.T, w *world) error {
			return w.links.Refuse(ctx, []drills.Link{w.link(t, "control-to-us-west")})
		}, []string{"control-to-us-west"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			g := NewWithT(t)
			w := newWorld(t, []string{westWorker}, partition(drills.Refused))
			fault := w.fault(t, 0)
			g.Expect(fault.SetUp(t.Context())).To(Succeed())
			g.Expect(fault.Inject(t.Context())).To(Succeed())
			g.Expect(test.hit(t.Context(), t, w)).To(Succeed())
			for _, name := range test.want {
				if name == westWorker { // a signal takes the kernel a moment
					g.Eventually(func() (drills.ProcessState, error) { return w.machines.State(name) }, soon).ShouldNot(Equal(drills.ProcessRuns))
				}
			}
			ctx, cancel := context.WithTimeout(t.Context(), soon)
			defer cancel()
			probes, err := fault.AwaitEffect(ctx)
			g.Expect(err).NotTo(HaveOccurred())
			saw := told(probes)
			g.Expect(saw.broken).To(ConsistOf(eastToWest, westToEast))
			g.Expect(saw.hit).To(ConsistOf(test.want))
			g.Expect(len(saw.spared) + len(saw.hit)).To(Equal(len(w.names("")) - 2 + 3))
		})
	}
}

// What another fault of the drill acts on is no bystander, whether it has come yet
// or not; and what ended before the fault is none either.
func TestOnlyWhatNoFaultActsOnIsABystander(t *testing.T) {
	t.Parallel()
	g := NewWithT(t)
	w := newWorld(t, []string{westWorker, eastWorker}, partition(drills.Refused), drills.FaultSpec{
		Kind: drills.RegionOutage, Region: "us-west", Part: drills.WorkersOnly, Flavour: drills.Freeze,
	}, drills.FaultSpec{
		Kind: drills.LinkPartition, Region: "us-west", Flavour: drills.Dark, Peer: "us-west", Links: []drills.LinkRole{drills.StarterLink}, Direction: drills.BothWays,
	})
	g.Expect(w.machines.Kill(t.Context(), []string{eastWorker})).To(Succeed())
	saw := told(injected(t, w.fault(t, 0)))
	g.Expect(saw.hit).To(BeEmpty())
	g.Expect(saw.spared).To(ConsistOf(append(w.others([]string{eastToWest, westToEast, "starter-us-west-to-us-west"}), eastCluster, westCluster)))
}
