package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/catalog"
	"github.com/failoverdrill/failoverdrill/drills/harness"
	"github.com/failoverdrill/failoverdrill/drills/record"
)

func (c *cli) benchCommand() *cobra.Command {
	var f runFlags
	var probes bool
	cmd := &cobra.Command{
		Use:   "bench [NAME|FILE…]",
		Short: "Measure the harness itself: time to the first accepted operation, wall time by phase, memory",
		Long: `bench runs drills, all that ship unless some are named, and prints what the
harness itself took: the time from its start to the first operation that the
joined topology acknowledged, the wall time of each phase, and the largest
resident memory of each region's processes. Times are seconds.

With --probes each drill, active-hot unless some are named, runs without its
lanes and with them: the throughput of the workload before the fault, side by
side. It fails when less than 0.95 of it is left.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) == 0 && probes:
				args = []string{"active-hot"}
			case len(args) == 0:
				args = catalog.Names()
			}
			list, err := findAll(args)
			if err != nil {
				return err
			}
			if probes {
				return c.benchProbes(cmd.Context(), list, f)
			}
			return c.bench(cmd.Context(), list, f)
		},
	}
	cmd.Flags().StringVar(&f.out, "out", "runs", "folder that gets a folder for each run")
	cmd.Flags().BoolVar(&probes, "probes", false, "what the probe lanes cost the workload")
	cmd.Flags().IntVar(&f.runs, "runs", 1, "how often to run each drill")
	return cmd
}

// benchPhases are the columns of the table, in the order of a run.
func benchPhases() []string {
	return []string{
		drills.PhaseBoot, drills.PhaseSteadyState, drills.PhaseRecovery, drills.PhaseHeal, drills.PhaseFailback,
		drills.PhaseDrain, drills.PhaseVerification, drills.PhaseTeardown,
	}
}

// overheadPhases are those that are the harness's own, not the drill's.
func overheadPhases() []string {
	return []string{drills.PhaseBoot, drills.PhaseVerification, drills.PhaseTeardown}
}

func (c *cli) bench(ctx context.Context, list []*drills.Drill, f runFlags) (err error) {
	binary, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find own binary: %w", err)
	}
	ctx, halt := context.WithCancel(ctx)
	defer halt()
	times := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	memory := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	defer func() { // also what was measured before an error
		err = errors.Join(err, times.Flush())
		fmt.Fprintln(c.stdout)
		err = errors.Join(err, memory.Flush())
	}()
	fmt.Fprint(times, "drill\tverdict\tfirst accepted")
	for _, phase := range benchPhases() {
		fmt.Fprint(times, "\t", phase)
	}
	fmt.Fprintln(times, "\tboot + verification + teardown")
	fmt.Fprintln(memory, "drill\tregion\tcluster MiB\tall components MiB")
	for n := range f.runs {
		for _, declared := range list {
			d := seeded(declared, n)
			if ctx.Err() != nil {
				c.add(drills.Inconclusive)
				break
			}
			fmt.Fprintln(c.stderr, d.Name)
			result, err := harness.Run(ctx, d, harness.Options{Out: f.out, Binary: binary})
			if err != nil {
				return err
			}
			if result.Stopped {
				halt()
			}
			c.add(result.Report.Verdict)
			accepted, err := firstAccepted(result.Dir)
			if err != nil {
				return err
			}
			fmt.Fprintf(times, "%s\t%s\t%s", d.Name, result.Report.Verdict, accepted)
			overhead := drills.Offset(0)
			for _, phase := range benchPhases() {
				took := phaseOf(result.Report, phase)
				if slices.Contains(overheadPhases(), phase) {
					overhead += took
				}
				fmt.Fprintf(times, "\t%.2f", took.Seconds())
			}
			fmt.Fprintf(times, "\t%.2f\n", overhead.Seconds())
			for _, region := range d.Regions {
				cluster, all := memoryOf(result.Report, region)
				fmt.Fprintf(memory, "%s\t%s\t%d\t%d\n", d.Name, region, cluster>>20, all>>20)
			}
		}
	}
	return nil
}

// firstAccepted is when a starter first had an operation acknowledged, since
// the run began, in seconds; – where none was.
func firstAccepted(dir string) (string, error) {
	saved, err := record.Load(dir)
	if err != nil {
		return "", err
	}
	for _, op := range saved.Ledger { // in order of time
		if op.State == drills.OperationAcknowledged {
			return fmt.Sprintf("%.2f", op.At.Seconds()), nil
		}
	}
	return "–", nil
}

func phaseOf(r drills.Report, name string) drills.Offset {
	for _, p := range r.Phases {
		if p.Name == name {
			return p.Seconds
		}
	}
	return 0
}

func memoryOf(r drills.Report, region string) (cluster, all int64) {
	for _, m := range r.Memory {
		if m.Region != region {
			continue
		}
		all += m.Bytes
		if m.Component == "cluster" {
			cluster = m.Bytes
		}
	}
	return cluster, all
}
