package drills

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	// MostLag is how far a region may be behind another in replication before
	// anything is broken. It is what the server's own handover asks for at the
	// least, and as much as the shipped drills may lose: from further behind, an
	// objective would be missed with no fault at all. With nothing wrong, two busy
	// cores were seen to be 2.8 s behind.
	MostLag = 5 * time.Second
	// lagKnownFor is how long a sample of the lag, of which there is one a second,
	// is taken for what is so now.
	lagKnownFor = 5 * time.Second
	// pollersWithin bounds one question to a cluster who polls it.
	pollersWithin = 2 * time.Second
)

// ready waits until the world is one in which a fault can show what it does: no
// region far behind in replication, and every Worker that there is heard to poll. It
// looks once, when the steady state is reached, and says what it saw. What goes wrong
// after that, and before the fault, is for the witnesses and the objectives to tell.
func (r *runner) ready(ctx context.Context, atMost time.Duration) (seen string, err error) {
	var lacks []string
	ready, err := wait(ctx, askEvery, atMost, func(ctx context.Context) bool {
		behind, late := r.lags()
		workers, unheard := r.pollers(ctx)
		lacks = append(late, unheard...)
		seen = fmt.Sprintf("replication at most %s behind, each of %d Workers heard to poll", behind.Round(time.Millisecond), workers)
		return len(lacks) == 0
	})
	if err == nil && !ready {
		err = fmt.Errorf("%w: %s", ErrNoSteadyState, strings.Join(lacks, "; "))
	}
	return seen, err
}

// heard waits, before any load, until Workers of the user's own poll, for as long as the
// drill lets them take: load that nobody takes would be a backlog to begin with. Those
// that ship are there at once.
func (r *runner) heard(ctx context.Context) error {
	if !r.drill.Own() {
		return nil
	}
	var lacks []string
	polling, err := wait(ctx, askEvery, r.drill.Workers.Ready, func(ctx context.Context) bool {
		_, lacks = r.pollers(ctx)
		return len(lacks) == 0
	})
	if err == nil && !polling {
		err = fmt.Errorf("%w: within %s (workers.ready) %s", ErrNoSteadyState, formatDuration(r.drill.Workers.Ready), strings.Join(lacks, "; "))
	}
	return err
}

// direction is one way in which regions replicate to each other.
type direction struct{ from, to string }

// lags is the longest replication lag between the two regions of a Namespace, either
// way, and where it is too long or not known.
func (r *runner) lags() (longest time.Duration, lacks []string) {
	last := map[direction]Event{}
	for _, e := range r.log.Events() {
		if way := (direction{e.Region, e.Subject}); e.Kind == KindReplication && e.At >= last[way].At {
			last[way] = e
		}
	}
	for _, way := range r.directions() {
		sample, known := last[way]
		behind := time.Duration(sample.Value * float64(time.Second))
		switch {
		case !known || time.Duration(sample.At) < r.now()-lagKnownFor:
			lacks = append(lacks, fmt.Sprintf("how far %s is behind %s in replication is not known, nobody told in the last %s: look whether both clusters run (%s, %s)",
				way.to, way.from, formatDuration(lagKnownFor), logOf(ClusterName(way.from)), logOf(ClusterName(way.to))))
		case behind > MostLag:
			lacks = append(lacks, fmt.Sprintf("%s is %.3fs behind %s in replication, more than %s: lower workload.rate, or give it longer to catch up (steadyState.atMost)",
				way.to, behind.Seconds(), way.from, formatDuration(MostLag)))
		}
		longest = max(longest, behind)
	}
	return longest, lacks
}

func (r *runner) directions() []direction {
	var out []direction
	for _, ns := range r.topology.Namespaces {
		for _, way := range []direction{{ns.Home, ns.Replica}, {ns.Replica, ns.Home}} {
			if !slices.Contains(out, way) {
				out = append(out, way)
			}
		}
	}
	return out
}

// pollers counts the Workers that there are before the fault, and says which were not
// heard to poll. A poll is heard where it arrives, which may be the Namespace's other
// region: by its endpoint, or forwarded. A standby Fleet's is heard though it is
// refused; an absent Fleet has none, and is not asked for.
func (r *runner) pollers(ctx context.Context) (workers int, lacks []string) {
	for _, ns := range r.topology.Namespaces {
		var heard []Poller
		var untold []string
		for _, region := range []string{ns.Home, ns.Replica} {
			limited, cancel := context.WithTimeout(ctx, pollersWithin)
			who, err := r.world.Gates.Pollers(limited, region, ns.Name)
			cancel()
			if err != nil {
				untold = append(untold, fmt.Sprintf(", and %s does not tell: %v", region, err))
			}
			heard = append(heard, who...)
		}
		for _, f := range r.topology.Fleets {
			if f.Namespace != ns.Name || f.State == FleetAbsent {
				continue
			}
			workers += f.Workers
			if silent := f.silent(heard, r.drill.TaskQueues()); len(silent) > 0 {
				lacks = append(lacks, fmt.Sprintf("%d of %d Workers of the %s Fleet of %s in %s were not heard to poll%s%s: look at what they say (%s) and dial (fleets.%s.endpoint)",
					len(silent), f.Workers, f.State, f.Namespace, f.Region, queues(r.drill.TaskQueues()), strings.Join(untold, ""), logOf(silent[0]), f.Region))
			}
		}
	}
	return workers, lacks
}

// queues names task queues after the word for what is done to them.
func queues(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return " " + strings.Join(list, " and ")
}

// silent names the Workers of the Fleet that were not heard to poll: any task queue, or
// each of those that are named.
func (f Fleet) silent(heard []Poller, taskQueues []string) []string {
	var out []string
	for number := range f.Workers {
		polled := map[string]bool{}
		for _, p := range heard {
			if p.Identity == WorkerIdentity(f.Region, f.Namespace, number) {
				polled[p.TaskQueue] = true
			}
		}
		lacks := func(queue string) bool { return !polled[queue] }
		if len(polled) == 0 || slices.ContainsFunc(taskQueues, lacks) {
			out = append(out, WorkerName(f, number))
		}
	}
	return out
}

// logOf is the file of a run in which a component's output is.
func logOf(component string) string {
	return "logs/" + strings.ReplaceAll(component, "/", "-") + ".log"
}
