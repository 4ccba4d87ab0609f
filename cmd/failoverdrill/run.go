package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/assess"
	"github.com/failoverdrill/failoverdrill/drills/harness"
	"github.com/failoverdrill/failoverdrill/drills/report"
	"github.com/failoverdrill/failoverdrill/fixtures/launch"
)

type runFlags struct {
	out          string
	seed         uint64
	runs         int
	keep         bool
	orphans      bool
	distribution string
	summary      string
	labels       []string
	launchers    []string
}

func (c *cli) runCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run [NAME|FILE…]",
		Short: "Run drills and judge them",
		Long: `run takes drills that ship, by name or by --label, or drill files. All are
checked before anything is started; then they run one after another. Each leaves
a folder below --out with everything that was seen; the exit code is that of the
worst verdict.

Components are processes of this machine, or with --launcher container containers of
a Docker engine on it, each region on a network of its own. Both, separated by a comma,
take turns, and stand side by side behind the summary. What a drill needs that a
launcher does not have, such as the image of a Worker, is refused before anything runs.

Of several --runs, each draws its decisions from the seed after that of the one
before it, and how the figures are distributed over them follows the summary.
--distribution writes the same as JSON. --summary adds what a reader of a CI job
wants to know to a file, as Markdown, once each drill is over.

An interrupt (Ctrl-C), or 'failoverdrill stop' from anywhere else, takes the fault
away, tears everything down and keeps the partial run, judged inconclusive; what
was still to run is not run. A second interrupt ends it at once: 'failoverdrill
recover' undoes what that, or a kill, left behind.

Before each drill the machine is looked at: loopback addresses, free disk and
memory, open files, the binary itself, for containers the Docker engine and the image
that is built from the binary. Where something is missing nothing is started, and the
exit code is 4. While a stop file is there no drill starts either: it is named, and the
exit code is 2.`,
		Example: `  failoverdrill run active-hot
  failoverdrill run active-cold active-hot --out runs --runs 3
  failoverdrill run active-hot --runs 10 --distribution active-hot.json
  failoverdrill run active-cold --launcher process,container --runs 3
  failoverdrill run --label smoke my-drill.yaml`,
		Args: arguments(func(cmd *cobra.Command, args []string) error {
			if len(f.labels) > 0 {
				return nil
			}
			return cobra.MinimumNArgs(1)(cmd, args)
		}),
		RunE: func(cmd *cobra.Command, args []string) error {
			drills, err := choose(args, f.labels)
			if err != nil {
				return err
			}
			if f.runs < 1 {
				return usage("--runs %d: run at least once", f.runs)
			}
			if len(f.launchers) == 0 {
				return usage("--launcher: name one")
			}
			for _, kind := range f.launchers {
				for _, d := range drills {
					if err := launch.Kind(kind).Suits(d); err != nil {
						return usageError{fmt.Errorf("--launcher: %w", err)}
					}
				}
			}
			if err := checkDistribution(f.distribution); err != nil {
				return err
			}
			if err := addTo(f.summary, nil); err != nil {
				return usageError{fmt.Errorf("--summary: %w", err)}
			}
			if cmd.Flags().Changed("seed") {
				for _, d := range drills {
					d.Seed = f.seed
				}
			}
			return c.run(cmd.Context(), drills, f)
		},
	}
	labelFlag(cmd, &f.labels)
	cmd.Flags().StringVar(&f.out, "out", runsFolder, "folder that gets a folder for each run")
	cmd.Flags().Uint64Var(&f.seed, "seed", 1, "seed of every random decision, in place of the drill's own")
	cmd.Flags().IntVar(&f.runs, "runs", 1, "how often to run each drill")
	cmd.Flags().StringSliceVar(&f.launchers, "launcher", []string{string(launch.AsProcesses)}, "how components run: process, container, or both, separated by a comma")
	cmd.Flags().BoolVar(&f.keep, "keep", false, "keep the components' databases and other working files")
	cmd.Flags().StringVar(&f.distribution, "distribution", "", "file that gets the distribution over the runs, as JSON")
	cmd.Flags().StringVar(&f.summary, "summary", "", "file that a summary of each run is added to, as Markdown, such as $GITHUB_STEP_SUMMARY")
	cmd.Flags().BoolVar(&f.orphans, "orphans", false, "let components outlive a harness that is killed, to test recover")
	if err := cmd.Flags().MarkHidden("orphans"); err != nil {
		panic("failoverdrill: " + err.Error()) // the flag was just defined
	}
	return cmd
}

