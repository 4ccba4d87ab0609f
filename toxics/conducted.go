package toxics

import (
	"context"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// conducted is a control plane that acts otherwise than it should.
type conducted struct {
	fault *fault
	how   drills.Handicap
}

// handicaps is what each fault of the control plane is.
func handicaps() map[drills.FaultKind]drills.Handicap {
	return map[drills.FaultKind]drills.Handicap{
		drills.LateDetection: drills.ControlBlind, drills.PromoteThroughLost: drills.ControlThroughLost,
		drills.FailoverInterrupted: drills.ControlStops, drills.FailoverTwice: drills.ControlTwice,
	}
}

func (c *conducted) setUp(context.Context) error { return nil }

func (c *conducted) inject(context.Context) error {
	c.fault.site.Control.Handicap(c.how, true)
	return nil
}

// look has the control plane's own word: what it does differently shows in the
// marks of the failover.
func (c *conducted) look(ctx context.Context) ([]drills.Probe, error) {
	held := c.fault.site.Control.Handicapped(c.how)
	detail := "it is as it should be"
	if held {
		detail = "by its own word: " + string(c.how)
	}
	return []drills.Probe{{Subject: drills.ControlPlaneName, Broken: held, Detail: detail, At: time.Now()}}, ctx.Err()
}

func (c *conducted) recover(context.Context) error {
	c.fault.site.Control.Handicap(c.how, false)
	return nil
}

func (c *conducted) works(context.Context) error {
	if c.fault.site.Control.Handicapped(c.how) {
		return notYet("the control plane: " + string(c.how))
	}
	return nil
}

func (c *conducted) cleanUp(ctx context.Context) error { return c.recover(ctx) }
