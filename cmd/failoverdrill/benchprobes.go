package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/harness"
	"github.com/failoverdrill/failoverdrill/drills/record"
)

// leastShare of the workload's throughput has to be left with lanes on.
const leastShare = 0.95

// benchProbes runs each drill with its lanes and without, side by side: what
// the probes cost the workload, before anything is broken.
func (c *cli) benchProbes(ctx context.Context, list []*drills.Drill, f runFlags) (err error) {
	binary, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find own binary: %w", err)
	}
	ctx, halt := context.WithCancel(ctx)
	defer halt()
	table := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	defer func() { err = errors.Join(err, table.Flush()) }()
	fmt.Fprintln(table, "drill\tlanes\tverdict\torders/s\torder p50 ms\torder p95 ms\tshare")
	for n := range f.runs {
		for _, declared := range list {
			var off float64
			for _, lanes := range []drills.Probes{{}, declared.Probes} {
				if ctx.Err() != nil {
					c.add(drills.Inconclusive)
					return nil
				}
				d := seeded(declared, n)
				d.Probes = lanes
				fmt.Fprintln(c.stderr, d.Name, "lanes", onOff(lanes))
				result, err := harness.Run(ctx, d, harness.Options{Out: f.out, Binary: binary})
				if err != nil {
					return err
				}
				if result.Stopped {
					halt()
				}
				c.add(result.Report.Verdict)
				perSecond, took, err := undisturbed(result.Dir, d)
				if err != nil {
					return err
				}
				share := "–"
				switch {
				case !lanes.Any():
					off = perSecond
				case off > 0:
					share = fmt.Sprintf("%.3f", perSecond/off)
					if perSecond < leastShare*off {
						c.add(drills.Fail)
					}
				}
				fmt.Fprintf(table, "%s\t%s\t%s\t%.3f\t%s\t%s\t%s\n", d.Name, onOff(lanes), result.Report.Verdict, perSecond, at(took, 50), at(took, 95), share)
			}
		}
	}
	return nil
}

func onOff(lanes drills.Probes) string {
	if lanes.Any() {
		return "on"
	}
	return "off"
}

// undisturbed is the throughput of a run from one window after the load began
// until the fault, and how long the Workflows took that ended in that time.
func undisturbed(dir string, d *drills.Drill) (perSecond float64, took []time.Duration, err error) {
	saved, err := record.Load(dir)
	if err != nil {
		return 0, nil, err
	}
	from, loaded := saved.Timeline.Mark(drills.LoadStarted)
	to, faulted := saved.Timeline.Mark(drills.FaultRequested)
	if !loaded || !faulted {
		return 0, nil, fmt.Errorf("measure throughput of %s: the run has no load or no fault", dir)
	}
	from += drills.Offset(d.SteadyState.Window)
	var names []string
	for _, ns := range d.Topology().Namespaces {
		names = append(names, ns.Name)
	}
	for _, e := range saved.Timeline {
		if w := e.Workflow; w != nil && w.Census == drills.CensusAfterHeal && w.ClosedAt > from && w.ClosedAt <= to {
			took = append(took, time.Duration(w.ClosedAt-w.StartedAt))
		}
	}
	slices.Sort(took)
	return drills.PerSecond(saved.Timeline.Completions(names...), time.Duration(from), time.Duration(to)), took, nil
}

// at is a percentile of sorted times in milliseconds.
func at(sorted []time.Duration, percent int) string {
	if len(sorted) == 0 {
		return "–"
	}
	return fmt.Sprint(sorted[min(len(sorted)*percent/100, len(sorted)-1)].Milliseconds())
}
