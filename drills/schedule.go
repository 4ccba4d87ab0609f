package drills

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// schedule runs the faults of a drill beside it, each at its time:
//
//	waits ──stage──► due ──time──► on ──its own time, or the heal──► over
type schedule struct {
	r      *runner
	faults []*scheduled
	over   chan struct{} // closed when no fault may come any more, nor wait for its end
	close  func()
	done   sync.WaitGroup

	look   chan struct{} // full once a fault looks whether the steady state holds
	looked chan struct{} // closed when it has
	steady error         // whether it held when the first fault came
}

type scheduled struct {
	number int
	spec   FaultSpec
	fault  Fault
	looked chan struct{} // closed when it took effect, or was given up

	mu     sync.Mutex
	phase  faultPhase
	healed bool
}

type faultPhase int

const (
	faultWaits faultPhase = iota
	faultDue
	faultOn
	faultOver
)

func (f *scheduled) at(p faultPhase) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.phase == p
}

func (f *scheduled) enter(p faultPhase) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.phase = p
}

func newSchedule(r *runner) *schedule {
	s := &schedule{r: r, over: make(chan struct{}), look: make(chan struct{}, 1), looked: make(chan struct{})}
	s.close = sync.OnceFunc(func() { close(s.over) })
	for i, fault := range r.world.Faults {
		s.faults = append(s.faults, &scheduled{number: i, spec: r.drill.Faults[i], fault: Guard(fault), looked: make(chan struct{})})
	}
	return s
}

// setUp makes every fault ready.
func (s *schedule) setUp(ctx context.Context) error {
	for _, f := range s.faults {
		if err := f.fault.SetUp(ctx); err != nil {
			return fmt.Errorf("set up %s: %w", FaultName(f.number), err)
		}
	}
	return nil
}

// start runs every fault to its end in a goroutine of its own. An error of one
// ends the run.
func (s *schedule) start(ctx context.Context, fail context.CancelCauseFunc) {
	for _, f := range s.faults {
		s.done.Go(func() {
			if err := s.run(ctx, f); err != nil && !errors.Is(err, errOver) && ctx.Err() == nil {
				fail(fmt.Errorf("%s: %w", FaultName(f.number), err))
			}
		})
	}
}

// stop ends the waiting of every fault, and returns when none is on its way.
func (s *schedule) stop() {
	s.close()
	s.done.Wait()
}

// errOver ends the waiting of a fault.
var errOver = errors.New("the drill has no more time for faults")

// pass lets time go by, as a drill declares it, unless the time of faults is over.
func (s *schedule) pass(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-s.over:
		return errOver
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (s *schedule) run(ctx context.Context, f *scheduled) error {
	looked := sync.OnceFunc(func() { close(f.looked) })
	defer looked()
	if err := s.await(ctx, f); err != nil {
		return err
	}
	since, err := s.inject(ctx, f)
	if err != nil {
		return err
	}
	looked()
	if f.spec.For == 0 {
		return nil
	}
	if err := s.pass(ctx, time.Duration(since)+f.spec.For-s.r.now()); err != nil {
		return err
	}
	return s.end(ctx, f)
}

// triggerEvery is how often a fault looks for the stage that it waits for.
const triggerEvery = 20 * time.Millisecond

// await waits for the fault's stage, and then for its time.
func (s *schedule) await(ctx context.Context, f *scheduled) error {
	var came Offset
	for !s.marked(f.spec.Trigger(), &came) {
		if err := s.pass(ctx, triggerEvery); err != nil {
			return err
		}
	}
	f.enter(faultDue)
	delay := f.spec.At + s.r.drill.FaultDelay(f.number)
	return s.pass(ctx, time.Duration(came)+delay-s.r.now())
}

func (s *schedule) marked(stage Stage, at *Offset) (ok bool) {
	*at, ok = s.r.log.Events().Mark(stage)
	return ok
}

// inject breaks what the fault breaks, once the steady state was seen to hold,
// and records the probes that prove it. It returns since when that is so.
func (s *schedule) inject(ctx context.Context, f *scheduled) (Offset, error) {
	r := s.r
	if err := s.stillSteady(ctx); err != nil {
		return 0, err
	}
	name := FaultName(f.number)
	s.tell(f, FaultIsRequested, FaultRequested, time.Time{}, f.spec.String())
	f.enter(faultOn)
	if err := f.fault.Inject(ctx); err != nil {
		return 0, err
	}
	limited, cancel := context.WithTimeout(ctx, effectWithin)
	defer cancel()
	probes, err := f.fault.AwaitEffect(limited)
	var since time.Time
	for _, p := range probes {
		kind, held := KindProbe, p.Broken
		if p.Spared {
			kind, held = KindSpared, !p.Broken
		} else if p.At.After(since) {
			since = p.At
		}
		r.log.Record(Event{At: r.at(p.At), Kind: kind, Name: name, Region: f.spec.Region, Subject: p.Subject, Held: held, Detail: p.Detail})
	}
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return Offset(r.now()), nil // a fault without effect is a finding, not an error: the missing mark tells
	}
	if err != nil {
		return 0, err
	}
	return s.tell(f, FaultIsEffective, FaultEffective, since, ""), nil
}

