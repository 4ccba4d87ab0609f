package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/failoverdrill/failoverdrill/drills/harness"
	"github.com/failoverdrill/failoverdrill/drills/journal"
)

type stopFlags struct {
	harness.StopOptions
	release bool
	timeout time.Duration
}

func (c *cli) stopCommand() *cobra.Command {
	var f stopFlags
	cmd := &cobra.Command{
		Use:   "stop",
		Short: "End every running drill on this machine, and have each heal what it broke",
		Long: `stop ends every drill that this user runs on this machine, in whatever process:
the command, test suites, or a test of your own. It makes a stop file, which each
of them sees within a second. A drill that is ended so takes its fault away first
(for up to 20 s), then tears everything down, and its run is judged inconclusive,
naming the stop. stop returns once all have ended, prints which, and removes the
stop file again.

With --hold the file stays, and no drill starts until it is removed: to keep a
machine free, or to stop what a schedule or a loop would start again.
--release removes it. The file is 'stop' in the state folder (see 'failoverdrill
recover --help'); any tool may make it, and any may remove it.

A drill that was killed cannot heal: what such runs left is named at the end, and
'failoverdrill recover' undoes it.

Exit codes: 0 no drill runs any more, also where none did · 2 bad usage · 4 one
had not ended within --timeout: the file stays, and the run is named`,
		Example: `  failoverdrill stop
  failoverdrill stop --hold
  failoverdrill stop --release`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case f.release && f.Hold:
				return usage("--hold and --release: it is one or the other")
			case f.timeout <= 0:
				return usage("--timeout %s: drills take a while to heal", f.timeout)
			case f.release:
				return c.release()
			}
			return c.stop(cmd.Context(), f)
		},
	}
	cmd.Flags().BoolVar(&f.Hold, "hold", false, "leave the stop file: no drill starts until --release")
	cmd.Flags().BoolVar(&f.release, "release", false, "remove a stop file that was left, and stop nothing")
	cmd.Flags().DurationVar(&f.timeout, "timeout", 2*time.Minute, "longest wait for drills to end")
	return cmd
}

func (c *cli) stop(ctx context.Context, f stopFlags) error {
	ctx, cancel := context.WithTimeoutCause(ctx, f.timeout, fmt.Errorf("not ended within %s", f.timeout))
	defer cancel()
	ended, err := harness.Stop(ctx, f.StopOptions)
	if err != nil {
		return err
	}
	for _, r := range ended {
		fmt.Fprintf(c.stdout, "ended run %s of %s: %s\n", r.ID, r.Drill, r.Dir)
	}
	if len(ended) == 0 {
		fmt.Fprintln(c.stdout, "no drill is running")
	}
	if err := harness.CheckStop(""); err != nil {
		var stop *journal.StoppedError
		if !errors.As(err, &stop) {
			return err
		}
		fmt.Fprintf(c.stdout, "no drill starts while %s is there; `failoverdrill stop --release` removes it\n", stop.File)
	}
	c.hint(c.stdout)
	return nil
}

func (c *cli) release() error {
	was, err := harness.Release("")
	switch {
	case err != nil:
		return err
	case was:
		fmt.Fprintln(c.stdout, "the stop file is removed: drills start again")
	default:
		fmt.Fprintln(c.stdout, "there is no stop file")
	}
	return nil
}
