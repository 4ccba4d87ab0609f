package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/survive"
	"github.com/failoverdrill/failoverdrill/fixtures/launch"
)

func (c *cli) surviveCommand() *cobra.Command {
	o := survive.Options{}
	var launcher string
	cmd := &cobra.Command{
		Use:   "survive",
		Short: "Kill the harness at random moments of a drill, recover, and see that nothing is left",
		Long: `survive shows on this machine that 'failoverdrill recover' does what it says. It
runs active-hot once, whole, which has to leave nothing; then once for each of
--kills, and kills the harness by SIGKILL at a moment of its own: the moments are
spread evenly over the whole drill, boot and teardown included, and drawn from
--seed. Components end with their harness; so that there is something to recover
that goes on, every other kill is of a harness whose components outlive it.

After each kill it runs 'failoverdrill recover', and then looks for itself: no
process of the run (by family, folder and environment), no port that answers or
cannot be bound and no socket in the run's block of addresses, no working folder,
no journal, and with --launcher container no container, volume, network or image
with the run's label. It runs recover again, and compares everything that is there, by
content and time: nothing may have changed. The record has to be judged
inconclusive.

Each kill has a folder of its own below --out, with its own state folder: drills
of yours that run at the same time are left alone. One kill takes half a minute on
average. It needs Linux.

Exit codes: 0 nothing was left in any · 1 something was: the table says what ·
2 bad usage · 4 it could not go on`,
		Example: `  failoverdrill survive --kills 4
  failoverdrill survive --kills 50 --seed 7`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.Kills < 1 {
				return usage("--kills %d: at least one has to be survived", o.Kills)
			}
			o.Launcher = launch.Kind(launcher)
			if err := o.Launcher.Check(); err != nil {
				return usageError{fmt.Errorf("--launcher: %w", err)}
			}
			return c.survive(cmd.Context(), o)
		},
	}
	cmd.Flags().StringVar(&o.Out, "out", "runs", "folder that gets a folder for it")
	cmd.Flags().IntVar(&o.Kills, "kills", 4, "how often the harness is killed, each time in a drill of its own")
	cmd.Flags().StringVar(&launcher, "launcher", string(launch.AsProcesses), "how components run: process or container")
	cmd.Flags().Uint64Var(&o.Seed, "seed", 1, "seed of the moments")
	return cmd
}

func (c *cli) survive(ctx context.Context, o survive.Options) error {
	binary, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find own binary: %w", err)
	}
	o.Binary = binary
	table := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\tkill\tat s\tstage\tleft by it\trecovered in s\tleft after")
	survived := 0
	o.Show = func(r survive.Result) {
		sign := "✓"
		if !r.OK() {
			sign = "✗"
			c.add(drills.Fail)
		}
		name, took := "none", "–"
		if r.Number > 0 {
			name, took = fmt.Sprint(r.Number), fmt.Sprintf("%.2f", r.Took.Seconds())
			if r.OK() {
				survived++
			}
		}
		fmt.Fprintf(c.stderr, "%s kill %s at %.1f s, %s\n", sign, name, r.Moment.Seconds(), reached(r))
		fmt.Fprintf(table, "%s\t%s\t%.1f\t%s\t%s\t%s\t%s\n", sign, name, r.Moment.Seconds(), reached(r), left(r), took, after(r))
	}
	c.add(drills.Pass)
	err = errors.Join(survive.Run(ctx, o), table.Flush())
	fmt.Fprintf(c.stdout, "%d of %d kills left nothing that recover did not undo\n", survived, o.Kills)
	return err
}

// reached is how far the drill had come.
func reached(r survive.Result) string {
	if r.Stage == "" {
		return "boot"
	}
	return r.Stage
}

// left is what a kill left behind.
func left(r survive.Result) string {
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{{r.Left.Processes, "processes"}, {r.Left.Ports, "ports"}, {r.Left.Folders, "folders"}, {r.Left.Journals, "journals"}, {r.Left.Contained, "of containers"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

// after is what was left once it was recovered.
func after(r survive.Result) string {
	if r.OK() {
		return "nothing"
	}
	return strings.Join(r.Wrong, "; ") + " (" + r.Dir + ")"
}
