package drills

import (
	"context"
	"fmt"
	"time"
)

// Contest has both sides of a split act on Workflows of the same ids, so that
// there is a conflict to resolve once they see each other again.
type Contest interface {
	// Open starts the Workflows that both sides will act on, and returns once both
	// hold them alike.
	Open(ctx context.Context) error
	// Contend has each side start, signal, update and complete Workflows, and
	// returns once each call was answered or given up. What was is in the ledger.
	Contend(ctx context.Context) error
	// Close ends what is still open of it.
	Close(ctx context.Context) error
}

// Isolated is the region that the drill's fault cuts off with its clients in it,
// which nobody can tell to stop; empty for none.
func (d *Drill) Isolated() string {
	if f := d.Faults[0]; f.Kind == RegionIsolated {
		return f.Region
	}
	return ""
}

// Conflicts is how many ids of Workflows both sides of a split act on.
func (d *Drill) Conflicts() int { return d.Faults[0].Conflicts }

// Completions lists when Workflows of the Namespaces completed, in order of time,
// but for those that an isolated region completed while it was: what goes on
// behind its border is no recovery for anybody else.
func (d *Drill) Completions(t Timeline, namespaces ...string) []time.Duration {
	isolated := d.Isolated()
	if isolated == "" {
		return t.Completions(namespaces...)
	}
	from, cut := t.Mark(FaultEffective)
	to, healed := t.Mark(HealRequested)
	seen := make(Timeline, 0, len(t))
	for _, e := range t {
		if e.Kind == KindClosed && e.Region == isolated && cut && e.At > from && (!healed || e.At < to) {
			continue
		}
		seen = append(seen, e)
	}
	return seen.Completions(namespaces...)
}

// contestWithin bounds each step of a contest: some calls of some seconds each.
const contestWithin = 45 * time.Second

// contest carries out one step of the contest that the drill declares, if any.
func (r *runner) contest(ctx context.Context, what string, step func(Contest) func(context.Context) error) (bool, error) {
	if r.world.Contest == nil || r.drill.Conflicts() == 0 {
		return false, nil
	}
	return r.within(ctx, contestWithin, what, step(r.world.Contest))
}

func (r *runner) openContest(ctx context.Context) error {
	opened, err := r.contest(ctx, "start of the workflows that both sides are to act on", func(c Contest) func(context.Context) error { return c.Open })
	if err == nil && !opened && r.drill.Conflicts() > 0 {
		err = fmt.Errorf("%w: the workflows that both sides are to act on were not there in both regions within %s; the logs of the starter and the cluster at home tell why",
			ErrNoSteadyState, contestWithin)
	}
	return err
}

// contend makes the conflicts, once both sides accept writes.
func (r *runner) contend(ctx context.Context) error {
	if r.world.Contest == nil || r.drill.Conflicts() == 0 {
		return nil
	}
	split, err := wait(ctx, lookEvery, r.drill.Observe.Outage, func(context.Context) bool { return r.split() })
	if err != nil || !split {
		return err // nobody acted on both sides: the witness of the split tells
	}
	made, err := r.contest(ctx, "conflicts", func(c Contest) func(context.Context) error { return c.Contend })
	if err == nil && made {
		r.mark(ConflictsMade, "")
	}
	return err
}

// split reports whether both regions of every Namespace that leaves believe
// themselves active, its traffic has moved, and the survivor's Workers are at work:
// they complete what both sides are asked to.
func (r *runner) split() bool {
	events := r.log.Events()
	claims, moved, works := map[[2]string]string{}, map[string]Offset{}, map[[2]string]bool{}
	for _, e := range events {
		switch since, has := moved[e.Namespace]; {
		case e.Kind == KindClosed && e.Name == statusCompleted && has && e.At >= since: // not one that is only seen now
			works[[2]string{e.Namespace, e.Region}] = true
		case e.Kind == KindActive:
			claims[[2]string{e.Namespace, e.Region}] = e.Name
		case e.Kind == KindMark && e.Name == string(TrafficMoved):
			moved[e.Namespace] = e.At
		}
	}
	for _, ns := range r.drill.Leaves() {
		if !works[[2]string{ns.Name, ns.Replica}] || claims[[2]string{ns.Name, ns.Home}] != ns.Home || claims[[2]string{ns.Name, ns.Replica}] != ns.Replica {
			return false
		}
	}
	return true
}

func (r *runner) closeContest(ctx context.Context) error {
	_, err := r.contest(ctx, "end of the workflows that both sides acted on", func(c Contest) func(context.Context) error { return c.Close })
	return err
}