// stillSteady looks whether the steady state holds, for the fault that comes
// first. Others that come meanwhile wait for what it sees.
func (s *schedule) stillSteady(ctx context.Context) error {
	select {
	case s.look <- struct{}{}:
		s.steady = s.r.stillSteady(ctx)
		close(s.looked)
	case <-s.looked:
	}
	return s.steady
}

// at is a moment on the run's clock; zero is now.
func (r *runner) at(t time.Time) Offset {
	if t.IsZero() {
		return Offset(r.now())
	}
	return Offset(r.now() - time.Since(t))
}

// tell records how the fault goes on. The first fault is the one that times count
// from: it has marks of its own.
func (s *schedule) tell(f *scheduled, name string, stage Stage, when time.Time, detail string) Offset {
	at := s.r.at(when)
	s.r.log.Record(Event{At: at, Kind: KindFault, Name: name, Region: f.spec.Region, Subject: FaultName(f.number), Detail: detail})
	if f.number == 0 && stage != "" {
		s.r.log.Record(Event{At: at, Kind: KindMark, Name: string(stage), Detail: detail})
	}
	return at
}

// end takes away a fault whose time is over, and sees that it heals.
func (s *schedule) end(ctx context.Context, f *scheduled) error {
	if err := s.takeAway(ctx, f, FaultEnded); err != nil {
		return err
	}
	_, err := s.r.within(ctx, healWithin, "healing of "+FaultName(f.number), func(ctx context.Context) error { return s.awaitHealed(ctx, f) })
	return err
}

func (s *schedule) takeAway(ctx context.Context, f *scheduled, stage Stage) error {
	if err := f.fault.Recover(ctx); err != nil {
		return err
	}
	s.tell(f, FaultIsEnded, stage, time.Time{}, "")
	f.enter(faultOver)
	return nil
}

func (s *schedule) awaitHealed(ctx context.Context, f *scheduled) error {
	if err := f.fault.AwaitHealed(ctx); err != nil {
		return err
	}
	s.tell(f, FaultIsHealed, "", time.Time{}, "")
	f.mu.Lock()
	defer f.mu.Unlock()
	f.healed = true
	return nil
}

func (f *scheduled) isHealed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.healed
}

// busy reports whether a fault is still to come, or goes on that ends by itself.
func (s *schedule) busy() bool {
	for _, f := range s.faults {
		if f.at(faultDue) || f.at(faultOn) && f.spec.For > 0 {
			return true
		}
	}
	return false
}

// heal takes away what is still there, the last fault first, and sees that all
// are healed.
func (s *schedule) heal(ctx context.Context) error {
	s.stop()
	for _, f := range slices.Backward(s.faults) {
		if f.at(faultOn) {
			if err := s.takeAway(ctx, f, ""); err != nil {
				return err
			}
		}
	}
	for _, f := range slices.Backward(s.faults) {
		if f.at(faultOver) && !f.isHealed() {
			if err := s.awaitHealed(ctx, f); err != nil {
				return err
			}
		}
	}
	return nil
}

// cleanUpWithin bounds what is done for a run that is over, however it ended.
const cleanUpWithin = 20 * time.Second

// cleanUp leaves nothing of any fault, however the run ended.
func (s *schedule) cleanUp(ctx context.Context) error {
	s.stop()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpWithin)
	defer cancel()
	var failed []error
	for _, f := range s.faults {
		if err := f.fault.CleanUp(ctx); err != nil {
			failed = append(failed, fmt.Errorf("clean up %s: %w", FaultName(f.number), err))
		}
	}
	return errors.Join(failed...)
}
