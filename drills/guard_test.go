package drills_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
)

// guardModel is what guard.go draws: the state of a fault, and for each step
// what it needs and leads to.
type guardModel struct{ state string }

// guardSteps are the steps of a fault, as an OrderError names them.
func guardSteps() []string {
	return []string{"set-up", "injection", "look for the effect", "recovery", "wait for the healing", "clean-up"}
}

// take takes a step, which fails if it reaches the fault and is told to. It says
// whether the step reaches the fault, and whether the order allows it.
func (m *guardModel) take(step string, fails bool) (reaches, allowed bool) {
	if step == "clean-up" {
		reaches = m.state != "fresh" && m.state != "clean"
		m.state = "clean"
		if reaches && fails {
			m.state = "invalid"
		}
		return reaches, true
	}
	row := map[string]struct{ from, to string }{
		"set-up":               {"fresh", "ready"},
		"injection":            {"ready", "injected"},
		"look for the effect":  {"injected", "injected"},
		"recovery":             {"injected", "recovered"},
		"wait for the healing": {"recovered", "recovered"},
	}[step]
	if m.state != row.from {
		return false, false
	}
	looks := row.from == row.to
	if m.state = row.to; fails && !looks {
		m.state = "invalid"
	}
	return true, true
}

// stepped is a fault that notes what reaches it, and fails when it is told to.
// It takes one step at a time, and nothing guards it but what is tested.
type stepped struct {
	fails   error
	chance  *rand.Rand // of failing by itself; nil for none
	running atomic.Bool
	overlap atomic.Bool
	reached []string
	failed  []bool
}

func (s *stepped) do(step string) error {
	if !s.running.CompareAndSwap(false, true) {
		s.overlap.Store(true)
	}
	defer s.running.Store(false)
	err := s.fails
	if s.chance != nil && s.chance.IntN(8) == 0 {
		err = errStep
	}
	runtime.Gosched() // lets others in, if they can
	s.reached, s.failed = append(s.reached, step), append(s.failed, err != nil)
	return err
}

var errStep = errors.New("the step failed half way")

func (s *stepped) SetUp(context.Context) error  { return s.do("set-up") }
func (s *stepped) Inject(context.Context) error { return s.do("injection") }
func (s *stepped) AwaitEffect(context.Context) ([]drills.Probe, error) {
	return []drills.Probe{{Subject: "cluster"}}, s.do("look for the effect")
}
func (s *stepped) Recover(context.Context) error     { return s.do("recovery") }
func (s *stepped) AwaitHealed(context.Context) error { return s.do("wait for the healing") }
func (s *stepped) CleanUp(context.Context) error     { return s.do("clean-up") }

// take has a guarded fault take a step.
func take(f drills.Fault, step string) (probes []drills.Probe, err error) {
	ctx := context.Background()
	switch step {
	case "set-up":
		err = f.SetUp(ctx)
	case "injection":
		err = f.Inject(ctx)
	case "look for the effect":
		probes, err = f.AwaitEffect(ctx)
	case "recovery":
		err = f.Recover(ctx)
	case "wait for the healing":
		err = f.AwaitHealed(ctx)
	case "clean-up":
		err = f.CleanUp(ctx)
	}
	return probes, err
}

// Every step from every state, in any order, with and without an error: what
// comes of it and what reaches the fault is what the drawing says.
func TestGuardKeepsToItsDrawing(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 0))
	met := map[string]bool{}
	var model guardModel
	var fault *stepped
	var guarded drills.Fault
	for n := range 10_000 {
		// A clean fault is done with: the walk goes on with a new one.
		if fault == nil || model.state == "clean" && draw.IntN(3) == 0 {
			model, fault = guardModel{"fresh"}, &stepped{}
			guarded = drills.Guard(fault)
		}
		from := model.state
		step, fails := guardSteps()[draw.IntN(len(guardSteps()))], draw.IntN(4) == 0
		fault.fails, fault.reached = nil, nil
		if fails {
			fault.fails = errStep
		}
		reaches, allowed := model.take(step, fails)
		met[fmt.Sprintf("%s of %s, error %v", step, from, fails)] = true

		probes, err := take(guarded, step)
		where := fmt.Sprintf("step %d: %s of a fault that is %s (told to fail: %v)", n, step, from, fails)
		var order *drills.OrderError
		switch {
		case !allowed:
			if !errors.As(err, &order) || order.Step != step || order.State != from {
				t.Fatalf("%s: %v, want an OrderError", where, err)
			}
		case reaches && fails:
			if !errors.Is(err, errStep) {
				t.Fatalf("%s: %v, want the fault's own error", where, err)
			}
		case err != nil:
			t.Fatalf("%s: %v", where, err)
		}
		if want := map[bool][]string{true: {step}}[reaches]; !slices.Equal(fault.reached, want) {
			t.Fatalf("%s: %v reached the fault, want %v", where, fault.reached, want)
		}
		if looked := reaches && step == "look for the effect"; looked != (len(probes) == 1) {
			t.Fatalf("%s: probes %v", where, probes)
		}
	}
	if all := 6 * len(guardSteps()) * 2; len(met) != all {
		t.Errorf("the walk met %d of %d transitions", len(met), all)
	}
}

// A cleaning that failed may be tried again, and one that succeeded does nothing
// more, however often it is asked for.
func TestGuardCleansUntilItIsClean(t *testing.T) {
	fault := &stepped{}
	guarded := drills.Guard(fault)
	if err := guarded.SetUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	fault.fails = errStep
	for range 3 {
		if err := guarded.CleanUp(t.Context()); !errors.Is(err, errStep) {
			t.Errorf("got %v", err)
		}
		var order *drills.OrderError
		if err := guarded.Inject(t.Context()); !errors.As(err, &order) || order.State != "invalid" {
			t.Errorf("an injection between two cleanings: %v", err)
		}
	}
	fault.fails = nil
	for range 3 {
		if err := guarded.CleanUp(t.Context()); err != nil {
			t.Errorf("got %v", err)
		}
	}
	same(t, "what reached the fault", fault.reached, []string{"set-up", "clean-up", "clean-up", "clean-up", "clean-up"})
}

// Several goroutines take steps of the same fault, in any order: one reaches it
// at a time, and what did is a walk through the drawing.
func TestGuardIsSafeForSeveralGoroutines(t *testing.T) {
	const walkers, steps = 8, 50
	reached := map[string]int{}
	for seed := range uint64(50) {
		fault := &stepped{chance: rand.New(rand.NewPCG(seed, 1))}
		guarded := drills.Guard(fault)
		var walking sync.WaitGroup
		for number := range uint64(walkers) {
			walking.Go(func() {
				draw := rand.New(rand.NewPCG(seed, 2+number))
				for range steps {
					// Clean-up is rare: it ends the walk for all.
					n := draw.IntN(len(guardSteps())*10 - 9)
					_, _ = take(guarded, guardSteps()[n/10])
				}
			})
		}
		walking.Wait()
		if fault.overlap.Load() {
			t.Fatalf("seed %d: two steps ran at the same time", seed)
		}
		model := guardModel{"fresh"}
		for i, step := range fault.reached {
			from := model.state
			if reaches, allowed := model.take(step, fault.failed[i]); !reaches || !allowed {
				t.Fatalf("seed %d: %s reached a fault that is %s: %v", seed, step, from, fault.reached)
			}
		}
		for _, step := range fault.reached {
			reached[step]++
		}
	}
	if len(reached) != len(guardSteps()) {
		t.Errorf("not every step was taken: %v", reached)
	}
}
