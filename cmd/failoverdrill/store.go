package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/fixtures/store"
	"github.com/failoverdrill/failoverdrill/fixtures/store/jetstream"
)

// stores is what a Worker is told of the stores that it may write to.
type stores struct {
	engine    string
	addresses []string
}

func (s *stores) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&s.engine, "store-engine", string(drills.NoStore), "engine of the stores that Activities write to")
	cmd.Flags().StringSliceVar(&s.addresses, "store", nil, "ip:port of a store, that of its own region first")
}

// dial connects to them; nil where there are none.
func (s *stores) dial() (store.Writer, error) {
	switch drills.StoreEngine(s.engine) {
	case drills.NoStore:
		return nil, nil
	case drills.NATSStore:
		return jetstream.Dial(s.addresses)
	}
	return nil, usage("--store-engine: %q is not an engine", s.engine)
}

// runStore is a region's store.
func runStore(ctx context.Context, config store.Config) error {
	if config.Engine == drills.NATSStore {
		return jetstream.Run(ctx, config)
	}
	return usage("%q is not an engine of stores", config.Engine)
}
