package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/probe/truth"
)

// truthCommand measures the instrument: outages that are known.
func (c *cli) truthCommand() *cobra.Command {
	s := truth.Settings{Deadline: time.Second, Window: time.Second}
	var rate float64
	cmd := &cobra.Command{
		Use:   "truth",
		Short: "Measure outages that are known, and print the error of each",
		Long: `truth lets a target stop answering for a known time, silently, frozen or by
resetting connections, probes it as a drill's lanes do, and prints what the lane
says beside what is true: the outage, the interval that was measured, the error of
its middle, and the width with the bound it may have, which is the time between two
probes and the response time. Times are milliseconds. It fails (exit 1) when a true
value lies outside of its interval, or an interval is wider than its bound.`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s.Rate = drills.Rate(rate)
			switch {
			case s.Trials < 1 || s.Parallel < 1:
				return usage("--trials %d, --parallel %d: at least one of each", s.Trials, s.Parallel)
			case s.Least <= 0 || s.Most < s.Least || s.Most > time.Hour:
				return usage("--least %s, --most %s: want outages above zero and up to an hour", s.Least, s.Most)
			case !(rate >= 1 && rate <= 1000):
				return usage("--rate %v: want 1 to 1000 probes a second", rate)
			}
			return c.truth(cmd.Context(), s)
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&s.Trials, "trials", 200, "how many outages")
	flags.Uint64Var(&s.Seed, "seed", 1, "seed of their lengths, kinds and phases")
	flags.DurationVar(&s.Least, "least", 50*time.Millisecond, "shortest outage")
	flags.DurationVar(&s.Most, "most", 30*time.Second, "longest outage; between the two on a logarithmic scale")
	flags.Float64Var(&rate, "rate", 20, "probes a second")
	flags.IntVar(&s.Parallel, "parallel", 20, "trials at the same time")
	return cmd
}

func (c *cli) truth(ctx context.Context, s truth.Settings) error {
	var results []truth.Result
	failed := truth.Run(ctx, s, func(r truth.Result) {
		results = append(results, r)
		fmt.Fprintf(c.stderr, "\r%d of %d", len(results), s.Trials)
	})
	fmt.Fprintln(c.stderr)
	slices.SortFunc(results, func(a, b truth.Result) int { return a.Trial - b.Trial })
	table := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "trial\tmode\ttrue\tlower\tupper\terror\twidth\tbound\tinside\t")
	outside, wide, worst := 0, 0, drills.Offset(0)
	for _, r := range results {
		if !r.Inside {
			outside++
		}
		if r.Width > r.Bound {
			wide++
		}
		worst = max(worst, r.Error, -r.Error)
		fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%v\t\n", r.Trial, r.Mode,
			ms(r.True), ms(r.Measured.Lower), ms(*r.Measured.Upper), ms(r.Error), ms(r.Width), ms(r.Bound), r.Inside)
	}
	if err := errors.Join(failed, table.Flush()); err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "\n%d outages of %s to %s at %v probes a second: %d outside of their interval, %d wider than their bound, largest error ± %s ms\n",
		len(results), s.Least, s.Most, float64(s.Rate), outside, wide, ms(worst))
	c.add(drills.Pass)
	if outside+wide > 0 {
		c.add(drills.Fail)
	}
	return nil
}

// ms is a time in milliseconds.
func ms(o drills.Offset) string { return fmt.Sprintf("%.1f", o.Seconds()*1e3) }
