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

// said reports whether a Go program set a field whose default depends on whose the
// Workers are: what is as New has it was not.
func (d *Drill) said(path string) bool {
	usual := defaults()
	switch path {
	case "workload.profile":
		return d.Workload.Profile != usual.Workload.Profile && d.Workload.Profile != ""
	case "probes.query":
		return d.Probes.Query != usual.Probes.Query
	case "probes.update":
		return d.Probes.Update != usual.Probes.Update
	case "probes.workflow":
		return d.Probes.Workflow != usual.Probes.Workflow
	}
	return false
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
	out.fillOwn(d.said)
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
