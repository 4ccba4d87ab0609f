package assess

import "github.com/failoverdrill/failoverdrill/drills"

// faultReports tells what became of each fault of the drill, from its events and
// the probes of it.
func (c *docket) faultReports() []drills.FaultReport {
	out := []drills.FaultReport{}
	for number, spec := range c.Drill.Faults {
		requested, effective := c.when(number)
		f := drills.FaultReport{
			Name: drills.FaultName(number), Kind: spec.Kind, Flavour: spec.Flavour, Region: spec.Region, What: spec.String(),
			RequestedAt: c.sinceOrNever(requested), EffectiveAt: c.sinceOrNever(effective),
			EndedAt:  c.sinceOrNever(c.faultAt(number, drills.FaultIsEnded)),
			HealedAt: c.sinceOrNever(c.faultAt(number, drills.FaultIsHealed)),
			Struck:   c.seenSo(number, drills.KindProbe, true),
			Spared:   c.seenSo(number, drills.KindSpared, true),
		}
		if spec.Part != drills.WholeRegion {
			f.Part = spec.Part
		}
		if spec.Kind == drills.NoFault { // what it looks at is to be left alone
			f.Struck, f.Spared = 0, c.seenSo(number, drills.KindProbe, false)
		}
		out = append(out, f)
	}
	return out
}

// sinceOrNever is a time since the first fault took effect; nil for never.
func (c *docket) sinceOrNever(at drills.Offset) *drills.Offset {
	if at == forever {
		return nil
	}
	since := c.since(at)
	return &since
}

// seenSo counts what probes of a fault saw in that state.
func (c *docket) seenSo(number int, kind drills.Kind, held bool) int {
	seen := map[string]bool{}
	for _, e := range c.Timeline {
		if e.Kind == kind && e.Name == drills.FaultName(number) && e.Held == held {
			seen[e.Subject] = true
		}
	}
	return len(seen)
}
