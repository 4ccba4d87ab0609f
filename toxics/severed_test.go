package toxics_test

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/drills"
)

// partition severs the Links of Fleets between us-east and us-west.
func partition(flavour drills.Flavour) drills.FaultSpec {
	return drills.FaultSpec{
		Kind: drills.LinkPartition, Region: "us-east", Flavour: flavour, Peer: "us-west",
		Links: []drills.LinkRole{drills.FleetLink}, Direction: drills.BothWays,
	}
}

const eastToWest, westToEast = "fleet-us-east-to-us-west", "fleet-us-west-to-us-east"

func TestPartition(t *testing.T) {
	for _, flavour := range []drills.Flavour{drills.Dark, drills.Reset, drills.Refused} {
		t.Run(string(flavour), func(t *testing.T) {
			t.Parallel()
			g := NewWithT(t)
			w := newWorld(t, nil, partition(flavour))
			severed := []string{eastToWest, westToEast}
			kept := w.clients(t, w.names("")...)
			fault := w.fault(t, 0)
			expectAll(t, injected(t, fault), severed, append(w.others(severed), eastCluster, westCluster))
			checkSevered(t, w, flavour, severed, kept)
			for _, name := range w.others(severed) {
				g.Expect(kept[name].ask(soon)).To(Succeed(), name)
			}
			healed(t, fault)
			w.untouched(t)
			for name, c := range kept {
				g.Expect(c.ask(soon)).To(Or(Succeed(), MatchError(ContainSubstring("Unavailable"))), name)
				if flavour == drills.Dark {
					g.Expect(c.dials.Load()).To(BeEquivalentTo(1), name)
				}
			}
		})
	}
}

// Of a Link that is dark one way, the other way carries: a server greets its
// client before it hears of it.
func TestPartitionOneWay(t *testing.T) {
	for direction, dark := range map[drills.Direction]map[string]drills.Stream{
		drills.Outwards: {eastToWest: drills.Upstream, westToEast: drills.Downstream},
		drills.Inwards:  {eastToWest: drills.Downstream, westToEast: drills.Upstream},
	} {
		t.Run(string(direction), func(t *testing.T) {
			t.Parallel()
			g := NewWithT(t)
			spec := partition(drills.Dark)
			spec.Direction = direction
			w := newWorld(t, nil, spec)
			kept := w.clients(t, eastToWest, westToEast)
			fault := w.fault(t, 0)
			saw := told(injected(t, fault))
			var subjects []string
			for name, stream := range dark {
				subjects = append(subjects, name+" "+string(stream))
				g.Expect(silence(kept[name].ask(hush))).To(BeTrue(), name)
				if greeted := newly(w.listen[name]); stream == drills.Upstream {
					g.Expect(greeted).To(Succeed(), "%s downstream", name)
				} else {
					g.Expect(greeted).To(MatchError(ContainSubstring("timeout")), "%s downstream", name)
				}
			}
			g.Expect(saw.broken).To(ConsistOf(subjects))
			g.Expect(saw.alive).To(BeEmpty())
			g.Expect(saw.hit).To(BeEmpty())
			healed(t, fault)
			w.untouched(t)
		})
	}
}

// A Link that flaps is down and up in turn, as was decided, and is up when the
// fault is over.
func TestFlapping(t *testing.T) {
	tests := map[drills.Flavour][]time.Duration{
		drills.Refused: {400 * ms, 400 * ms, 400 * ms, 100 * ms},
	}
	for flavour, pattern := range tests {
		t.Run(string(flavour), func(t *testing.T) {
			t.Parallel()
			g := NewWithT(t)
			spec := partition(flavour)
			spec.Kind, spec.Pattern = drills.LinkFlapping, pattern
			w := newWorld(t, nil, spec)
			fault := w.fault(t, 0)
			severed := []string{eastToWest, westToEast}
			expectAll(t, injected(t, fault), severed, append(w.others(severed), eastCluster, westCluster))

			var went []string // what the proxies were, whenever it changed
			g.Eventually(func() int {
				if now := w.proxies(t); len(went) == 0 || went[len(went)-1] != now {
					went = append(went, now)
				}
				return len(went)
			}, soon, 5*ms).Should(BeNumerically(">=", 2*(len(pattern)-1)/2), "it goes up, down and up")
			healed(t, fault)
			w.untouched(t)
		})
	}
}

// A fault that ends in the middle of its flaps leaves the Link up.
func TestFlappingEndsWithTheFault(t *testing.T) {
	t.Parallel()
	g := NewWithT(t)
	spec := partition(drills.Refused)
	spec.Kind, spec.Pattern = drills.LinkFlapping, []time.Duration{time.Hour, 50 * ms, 50 * ms, 50 * ms}
	w := newWorld(t, nil, spec)
	fault := w.fault(t, 0)
	injected(t, fault)
	healed(t, fault)
	w.untouched(t)
	g.Consistently(func() string { return w.proxies(t) }, hush, 10*ms).Should(Equal(w.before))
}
