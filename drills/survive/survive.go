// Package survive kills the harness at moments spread over a whole drill, has
// what that left recovered, and looks for itself whether anything is left. It
// runs the real binary, and takes nobody's word for what it can see: processes
// and sockets as the kernel shows them, ports by connecting and binding, folders
// and journals by reading them, containers and what belongs to them by asking the
// Docker engine.
//
//	run ─► SIGKILL ─► look ─► recover ─► look: nothing ─► recover ─► nothing changed
package survive

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/catalog"
	"github.com/failoverdrill/failoverdrill/drills/harness"
	"github.com/failoverdrill/failoverdrill/drills/record"
	"github.com/failoverdrill/failoverdrill/fixtures/launch"
)

// Options is how it is done.
type Options struct {
	Out      string      // folder that gets a folder for it, and in that one for each kill
	Binary   string      // the failoverdrill binary
	Kills    int         // at least one
	Seed     uint64      // of the moments
	Launcher launch.Kind // how components run; empty takes processes
	Show     func(Result)
}

// Result is what came of one kill.
type Result struct {
	Number  int           // counts from 1; 0 is the drill that nobody killed
	Moment  time.Duration // since the harness was started; of the whole drill, its length
	Stage   string        // that the drill had reached; empty before the first
	Orphans bool          // its components outlived it, as they do where no system ends them
	Left    Left          // by the kill
	Took    time.Duration // the recovery
	Wrong   []string      // what was left after the recovery, or changed by another
	Dir     string
}

// OK reports whether nothing was left, and nothing changed by the second
// recovery.
func (r Result) OK() bool { return len(r.Wrong) == 0 }

// tries is how often a drill is run that ends before the moment of its kill.
const tries = 4

// Run runs a drill whole, which has to leave nothing on its own, and then once
// for each kill. The moments are spread evenly over the length of the whole
// drill, boot and teardown included: one in each of as many equal parts as there
// are kills, drawn from the seed, and in an order drawn from it. Every other
// kill is of a harness whose components outlive it, so that all there is to undo
// is left. An error means that it could not go on; what came of the kills until
// then was shown.
func Run(ctx context.Context, o Options) error {
	if runtime.GOOS != "linux" {
		return errors.New("survive a kill: what is left is looked for in /proc: run it on Linux")
	}
	ctx, unwatch := harness.UntilStopped(ctx, "")
	defer unwatch()
	home, err := filepath.Abs(filepath.Join(o.Out, "survive-"+time.Now().UTC().Format("20060102-150405")))
	if err != nil {
		return fmt.Errorf("find folder for runs: %w", err)
	}
	file, err := writeDrill(home)
	if err != nil {
		return err
	}
	t := trial{binary: o.Binary, drill: file, launcher: cmp.Or(o.Launcher, launch.AsProcesses)}
	whole, err := t.whole(ctx, filepath.Join(home, "whole"))
	if err != nil {
		return fmt.Errorf("run a drill that nobody kills: %w", err)
	}
	o.Show(whole)
	draw := rand.New(rand.NewPCG(o.Seed, 0))
	part := whole.Moment / time.Duration(o.Kills)
	for n, slot := range draw.Perm(o.Kills) {
		r := Result{Number: n + 1, Orphans: n%2 == 1}
		if err := t.killed(ctx, home, &r, func() time.Duration {
			return time.Duration(slot)*part + time.Duration(draw.Float64()*float64(part))
		}); err != nil {
			return fmt.Errorf("kill %d: %w", r.Number, err)
		}
		o.Show(r)
	}
	return nil
}

// writeDrill puts the drill into a file: active-hot, no longer than it takes to
// pass every phase.
func writeDrill(dir string) (string, error) {
	d, err := catalog.Get("active-hot")
	if err != nil {
		return "", err
	}
	d.Faults[0].Delay = drills.Span{}
	d.Observe.Outage = 40 * time.Second
	content, err := d.YAML()
	if err == nil {
		err = os.MkdirAll(dir, 0o755)
	}
	file := filepath.Join(dir, "drill.yaml")
	if err == nil {
		err = record.WriteFile(file, content)
	}
	if err != nil {
		return "", fmt.Errorf("write drill: %w", err)
	}
	return file, nil
}
