package drills

import (
	"fmt"
	"time"
)

// checkModes are the rules for how Namespaces are moved: each mode by itself,
// and the pairs of which one would never be carried out.
func (d *Drill) checkModes(l *problemList) {
	oneOf(l, "failover.mode", d.Failover.Mode, "a failover mode", FailoverModes())
	oneOf(l, "failback.mode", d.Failback.Mode, "a failback mode", FailbackModes())
	switch out, back := d.Failover.Mode, d.Failback.Mode; {
	case out == NoFailover && back != FailbackForced && back != "":
		l.add("failback.mode", fmt.Sprintf("%q is an impossible combination with the failover none: no namespace leaves its home, so none comes back: leave it out", back), "failover.mode")
	case out == Manual && back == FailbackAutomatic:
		l.add("failback.mode", fmt.Sprintf("%q is an impossible combination with the failover manual: what a person moved, a person moves back", back), "failover.mode")
	}
	d.checkUnprovisioned(l)
	// A hybrid failover that is observed for too short a time would be given up
	// before it is forced.
	if least := d.Failover.Detect.Within() + HybridAfter; d.Failover.Mode == Hybrid && d.Observe.Outage >= time.Second && d.Observe.Outage <= least {
		l.add("observe.outage", fmt.Sprintf("%s is an impossible combination with the failover hybrid, which may be forced after %s (%s to detect, %s for the handover): observe longer",
			formatDuration(d.Observe.Outage), formatDuration(least), formatDuration(d.Failover.Detect.Within()), formatDuration(HybridAfter)),
			"failover.mode", "failover.detect.interval", "failover.detect.failures")
	}
}

// checkUnprovisioned refuses delays that nothing would ever wait for: a drill
// without a failover starts no Workers, whatever its model.
func (d *Drill) checkUnprovisioned(l *problemList) {
	traits, known := d.Model.traits()
	if d.Failover.Mode != NoFailover || !known || traits.secondary != FleetAbsent && !traits.addCapacity {
		return // else it has been said of the model
	}
	for _, p := range d.Provision.delays() {
		if p.value > 0 {
			l.add(p.path, fmt.Sprintf("%s is an impossible combination with the failover none, which starts no Workers: leave it out", formatDuration(p.value)), "failover.mode", "model")
		}
	}
}

// delay is a declared delay with its path in the drill file.
type delay struct {
	path  string
	value time.Duration
}

func (p Provisioning) delays() []delay {
	return []delay{
		{"provisioning.imagePull", p.ImagePull},
		{"provisioning.machineStart", p.MachineStart},
		{"provisioning.warmUp", p.WarmUp},
	}
}
