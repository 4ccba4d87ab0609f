package toxics

import (
	"context"
	"fmt"
	"slices"

	"github.com/failoverdrill/failoverdrill/drills"
)

// closed has a Link close its connections and refuse new ones.
type closed struct{}

func (closed) measure(context.Context, *edge) (measure, error) { return unmeasured, nil }

func (closed) add(ctx context.Context, e *edge) error {
	return e.fault.site.Links.Refuse(ctx, []drills.Link{e.link})
}

func (closed) remove(ctx context.Context, e *edge) error {
	return e.fault.site.Links.Restore(ctx, []drills.Link{e.link})
}

// seen wants a refusal. Another failure to connect, as of a machine that is too
// busy, does not prove that.
func (closed) seen(ctx context.Context, e *edge) (bool, string, error) {
	came, err := knock(ctx, e.fault.site, e.link)
	if came == "" {
		return false, "", err
	}
	return came == refused, string(came), nil
}

// dark swallows what a Link carries, and leaves its connections up.
type dark struct{ toxic }

// seen wants silence, of a new connection and of one from before the fault, which
// has to be still the same one.
func (dark) seen(ctx context.Context, e *edge) (bool, string, error) {
	return unheard(ctx, e, silent)
}

// unheard wants silence of a connection from before the fault, and one of some outcomes
// of a new one.
func unheard(ctx context.Context, e *edge, of ...outcome) (bool, string, error) {
	kept := make(chan outcome, 1)
	var failed error
	go func() {
		came, err := e.kept.ask(ctx, patience(e.link))
		if came == "" {
			failed = err
		}
		kept <- came
	}()
	fresh, err := knock(ctx, e.fault.site, e.link)
	old := <-kept
	switch {
	case old == "":
		return false, "", failed
	case fresh == "":
		return false, "", err
	}
	detail := fmt.Sprintf("new connection %s, the one from before the fault %s", fresh, old)
	again := e.kept.dialled() > e.dials
	if again {
		detail += ", and not the same any more"
	}
	return slices.Contains(of, fresh) && old == silent && !again, detail, nil
}

// reset has a Link reset its connections, and every new one.
type reset struct{ toxic }

// seen wants both a new connection and the one from before the fault broken, and
// the new one accepted first.
func (reset) seen(ctx context.Context, e *edge) (bool, string, error) {
	fresh, err := knock(ctx, e.fault.site, e.link)
	if fresh == "" {
		return false, "", err
	}
	old, err := e.kept.ask(ctx, patience(e.link))
	if old == "" {
		return false, "", err
	}
	return fresh == broken && old == broken, fmt.Sprintf("new connection: %s, the one from before the fault: %s", fresh, old), nil
}

// untouched leaves a Link alone that leads to a process which does not answer.
type untouched struct{}

func (untouched) measure(context.Context, *edge) (measure, error) { return unmeasured, nil }
func (untouched) add(context.Context, *edge) error                { return nil }
func (untouched) remove(context.Context, *edge) error             { return nil }

func (untouched) seen(ctx context.Context, e *edge) (bool, string, error) {
	return unheard(ctx, e, silent)
}

// unreachable leaves a Link alone that leads to where nobody is: the Link learns that, and
// hangs up on who connects.
type unreachable struct{ untouched }

func (unreachable) seen(ctx context.Context, e *edge) (bool, string, error) {
	return unheard(ctx, e, silent, broken)
}
