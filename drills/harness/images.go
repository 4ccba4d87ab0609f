package harness

import (
	"context"
	"fmt"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/fixtures/launch"
)

// withStore is the drill with a store that is to be had: where the image of PostgreSQL is
// not, the embedded one takes its place, and it is told of what.
func withStore(ctx context.Context, launcher launch.Launcher, d *drills.Drill) (_ *drills.Drill, insteadOf string) {
	image := d.Store.Programs()
	images, has := launcher.(launch.Imaged)
	if image == "" || !has {
		return d, ""
	}
	err := images.Fetch(ctx, image)
	if err == nil {
		return d, ""
	}
	out := *d
	out.Store.Engine, out.Store.Image = drills.NATSStore, ""
	return &out, fmt.Sprintf("%s: %v", d.Store.Engine, err)
}

// fetch has the images of programs of the user's own ready.
func fetch(ctx context.Context, launcher launch.Launcher, d *drills.Drill) error {
	images, has := launcher.(launch.Imaged)
	if !has {
		return nil
	}
	for _, p := range d.Programs() {
		if err := images.Fetch(ctx, p.Image); err != nil {
			return err
		}
	}
	return nil
}
