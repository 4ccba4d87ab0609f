package selftest

import (
	"context"
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
	Controls int // runs without a defect, at least one
	// Only runs the defects whose names contain it; empty runs all.
	Only string
	Show func(Result) // called as each is known
}

// Result is what came of one defect, or of a control without any.
type Result struct {
	Defect   string // empty for a control
	Expected string
	Found    string // verdict and reasons
	OK       bool   // found for the right reason, or nothing was reported of a control
	Dir      string
}

// Run runs the controls and then every defect. An error means that it could not
// go on; what was found until then was shown.
func Run(ctx context.Context, o Options) error {
	base := ""
	for n := range max(o.Controls, 1) {
		d, err := drill("")
		if err != nil {
			return err
		}
		d.Seed += uint64(n)
		r, err := harness.Run(ctx, d, harness.Options{Out: o.Out, Binary: o.Binary})
		if err != nil {
			return err
		}
		ok := r.Report.Verdict == drills.Pass
		o.Show(Result{Expected: string(drills.Pass), Found: found(r.Report), OK: ok, Dir: r.Dir})
		if ok {
			base = r.Dir
		}
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
			Defect: defect.Name, Expected: fmt.Sprintf("%s: %s", defect.Verdict, defect.Finding),
			Found: found(report), OK: defect.seenIn(report), Dir: dir,
		})
	}
	return nil
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
	r, err := harness.Run(ctx, d, harness.Options{Out: o.Out, Binary: o.Binary, Plant: f.plant})
	return r.Report, r.Dir, err
}

// inRecord plants the defect in a copy of a run that passed, and judges it again.
func (f Defect) inRecord(o Options, base string) (drills.Report, string, error) {
	if base == "" {
		return drills.Report{}, "", fmt.Errorf("no control passed: there is no record to plant it in")
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
