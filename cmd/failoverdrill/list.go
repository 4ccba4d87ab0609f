package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/failoverdrill/failoverdrill/drills/catalog"
)

func (c *cli) listCommand() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "The drills that ship", Args: arguments(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			table := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "NAME\tMODEL\tREGIONS\tDESCRIPTION")
			for _, name := range catalog.Names() {
				d, err := catalog.Get(name)
				if err != nil {
					return err
				}
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", d.Name, d.Model, strings.Join(d.Regions, ", "), d.Description)
			}
			return table.Flush()
		},
	}
}
