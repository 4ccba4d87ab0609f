package drills

import (
	"fmt"
	"maps"
	"slices"

	"github.com/goccy/go-yaml"
)

// YAML is the drill as a file, with every default written out: Parse reads an
// equal drill from it. A drill that is not valid is not written.
func (d *Drill) YAML() ([]byte, error) {
	if err := d.Validate(); err != nil {
		return nil, fmt.Errorf("write drill: %w", err)
	}
	out, err := yaml.MarshalWithOptions(schema(d.resolved()).encode(), yaml.IndentSequence(true))
	if err != nil {
		return nil, fmt.Errorf("write drill: %w", err)
	}
	return out, nil
}

// resolved is d with the settings of every region's Fleet, what each fault waits
// for and the mode of the failback filled in. It shares everything else with d.
func (d *Drill) resolved() *Drill {
	out := *d
	out.Faults = slices.Clone(d.Faults)
	for i := range out.Faults {
		out.Faults[i].After = out.Faults[i].Trigger()
		out.fillPeer(&out.Faults[i])
	}
	if out.Workload.Profile == "" {
		out.Workload.Profile = OrdersProfile
	}
	if d.Own() { // what a Go program said is said, but for what is zero
		out.fillOwn(func(path string) bool { return path != "workers.ready" && path != "workers.stop" })
	}
	out.Fleets = maps.Clone(d.Fleets)
	if out.Fleets == nil {
		out.Fleets = map[string]FleetSettings{}
	}
	if out.Failback.Mode == "" {
		out.Failback.Mode = FailbackForced
	}
	traits, _ := d.Model.traits()
	out.Forwarding.PassivePolls = d.passivePolls(traits)
	for _, region := range d.Regions {
		settings := out.Fleets[region]
		if settings.Workers == 0 {
			settings.Workers = 1
		}
		if settings.Slots == 0 {
			settings.Slots = DefaultSlots
		}
		if settings.Endpoint == "" {
			settings.Endpoint = traits.endpoint
		}
		out.Fleets[region] = settings
	}
	return &out
}
