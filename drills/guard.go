package drills

import (
	"context"
	"fmt"
	"sync"
)

// faultState is where a fault stands.
//
//	fresh ─SetUp─► ready ─Inject─► injected ─Recover─► recovered ─┐
//	                                  │ ▲                 │ ▲     │
//	                               AwaitEffect         AwaitHealed│
//	                                                              ▼
//	any ─CleanUp──────────────────────────────────────────────► clean
//
//	SetUp, Inject, Recover or CleanUp failed ─► invalid ─CleanUp─► clean
//
// What only looks changes nothing, also when it fails.
type faultState string

const (
	faultFresh     faultState = "fresh"
	faultReady     faultState = "ready"
	faultInjected  faultState = "injected"
	faultRecovered faultState = "recovered"
	faultInvalid   faultState = "invalid"
	faultClean     faultState = "clean"
)

// OrderError is a step of a fault that its state does not allow. Nothing was
// done.
type OrderError struct {
	Step  string
	State string
}

// Error names the step and the state.
func (e *OrderError) Error() string {
	return fmt.Sprintf("%s of a fault that is %s: out of order", e.Step, e.State)
}

// Guard keeps a fault to the order of its steps: one out of order is an
// *OrderError and reaches nothing. A step that failed half way leaves the fault
// in a state that only CleanUp leads out of. It is safe for use by several
// goroutines; one step runs at a time.
func Guard(f Fault) Fault { return &guarded{fault: f, state: faultFresh} }

type guarded struct {
	fault Fault
	mu    sync.Mutex
	state faultState
}

// step runs what leads from one state to another.
func (g *guarded) step(name string, from, to faultState, run func() error) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.state != from {
		return &OrderError{name, string(g.state)}
	}
	if err := run(); err != nil {
		g.state = faultInvalid
		return err
	}
	g.state = to
	return nil
}

func (g *guarded) SetUp(ctx context.Context) error {
	return g.step("set-up", faultFresh, faultReady, func() error { return g.fault.SetUp(ctx) })
}

func (g *guarded) Inject(ctx context.Context) error {
	return g.step("injection", faultReady, faultInjected, func() error { return g.fault.Inject(ctx) })
}

func (g *guarded) Recover(ctx context.Context) error {
	return g.step("recovery", faultInjected, faultRecovered, func() error { return g.fault.Recover(ctx) })
}

func (g *guarded) AwaitEffect(ctx context.Context) ([]Probe, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.state != faultInjected {
		return nil, &OrderError{"look for the effect", string(g.state)}
	}
	return g.fault.AwaitEffect(ctx)
}

func (g *guarded) AwaitHealed(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.state != faultRecovered {
		return &OrderError{"wait for the healing", string(g.state)}
	}
	return g.fault.AwaitHealed(ctx)
}

func (g *guarded) CleanUp(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.state == faultFresh || g.state == faultClean {
		g.state = faultClean
		return nil
	}
	if err := g.fault.CleanUp(ctx); err != nil {
		g.state = faultInvalid
		return err
	}
	g.state = faultClean
	return nil
}
