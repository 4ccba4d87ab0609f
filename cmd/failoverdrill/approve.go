package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/failoverdrill/failoverdrill/drills/record"
)

func (c *cli) approveCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "approve [RUN]",
		Short: "Approve the failover of a drill that waits for a person",
		Long: `approve has the failover go on of a drill whose failover is manual. RUN is the
folder of a run or its id; without it, the one run below --out that waits is
meant. Where several wait they are listed, and none goes on.`,
		Example: `  failoverdrill approve
  failoverdrill approve 1a2b3c4d
  failoverdrill approve runs/20260102-150405-active-hot-1a2b3c4d`,
		Args: arguments(cobra.MaximumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			wanted := ""
			if len(args) > 0 {
				wanted = args[0]
			}
			return c.approve(out, wanted)
		},
	}
	cmd.Flags().StringVar(&out, "out", runsFolder, "folder that holds the folders of runs")
	return cmd
}

// runsFolder is where runs are kept unless the user says otherwise.
const runsFolder = "runs"

// waitingRun is a run whose failover waits for a person.
type waitingRun struct {
	id, drill, dir string
	regions        []string
}

func (w waitingRun) String() string {
	return fmt.Sprintf("%s  %s, failover from %s, in %s", w.id, w.drill, strings.Join(w.regions, ", "), w.dir)
}

// approve approves every failover of the one run that is meant.
func (c *cli) approve(out, wanted string) error {
	run, err := meant(out, wanted)
	if err != nil {
		return err
	}
	for _, region := range run.regions {
		if err := record.Approve(run.dir, region); err != nil {
			return err
		}
		fmt.Fprintf(c.stdout, "approved: %s of run %s fails over from %s\n", run.drill, run.id, region)
	}
	return nil
}

// meant finds the run that a user means, by its folder, by its id, or by its being
// the only one that waits.
func meant(out, wanted string) (waitingRun, error) {
	folder := out
	if holds(wanted) {
		folder = wanted
	}
	runs, err := record.List(folder)
	if len(runs) == 0 && errors.Is(err, os.ErrNotExist) {
		return waitingRun{}, usage("no run is kept in %s; --out names another folder", folder)
	}
	var found, waiting []waitingRun
	for _, r := range runs {
		if wanted != "" && folder == out && r.RunID != wanted {
			continue
		}
		one := waitingRun{id: r.RunID, drill: r.Drill, dir: r.Dir}
		found = append(found, one)
		regions, err := record.Awaited(r.Dir)
		if err != nil {
			return waitingRun{}, err
		}
		if one.regions = regions; len(regions) > 0 {
			waiting = append(waiting, one)
		}
	}
	switch {
	case len(waiting) == 1:
		return waiting[0], nil
	case len(waiting) > 1:
		return waitingRun{}, usage("several runs wait for a person; name one of them:\n%s", listed(waiting))
	case wanted != "" && len(found) == 0:
		return waitingRun{}, usage("%q is neither the folder of a run nor the id of one in %s", wanted, out)
	case wanted != "":
		return waitingRun{}, usage("run %s waits for nobody: its failover is not manual, has not been called for, or is decided", found[0].id)
	default:
		return waitingRun{}, usage("no run in %s waits for a person", out)
	}
}

// holds reports whether a name is that of a run's folder.
func holds(name string) bool {
	if name == "" {
		return false
	}
	_, err := os.Stat(filepath.Join(name, record.EventsFile))
	return err == nil
}

func listed(runs []waitingRun) string {
	lines := make([]string, len(runs))
	for i, r := range runs {
		lines[i] = "  " + r.String()
	}
	return strings.Join(lines, "\n")
}
