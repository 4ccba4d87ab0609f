package main

import (
	"context"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/selftest"
)

func (c *cli) selftestCommand() *cobra.Command {
	o := selftest.Options{}
	cmd := &cobra.Command{
		Use:   "selftest",
		Short: "Plant defects, one at a time, and see that the harness finds each",
		Long: `selftest runs a drill with nothing planted, which has to pass, and then one for
each defect, which has to end in the verdict that it calls for, for the right
reason. Defects of a record are planted in copies of a run that passed. It prints
the table: defect, expected finding, found. It fails (exit 1) when a defect was
overlooked, or found for another reason, or a control did not pass.`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.Controls < 1 {
				return usage("--controls %d: at least one run has to show that nothing is found where nothing was planted", o.Controls)
			}
			return c.selftest(cmd.Context(), o)
		},
	}
	cmd.Flags().StringVar(&o.Out, "out", "runs", "folder that gets a folder for each run")
	cmd.Flags().IntVar(&o.Controls, "controls", 1, "how many runs without a defect")
	cmd.Flags().StringVar(&o.Only, "only", "", "only defects whose name contains this")
	return cmd
}

func (c *cli) selftest(ctx context.Context, o selftest.Options) error {
	binary, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find own binary: %w", err)
	}
	o.Binary = binary
	table := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\tdefect\texpected\tfound")
	c.add(drills.Pass)
	o.Show = func(r selftest.Result) {
		sign, name := "✓", r.Defect
		if !r.OK {
			sign = "✗"
			c.add(drills.Fail)
		}
		if name == "" {
			name = "none (control)"
		}
		fmt.Fprintln(c.stderr, sign, name)
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", sign, name, r.Expected, cut(r.Found))
	}
	err = selftest.Run(ctx, o)
	if flushed := table.Flush(); err == nil {
		err = flushed
	}
	return err
}

// longestFinding is how much of a finding a table shows; the run's report has
// all of it.
const longestFinding = 110

func cut(text string) string {
	if runes := []rune(text); len(runes) > longestFinding {
		return string(runes[:longestFinding]) + "…"
	}
	return text
}
