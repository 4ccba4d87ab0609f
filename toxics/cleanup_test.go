package toxics_test

import (
	"context"
	"slices"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/toxics"
)

// everyFault is one of each flavour of an outage and of each kind of Link fault.
func everyFault() []drills.FaultSpec {
	var out []drills.FaultSpec
	for _, flavour := range []drills.Flavour{drills.Crash, drills.Freeze, drills.Dark, drills.Reset, drills.Refused} {
		out = append(out, outage(drills.WholeRegion, flavour))
	}
	for _, flavour := range []drills.Flavour{drills.Dark, drills.Reset, drills.Refused} {
		flaps := partition(flavour)
		flaps.Kind, flaps.Pattern = drills.LinkFlapping, slices.Repeat([]time.Duration{5 * ms}, 1000)
		out = append(out, partition(flavour), flaps)
	}
	for _, i := range impairments() {
		spec := partition("")
		i.change(&spec)
		out = append(out, spec)
	}
	return append(out, drills.FaultSpec{Kind: drills.NoFault, Region: "us-east"})
}

// CleanUp leaves nothing of a fault, wherever it stands: no toxic, no Link that
// refuses, no process that is frozen, no goroutine and no connection of its own.
func TestCleanUpLeavesNothing(t *testing.T) { // alone: goroutines are counted
	steps := []struct {
		name string
		take func(context.Context, drills.Fault) error
	}{
		{"fresh", func(context.Context, drills.Fault) error { return nil }},
		{"ready", func(ctx context.Context, f drills.Fault) error { return f.SetUp(ctx) }},
		{"injected", func(ctx context.Context, f drills.Fault) error { return f.Inject(ctx) }},
		{"looked at", func(ctx context.Context, f drills.Fault) error {
			short, cancel := context.WithTimeout(ctx, 20*ms)
			defer cancel()
			_, _ = f.AwaitEffect(short) // whether it is seen in that time is of no matter
			return nil
		}},
		{"recovered", func(ctx context.Context, f drills.Fault) error { return f.Recover(ctx) }},
		{"healed", func(ctx context.Context, f drills.Fault) error { return f.AwaitHealed(ctx) }},
	}
	for _, spec := range everyFault() {
		t.Run(spec.String(), func(t *testing.T) {
			w := newWorld(t, nil, spec)
			for last := range steps {
				ctx, cancel := context.WithTimeout(t.Context(), soon)
				fault, err := toxics.NewFault(0, w.site())
				if err != nil {
					t.Fatal(err)
				}
				for _, step := range steps[:last+1] {
					if err := step.take(ctx, fault); err != nil {
						t.Fatalf("%s, on the way to %s: %v", step.name, steps[last].name, err)
					}
				}
				for range 2 { // twice does no harm
					if err := fault.CleanUp(ctx); err != nil {
						t.Fatalf("clean up what is %s: %v", steps[last].name, err)
					}
				}
				cancel()
				if err := w.machines.Restart(t.Context(), "us-east"); err != nil { // what was killed stays so
					t.Fatal(err)
				}
				w.untouched(t)
				for _, name := range []string{eastCluster, westCluster} {
					if state, err := w.machines.State(name); state != drills.ProcessRuns || err != nil {
						t.Fatalf("%s: %s is %s: %v", steps[last].name, name, state, err)
					}
				}
			}
		})
	}
}

// A fault that is cut off half way is cleaned up too.
func TestCleanUpAfterAnInjectionThatFailed(t *testing.T) {
	t.Parallel()
	g := NewWithT(t)
	w := newWorld(t, nil, partition(drills.Dark))
	g.Expect(w.links.Attach(t.Context(), w.link(t, westToEast), "faults[0]-dark-downstream", "latency", drills.Downstream, map[string]any{"latency": 1})).To(Succeed())
	fault := w.fault(t, 0)
	g.Expect(fault.SetUp(t.Context())).To(Succeed())
	g.Expect(fault.Inject(t.Context())).To(MatchError(ContainSubstring("add toxic faults[0]-dark-downstream to link fleet-us-west-to-us-east")))
	g.Expect(fault.CleanUp(t.Context())).To(Succeed())
	w.untouched(t)
}
