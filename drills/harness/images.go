package harness

import (
	"context"
	"errors"
	"fmt"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/fixtures/launch"
)

// withStore is the drill with a store that is to be had: where the usual image of
// PostgreSQL is not, the embedded one takes its place, and it is told of what. One that the
// drill names is wanted for a reason.
func withStore(ctx context.Context, launcher launch.Launcher, d *drills.Drill) (_ *drills.Drill, insteadOf string, err error) {
	image := d.Store.Programs()
	images, has := launcher.(launch.Imaged)
	if image == "" || !has {
		return d, "", nil
	}
	err = images.Fetch(ctx, image)
	if err == nil {
		return d, "", nil
	}
	if d.Store.Image != "" || !errors.Is(err, launch.ErrNoImage) {
		return nil, "", fmt.Errorf("%w: name an image that can be had (store.image), or use the embedded store (store.engine: %s)", err, drills.NATSStore)
	}
	out := *d
	out.Store.Engine, out.Store.Image = drills.NATSStore, ""
	return &out, fmt.Sprintf("%s: %v", d.Store.Engine, err), nil
}

// ready has the images ready that a drill needs, and is the drill with a store that is to
// be had.
func ready(ctx context.Context, launcher launch.Launcher, d *drills.Drill) (_ *drills.Drill, insteadOf string, err error) {
	d, insteadOf, err = withStore(ctx, launcher, d)
	if err == nil {
		err = fetch(ctx, launcher, d)
	}
	return d, insteadOf, err
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
