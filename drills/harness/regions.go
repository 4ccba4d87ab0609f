package harness

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/fixtures"
)

// Regions are a drill's topology that stands, for a test with steps of its own: its
// regions, Workers and starters run, nothing is measured and nothing is judged, and the
// control plane does nothing on its own.
//
//	Stand ─► Break(0) ─► FailOver(region) ─► … ─► Heal(0) ─► FailBack(region) ─► Close
//
// 'failoverdrill stop' closes them, as it ends a drill.
type Regions struct {
	*fixtures.Stack
	Dir string // with the drill, what was recorded and the logs

	run     *run
	step    func(context.Context) (context.Context, context.CancelFunc) // that ends with what stands, too
	faults  []drills.Fault
	control drills.ControlPlane
	ends    []func() error
	closing sync.Once
	closed  error
}

// Stand starts a drill's topology. It is an error where Run would have been one, or where
// the topology did not come up: nothing is left of it then. Else it has to be closed.
func Stand(ctx context.Context, d *drills.Drill, o Options) (_ *Regions, err error) {
	// What stands outlives the call, which may still be ended.
	lasting, cancel := context.WithCancel(context.WithoutCancel(ctx))
	unlessEnded := context.AfterFunc(ctx, cancel)
	r, standing, end, err := begin(lasting, d, o)
	out := &Regions{run: r, step: within(standing), ends: []func() error{func() error { cancel(); return nil }, end}}
	defer func() {
		if err != nil {
			err = errors.Join(err, out.Close())
		}
	}()
	if err != nil {
		return nil, err
	}
	out.Dir, out.ends = r.dir, append(out.ends, r.log.Close)
	stack, tearDown, err := r.stand(standing)
	out.ends = append(out.ends, tearDown)
	if err != nil {
		return nil, err
	}
	out.Stack, out.control = stack, stack.Control()
	if out.faults, err = r.faults(stack); err != nil {
		return nil, err
	}
	for i, f := range out.faults {
		out.faults[i] = drills.Guard(f)
	}
	if !unlessEnded() {
		return nil, context.Cause(ctx)
	}
	context.AfterFunc(standing, func() { _ = out.Close() }) // whoever closes it hears why that failed
	return out, nil
}

// within makes contexts that end with another one, too.
func within(standing context.Context) func(context.Context) (context.Context, context.CancelFunc) {
	return func(ctx context.Context) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancelCause(ctx)
		stop := context.AfterFunc(standing, func() { cancel(context.Cause(standing)) })
		return ctx, func() {
			stop()
			cancel(nil)
		}
	}
}

// Break has a fault of the drill, by its number in it, take effect: it returns once
// everything that it acts on was seen broken.
func (r *Regions) Break(ctx context.Context, number int) error {
	f, err := r.fault(number)
	if err != nil {
		return err
	}
	ctx, cancel := r.step(ctx)
	defer cancel()
	if err = f.SetUp(ctx); err == nil {
		err = f.Inject(ctx)
	}
	if err == nil {
		_, err = f.AwaitEffect(ctx)
	}
	if err != nil {
		return fmt.Errorf("break %s: %w", r.run.drill.Faults[number], err)
	}
	return nil
}

// Heal takes a fault away, and returns once what it broke works again.
func (r *Regions) Heal(ctx context.Context, number int) error {
	f, err := r.fault(number)
	if err != nil {
		return err
	}
	ctx, cancel := r.step(ctx)
	defer cancel()
	if err = f.Recover(ctx); err == nil {
		err = f.AwaitHealed(ctx)
	}
	if err == nil {
		err = r.Tidy(ctx, r.control, r.run.drill.Faults[number].Region)
	}
	if err != nil {
		return fmt.Errorf("heal %s: %w", r.run.drill.Faults[number], err)
	}
	return nil
}

func (r *Regions) fault(number int) (drills.Fault, error) {
	if number < 0 || number >= len(r.faults) {
		return nil, fmt.Errorf("find %s: the drill has %d faults, from 0", drills.FaultName(number), len(r.faults))
	}
	return r.faults[number], nil
}

// FailOver moves every Namespace that is active in a region to its other one, by the mode
// that the drill has, and gives the survivor what its model says it needs. It is an error
// where one stays.
func (r *Regions) FailOver(ctx context.Context, region string) error {
	ctx, cancel := r.step(ctx)
	defer cancel()
	return r.Leave(ctx, r.control, region)
}

// FailBack moves the Namespaces of a region home, by the way that the drill's mode has.
func (r *Regions) FailBack(ctx context.Context, region string) error {
	ctx, cancel := r.step(ctx)
	defer cancel()
	return r.Return(ctx, r.control, region)
}

// Close ends everything, however it stands, and leaves what was recorded and the logs. To
// call it again tells what came of it.
func (r *Regions) Close() error {
	r.closing.Do(func() {
		var failed []error
		why := fmt.Errorf("not cleaned up within %s", healWithin)
		ctx, cancel := context.WithTimeoutCause(context.Background(), healWithin, why)
		defer cancel()
		for _, f := range r.faults {
			failed = append(failed, f.CleanUp(ctx))
		}
		for i := len(r.ends) - 1; i >= 0; i-- {
			failed = append(failed, r.ends[i]())
		}
		r.closed = errors.Join(failed...)
	})
	return r.closed
}
