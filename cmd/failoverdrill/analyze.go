package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/harness"
	"github.com/failoverdrill/failoverdrill/drills/report"
)

func (c *cli) analyzeCommand() *cobra.Command {
	var objectivesFrom string
	cmd := &cobra.Command{
		Use:   "analyze RUN",
		Short: "Judge a saved run again; nothing is started",
		Long: `analyze reads the folder of a run and judges it again. The report it writes is
the same, byte for byte, apart from judgedAt. With --objectives, the run is held
against another drill's objectives instead, and its saved report is left alone.`,
		Args: arguments(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := args[0]
			if info, err := os.Stat(dir); err != nil || !info.IsDir() {
				return usage("%s is not the folder of a run", dir)
			}
			var other *drills.Objectives
			if objectivesFrom != "" {
				d, err := find(objectivesFrom)
				if err != nil {
					return err
				}
				other = &d.Objectives
			}
			judged, err := harness.Judge(dir, other)
			if err != nil {
				if errors.Is(err, os.ErrNotExist) {
					return usageError{err}
				}
				return err
			}
			if other == nil {
				if err := harness.Write(dir, judged); err != nil {
					return err
				}
			}
			c.add(judged.Verdict)
			if err := report.Text(c.stdout, judged, report.Colour(isTerminal(c.stdout))); err != nil {
				return fmt.Errorf("print report: %w", err)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&objectivesFrom, "objectives", "", "drill, by name or file, whose objectives to use")
	return cmd
}
