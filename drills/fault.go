package drills

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// FaultKind is what is broken. FaultKinds lists them all.
type FaultKind string

// Flavour is how a fault feels to its neighbours.
type Flavour string

// The flavours of a fault.
const (
	Crash  Flavour = "crash"  // processes end by SIGKILL, their Links refuse
	Stop   Flavour = "stop"   // processes are asked to end (SIGTERM) and do, then their Links refuse
	Freeze Flavour = "freeze" // processes stop where they stand (SIGSTOP), connections stay up
	// Unplugged processes run on, and what they run on is off the network: it needs a
	// network of its own, as containers have.
	Unplugged Flavour = "unplugged"
	Dark      Flavour = "dark"    // packets are swallowed, connections stay up
	Reset     Flavour = "reset"   // connections are reset, new ones too
	Refused   Flavour = "refused" // connections are closed, new ones refused
)

// Flavours lists every flavour of a region's outage; other faults come in some of them.
func Flavours() []Flavour {
	return []Flavour{Crash, Stop, Freeze, Unplugged, Dark, Reset, Refused}
}

// Part is how much of a region a fault takes.
type Part string

// The parts of a region.
const (
	WholeRegion  Part = "region"
	TemporalOnly Part = "temporal" // the cluster
	WorkersOnly  Part = "workers"
	AllButIt     Part = "rest" // everything but the cluster
)

// Parts lists the parts of a region that a drill may name.
func Parts() []Part { return []Part{WholeRegion, TemporalOnly, WorkersOnly, AllButIt} }

// Direction is which way a Link is impaired, as the fault's region sees it.
type Direction string

// The directions of a Link.
const (
	BothWays Direction = "both"
	Outwards Direction = "out" // what leaves the region, or within it a client
	Inwards  Direction = "in"
)

// Directions lists the directions that a drill may name.
func Directions() []Direction { return []Direction{BothWays, Outwards, Inwards} }

// FaultSpec declares one fault: what is broken, where, and when. Which fields
// beside the region a kind takes is for its row of the catalogue to say; the
// others are empty.
//
//	after ── at + a delay of the seed ──► injected ── for, or until the heal ──► taken away
type FaultSpec struct {
	Kind   FaultKind
	Region string // that is struck, or watched as if it were to be

	Part      Part
	Flavour   Flavour
	Peer      string     // other end of the Links; empty for every other region
	Links     []LinkRole // kinds of traffic between the two
	Direction Direction
	Latency   time.Duration // added one way
	Jitter    time.Duration
	Bandwidth int     // kilobytes a second, one way
	Bytes     int     // after which a connection ends
	Share     Percent // of connections, or of Workers: rounded up
	// Workers is the decision of the seed of which Workers of each Fleet of the
	// region are struck, counted from 0.
	Workers []int
	Rate    Rate // replication tasks that each shard may send to each other region
	// Conflicts is how many ids of Workflows both sides of a split act on.
	Conflicts int
	Down, Up  Span // of flapping: how long each time, drawn from the seed

	After Stage         // what has to come first
	At    time.Duration // and how long before the fault
	// Delay is more of that, drawn from the seed, evenly, so that runs meet
	// what repeats on its own (a poll back-off, a refresh) at different phases.
	Delay Span
	For   time.Duration // how long it lasts; 0: until the drill heals it
	// Pattern is the decision of the seed of when a flapping Link is down and
	// up again, in turn.
	Pattern []time.Duration
}

// Span is a time that is drawn from the seed: at least Least, at most Most.
type Span struct {
	Least time.Duration
	Most  time.Duration
}

// In is a fault of that kind in a region, for a drill that is built in Go: with what a
// drill file has that says no more of it.
func (k FaultKind) In(region string) FaultSpec {
	f := FaultSpec{Kind: k, Region: region, After: SteadyStateReached}
	f.fill(func(string) bool { return false })
	if k != NoFault && !f.Loses() {
		f.For = max(usualFor, f.Down.Most+f.Up.Most)
	}
	return f
}

