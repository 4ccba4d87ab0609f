package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/harness"
)

func (c *cli) recoverCommand() *cobra.Command {
	var o harness.RecoverOptions
	cmd := &cobra.Command{
		Use:   "recover",
		Short: "Undo what interrupted runs left behind, and verify that nothing is",
		Long: `recover undoes what drills left that were killed before they could clean up:
processes, containers with their volumes, networks and image, toxics and refusals on
Links, answers of name servers, failovers, and the working files of components. Every
drill writes each change of the world, with what undoes it, to a journal before it makes
it; recover reads the journals of all runs of this user on this machine, wherever they
were started.

It takes the faults away first, leads Namespaces and their endpoints back, and then
undoes the rest, the last change first. What is gone already is undone. Then it
looks for itself: no process of the run, no port on which one listens, nothing with the
run's label in a Docker engine, no working folder; only then the run's journal is
removed. The record of the run stays:
'failoverdrill analyze' judges it, inconclusive.

A drill that is still running is left alone and named: 'failoverdrill stop' ends
it. To recover again does no harm, however often; one that was killed itself goes
on where it stopped.

Journals are in $FAILOVERDRILL_STATE, else $XDG_STATE_HOME/failoverdrill, else
~/.local/state/failoverdrill.

Exit codes: 0 nothing is left, also where there was nothing to do · 2 bad usage ·
4 something could not be undone: what, and what to do, is printed, and the journal
stays for the next try`,
		Example: `  failoverdrill recover
  failoverdrill recover --keep`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return c.recoverRuns(cmd.Context(), o) },
	}
	cmd.Flags().BoolVar(&o.Keep, "keep", false, "keep the components' databases and other working files, but for those of containers")
	return cmd
}

func (c *cli) recoverRuns(ctx context.Context, o harness.RecoverOptions) error {
	runs, err := harness.Recover(ctx, o)
	if len(runs) == 0 && err == nil {
		fmt.Fprintln(c.stdout, "nothing to recover: no run was interrupted")
	}
	for _, r := range runs {
		if told := tell(c.stdout, r, o.Keep); told != nil && err == nil {
			err = told
		}
	}
	if err != nil {
		return fmt.Errorf("%w\nwhat is named above is left: end it by hand, or mend what keeps it, and recover again", err)
	}
	return nil
}

// tell prints what came of one run.
func tell(out io.Writer, r harness.Recovered, keep bool) error {
	if r.Held {
		fmt.Fprintf(out, "run %s of %s goes on in process %d: left alone; `failoverdrill stop` ends it\n", r.Run.ID, r.Run.Drill, r.Run.PID)
		return nil
	}
	if r.Run.ID == "" {
		fmt.Fprintf(out, "%s: of a run that never began\n", r.Journal)
		return nil
	}
	fmt.Fprintf(out, "run %s of %s, started %s, was interrupted\n", r.Run.ID, r.Run.Drill, r.Run.Started.Local().Format(time.DateTime))
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "  CHANGE\tOF\tFOUND\tNOW")
	gone := map[drills.ChangeKind]int{}
	var order []drills.ChangeKind
	for _, s := range r.Steps {
		found, now := outcome(s, keep)
		if s.Change.Kind == drills.RecordChange && found == "gone" {
			continue // it is where it belongs, and is told of below
		}
		if found == "gone" { // a line for each kind: nobody acts on them
			if gone[s.Change.Kind]++; gone[s.Change.Kind] == 1 {
				order = append(order, s.Change.Kind)
			}
			continue
		}
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\n", s.Change.Kind, subject(s.Change), found, now)
	}
	for _, kind := range order {
		fmt.Fprintf(table, "  %s\t%d\tgone\t–\n", kind, gone[kind])
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("print what was recovered: %w", err)
	}
	tellLeft(out, r)
	return nil
}

// tellLeft says whether all of a run is undone.
func tellLeft(out io.Writer, r harness.Recovered) {
	if r.Err != nil {
		fmt.Fprintf(out, "  not all is undone; the journal stays: %s\n", r.Journal)
		return
	}
	fmt.Fprintln(out, "  verified: no process, no container or what belongs to one, no port, no working folder that was to go; the journal is removed")
	fmt.Fprintf(out, "  its record, if it began one, is kept: failoverdrill analyze %s\n", r.Run.Dir)
}

// outcome is what was found of a change, and what came of it.
func outcome(s harness.Step, keep bool) (found, now string) {
	switch {
	case s.Err != nil:
		return "left", "not undone: " + s.Err.Error()
	case s.Change.Kind == drills.FolderChange && (keep || s.Change.Keep):
		return "there", "kept"
	case !s.Found:
		return "gone", ""
	}
	switch s.Change.Kind {
	case drills.ProcessChange:
		return "running", "killed"
	case drills.FrozenChange:
		return "frozen", "goes on"
	case drills.ContainerChange, drills.NetworkChange, drills.ImageChange:
		return "there", "removed"
	case drills.PausedChange:
		return "paused", "goes on"
	case drills.UnpluggedChange:
		return "unplugged", "on its network again"
	case drills.FolderChange:
		return "there", "removed"
	case drills.RecordChange:
		return "unfinished files", "removed"
	case drills.LinkChange:
		return "open", "deleted"
	case drills.RefusalChange:
		return "refusing", "accepts again"
	case drills.ToxicChange:
		return "there", "removed"
	case drills.EndpointChange:
		return "led away", "leads to " + s.Change.Before
	case drills.FailoverChange:
		return "moved", "active in " + s.Change.Before
	}
	return "there", "undone"
}

// subject is what a change is of.
func subject(c drills.Change) string {
	switch c.Kind {
	case drills.ToxicChange:
		return c.Toxic + " on " + c.Subject
	case drills.EndpointChange:
		return c.Subject + " at " + c.Address
	}
	return c.Subject
}
