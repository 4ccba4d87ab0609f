package toxics

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// crashLoop kills Workers, has them started again, and kills them again, at the
// times that the seed decided.
type crashLoop struct {
	processes
	stop  func() error // ends the loop; nil where none goes on
	first func()       // called when the first death was seen
	// deaths are the probes of the first one.
	deaths []drills.Probe
}

// look wants the first death seen; from then on Workers come and go.
func (c *crashLoop) look(ctx context.Context) ([]drills.Probe, error) {
	if c.deaths != nil {
		return c.deaths, nil
	}
	probes, err := c.processes.look(ctx)
	if err == nil && !slices.ContainsFunc(probes, func(p drills.Probe) bool { return !p.Broken }) {
		c.deaths = probes
		c.first()
	}
	return probes, err
}

func (c *crashLoop) inject(ctx context.Context) error {
	if err := c.processes.inject(ctx); err != nil {
		return err
	}
	if len(c.struck) == 0 {
		return c.fault.noVictims()
	}
	loop, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	c.stop = func() error { cancel(); return <-ended }
	seen := make(chan struct{})
	c.first = sync.OnceFunc(func() { close(seen) })
	go func() { ended <- c.loop(loop, seen) }()
	return nil
}

// loop begins once the first death was seen.
func (c *crashLoop) loop(ctx context.Context, seen <-chan struct{}) error {
	select {
	case <-seen:
	case <-ctx.Done():
		return nil
	}
	for _, up := range c.fault.spec.Pattern {
		if err := c.fault.site.Machines.Restart(ctx, c.fault.spec.Region); err != nil {
			return unlessDone(ctx, err)
		}
		timer := time.NewTimer(up)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
		if err := c.fault.site.Machines.Kill(ctx, c.struck); err != nil {
			return unlessDone(ctx, err)
		}
	}
	return nil
}

// unlessDone is the error of a loop that was not ended.
func unlessDone(ctx context.Context, err error) error {
	select {
	case <-ctx.Done():
		return nil
	default:
		return err
	}
}

func (c *crashLoop) recover(context.Context) error {
	if c.stop == nil {
		return nil
	}
	stop := c.stop
	c.stop = nil
	return stop()
}

func (c *crashLoop) cleanUp(ctx context.Context) error { return c.recover(ctx) }

// slowStart kills Workers and has them started again at once, with a start that
// takes long.
type slowStart struct{ processes }

func (s *slowStart) inject(ctx context.Context) error {
	s.fault.site.Fleets.SlowStart(s.fault.spec.Region, s.fault.spec.Latency)
	if err := s.processes.inject(ctx); err != nil {
		return err
	}
	if len(s.struck) == 0 {
		return s.fault.noVictims()
	}
	return s.fault.site.Machines.Restart(ctx, s.fault.spec.Region)
}

// look wants each Worker to run and not to poll yet.
func (s *slowStart) look(ctx context.Context) ([]drills.Probe, error) {
	var out []drills.Probe
	for _, name := range s.struck {
		at := time.Now()
		state, err := s.fault.site.Machines.State(name)
		if err != nil {
			return nil, err
		}
		polls := false
		if state == drills.ProcessRuns {
			status, err := s.fault.site.Fleets.Worker(ctx, name)
			if err != nil {
				return nil, err
			}
			polls = status.Polling
		}
		out = append(out, drills.Probe{
			Subject: name, Broken: state == drills.ProcessRuns && !polls, Detail: fmt.Sprintf("the process is %s; it polls: %v", state, polls), At: at,
		})
	}
	return out, nil
}

func (s *slowStart) recover(context.Context) error {
	s.fault.site.Fleets.SlowStart(s.fault.spec.Region, 0)
	return nil
}

func (s *slowStart) works(ctx context.Context) error {
	for _, name := range s.struck {
		status, err := s.fault.site.Fleets.Worker(ctx, name)
		if err == nil && !status.Polling {
			err = notYet(name + " does not poll")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *slowStart) cleanUp(ctx context.Context) error { return s.recover(ctx) }
