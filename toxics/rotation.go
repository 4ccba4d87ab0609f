package toxics

import (
	"context"
	"fmt"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// rotation has Codec Servers encode with another key. It breaks nothing, if all is
// well, and is not undone: what was encoded meanwhile needs the key.
type rotation struct {
	fault *fault
	key   string
}

func (*rotation) setUp(context.Context) error { return nil }

func (r *rotation) inject(ctx context.Context) error {
	return r.fault.site.Codecs.Rotate(ctx, r.key)
}

// running lists the regions whose Codec Server runs, whether or not it listens yet.
func (r *rotation) running() ([]string, error) {
	var out []string
	for _, c := range r.fault.topology.CompanionsOf(drills.CodecRole) {
		state, err := r.fault.site.Machines.State(c.Name())
		if err != nil {
			return nil, err
		}
		if state == drills.ProcessRuns {
			out = append(out, c.Region)
		}
	}
	return out, nil
}

// look asks each Codec Server that runs.
func (r *rotation) look(ctx context.Context) ([]drills.Probe, error) {
	regions, err := r.running()
	if err != nil {
		return nil, err
	}
	var out []drills.Probe
	for _, region := range regions {
		at := time.Now()
		key, err := r.fault.site.Codecs.CurrentKey(ctx, region)
		if err != nil {
			return nil, askAgain(ctx, err)
		}
		out = append(out, drills.Probe{Subject: drills.CodecName(region), Broken: key == r.key, Detail: "it encodes with " + key, At: at})
	}
	if len(out) == 0 {
		return nil, notYet("no Codec Server runs")
	}
	return out, nil
}

// askAgain is the error of a question that may be answered the next time, unless ctx
// leaves no time for that.
func askAgain(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return notYet(err.Error())
}

func (*rotation) recover(context.Context) error { return nil }

// works fails while one that runs has not heard of it.
func (r *rotation) works(ctx context.Context) error {
	probes, err := r.look(ctx)
	for _, p := range probes {
		if !p.Broken {
			return notYet(fmt.Sprintf("%s: %s", p.Subject, p.Detail))
		}
	}
	return err
}

func (*rotation) cleanUp(context.Context) error { return nil }
