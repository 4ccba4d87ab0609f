package assess

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/failoverdrill/failoverdrill/drills"
)

// held groups the Workflows that were asked for and did not complete by what kept them
// from it: the most first.
func (c *docket) held() []drills.Held {
	if !c.complete(drills.CensusAfterHeal) {
		return nil // nobody asked what they wait for
	}
	type group struct{ what, activity string }
	groups := map[group]*drills.Held{}
	current := c.current()
	for _, op := range c.operations {
		w, known := current[scoped{op.Namespace, op.Workflow}]
		if op.Kind != drills.StartOperation || !op.acknowledged || !known || w.Status == completed {
			continue
		}
		h := c.holds(w)
		key := group{h.What, h.Activity}
		if groups[key] == nil {
			groups[key] = &h
		}
		groups[key].Workflows++
	}
	var out []drills.Held
	for _, h := range groups {
		out = append(out, *h)
	}
	slices.SortFunc(out, func(a, b drills.Held) int {
		return cmp.Or(b.Workflows-a.Workflows, cmp.Compare(a.What, b.What), cmp.Compare(a.Activity, b.Activity))
	})
	return out
}

const completed = "Completed"

// holds tells what keeps, or kept, one Workflow from completing. Of several Activities
// that it waits for, it is the one that was due first.
func (c *docket) holds(w drills.Workflow) drills.Held {
	out := drills.Held{Example: w.ID}
	if w.ClosedAt != 0 {
		out.What = drills.HeldEnded
		out.Activity, out.Detail = w.Failure.Activity, fmt.Sprintf("it ended as %s: %s", w.Status, cmp.Or(w.Failure.Message, "no failure is told"))
		if w.Failure.Retry != "" {
			out.Detail += fmt.Sprintf(" (%s)", w.Failure.Retry)
		}
		return out
	}
	switch task := w.Task; {
	case len(w.Pending) > 0:
		first := slices.MinFunc(w.Pending, func(a, b drills.Pending) int { return cmp.Compare(a.DueAt, b.DueAt) })
		out.Activity = first.Activity
		out.What, out.Detail = c.waits(first)
	case task == nil:
		out.What = drills.HeldWaits
		out.Detail = "no Activity and no Workflow Task is under way: it waits for a signal, a timer or a child"
	case task.State == "Started":
		out.What = drills.HeldTaskGiven
		out.Detail = fmt.Sprintf("attempt %d was given to a Worker at %s and not answered; it is given to another one after %s", task.Attempt, told(c.since(task.At)), task.Timeout)
	case task.Attempt > 1:
		out.What = drills.HeldTaskFails
		out.Detail = fmt.Sprintf("attempt %d is due since %s", task.Attempt, told(c.since(task.At)))
	default:
		out.What = drills.HeldTaskUntaken
		out.Detail = fmt.Sprintf("it is due since %s", told(c.since(task.At)))
	}
	return out
}

// asReason tells what kept Workflows from completing.
func asReason(h drills.Held) string {
	what := h.What
	if h.Activity != "" {
		what += ", " + h.Activity
	}
	return fmt.Sprintf("held %d workflows: %s; of %s: %s", h.Workflows, what, h.Example, h.Detail)
}

// told is a time as seconds since the fault took effect.
func told(since drills.Offset) string { return fmt.Sprintf("%+.1f s", since.Seconds()) }

// waits tells what becomes of an Activity that a Workflow waits for.
func (c *docket) waits(p drills.Pending) (what, detail string) {
	switch {
	case p.State == "Paused":
		return drills.HeldPaused, fmt.Sprintf("somebody paused it at attempt %d", p.Attempt)
	case p.State == "Started" || p.State == "CancelRequested" || p.State == "PauseRequested":
		detail = fmt.Sprintf("attempt %d was given to %s at %s and not answered", p.Attempt, cmp.Or(p.Worker, "a Worker"), told(c.since(p.GivenAt)))
		if p.Timeout > 0 {
			detail += fmt.Sprintf("; it is tried again after %s (start to close)", p.Timeout)
		}
		return drills.HeldGiven, detail
	case p.Attempt > 1:
		return drills.HeldRetries, fmt.Sprintf("attempt %d is due at %s, the one before failed: %s", p.Attempt, told(c.since(p.DueAt)), cmp.Or(p.Failure, "nobody says why"))
	}
	return drills.HeldUntaken, fmt.Sprintf("it is due since %s", told(c.since(p.DueAt)))
}
