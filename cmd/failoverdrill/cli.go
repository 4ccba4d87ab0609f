package main

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/harness"
	"github.com/failoverdrill/failoverdrill/drills/journal"
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

Whatever a drill changes it writes down first: 'failoverdrill recover' undoes what
one that was killed left behind, and 'failoverdrill stop' ends those that run.

Exit codes: 0 pass · 1 fail · 2 bad usage or drill file, or a stop file is there:
nothing was started · 3 inconclusive · 4 error of the harness, or this machine
lacks what a drill needs`,
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
	root.AddCommand(c.listCommand(), c.faultsCommand(), c.runCommand(), c.compareCommand(), c.planCommand(), c.approveCommand(), c.analyzeCommand(), c.benchCommand(),
		c.initCommand(), c.schemaCommand(), c.truthCommand(), c.selftestCommand(), c.recoverCommand(), c.stopCommand(), c.surviveCommand(), c.componentCommand())
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
		var stop *journal.StoppedError
		if errors.As(err, &bad) || errors.As(err, &stop) {
			return drills.ExitUsage
		}
		return drills.Errored.ExitCode()
	}
	if c.verdict == "" {
		return 0
	}
	return c.verdict.ExitCode()
}

// hint tells of interrupted runs that left something behind. That they cannot be
// looked for is told by what needs them.
func (c *cli) hint(out io.Writer) {
	left, err := harness.Interrupted("")
	if err == nil && len(left) > 0 {
		fmt.Fprintf(out, "note: interrupted runs left something behind (%s): `failoverdrill recover` undoes it\n", ids(left))
	}
}

func ids(runs []journal.Run) string {
	var out []string
	for _, r := range runs {
		out = append(out, r.ID)
	}
	return strings.Join(out, ", ")
}

// platformNote says what this system lacks, and the remedy; empty on Linux.
func platformNote() string {
	if runtime.GOOS == "linux" {
		return ""
	}
	return fmt.Sprintf(`note: on %s, loopback addresses other than 127.0.0.1 have to be added first
(macOS: sudo ifconfig lo0 alias 127.64.0.1), and components outlive a harness
that is killed by SIGKILL: `+"`failoverdrill recover`"+` ends them. Linux needs neither; a
Linux virtual machine is the remedy.
`, runtime.GOOS)
}
