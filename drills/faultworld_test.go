package drills_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// step is one that the engine had a fault take.
type step struct {
	fault string
	name  string
	at    time.Duration
}

// struck is one fault of a world: the first is what holds its work up. Calls to
// faults have their names where there are several.
type struck struct {
	*world
	number int
}

func (w *world) faults() []drills.Fault {
	var out []drills.Fault
	for i := range w.drill.Faults {
		out = append(out, struck{w, i})
	}
	return out
}

func (f struck) call(name string) string {
	if len(f.drill.Faults) == 1 {
		return name
	}
	return name + " of " + drills.FaultName(f.number)
}

func (f struck) took(name string) {
	f.set(func() { f.steps = append(f.steps, step{drills.FaultName(f.number), name, f.now()}) })
}

// quiet takes a step that is no call of the run: no log of it is kept but the
// fault's own.
func (f struck) quiet(name string) error {
	f.took(name)
	if hook := f.at[f.call(name)]; hook != nil {
		hook()
	}
	return f.fails[f.call(name)]
}

func (f struck) SetUp(context.Context) error { return f.quiet("set up") }

func (f struck) CleanUp(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("too late to clean up: %w", err)
	}
	return f.quiet("clean up")
}

func (f struck) Inject(context.Context) error {
	f.took("inject")
	if f.number == 0 {
		f.set(func() { f.injected = time.Now() })
	}
	return f.called(f.call("inject"))
}

func (f struck) AwaitEffect(ctx context.Context) ([]drills.Probe, error) {
	f.took("await effect")
	if err := f.asked(ctx, f.call("await effect")); err != nil {
		return nil, err
	}
	if f.noEffect && f.number == 0 {
		<-ctx.Done()
		return []drills.Probe{{Subject: "cluster", Detail: "still answers"}}, ctx.Err()
	}
	pass(20 * ms)
	probes := []drills.Probe{{Subject: "cluster", Broken: true}, {Subject: "link", Broken: true}}
	if f.touches != "" {
		probes = append(probes, drills.Probe{Subject: f.touches, Broken: true, Spared: true, Detail: "not answered"})
	}
	return probes, nil
}

func (f struck) Recover(context.Context) error {
	f.took("recover")
	return f.called(f.call("recover"))
}

func (f struck) AwaitHealed(ctx context.Context) error {
	f.took("await healed")
	if f.noHeal && f.number == 0 {
		<-ctx.Done()
		return context.Cause(ctx)
	}
	if f.number == 0 {
		f.set(func() { f.healed = true })
	}
	return f.asked(ctx, f.call("await healed"))
}

// cleaned fails the test unless each fault took its steps in order, each once but
// for the wait until it is healed, and was cleaned up if it was set up at all.
func (w *world) cleaned(t *testing.T) {
	t.Helper()
	order := []string{"set up", "inject", "await effect", "recover", "await healed", "clean up"}
	for i := range w.drill.Faults {
		var names []string
		for _, s := range w.steps {
			if s.fault == drills.FaultName(i) {
				names = append(names, s.name)
			}
		}
		if len(names) == 0 {
			continue
		}
		sorted := slices.IsSortedFunc(names, func(a, b string) int { return slices.Index(order, a) - slices.Index(order, b) })
		var once []string
		for _, n := range names {
			if n != "await healed" || !slices.Contains(once, n) {
				once = append(once, n)
			}
		}
		twice := len(slices.Compact(slices.Clone(once))) < len(once)
		if !sorted || twice || names[0] != "set up" || names[len(names)-1] != "clean up" {
			t.Errorf("%s took the steps %v", drills.FaultName(i), names)
		}
	}
}
