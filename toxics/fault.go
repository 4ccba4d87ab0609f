package toxics

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// Site is where faults of a drill act.
type Site struct {
	Drill    *drills.Drill
	Links    *Links
	Machines drills.Machines
	Fleets   drills.Fleets
	Names    drills.NameServers
	Control  drills.Conductor
	Codecs   drills.Codecs
	Proxies  drills.Proxies
	Listen   func(drills.Link) string // ip:port of a Link
	// AnswerWithin is how long a Link may take to answer before a fault, beyond what
	// one answer over it may; 15 s where it is zero.
	AnswerWithin time.Duration
}

// NewFault builds the fault of that number which a drill declares.
func NewFault(number int, site Site) (drills.Fault, error) {
	spec := site.Drill.Faults[number]
	f := &fault{spec: spec, name: drills.FaultName(number), site: site, topology: site.Drill.Topology()}
	f.blast = spec.Blast(f.topology)
	effect, known := effectOf(site.Drill, number)
	if !known {
		return nil, fmt.Errorf("build fault: no %s of flavour %q", spec.Kind, spec.Flavour)
	}
	if spec.Kind == drills.NoFault {
		return none{f}, nil
	}
	if p := processesOf(f); p != nil {
		f.parts = append(f.parts, p)
	}
	if f.blast.Names {
		f.parts = append(f.parts, &names{fault: f, how: misnaming()[spec.Kind]})
	}
	if f.blast.Conducts {
		f.parts = append(f.parts, &conducted{fault: f, how: handicaps()[spec.Kind]})
	}
	if f.blast.Shows {
		f.parts = append(f.parts, &certified{fault: f, how: certificates()[spec.Kind]})
	}
	if f.blast.Keys {
		f.parts = append(f.parts, &rotation{fault: f, key: drills.RotatedKey(number)})
	}
	for _, link := range f.blast.Links() {
		f.parts = append(f.parts, &edge{fault: f, link: link, effect: effect})
	}
	for _, in := range f.blast.Inside {
		f.parts = append(f.parts, newWithin(f, in))
	}
	return f, nil
}

// part is one thing that a fault breaks: processes of a region, a Link, or what a
// cluster does.
type part interface {
	setUp(ctx context.Context) error
	inject(ctx context.Context) error
	// look tells how it is now, once.
	look(ctx context.Context) ([]drills.Probe, error)
	recover(ctx context.Context) error
	// works fails until what was broken works again.
	works(ctx context.Context) error
	cleanUp(ctx context.Context) error
}

// fault is everything that one fault of a drill breaks, all at once.
type fault struct {
	spec     drills.FaultSpec
	name     string
	site     Site
	topology drills.Topology
	blast    drills.Blast
	parts    []part
	others   bystanders // as it was injected
}

// each has every part do something, at the same time.
func (f *fault) each(do func(part) error) error {
	failed := make(chan error, len(f.parts))
	var doing sync.WaitGroup
	for _, p := range f.parts {
		doing.Go(func() { failed <- do(p) })
	}
	doing.Wait()
	close(failed)
	var errs []error
	for err := range failed {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (f *fault) SetUp(ctx context.Context) error {
	return f.each(func(p part) error { return p.setUp(ctx) })
}

func (f *fault) Inject(ctx context.Context) error {
	f.others = f.bystanders()
	// Before any part breaks anything: another one may be what it measures.
	err := f.each(func(p part) error {
		if m, ok := p.(interface{ before(context.Context) error }); ok {
			return m.before(ctx)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return f.each(func(p part) error { return p.inject(ctx) })
}

// probeEvery is how often the effect is looked for until it is complete.
const probeEvery = 10 * time.Millisecond

// AwaitEffect looks at everything in the blast radius until each part was seen
// broken, and then at everything else. With an error it returns what it saw last.
func (f *fault) AwaitEffect(ctx context.Context) ([]drills.Probe, error) {
	var mu sync.Mutex
	seen := map[part][]drills.Probe{}
	err := f.each(func(p part) error {
		return every(ctx, probeEvery, func() error {
			probes, err := p.look(ctx)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			seen[p] = probes
			if i := slices.IndexFunc(probes, func(p drills.Probe) bool { return !p.Broken }); i >= 0 {
				return notYet(fmt.Sprintf("%s: %s", probes[i].Subject, probes[i].Detail))
			}
			return nil
		})
	})
	var out []drills.Probe
	for _, probes := range seen {
		out = append(out, probes...)
	}
	slices.SortFunc(out, bySubject)
	if err != nil {
		return out, fmt.Errorf("await %s: %w", f.spec, err)
	}
	spared, err := f.spared(ctx)
	if err != nil {
		return out, fmt.Errorf("look at what %s has to leave alone: %w", f.spec, err)
	}
	return append(out, spared...), nil
}

func bySubject(a, b drills.Probe) int { return strings.Compare(a.Subject, b.Subject) }

// notYet says what is not as it is waited for.
type notYet string

func (n notYet) Error() string { return string(n) }

// every tries until it succeeds, fails with another error than notYet, or ctx ends.
// Then the error also says what was not yet so at the last try that was a whole one.
func every(ctx context.Context, pause time.Duration, try func() error) error {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	var last error
	for {
		err := try()
		var not notYet
		switch {
		case err == nil:
			return nil
		case errors.As(err, &not):
			last = err
		case cutShort(err):
			return errors.Join(err, last)
		default:
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), last)
		case <-tick.C:
		}
	}
}

// cutShort reports whether a look ended for want of time, and not by what it saw.
// That a call took longer than its patience is something seen: gRPC has an error of
// its own for it.
func cutShort(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// Recover takes the fault away: first from the Links, then from the machines,
// which have to reach each other to come back.
func (f *fault) Recover(ctx context.Context) error {
	if err := f.each(func(p part) error { return p.recover(ctx) }); err != nil {
		return fmt.Errorf("end %s: %w", f.spec, err)
	}
	if !f.restarts() {
		return nil
	}
	if err := f.site.Machines.Restart(ctx, f.spec.Region); err != nil {
		return fmt.Errorf("end %s: %w", f.spec, err)
	}
	return nil
}

// restarts reports whether something has to be started again when it ends.
func (f *fault) restarts() bool {
	switch f.spec.Kind {
	case drills.RegionOutage:
		return len(f.blast.Processes) > 0
	case drills.FleetKill, drills.FleetCrashLoop:
		return true
	}
	return false
}

// healEvery is how often what was broken is tried until it works.
const healEvery = 50 * time.Millisecond

// AwaitHealed returns when every part works and the region has caught up with the
// others, where it can: what a survivor has to catch up with is still lost.
func (f *fault) AwaitHealed(ctx context.Context) error {
	err := f.each(func(p part) error { return every(ctx, healEvery, func() error { return p.works(ctx) }) })
	if err == nil && !f.blast.Conducts && !f.blast.Names && !f.blast.Keys && f.spec.Kind != drills.SurvivorOutage {
		err = f.site.Machines.CaughtUp(ctx, f.spec.Region)
	}
	if err != nil {
		return fmt.Errorf("await the end of %s: %w", f.spec, err)
	}
	return nil
}

// CleanUp leaves no toxic, no process that is frozen and no connection. What was
// killed stays so: the region is not started again for nothing.
func (f *fault) CleanUp(ctx context.Context) error {
	return f.each(func(p part) error { return p.cleanUp(ctx) })
}
