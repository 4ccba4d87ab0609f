package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/assess"
	"github.com/failoverdrill/failoverdrill/drills/harness"
	"github.com/failoverdrill/failoverdrill/drills/record"
	"github.com/failoverdrill/failoverdrill/drills/report"
)

type analyzeFlags struct {
	objectives   string
	distribution string
}

func (c *cli) analyzeCommand() *cobra.Command {
	var f analyzeFlags
	cmd := &cobra.Command{
		Use:   "analyze RUN…",
		Short: "Judge saved runs again; nothing is started",
		Long: `analyze takes folders of runs, or folders that hold some, and judges each run
again. All are read before anything is written or printed; a run that is named
twice counts once. Of one run it prints the report; of several a line each, and
how the figures are distributed over the runs of each drill, which --distribution
writes as JSON. The exit code is that of the worst verdict.

The report it writes into a run's folder is the same, byte for byte, apart from
judgedAt. With --objectives, the runs are held against another drill's objectives
instead, and their saved reports are left alone.`,
		Example: `  failoverdrill analyze runs/20260102-150405-active-hot-1a2b3c4d
  failoverdrill analyze runs --objectives my-drill.yaml --distribution runs.json`,
		Args: arguments(cobra.MinimumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := checkDistribution(f.distribution); err != nil {
				return err
			}
			var other *drills.Objectives
			if f.objectives != "" {
				d, err := find(f.objectives)
				if err != nil {
					return err
				}
				other = &d.Objectives
			}
			dirs, err := findRuns(args)
			if err != nil {
				return err
			}
			return c.analyze(dirs, other, f.distribution)
		},
	}
	cmd.Flags().StringVar(&f.objectives, "objectives", "", "drill, by name or file, whose objectives to use")
	cmd.Flags().StringVar(&f.distribution, "distribution", "", "file that gets the distribution over the runs, as JSON")
	return cmd
}

// analyze judges the runs in dirs, of which there is at least one, and adds
// their verdicts to the command's.
func (c *cli) analyze(dirs []string, other *drills.Objectives, distribution string) error {
	reports, err := judgeAll(dirs, other)
	if err != nil {
		return err
	}
	for i, judged := range reports {
		if other == nil {
			if err := harness.Write(dirs[i], judged); err != nil {
				return err
			}
		}
		c.add(judged.Verdict)
	}
	repeats := assess.Repeats(reports)
	if len(reports) == 1 {
		if err := report.Text(c.stdout, reports[0], report.Colour(isTerminal(c.stdout))); err != nil {
			return fmt.Errorf("print report: %w", err)
		}
	} else {
		if err := c.summarize(reports); err != nil {
			return err
		}
		if err := c.distribute(repeats); err != nil {
			return err
		}
	}
	return writeDistribution(distribution, repeats)
}

// findRuns lists the folders of all runs that the arguments name, those of one
// argument from the oldest on, and tells every mistake.
func findRuns(args []string) ([]string, error) {
	var dirs []string
	var mistakes []error
	known := map[string]bool{}
	for _, arg := range args {
		runs, err := runsIn(arg)
		if err != nil {
			mistakes = append(mistakes, err)
		}
		for _, dir := range runs {
			same, err := onePath(dir)
			if err != nil {
				mistakes = append(mistakes, err)
				continue
			}
			if !known[same] { // twice the same run would look like two that agree
				known[same] = true
				dirs = append(dirs, dir)
			}
		}
	}
	if len(mistakes) > 0 {
		return nil, usageError{errors.Join(mistakes...)}
	}
	return dirs, nil
}

// runsIn lists the folders of the runs in a folder, of which it wants at least
// one.
func runsIn(folder string) ([]string, error) {
	info, err := os.Stat(folder)
	if err != nil {
		return nil, fmt.Errorf("%s is not the folder of a run: %w", folder, err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s is not the folder of a run, nor one that holds runs: it is a file", folder)
	}
	runs, err := record.List(folder)
	if err != nil {
		return nil, err
	}
	if len(runs) == 0 {
		return nil, fmt.Errorf("%s holds no run: there is no %s in it or below it", folder, record.EventsFile)
	}
	var dirs []string
	for _, r := range runs {
		dirs = append(dirs, r.Dir)
	}
	return dirs, nil
}

// onePath is the one name of a folder that can be named in several ways.
func onePath(dir string) (string, error) {
	path, err := filepath.EvalSymlinks(dir)
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err != nil {
		return "", fmt.Errorf("find folder of run: %w", err)
	}
	return path, nil
}

// judgeAll judges every run before anything comes of one, and tells each that
// cannot be read. One that lacks a file is a mistake of the user's; a damaged
// one is not.
func judgeAll(dirs []string, other *drills.Objectives) ([]drills.Report, error) {
	var reports []drills.Report
	var mistakes []error
	damaged := false
	for _, dir := range dirs {
		judged, err := harness.Judge(dir, other)
		if err != nil {
			mistakes = append(mistakes, fmt.Errorf("judge %s: %w", dir, err))
			damaged = damaged || !errors.Is(err, os.ErrNotExist)
			continue
		}
		reports = append(reports, judged)
	}
	switch err := errors.Join(mistakes...); {
	case err == nil:
		return reports, nil
	case damaged:
		return nil, err
	default:
		return nil, usageError{err}
	}
}
