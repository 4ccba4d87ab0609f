package drills

import (
	"slices"
	"time"
)

// FailoverMode is how a Namespace leaves a region that was lost.
type FailoverMode string

// The modes of a failover.
const (
	// Forced promotes the replica without waiting for the active one.
	Forced FailoverMode = "forced"
	// Graceful has the active cluster hand the Namespace over, by the server's
	// own namespace-handover. It needs the region that is left, and is tried until
	// the outage is no longer observed; it is never forced.
	Graceful FailoverMode = "graceful"
	// Hybrid is graceful, and forced once the handover has taken HybridAfter.
	Hybrid FailoverMode = "hybrid"
	// Manual waits for a person, and is forced then.
	Manual FailoverMode = "manual"
	// NoFailover declares a region lost, and moves nothing.
	NoFailover FailoverMode = "none"
)

// FailoverModes lists the modes a drill may name.
func FailoverModes() []FailoverMode {
	return []FailoverMode{Forced, Graceful, Hybrid, Manual, NoFailover}
}

// HybridAfter is how long a handover may take in a hybrid move before it is
// given up and the move forced: Temporal Cloud's figure.
const HybridAfter = 10 * time.Second

// Failover is what the control plane does on its own when a region is lost.
type Failover struct {
	Mode   FailoverMode
	Detect Detect
}

// Detect is how a lost region is noticed: Failures health probes in a row, one
// every Interval, each answered within Interval or counted as failed.
type Detect struct {
	Interval time.Duration
	Failures int
}

// Within is the longest that it takes to notice a region that does not answer.
func (d Detect) Within() time.Duration { return time.Duration(d.Failures) * d.Interval }

// FailbackMode is how a Namespace comes home, and who sees to it.
type FailbackMode string

// The modes of a failback. The first three are asked for once the region has
// caught up; the next two are the control plane's own.
const (
	FailbackForced   FailbackMode = "forced"   // promoted at home, asked of the survivor
	FailbackGraceful FailbackMode = "graceful" // handed over by the survivor
	FailbackHybrid   FailbackMode = "hybrid"   // graceful, and forced once the handover has taken HybridAfter
	// FailbackAutomatic is hybrid, once the region has answered as many health
	// probes in a row as make it lost, and has caught up: Temporal Cloud's own way.
	FailbackAutomatic FailbackMode = "automatic"
	// FailbackImmediate is forced, as soon as the region answers: before it has
	// caught up.
	FailbackImmediate FailbackMode = "immediate"
	FailbackNever     FailbackMode = "never" // the Namespaces stay in the survivor
)

// FailbackModes lists the modes a drill may name.
func FailbackModes() []FailbackMode {
	return []FailbackMode{FailbackForced, FailbackGraceful, FailbackHybrid, FailbackAutomatic, FailbackImmediate, FailbackNever}
}

// Failback is how the Namespaces of a region come home after it returned.
type Failback struct {
	Mode FailbackMode
}

// Unasked reports whether the control plane fails back on its own.
func (m FailbackMode) Unasked() bool { return m == FailbackAutomatic || m == FailbackImmediate }

// Way is by what means a Namespace is moved.
type Way struct {
	Handover bool // first by a handover, which needs the region that is left
	Forced   bool // by force: at once, or after a handover that took HybridAfter
}

// Way is by what means the failover moves a Namespace, once that is decided.
func (m FailoverMode) Way() Way {
	switch m {
	case Graceful:
		return Way{Handover: true}
	case Hybrid:
		return Way{Handover: true, Forced: true}
	case Forced, Manual:
		return Way{Forced: true}
	}
	return Way{}
}

// Way is by what means the failback moves a Namespace.
func (m FailbackMode) Way() Way {
	switch m {
	case FailbackGraceful:
		return Way{Handover: true}
	case FailbackHybrid, FailbackAutomatic:
		return Way{Handover: true, Forced: true}
	case FailbackForced, FailbackImmediate, "": // a drill built in Go may leave it out
		return Way{Forced: true}
	}
	return Way{}
}

// Moves reports whether a Namespace has to leave its home, as the drill declares
// and as far as t tells: one whose failover was given up has stayed.
func (d *Drill) Moves(t Timeline, ns Namespace) bool {
	if !slices.Contains(d.Leaves(), ns) {
		return false
	}
	return !slices.ContainsFunc(t, func(e Event) bool {
		return e.Kind == KindMark && e.Name == string(FailoverGivenUp) && e.Namespace == ns.Name
	})
}

// Stays is where a Namespace has to be active once the drill is over, and where
// its replica is then.
func (d *Drill) Stays(t Timeline, ns Namespace) (active, replica string) {
	if d.Failback.Mode == FailbackNever && d.Moves(t, ns) {
		return ns.Replica, ns.Home
	}
	return ns.Home, ns.Replica
}

// MovedAt is when the last of the Namespaces that have to leave their home was
// active elsewhere; not ok while that is not so of every one, or none has to.
// Throughput before that is no recovery: it was yet to be moved.
func (d *Drill) MovedAt(t Timeline) (last Offset, ok bool) {
	for _, ns := range d.Topology().Namespaces {
		if !d.Moves(t, ns) {
			continue
		}
		i := slices.IndexFunc(t, func(e Event) bool {
			return e.Kind == KindMark && e.Name == string(Promoted) && e.Namespace == ns.Name
		})
		if i < 0 {
			return 0, false
		}
		last, ok = max(last, t[i].At), true
	}
	return last, ok
}
