package toxics

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// regionOutage takes a whole region away by crash: every process of the region
// dies by SIGKILL and every Link that begins or ends there refuses.
type regionOutage struct {
	region   string
	links    []drills.Link
	edges    *Links
	machines drills.Machines
}

func newRegionOutage(region string, topology drills.Topology, edges *Links, machines drills.Machines) *regionOutage {
	f := &regionOutage{region: region, edges: edges, machines: machines}
	for _, link := range topology.Links {
		if link.Touches(region) {
			f.links = append(f.links, link)
		}
	}
	return f
}

// Inject cuts power and network at the same time, as losing a region does.
func (f *regionOutage) Inject(ctx context.Context) error {
	closed := make(chan error, 1)
	go func() { closed <- f.edges.Refuse(ctx, f.links) }()
	err := f.machines.Crash(ctx, f.region)
	return errors.Join(err, <-closed)
}

// probeEvery is how often the effect is looked for until it is complete.
const probeEvery = 10 * time.Millisecond

// AwaitEffect probes every process and every Link of the region until all are
// severed. With an error it returns the last look that was complete: one that
// ctx cut short might leave out what still works.
func (f *regionOutage) AwaitEffect(ctx context.Context) ([]drills.Probe, error) {
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	var last []drills.Probe
	for {
		probes, err := f.look(ctx, refused)
		if err != nil {
			return last, fmt.Errorf("await outage of region %s: %w", f.region, err)
		}
		if severed(probes) {
			return probes, nil
		}
		last = probes
		select {
		case <-ctx.Done():
			return last, fmt.Errorf("await outage of region %s: %w", f.region, ctx.Err())
		case <-tick.C:
		}
	}
}

// look probes every process and every Link of the region once. cut tells a Link
// that is severed by what came of a knock on it.
func (f *regionOutage) look(ctx context.Context, cut func(error) bool) ([]drills.Probe, error) {
	probes, err := f.machines.Gone(ctx, f.region)
	if err != nil {
		return nil, err
	}
	for _, link := range f.links {
		p, err := f.edges.probe(ctx, link, cut)
		if err != nil {
			return nil, err
		}
		probes = append(probes, p)
	}
	return probes, nil
}

func severed(probes []drills.Probe) bool {
	for _, p := range probes {
		if !p.Severed {
			return false
		}
	}
	return len(probes) > 0
}

// Recover brings the region back: first its network, then its machines.
func (f *regionOutage) Recover(ctx context.Context) error {
	if err := f.edges.Restore(ctx, f.links); err != nil {
		return fmt.Errorf("end outage of region %s: %w", f.region, err)
	}
	if err := f.machines.Restart(ctx, f.region); err != nil {
		return fmt.Errorf("end outage of region %s: %w", f.region, err)
	}
	return nil
}

// AwaitHealed returns when the region has caught up with the others.
func (f *regionOutage) AwaitHealed(ctx context.Context) error {
	return f.machines.CaughtUp(ctx, f.region)
}
