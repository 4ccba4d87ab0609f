package assess

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// What an open-loop schedule may lose to a busy machine: a start that is sent
// this late, and this share of those that were due, prove nothing against it.
const (
	latestSend = drills.Offset(2e9)
	leastSent  = 0.95
)

// loadWitness wants that the starters kept their schedule: as many starts as the
// declared rate asks for, each sent when it was meant to be. A generator that
// stalled with what it measures would hide the outage.
func (c *docket) loadWitness() drills.Witness {
	w := drills.Witness{Name: "load"}
	loaded, begun := c.Timeline.Mark(drills.LoadStarted)
	switch {
	case !c.faulted:
		w.Detail = "no fault took effect"
		return w
	case !begun:
		w.Detail = "nobody marked load-started"
		return w
	}
	w.Held = true
	var lines []string
	for _, ns := range c.topology.Namespaces {
		for _, due := range c.dueTimes(ns, loaded) {
			sent, latest := c.sent(ns, due)
			expected := (due.to - due.from).Seconds() * float64(c.Drill.Workload.Rate)
			// A schedule begins between two instants: one start at each end is none.
			enough := float64(sent) >= leastSent*expected-2
			if c.Drill.Reports() && (due.when == inSurvivor || due.when == afterIt) {
				// What was due then and not acknowledged, nobody knows.
				enough = enough || sent > 0
			}
			w.Held = w.Held && enough && latest <= latestSend
			lines = append(lines, fmt.Sprintf("%s: %d of %.0f starts sent %s, the latest %s after it was due", ns.Name, sent, expected, due.when, latest))
		}
	}
	w.Detail = strings.Join(lines, "; ")
	return w
}

// sent counts the starts that were meant to be sent while they were due, and by
// how much the latest of them came late.
func (c *docket) sent(ns drills.Namespace, due dueTime) (sent int, latest drills.Offset) {
	for _, op := range c.operations {
		if op.Kind == drills.StartOperation && op.Namespace == ns.Name && op.Intended >= due.from && op.Intended < due.to {
			sent++
			latest = max(latest, op.sent-op.Intended)
		}
	}
	return sent, latest
}

// When load is due that a fault may have held up.
const (
	inSurvivor = "in the survivor"
	afterIt    = "after it"
)

type dueTime struct {
	from, to drills.Offset
	when     string
}

// dueTimes is when starters that run were to carry the whole rate of a
// Namespace: not between the fault and the moment the survivor's took over, nor
// while a fault had taken them where nothing took over.
func (c *docket) dueTimes(ns drills.Namespace, loaded drills.Offset) []dueTime {
	end := drills.Offset(c.horizon())
	if !slices.Contains(c.moved, ns.Name) {
		return c.dueBeside(ns, loaded, end)
	}
	due := []dueTime{{loaded, c.requested, "before the fault"}}
	if moved := c.outage(ns.Name).moved; moved < end {
		due = append(due, dueTime{moved, end, inSurvivor})
	}
	return due
}

// dueBeside is when starters were to carry the rate of a Namespace that did not
// move: always, but while a fault has taken one of them.
func (c *docket) dueBeside(ns drills.Namespace, loaded, end drills.Offset) []dueTime {
	for number, spec := range c.Drill.Faults {
		if !c.takesStarter(spec, ns.Name) {
			continue
		}
		requested, _ := c.when(number)
		due := []dueTime{{loaded, requested, "before the fault"}}
		if back := c.faultAt(number, drills.FaultIsHealed); back < end-drills.Offset(time.Second) {
			due = append(due, dueTime{back + drills.Offset(time.Second), end, afterIt})
		}
		return due
	}
	return []dueTime{{loaded, end, "until the heal"}}
}

func (c *docket) takesStarter(spec drills.FaultSpec, namespace string) bool {
	return !c.Drill.Control() && slices.Contains(spec.Blast(c.topology).Processes, drills.StarterRole) &&
		slices.ContainsFunc(c.topology.Starters, func(s drills.Starter) bool {
			return s.Region == spec.Region && s.Namespace == namespace && s.Share > 0
		})
}

// faultAt is when a fault went on in that way; never is forever.
func (c *docket) faultAt(number int, name string) drills.Offset {
	for _, e := range c.Timeline {
		if e.Kind == drills.KindFault && e.Subject == drills.FaultName(number) && e.Name == name {
			return e.At
		}
	}
	return forever
}
