package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/assess"
	"github.com/failoverdrill/failoverdrill/drills/harness"
	"github.com/failoverdrill/failoverdrill/drills/report"
)

// comparedDrill is what models are compared by unless another drill is named: one
// with everything that a region may have to start.
const comparedDrill = "whole-stack"

type compareFlags struct {
	runFlags
	models []string
	format string
}

func (c *cli) compareCommand() *cobra.Command {
	var f compareFlags
	cmd := &cobra.Command{
		Use:   "compare [NAME|FILE]",
		Short: "Run a drill under each deployment model, and hold the models against each other",
		Long: `compare runs one drill under each deployment model, with the same seed, workload
and fault, and prints a table: Recovery Time and Recovery Point, what each model
costs in the steady state, what crosses between regions, and when each component
was up in the region that takes over. Then it says which of the claims that are
made of the models the runs confirm, and where the time went where they do not.

Rates are of all Namespaces together, so that dual-active carries no more load than
the others. A fault without a delay comes 13 to 23 s into the steady state, by when
the poll back-off of standby Workers is at its cap. Provisioning counts where a
model starts something.

The exit code is that of the worst run; a claim that is refuted is no failure.`,
		Example: `  failoverdrill compare
  failoverdrill compare active-cold --seed 7 --models active-cold,active-hot
  failoverdrill compare my-drill.yaml --format markdown > models.md`,
		Args: arguments(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{comparedDrill}
			}
			list, err := findAll(args)
			if err != nil {
				return err
			}
			base := list[0]
			if cmd.Flags().Changed("seed") {
				base.Seed = f.seed
			}
			variants, err := variantsOf(base, f.models)
			if err != nil {
				return err
			}
			if !slices.Contains(formats(), f.format) {
				return usage("--format %q: one of %s", f.format, strings.Join(formats(), ", "))
			}
			return c.compare(cmd.Context(), base, variants, f)
		},
	}
	cmd.Flags().StringSliceVar(&f.models, "models", texts(drills.Models()), "the models, in the order of the table")
	cmd.Flags().StringVar(&f.format, "format", formatText, "of what is printed: "+strings.Join(formats(), ", "))
	cmd.Flags().StringVar(&f.out, "out", runsFolder, "folder that gets a folder for each run")
	cmd.Flags().Uint64Var(&f.seed, "seed", 1, "seed of every random decision, in place of the drill's own")
	return cmd
}

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}

// The formats of a comparison.
const (
	formatText     = "text"
	formatMarkdown = "markdown"
	formatJSON     = "json"
)

func formats() []string { return []string{formatText, formatMarkdown, formatJSON} }

// variantsOf is the drill under each model; each has to be valid before any is run.
func variantsOf(base *drills.Drill, models []string) ([]*drills.Drill, error) {
	var out []*drills.Drill
	var failed []error
	for i, name := range models {
		m := drills.Model(name)
		switch {
		case !m.Valid():
			return nil, usage("--models %q: one of %s", name, strings.Join(texts(drills.Models()), ", "))
		case slices.Contains(models[:i], name):
			return nil, usage("--models: %s is named twice", name)
		}
		d := base.Under(m)
		if err := d.Validate(); err != nil {
			failed = append(failed, fmt.Errorf("%s under %s: %w", base.Name, m, err))
		}
		out = append(out, d)
	}
	if err := errors.Join(failed...); err != nil {
		return nil, usageError{err}
	}
	return out, nil
}

func (c *cli) compare(ctx context.Context, base *drills.Drill, variants []*drills.Drill, f compareFlags) error {
	binary, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find own binary: %w", err)
	}
	fmt.Fprint(c.stderr, platformNote())
	c.hint(c.stderr)
	var runs []assess.Compared
	for _, d := range variants {
		if ctx.Err() != nil {
			c.add(drills.Inconclusive) // interrupted: what was not run is not known
			break
		}
		progress := newProgress(c.stderr, d, f.runFlags, 0)
		result, err := harness.Run(ctx, d, harness.Options{Out: f.out, Binary: binary, Progress: progress.take})
		progress.close()
		if err != nil {
			return err
		}
		fmt.Fprintf(c.stderr, "%s: %s, kept in %s\n", d.Model, result.Report.Verdict, result.Dir)
		c.add(result.Report.Verdict)
		runs = append(runs, assess.Compared{Drill: d, Report: result.Report})
		if result.Stopped {
			break
		}
	}
	return c.printComparison(assess.Compare(base, runs), f.format)
}

func (c *cli) printComparison(comparison drills.Comparison, format string) error {
	switch format {
	case formatMarkdown:
		return report.CompareMarkdown(c.stdout, comparison)
	case formatJSON:
		content, err := report.CompareJSON(comparison)
		if err == nil {
			_, err = c.stdout.Write(content)
		}
		return err
	}
	return report.Compare(c.stdout, comparison, report.Colour(isTerminal(c.stdout)))
}
