package main

import (
	"github.com/spf13/cobra"

	"github.com/failoverdrill/failoverdrill/drills/report"
)

func (c *cli) planCommand() *cobra.Command {
	return &cobra.Command{
		Use: "plan NAME|FILE", Short: "What a drill would start, break and judge; starts nothing",
		Args: arguments(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			d, err := find(args[0])
			if err != nil {
				return err
			}
			return report.Plan(c.stdout, d, report.Colour(isTerminal(c.stdout)))
		},
	}
}
