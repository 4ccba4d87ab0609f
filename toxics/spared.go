package toxics

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// bystanders are what no fault of the drill acts on: their names are what has to
// be as before.
type bystanders struct {
	processes []string
	links     []drills.Link
}

// bystanders lists what runs now and is in no fault's blast radius.
func (f *fault) bystanders() bystanders {
	var all []drills.Blast
	var touched []drills.Link
	for _, spec := range f.site.Drill.Faults {
		b := spec.Blast(f.topology)
		all, touched = append(all, b), append(touched, b.Links()...)
	}
	var out bystanders
	for _, region := range f.topology.Regions {
		for _, name := range f.site.Machines.Running(region) {
			if !slices.ContainsFunc(all, func(b drills.Blast) bool { return b.Strikes(name) }) {
				out.processes = append(out.processes, name)
			}
		}
	}
	for _, link := range f.topology.Links {
		if !slices.Contains(touched, link) && !f.topology.LeadsNowhere(link) {
			out.links = append(out.links, link)
		}
	}
	return out
}

// sparedWithin is how long a bystander may take to be seen as before: a busy
// machine may keep one answer waiting, not for so long.
const sparedWithin = 3 * time.Second

// spared probes every bystander, all at the same time, until each was seen as
// before or had its time.
func (f *fault) spared(ctx context.Context) ([]drills.Probe, error) {
	var mu sync.Mutex
	var out []drills.Probe
	note := func(p drills.Probe) {
		mu.Lock()
		defer mu.Unlock()
		p.Spared = true
		out = append(out, p)
	}
	for _, name := range f.others.processes {
		state, err := f.site.Machines.State(name)
		if err != nil {
			return nil, err
		}
		note(drills.Probe{Subject: name, Broken: state != drills.ProcessRuns, Detail: fmt.Sprintf("the process is %s", state)})
	}
	limited, cancel := context.WithTimeout(ctx, sparedWithin)
	defer cancel()
	var asking sync.WaitGroup
	for _, link := range f.others.links {
		asking.Go(func() {
			var last outcome
			err := every(limited, healEvery, func() error {
				came, err := knock(limited, f.site, link)
				if came == "" {
					return err
				}
				if last = came; came != answered {
					return notYet(came)
				}
				return nil
			})
			note(drills.Probe{Subject: link.Name(), Broken: err != nil, Detail: string(last)})
		})
	}
	asking.Wait()
	slices.SortFunc(out, bySubject)
	return out, ctx.Err()
}
