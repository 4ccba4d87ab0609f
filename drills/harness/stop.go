package harness

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/failoverdrill/failoverdrill/drills/journal"
)

// UntilStopped returns a context that a stop file ends, as an interruption that
// names the file: for what runs drills one after another. The function it
// returns ends the watch. An empty state folder is the user's.
func UntilStopped(parent context.Context, state string) (context.Context, func()) {
	folder, err := stateFolder(state)
	if err != nil { // there is nowhere for a stop file to be
		return context.WithCancel(parent)
	}
	return watchStop(parent, folder)
}

// watchStop is that, for a state folder.
func watchStop(parent context.Context, state string) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		err := journal.AwaitStop(ctx, state)
		cancel(fmt.Errorf("%w: %w", ErrInterrupted, err))
	}()
	return ctx, func() {
		cancel(nil)
		<-watched
	}
}

// stopped reports whether a run was ended by a stop file.
func stopped(ctx context.Context) bool {
	var stop *journal.StoppedError
	return errors.As(context.Cause(ctx), &stop)
}

// StopOptions is how running drills are stopped.
type StopOptions struct {
	State string // folder of the journals; empty takes the user's
	Hold  bool   // leave the stop file, so that no drill starts
}

// lookForRunsEvery is how often Stop looks which runs go on.
const lookForRunsEvery = 100 * time.Millisecond

// Stop ends every running drill of the user on this machine, in whatever
// process, and returns once each has healed what it broke and undone what it
// changed. It returns those that it found running. When ctx ends first, the
// error names those that go on, and the stop file stays: they have yet to obey.
func Stop(ctx context.Context, o StopOptions) (ended []journal.Run, err error) {
	state, err := stateFolder(o.State)
	if err != nil {
		return nil, err
	}
	made, err := journal.Stop(state)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	tick := time.NewTicker(lookForRunsEvery)
	defer tick.Stop()
	for {
		running, err := runsOf(state, true)
		if err != nil {
			return ended, fmt.Errorf("look for running drills: %w", err)
		}
		for _, r := range running {
			if !seen[r.ID] {
				seen[r.ID] = true
				ended = append(ended, r)
			}
		}
		if len(running) == 0 {
			break
		}
		select {
		case <-ctx.Done():
			return ended, fmt.Errorf("stop drills: %w: %s; %s stays until `failoverdrill stop --release`",
				context.Cause(ctx), names(running), journal.StopFile(state))
		case <-tick.C:
		}
	}
	if o.Hold || !made { // one that was there is somebody else's to remove
		return ended, nil
	}
	_, err = journal.Release(state)
	return ended, err
}

// names tells runs by what a person can look for.
func names(runs []journal.Run) string {
	var out []string
	for _, r := range runs {
		out = append(out, fmt.Sprintf("run %s of %s goes on in process %d", r.ID, r.Drill, r.PID))
	}
	return strings.Join(out, ", ")
}

// Release removes the stop file and reports whether there was one.
func Release(state string) (was bool, err error) {
	state, err = stateFolder(state)
	if err != nil {
		return false, err
	}
	return journal.Release(state)
}

// CheckStop returns a journal.StoppedError while a stop file keeps drills from
// starting.
func CheckStop(state string) error {
	state, err := stateFolder(state)
	if err != nil {
		return err
	}
	return journal.CheckStop(state)
}
