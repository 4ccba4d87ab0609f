package main

import (
	"errors"
	"fmt"
	"io"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/failoverdrill/failoverdrill/drills"
)

// cli holds what every subcommand needs.
type cli struct {
	stdout, stderr io.Writer
	verdict        drills.Verdict // of all drills that were run or judged; empty when none was
}

// usageError is a mistake of the user's: nothing was started.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

func (c *cli) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "failoverdrill",
		Short: "Failover drills for Temporal, with measured recovery, measured loss and a verdict",
		Long: `failoverdrill stands up real Temporal regions with multi-cluster replication on
this machine, runs Workers in a High Availability deployment model, takes a
region away, and answers how long until work went on, what was lost, which
objective was missed and where the time went.

Exit codes: 0 pass · 1 fail · 2 bad usage or drill file, nothing was started ·
3 inconclusive · 4 error of the harness`,
		Example: `  failoverdrill list
  failoverdrill run active-hot
  failoverdrill run my-drill.yaml --out runs
  failoverdrill analyze runs/20260102-150405-active-hot-1a2b3c4d`,
		SilenceErrors: true, SilenceUsage: true,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage("%w\nsee '%s --help'", err, cmd.CommandPath())
	})
	root.AddCommand(c.listCommand(), c.runCommand(), c.planCommand(), c.analyzeCommand(), c.benchCommand(), c.truthCommand(), c.selftestCommand(), c.componentCommand())
	root.CompletionOptions.HiddenDefaultCmd = true
	return root
}

// arguments has a wrong number of arguments count as bad usage.
func arguments(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usage("%w\nsee '%s --help'", err, cmd.CommandPath())
		}
		return nil
	}
}

// exit tells an error to the user and turns what came of it into an exit code.
func (c *cli) exit(err error) int {
	if err != nil {
		fmt.Fprintln(c.stderr, "failoverdrill:", err)
		var bad usageError
		if errors.As(err, &bad) {
			return drills.ExitUsage
		}
		return drills.Errored.ExitCode()
	}
	if c.verdict == "" {
		return 0
	}
	return c.verdict.ExitCode()
}

// platformNote says what this system lacks, and the remedy; empty on Linux.
func platformNote() string {
	if runtime.GOOS == "linux" {
		return ""
	}
	return fmt.Sprintf(`note: on %s, loopback addresses other than 127.0.0.1 have to be added first
(macOS: sudo ifconfig lo0 alias 127.64.0.1), and components outlive a harness
that is killed by SIGKILL: end them by hand. Linux needs neither; a Linux virtual
machine is the remedy.
`, runtime.GOOS)
}
