package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/failoverdrill/failoverdrill/drills/catalog"
)

func (c *cli) listCommand() *cobra.Command {
	var labels []string
	cmd := &cobra.Command{
		Use: "list", Short: "The drills that ship", Args: arguments(cobra.NoArgs),
		Example: `  failoverdrill list
  failoverdrill list --label model --label smoke`,
		RunE: func(*cobra.Command, []string) error {
			list, err := catalog.Labelled(labels...)
			if err != nil {
				return unlabelled(err)
			}
			table := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "NAME\tMODEL\tREGIONS\tLABELS\tDESCRIPTION")
			for _, d := range list {
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", d.Name, d.Model, strings.Join(d.Regions, ", "), strings.Join(d.Labels, ", "), d.Description)
			}
			return table.Flush()
		},
	}
	labelFlag(cmd, &labels)
	return cmd
}

// labelFlag has a command choose drills that ship by their labels.
func labelFlag(cmd *cobra.Command, into *[]string) {
	cmd.Flags().StringArrayVar(into, "label", nil, "drills that ship with this label; of several labels, with all of them")
}
