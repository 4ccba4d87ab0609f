package workload

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"go.temporal.io/sdk/worker"

	"github.com/failoverdrill/failoverdrill/drills"
)

// crew is the SDK's Worker within its process: it can rest and go on, and its
// slots can be taken.
type crew struct {
	settings WorkerSettings
	slots    *occupiable
	make     func(worker.Options) worker.Worker
	fatal    chan error // of the SDK's Worker: it will not poll any more

	mu      sync.Mutex
	working worker.Worker // nil while it rests
	starts  context.CancelFunc
}

func newCrew(s WorkerSettings, slots *occupiable, build func(worker.Options) worker.Worker) *crew {
	return &crew{settings: s, slots: slots, make: build, fatal: make(chan error, 1)}
}

// startAgain is how long a Worker waits after a start that failed, as one that an
// orchestrator starts again does.
const startAgain = time.Second

// work starts to poll, and tries until it does or ctx ends: a cluster that cannot
// be reached is no reason to end.
func (c *crew) work(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c.mu.Lock()
	busy := c.working != nil || c.starts != nil
	if !busy {
		c.starts = cancel
	}
	c.mu.Unlock()
	if busy {
		return nil
	}
	defer func() {
		c.mu.Lock()
		c.starts = nil
		c.mu.Unlock()
	}()
	for {
		w := c.make(worker.Options{
			Identity: c.settings.Identity, Tuner: c.slots,
			OnFatalError: func(err error) {
				select {
				case c.fatal <- fmt.Errorf("run worker %s: %w", c.settings.Identity, err):
				default:
				}
			},
		})
		err := w.Start()
		if err == nil {
			c.mu.Lock()
			defer c.mu.Unlock()
			if ctx.Err() != nil {
				w.Stop()
				return context.Cause(ctx)
			}
			c.working = w
			return nil
		}
		slog.Warn("start worker: trying again", "identity", c.settings.Identity, "error", err)
		if work(ctx, startAgain) != nil {
			return context.Cause(ctx)
		}
	}
}

// rest polls no more; tasks that are on their way are finished.
func (c *crew) rest() {
	c.mu.Lock()
	w := c.working
	c.working = nil
	if c.starts != nil {
		c.starts()
	}
	c.mu.Unlock()
	if w != nil {
		w.Stop()
	}
}

func (c *crew) status() drills.WorkerStatus {
	c.mu.Lock()
	defer c.mu.Unlock()
	return drills.WorkerStatus{Polling: c.working != nil, Slots: c.slots.free()}
}

// occupiable are the slots of a Worker, which can all be taken, as tasks that hang
// do. Pollers reserve a slot before they poll: one that has it already may bring
// one task more.
type occupiable struct {
	worker.WorkerTuner
	size int
	mu   sync.Mutex
	open chan struct{} // closed while slots are given out
}

func newOccupiable(slots int) (*occupiable, error) {
	tuner, err := worker.NewFixedSizeTuner(worker.FixedSizeTunerOptions{
		NumWorkflowSlots: max(slots, 2), NumActivitySlots: slots, // the SDK wants two for Workflow Tasks
	})
	if err != nil {
		return nil, fmt.Errorf("size worker: %w", err)
	}
	o := &occupiable{WorkerTuner: tuner, size: slots, open: make(chan struct{})}
	close(o.open)
	return o, nil
}

func (o *occupiable) take(all bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case <-o.open:
		if all {
			o.open = make(chan struct{})
		}
	default:
		if !all {
			close(o.open)
		}
	}
}

func (o *occupiable) gate() <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.open
}

func (o *occupiable) free() int {
	select {
	case <-o.gate():
		return o.size
	default:
		return 0
	}
}

// GetWorkflowTaskSlotSupplier is the SDK's.
func (o *occupiable) GetWorkflowTaskSlotSupplier() worker.SlotSupplier {
	return gated{o.WorkerTuner.GetWorkflowTaskSlotSupplier(), o}
}

// GetActivityTaskSlotSupplier is the SDK's.
func (o *occupiable) GetActivityTaskSlotSupplier() worker.SlotSupplier {
	return gated{o.WorkerTuner.GetActivityTaskSlotSupplier(), o}
}

// gated gives out slots while they are not all taken.
type gated struct {
	worker.SlotSupplier
	slots *occupiable
}

// ReserveSlot waits until slots are given out.
func (g gated) ReserveSlot(ctx context.Context, info worker.SlotReservationInfo) (*worker.SlotPermit, error) {
	select {
	case <-g.slots.gate():
		return g.SlotSupplier.ReserveSlot(ctx, info)
	case <-ctx.Done():
		return nil, errors.Join(context.Canceled, ctx.Err())
	}
}

// TryReserveSlot gives none where none is free.
func (g gated) TryReserveSlot(info worker.SlotReservationInfo) *worker.SlotPermit {
	if g.slots.free() == 0 {
		return nil
	}
	return g.SlotSupplier.TryReserveSlot(info)
}
