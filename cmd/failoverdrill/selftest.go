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
		Long: `selftest runs controls first, drills in which nothing is broken (a fault of kind
none): each has to pass and to report no outage, no loss, no broken invariant and
no wait for a failover. Then it runs a drill with a fault and no defect, which has
to pass, and one for each defect, which has to end in the verdict that it calls
for, for the right reason. Defects of a record are planted in copies of the run
without a defect. It prints the table: what was planted, expected, found. It fails
(exit 1) when a defect was overlooked, or found for another reason, when the run
without a defect did not pass, or a control reported anything.`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.Controls < 1 {
				return usage("--controls %d: at least one has to show that nothing is reported where nothing was broken", o.Controls)
			}
			return c.selftest(cmd.Context(), o)
		},
	}
	cmd.Flags().StringVar(&o.Out, "out", "runs", "folder that gets a folder for each run")
	cmd.Flags().IntVar(&o.Controls, "controls", 1, "how many drills in which nothing is broken, each with another seed")
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
	fmt.Fprintln(table, "\tplanted\texpected\tfound")
	c.add(drills.Pass)
	o.Show = func(r selftest.Result) {
		sign := "✓"
		if !r.OK {
			sign = "✗"
			c.add(drills.Fail)
		}
		fmt.Fprintln(c.stderr, sign, r.Name)
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", sign, r.Name, r.Expected, cut(r.Found))
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
