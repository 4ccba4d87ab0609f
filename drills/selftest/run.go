package selftest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/catalog"
	"github.com/failoverdrill/failoverdrill/drills/harness"
)

// Options is how a self-test is run.
type Options struct {
	Out      string // folder that gets one folder for each run
	Binary   string
	Controls int // drills in which nothing is broken, at least one
	// Only runs the defects whose names contain it; empty runs all.
	Only string
	Show func(Result) // called as each is known
}

// Result is what came of one run.
type Result struct {
	Name     string // of the defect, or of a run without any
	Expected string
	Found    string // verdict and reasons
	OK       bool   // found for the right reason; without a defect: nothing was
	Dir      string
}

// Run runs the controls, then a fault without a defect, and then every defect.
// An error means that it could not go on; what was found until then was shown.
func Run(ctx context.Context, o Options) error {
	for n := range max(o.Controls, 1) {
		if err := runControl(ctx, o, n); err != nil {
			return fmt.Errorf("control: %w", err)
		}
	}
	base, err := runBase(ctx, o)
	if err != nil {
		return fmt.Errorf("no defect: %w", err)
	}
	for _, defect := range Defects() {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if !strings.Contains(defect.Name, o.Only) {
			continue
		}
		report, dir, err := defect.run(ctx, o, base)
		if err != nil {
			return fmt.Errorf("%s: %w", defect.Name, err)
		}
		o.Show(Result{
			Name: defect.Name, Expected: fmt.Sprintf("%s: %s", defect.Verdict, defect.Finding),
			Found: found(report), OK: defect.seenIn(report), Dir: dir,
		})
	}
	return nil
}

// runControl runs a drill in which nothing is broken: it has to pass, and to
// report nothing else either.
func runControl(ctx context.Context, o Options, n int) error {
	d, err := control(n)
	if err != nil {
		return err
	}
	r, err := drive(ctx, d, o, nil)
	if err != nil {
		return err
	}
	said, wrong := found(r.Report), clean(d, r.Report)
	if len(wrong) > 0 {
		said += ", and it reports " + strings.Join(wrong, "; ")
	}
	o.Show(Result{
		Name: fmt.Sprintf("nothing broken (control, seed %d)", d.Seed), Expected: string(drills.Pass) + ", nothing reported",
		Found: said, OK: r.Report.Verdict == drills.Pass && len(wrong) == 0, Dir: r.Dir,
	})
	return nil
}

// runBase runs the drill that defects are planted in without one: it has to
// pass. It returns the folder of the run, or nothing when it did not.
func runBase(ctx context.Context, o Options) (string, error) {
	d, err := drill("")
	if err != nil {
		return "", err
	}
	r, err := drive(ctx, d, o, nil)
	if err != nil {
		return "", err
	}
	ok := r.Report.Verdict == drills.Pass
	o.Show(Result{Name: "no defect (fault alone)", Expected: string(drills.Pass), Found: found(r.Report), OK: ok, Dir: r.Dir})
	if !ok {
		return "", nil
	}
	return r.Dir, nil
}

// drive runs a drill. One that a stop ended says nothing, and is the last.
func drive(ctx context.Context, d *drills.Drill, o Options, plant func(harness.Scene) drills.World) (harness.Result, error) {
	r, err := harness.Run(ctx, d, harness.Options{Out: o.Out, Binary: o.Binary, Plant: plant})
	if err == nil && r.Stopped {
		err = harness.ErrInterrupted
	}
	return r, err
}

// drill is the one that defects are planted in.
func drill(name string) (*drills.Drill, error) {
	if name == "" {
		name = "active-hot"
	}
	d, err := catalog.Get(name)
	if err == nil {
		short(d)
	}
	return d, err
}

func (f Defect) run(ctx context.Context, o Options, base string) (drills.Report, string, error) {
	if f.alter != nil {
		return f.inRecord(o, base)
	}
	d, err := drill(f.Base)
	if err != nil {
		return drills.Report{}, "", err
	}
	if f.drill != nil {
		f.drill(d)
	}
	r, err := drive(ctx, d, o, f.plant)
	return r.Report, r.Dir, err
}

// inRecord plants the defect in a copy of a run that passed, and judges it again.
func (f Defect) inRecord(o Options, base string) (drills.Report, string, error) {
	if base == "" {
		return drills.Report{}, "", errors.New("the run without a defect did not pass: there is no record to plant it in")
	}
	dir := filepath.Join(o.Out, filepath.Base(base)+"-"+strings.ReplaceAll(f.Name, " ", "-"))
	if err := os.CopyFS(dir, os.DirFS(base)); err != nil {
		return drills.Report{}, "", fmt.Errorf("copy run: %w", err)
	}
	if err := f.alter(dir); err != nil {
		return drills.Report{}, "", err
	}
	r, err := harness.Judge(dir, nil)
	if err == nil {
		err = harness.Write(dir, r)
	}
	return r, dir, err
}

// seenIn reports whether a report ends as it has to, and says why.
func (f Defect) seenIn(r drills.Report) bool {
	if r.Verdict != f.Verdict {
		return false
	}
	for _, reason := range r.Reasons {
		if strings.Contains(reason, f.Finding) {
			return true
		}
	}
	return false
}

func found(r drills.Report) string {
	if len(r.Reasons) == 0 {
		return string(r.Verdict)
	}
	return string(r.Verdict) + ": " + strings.Join(r.Reasons, "; ")
}
