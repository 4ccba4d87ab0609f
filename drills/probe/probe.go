// Package probe measures capabilities by open-loop probes: each is sent at an
// instant of a fixed schedule, whatever came of those before it, and timed from
// that instant. It knows nothing of what is probed.
package probe

import (
	"context"
	"sync"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/clock"
)

// Schedule is one series of probes.
type Schedule struct {
	Rate drills.Rate // probes per second
	// Deadline is how long a probe may take from its intended send; then its
	// context ends, and an answer that comes all the same is too late.
	Deadline time.Duration
	// Probe carries out the probe of that number, from 0, and tells what came
	// of it, for each lane that it tests.
	Probe func(ctx context.Context, number int) []Outcome
}

// Outcome is what came of a probe for one lane.
type Outcome struct {
	Lane  drills.Lane
	Done  drills.Offset // when the capability was seen; 0 is when the probe returned
	Error string        // the kind of error; empty for none
}

// Late is the kind of error of a probe that nobody answered in time.
const Late = "DeadlineExceeded"

// Run carries out the schedules until ctx ends and hands each sounding to take,
// from several goroutines. It returns when every probe has ended; those that
// the end of ctx cut short tell nothing, and are dropped. The schedules begin
// spread over a period, so that they do not all probe at once.
func Run(ctx context.Context, base clock.Clock, schedules []Schedule, take func(drills.Sounding)) {
	var running sync.WaitGroup
	began := base.Now()
	for i, s := range schedules {
		period := time.Duration(float64(time.Second) / float64(s.Rate))
		first := began + period*time.Duration(i)/time.Duration(len(schedules))
		running.Go(func() { s.run(ctx, base, first, period, take) })
	}
	running.Wait()
}

// run sends one probe at each instant of the schedule.
func (s Schedule) run(ctx context.Context, base clock.Clock, first, period time.Duration, take func(drills.Sounding)) {
	var sent sync.WaitGroup
	defer sent.Wait()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for number := 0; ; number++ {
		intended := first + period*time.Duration(number)
		timer.Reset(max(intended-base.Now(), 0))
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		sent.Go(func() {
			outcomes := s.send(ctx, base, number, intended)
			returned := drills.Offset(base.Now())
			if ctx.Err() != nil {
				return
			}
			for _, o := range outcomes {
				take(s.sounding(o, drills.Offset(intended), returned))
			}
		})
	}
}

func (s Schedule) send(ctx context.Context, base clock.Clock, number int, intended time.Duration) []Outcome {
	ctx, cancel := context.WithTimeout(ctx, max(intended+s.Deadline-base.Now(), 0))
	defer cancel()
	return s.Probe(ctx, number)
}

// sounding places an outcome in time. An answer after the deadline is none.
func (s Schedule) sounding(o Outcome, intended, returned drills.Offset) drills.Sounding {
	out := drills.Sounding{Lane: o.Lane, Intended: intended, Done: o.Done, Error: o.Error}
	if out.Done == 0 {
		out.Done = returned
	}
	if out.Error == "" && out.Done-intended > drills.Offset(s.Deadline) {
		out.Error = Late
	}
	return out
}
