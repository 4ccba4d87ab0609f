package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/fixtures/store"
	"github.com/failoverdrill/failoverdrill/fixtures/store/jetstream"
	"github.com/failoverdrill/failoverdrill/fixtures/store/postgres"
)

// stores is what a Worker is told of the stores that it may write to.
type stores struct {
	engine, fencing string
	addresses       []string
}

func (s *stores) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&s.engine, "store-engine", string(drills.NoStore), "engine of the stores that Activities write to")
	cmd.Flags().StringVar(&s.fencing, "store-fencing", string(drills.EpochFencing), "whether stores refuse writes of another epoch than their own")
	cmd.Flags().StringSliceVar(&s.addresses, "store", nil, "ip:port of a store, that of its own region first")
}

// dial connects to them; nil where there are none.
func (s *stores) dial() (store.Writer, error) {
	if s.engine != string(drills.NoStore) && len(s.addresses) == 0 {
		return nil, usage("--store-engine %s: say where the stores are (--store)", s.engine)
	}
	switch drills.StoreEngine(s.engine) {
	case drills.NoStore:
		return nil, nil
	case drills.NATSStore:
		return jetstream.Dial(s.addresses)
	case drills.PostgreSQL:
		return postgres.Dial(s.addresses, drills.Fencing(s.fencing))
	}
	return nil, usage("--store-engine: %q is not an engine", s.engine)
}

// runStore is a region's store.
func runStore(ctx context.Context, config store.Config) error {
	switch config.Engine {
	case drills.NATSStore:
		return jetstream.Run(ctx, config)
	case drills.PostgreSQL:
		return postgres.Run(ctx, config)
	}
	return usage("%q is not an engine of stores", config.Engine)
}