// run runs each drill in turn and adds its verdict to the command's. An
// interrupt, or a stop, leaves those that are still to come alone.
func (c *cli) run(ctx context.Context, list []*drills.Drill, f runFlags) error {
	binary, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find own binary: %w", err)
	}
	ctx, halt := context.WithCancel(ctx)
	defer halt()
	fmt.Fprint(c.stderr, platformNote())
	c.hint(c.stderr)
	var reports []drills.Report
	for _, next := range f.plan(list) {
		d := seeded(next.drill, next.number)
		if ctx.Err() != nil {
			c.add(drills.Inconclusive) // interrupted: what was not run is not known
			break
		}
		progress := newProgress(c.stderr, d, f, next.number)
		result, err := harness.Run(ctx, d, harness.Options{
			Out: f.out, Binary: binary, Progress: progress.take, Keep: f.keep, Orphans: f.orphans, Launcher: next.launcher,
		})
		progress.close()
		if errors.Is(err, harness.ErrInterrupted) && !errors.Is(err, harness.ErrLeft) && result.Dir == "" { // before it began: those that ran are told of
			fmt.Fprintln(c.stderr, "failoverdrill:", err)
			c.add(drills.Inconclusive)
			break
		}
		if err != nil {
			return err
		}
		if result.Stopped {
			halt()
		}
		c.add(result.Report.Verdict)
		reports = append(reports, result.Report)
		if err := report.Text(c.stdout, result.Report, report.Colour(isTerminal(c.stdout))); err != nil {
			return fmt.Errorf("print report: %w", err)
		}
		fmt.Fprintf(c.stdout, "\nrun kept in %s\n\n", result.Dir)
		var told bytes.Buffer
		if err := report.Markdown(&told, result.Report); err != nil {
			return err
		}
		if err := addTo(f.summary, told.Bytes()); err != nil {
			return err
		}
	}
	repeats := assess.Repeats(reports)
	if len(reports) > 1 {
		if err := c.summarize(reports); err != nil {
			return err
		}
	}
	if ranTwice(repeats) {
		if err := c.distribute(repeats); err != nil {
			return err
		}
	}
	return writeDistribution(f.distribution, repeats)
}

// planned is one run of several.
type planned struct {
	drill    *drills.Drill
	launcher launch.Kind
	number   int // how often the drill was run before in that way
}

// plan is the order of runs: launchers take turns, so that what changes on the machine
// meanwhile strikes all alike.
func (f runFlags) plan(list []*drills.Drill) []planned {
	var out []planned
	for n := range f.runs {
		for _, d := range list {
			for _, kind := range f.launchers {
				out = append(out, planned{d, launch.Kind(kind), n})
			}
		}
	}
	return out
}

// addTo adds to a file, which is made where there is none; without a name it does nothing.
func addTo(path string, content []byte) error {
	if path == "" {
		return nil
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("write summary: %w", err)
	}
	_, err = file.Write(content)
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("write summary: %w", err)
	}
	return nil
}

// seeded is the drill of one of several runs: each draws its decisions anew.
func seeded(d *drills.Drill, run int) *drills.Drill {
	out := *d
	out.Seed += uint64(run)
	return &out
}

func (c *cli) add(v drills.Verdict) {
	if c.verdict == "" {
		c.verdict = drills.Pass
	}
	c.verdict = c.verdict.Worse(v)
}
