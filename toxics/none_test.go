package toxics_test

import (
	"context"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/toxics"
)

// spared is a world whose fault breaks nothing.
func spared(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	var err error
	if w.fault, err = toxics.NewFault(drills.FaultSpec{Kind: drills.NoFault, Region: "us-east"}, w.topology, w.links, w.machines); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestNoneBreaksNothing(t *testing.T) {
	g := NewWithT(t)
	w := spared(t)
	touched, _ := w.touched()
	conn := dial(t, w.listen[touched[0]])
	g.Expect(ping(conn)).To(Succeed())

	g.Expect(w.fault.Inject(t.Context())).To(Succeed())
	probes, err := w.fault.AwaitEffect(t.Context())
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(subjects(probes)).To(ConsistOf(append(touched, "us-east/cluster")))
	g.Expect(standing(probes)).To(ConsistOf(subjects(probes)))
	g.Expect(w.fault.Recover(t.Context())).To(Succeed())
	g.Expect(w.fault.AwaitHealed(t.Context())).To(Succeed())

	g.Expect(ping(conn)).To(Succeed())
	for _, address := range w.listen {
		g.Expect(echoes(address)).To(Succeed())
	}
}

// It looks once, and says what it found: what is severed is not waited for.
func TestNoneNamesWhatIsSevered(t *testing.T) {
	g := NewWithT(t)
	w := spared(t)
	link := drills.Link{Role: drills.ReplicationLink, From: "us-west", To: "us-east"}
	g.Expect(w.links.Refuse(t.Context(), []drills.Link{link})).To(Succeed())
	g.Expect(w.machines.Crash(t.Context(), "us-east")).To(Succeed())

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	probes, err := w.fault.AwaitEffect(ctx)
	g.Expect(err).NotTo(HaveOccurred())
	touched, _ := w.touched()
	g.Expect(probes).To(HaveLen(len(touched) + 1))
	var severed []string
	for _, p := range probes {
		if p.Severed {
			severed = append(severed, p.Subject)
		}
	}
	g.Expect(severed).To(ConsistOf(link.Name(), "us-east/cluster"))
}

func TestNoneSaysWhatItCouldNotLookAt(t *testing.T) {
	g := NewWithT(t)
	w := spared(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := w.fault.AwaitEffect(ctx)
	g.Expect(err).To(MatchError(context.Canceled))
	g.Expect(err).To(MatchError(ContainSubstring("look at region us-east")))
}