// String says what is broken, and where.
func (f FaultSpec) String() string {
	if f.Kind == NoFault {
		return fmt.Sprintf("%s, %s is watched", f.Kind, f.Region)
	}
	out := fmt.Sprintf("%s of %s", f.Kind, f.Region)
	if f.Part != "" && f.Part != WholeRegion {
		out += ", " + map[Part]string{TemporalOnly: "Temporal only", WorkersOnly: "Workers only", AllButIt: "all but Temporal"}[f.Part]
	}
	if len(f.Links) > 0 {
		out += fmt.Sprintf(", its %s Links with %s", strings.ReplaceAll(names(f.Links), ", ", "/"), f.peerName())
	}
	if f.Direction != "" && f.Direction != BothWays {
		out += ", one way (" + string(f.Direction) + ")"
	}
	for _, s := range f.strength() {
		out += ", " + s
	}
	return out
}

func (f FaultSpec) peerName() string {
	switch f.Peer {
	case "":
		return "other regions"
	case f.Region:
		return "its own cluster"
	default:
		return f.Peer
	}
}

// strength says how much of it there is.
func (f FaultSpec) strength() []string {
	var out []string
	for _, p := range parameters() {
		if p.says != nil && p.isSet(f) {
			out = append(out, p.says(f))
		}
	}
	return out
}

// Trigger is the stage that has to come before the fault.
func (f FaultSpec) Trigger() Stage {
	if f.After == "" {
		return SteadyStateReached
	}
	return f.After
}

// Control reports whether the drill breaks nothing. Nothing fails over then, and
// nothing has to return.
func (d *Drill) Control() bool {
	return !slices.ContainsFunc(d.Faults, func(f FaultSpec) bool { return f.Kind != NoFault })
}

// Struck is the region that the drill's first fault, the one that times count
// from, acts on; in a control, the one that is watched.
func (d *Drill) Struck() string { return d.Faults[0].Region }

// Unplugs reports whether a fault takes something off its network, which has to have one
// of its own.
func (d *Drill) Unplugs() bool {
	return slices.ContainsFunc(d.Faults, func(f FaultSpec) bool { return f.Flavour == Unplugged })
}

// endsProcesses reports whether processes are gone with it.
func (f Flavour) endsProcesses() bool { return f == Crash || f == Stop }

// GoesOn reports whether processes are there and nobody reaches them, with no Link
// touched, and go on as they were once it is taken away; of the other flavours that take
// processes, they start again.
func (f Flavour) GoesOn() bool { return f == Freeze || f == Unplugged }

// Loses reports whether the fault takes its region from the sight of the control
// plane, which then fails its Namespaces over.
func (f FaultSpec) Loses() bool {
	switch f.Kind {
	case RegionOutage:
		return f.Part == WholeRegion || f.Part == TemporalOnly
	case FrontendOutage, RegionIsolated:
		return true
	case LinkPartition:
		return slices.Contains(f.Links, ControlLink)
	case FalseAlarm:
		return true
	}
	return false
}

// Leaves lists the Namespaces that have to fail over as the drill declares: those
// at home in the region that a fault takes from the control plane.
func (d *Drill) Leaves() []Namespace {
	if !slices.ContainsFunc(d.Faults, FaultSpec.Loses) || d.Failover.Mode == NoFailover {
		return nil
	}
	return d.Topology().HomedIn(d.Struck())
}

// Recovered is when throughput is up after the drill's fault: from the first time
// on where Namespaces move, and for good where a fault has its own time that holds
// their work up. See Recovery.Sustained and Recovery.Lasting.
func (d *Drill) Recovered(r Recovery, times []time.Duration, since, horizon time.Duration) (before, first time.Duration, ok bool) {
	if d.Control() || slices.ContainsFunc(d.Faults, FaultSpec.Loses) && len(d.survivors()) == 0 {
		return r.Sustained(times, since, horizon)
	}
	return r.Lasting(times, since, horizon)
}

// Affected lists the Namespaces whose work the drill's fault may hold up: those
// at home in the region that it strikes, else those with a replica there.
func (d *Drill) Affected() []Namespace {
	t := d.Topology()
	if home := t.HomedIn(d.Struck()); len(home) > 0 {
		return home
	}
	return slices.DeleteFunc(slices.Clone(t.Namespaces), func(ns Namespace) bool { return ns.Replica != d.Struck() })
}
