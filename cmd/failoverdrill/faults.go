package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/report"
)

func (c *cli) faultsCommand() *cobra.Command {
	return &cobra.Command{
		Use: "faults [KIND]", Short: "What a drill can break",
		Long: `faults lists the kinds of fault that a drill file can declare. Of one kind it
tells what it takes, with defaults, its blast radius, how it is witnessed, and an
example to paste into a drill file.

A drill has one fault or several, each with a time of its own:

  after ── at + delay ──► it comes ── for, or until the heal ──► it ends

` + timing(),
		Example: `  failoverdrill faults
  failoverdrill faults link-partition`,
		Args: arguments(cobra.MaximumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			colour := report.Colour(isTerminal(c.stdout))
			if len(args) == 0 {
				return report.FaultKinds(c.stdout, drills.FaultCatalogue(), colour)
			}
			row, known := drills.FaultKind(args[0]).Traits()
			if !known {
				return usage("%.60q is no kind of fault (%s)", args[0], kinds())
			}
			return report.FaultKind(c.stdout, row, colour)
		},
	}
}

func kinds() string {
	var out []string
	for _, k := range drills.FaultKinds() {
		out = append(out, string(k))
	}
	return strings.Join(out, ", ")
}

// timing tells of the keys that say when a fault comes and ends.
func timing() string {
	var out []string
	for _, k := range drills.FaultTiming() {
		line := fmt.Sprintf("  %-6s %s", k.Key, k.Help)
		if len(k.Values) > 0 {
			line += ":\n         " + strings.Join(k.Values, ", ")
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}
