package toxics

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// edge is a Link that a fault severs or impairs, or behind which nobody answers.
type edge struct {
	fault  *fault
	link   drills.Link
	effect effect
	kept   caller       // a connection from before the fault
	dials  int64        // how often that was dialled until it answered
	before measure      // what the Link did before the fault
	stop   func() error // ends what an effect does beside the drill; nil where nothing goes on
}

// streams are the directions of the Link that the fault acts on; none where it
// leaves the Link alone.
func (e *edge) streams() []drills.Stream {
	var out []drills.Stream
	for _, x := range e.fault.blast.Edges {
		if x.Link == e.link {
			out = append(out, x.Stream)
		}
	}
	return out
}

// subject names the Link, or the one direction of it that is severed.
func (e *edge) subject() string {
	if streams := e.streams(); len(streams) == 1 {
		return fmt.Sprintf("%s %s", e.link.Name(), streams[0])
	}
	return e.link.Name()
}

// patience is how long an answer may take over a Link that carries, there and
// back: a second, and what the Link itself adds.
func patience(link drills.Link) time.Duration {
	return time.Second + 4*(link.Delay.Latency+link.Delay.Jitter)
}

func (e *edge) setUp(ctx context.Context) error {
	var err error
	if e.kept, err = newCaller(e.fault.site, e.link); err != nil {
		return err
	}
	err = e.answers(ctx)
	e.dials = e.kept.dialled()
	if err == nil {
		e.before, err = e.effect.measure(ctx, e)
	}
	if err != nil {
		return fmt.Errorf("look at link %s before the fault: %w", e.link.Name(), err)
	}
	return nil
}

// answerWithin is how long a Link may take to answer before a fault. Everything it
// leads to runs by then: one that never answers would have the drill wait for ever.
const answerWithin = 15 * time.Second

// answers returns once the Link answers over the connection that is kept.
func (e *edge) answers(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, cmp.Or(e.fault.site.AnswerWithin, answerWithin)+patience(e.link))
	defer cancel()
	began, last := time.Now(), silent
	err := every(limited, healEvery, func() error {
		came, err := e.kept.ask(limited, patience(e.link))
		switch came {
		case answered:
			return nil
		case "":
			return err
		}
		last = came
		return notYet(came)
	})
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s, for %s (%w): nothing was broken yet; look in the log of %s why it does not answer, or run the drill again where the machine was too busy",
			last, time.Since(began).Round(100*time.Millisecond), context.DeadlineExceeded, drills.ClusterName(e.link.To))
	}
	return err
}

func (e *edge) inject(ctx context.Context) error {
	if len(e.streams()) == 0 {
		return nil
	}
	return e.effect.add(ctx, e)
}

func (e *edge) look(ctx context.Context) ([]drills.Probe, error) {
	at := time.Now()
	seen, detail, err := e.effect.seen(ctx, e)
	if err != nil {
		return nil, fmt.Errorf("probe link %s: %w", e.link.Name(), err)
	}
	return []drills.Probe{{Subject: e.subject(), Broken: seen, Detail: detail, At: at}}, nil
}

func (e *edge) recover(ctx context.Context) error {
	if len(e.streams()) == 0 {
		return nil
	}
	return e.effect.remove(ctx, e)
}

// works fails until a connection of its own is answered.
func (e *edge) works(ctx context.Context) error {
	came, err := knock(ctx, e.fault.site, e.link)
	switch {
	case came == answered:
		return nil
	case came != "":
		return notYet(fmt.Sprintf("link %s: %s", e.link.Name(), came))
	}
	return err
}

func (e *edge) cleanUp(ctx context.Context) error {
	err := e.recover(ctx)
	if e.kept != nil {
		err = errors.Join(err, e.kept.close())
		e.kept = nil
	}
	return err
}
