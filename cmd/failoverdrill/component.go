package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/failoverdrill/failoverdrill/drills/workload"
	"github.com/failoverdrill/failoverdrill/fixtures/cluster"
	"github.com/failoverdrill/failoverdrill/fixtures/codec"
	"github.com/failoverdrill/failoverdrill/fixtures/component"
	"github.com/failoverdrill/failoverdrill/fixtures/dns"
	"github.com/failoverdrill/failoverdrill/fixtures/launch"
	"github.com/failoverdrill/failoverdrill/fixtures/program"
	"github.com/failoverdrill/failoverdrill/fixtures/proxy"
	"github.com/failoverdrill/failoverdrill/toxics"
)

// componentCommand is this binary in its other roles: the processes that a
// drill starts.
func (c *cli) componentCommand() *cobra.Command {
	parent := &cobra.Command{
		Use: "component", Short: "One component of a topology, as drills start them",
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		// A component in a container has more addresses than its networks give it.
		PersistentPreRunE: func(*cobra.Command, []string) error { return launch.Settle() },
	}
	parent.AddCommand(
		&cobra.Command{
			Use: "settle", Short: "Take the addresses of a container, and nothing else", Hidden: true,
			Args: arguments(cobra.NoArgs), RunE: func(*cobra.Command, []string) error { return nil },
		},
		configuredRole("cluster", "A region's Temporal cluster, on SQLite", cluster.Run),
		configuredRole("dns", "A region's authoritative name server", dns.Run),
		configuredRole("codec", "A region's Codec Server, AES-GCM; it holds the keys", codec.Run),
		configuredRole("proxy", "A region's mTLS terminator between Workers and Temporal", proxy.Run),
		configuredRole("store", "A region's external database, which Activities write to", runStore),
		configuredRole("prober", "The probe lanes of a region; TEMPORAL_ADDRESS and the like say where to connect", workload.RunProber),
		configuredRole("starter", "The Workflow starters of a region; TEMPORAL_ADDRESS and the like say where to connect", workload.RunStarter),
		configuredRole("program", "A program of the user's own, such as Workers: started again when it ends", func(ctx context.Context, config program.Config) error {
			return program.Run(ctx, config, c.stdout)
		}),
		configuredRole("own-starter", "A starter of the user's own: told its rate, and asked what was acknowledged", func(ctx context.Context, config program.StarterConfig) error {
			return program.RunStarter(ctx, config, c.stdout)
		}),
		c.linksRole(), workerRole())
	return parent
}

// configuredRole is a component that reads its configuration from a file.
func configuredRole[T any](name, short string, serve func(context.Context, T) error) *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use: name, Short: short, Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			var config T
			if err := component.Read(path, &config); err != nil {
				return usageError{err}
			}
			return serve(cmd.Context(), config)
		},
	}
	cmd.Flags().StringVar(&path, "config", "", "configuration file (JSON)")
	required(cmd, "config")
	return cmd
}

// required marks flags that a role cannot do without.
func required(cmd *cobra.Command, flags ...string) {
	for _, name := range flags {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic("failoverdrill: " + err.Error()) // the flag was just defined
		}
	}
}

func (c *cli) linksRole() *cobra.Command {
	var listen string
	cmd := &cobra.Command{
		Use: "links", Short: "The Links of a topology: a toxiproxy server with its usual HTTP API",
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return toxics.Serve(cmd.Context(), listen, c.stderr) },
	}
	cmd.Flags().StringVar(&listen, "listen", "", "ip:port of the HTTP API")
	required(cmd, "listen")
	return cmd
}

func workerRole() *cobra.Command {
	var s workload.WorkerSettings
	var to stores
	cmd := &cobra.Command{
		Use: "worker", Short: "A Worker of the orders workload; TEMPORAL_ADDRESS and the like say where to connect",
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			rows, err := to.dial()
			if err != nil {
				return err
			}
			if rows != nil {
				defer rows.Close()
				s.Rows = rows
			}
			return workload.RunWorker(cmd.Context(), s)
		},
	}
	cmd.Flags().StringVar(&s.Identity, "identity", "", "identity to poll under")
	cmd.Flags().StringVar(&s.Listen, "listen", "", "ip:port of its control over HTTP")
	cmd.Flags().IntVar(&s.Slots, "slots", 50, "tasks of each kind run at once")
	cmd.Flags().DurationVar(&s.WarmUp, "warm-up", 0, "declared time before it polls")
	cmd.Flags().StringVar(&s.Ledger, "ledger", "", "file that takes what its Activities did")
	cmd.Flags().StringVar(&s.Clock, "clock", "", "clock of the run")
	resolution(cmd, &s.MinResolution)
	to.flags(cmd)
	required(cmd, "identity", "listen", "ledger", "clock")
	return cmd
}

// resolution defines the flag for gRPC's floor between two resolutions.
func resolution(cmd *cobra.Command, into *time.Duration) {
	cmd.Flags().DurationVar(into, "min-resolution", 30*time.Second, "least time between two resolutions of a name by one connection")
}
