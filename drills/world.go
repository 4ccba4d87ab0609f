package drills

import (
	"context"
	"errors"
	"time"
)

// ErrGone says that what a step waits for has ended, and will not come. In a
// drill that is a finding, not an error of the harness.
var ErrGone = errors.New("it is gone")

// OpenLink is a Link with the address it listens on and the one it leads to.
type OpenLink struct {
	Link
	Listen   string
	Upstream string
}

// LinkOpener makes Links: proxied edges with their declared delay.
type LinkOpener interface {
	// Open makes every Link, with its delay in both directions.
	Open(ctx context.Context, links []OpenLink) error
}

// ProcessState is what the system says of a process.
type ProcessState string

// The states of a process.
const (
	ProcessRuns   ProcessState = "running"
	ProcessFrozen ProcessState = "frozen" // stopped where it stands
	ProcessGone   ProcessState = "gone"
	// ProcessUnplugged runs, and is on no network.
	ProcessUnplugged ProcessState = "unplugged"
)

// Deaf reports whether a process is there and hears nothing.
func (s ProcessState) Deaf() bool { return s == ProcessFrozen || s == ProcessUnplugged }

// Processes are the components of a world, by their names, such as
// us-east/cluster.
type Processes interface {
	// Running lists what was started in a region and has not ended.
	Running(region string) []string
	// State asks the system for a process.
	State(name string) (ProcessState, error)
	// Kill ends processes at once, by SIGKILL, and returns when each is gone.
	Kill(ctx context.Context, names []string) error
	// Freeze stops processes where they stand; Thaw has them go on.
	Freeze(ctx context.Context, names []string) error
	Thaw(ctx context.Context, names []string) error
	// Shut asks processes to end, as who drains a machine does, and returns when each is
	// gone: one that does not end in time is killed.
	Shut(ctx context.Context, names []string) error
	// Unplug takes what processes run on off the network; Plug puts it on again. Where
	// processes have no network of their own, it is an error.
	Unplug(ctx context.Context, names []string) error
	Plug(ctx context.Context, names []string) error
}

// WorkerStatus is what a Worker tells of itself.
type WorkerStatus struct {
	Polling bool `json:"polling"` // its pollers run
	Slots   int  `json:"slots"`   // that it gives out, of each kind of task
}

// Fleets is what can be done to Workers that live on.
type Fleets interface {
	// Worker asks a Worker, by its name, for its status.
	Worker(ctx context.Context, name string) (WorkerStatus, error)
	// Idle has Workers poll no more, or again.
	Idle(ctx context.Context, names []string, idle bool) error
	// Occupy takes every slot of Workers, or gives them back.
	Occupy(ctx context.Context, names []string, taken bool) error
	// SlowStart has Workers that a region starts from now on wait for so long
	// before they poll; 0 for no longer than the drill declares.
	SlowStart(region string, wait time.Duration)
}

// NameFault is how a name server answers otherwise than it was told.
type NameFault string

// The faults of a name server.
const (
	NameStale  NameFault = "stale"  // as it did when the fault came
	NameSilent NameFault = "silent" // not at all
	NameBoth   NameFault = "both"   // with every region at once
)

// NameServers is what can be done to the name servers of regions.
type NameServers interface {
	// Misname has a region's name server be at fault, or empty: as it was told.
	Misname(ctx context.Context, region string, how NameFault) error
	// Misnames asks it how it is at fault.
	Misnames(ctx context.Context, region string) (NameFault, error)
	// Answers asks it for the regions that it leads a Namespace Endpoint to. One
	// that does not answer within ctx is an error.
	Answers(ctx context.Context, region, namespace string) ([]string, error)
}

// Handicap is what is wrong with the control plane.
type Handicap string

// The handicaps of a control plane.
const (
	ControlBlind       Handicap = "blind"         // it sees nobody's health
	ControlThroughLost Handicap = "asks the lost" // it asks the region that is lost to promote
	ControlStops       Handicap = "stops"         // it stops once it has promoted
	ControlTwice       Handicap = "asks twice"    // it asks for a promotion, and again
)

// Conductor is what can go wrong with the control plane itself.
type Conductor interface {
	// Handicap has the control plane be at fault in that way, or no longer.
	Handicap(how Handicap, on bool)
	// Handicapped reports whether it is.
	Handicapped(how Handicap) bool
}

// ControlPlaneName is how probes name the control plane.
const ControlPlaneName = "control plane"

// Machines is the power switch of regions, and what their clusters can be told.
type Machines interface {
	Processes
	Clusters
	// Restart starts what a region has to have and has not, on the data it had:
	// its cluster, its name server and, where the model has them now, Workers
	// and starters.
	Restart(ctx context.Context, region string) error
	// CaughtUp returns when the region serves, knows where its Namespaces are
	// active and has replicated everything in both directions.
	CaughtUp(ctx context.Context, region string) error
}

// Probe is one independent look at something that a fault should have broken, or
// left alone.
type Probe struct {
	Subject string // Link, a direction of one, or process
	Broken  bool   // as the fault has it
	Spared  bool   // it is not in the blast radius, and has to be as before
	Detail  string
	At      time.Time // since when it was so, for sure; zero for when it is returned
}

// Fault breaks something and puts it back.
//
//	SetUp ──► Inject ──► AwaitEffect ──► Recover ──► AwaitHealed ──► CleanUp
//
// Guard keeps to that order.
type Fault interface {
	// SetUp makes ready what has to be there before, such as connections that
	// are to be seen severed. It changes nothing that the drill runs on.
	SetUp(ctx context.Context) error
	// Inject requests the fault.
	Inject(ctx context.Context) error
	// AwaitEffect returns, with the probes that prove it, when everything in the
	// blast radius was seen broken; and what else there is, seen spared or not.
	AwaitEffect(ctx context.Context) ([]Probe, error)
	// Recover takes the fault away.
	Recover(ctx context.Context) error
	// AwaitHealed returns when what was broken works again.
	AwaitHealed(ctx context.Context) error
	// CleanUp leaves nothing of the fault, wherever it stands. To call it again
	// does no harm.
	CleanUp(ctx context.Context) error
}

// Traffic is the workload's starters, as one.
type Traffic interface {
	// Start has the starters carry the declared rate, in the regions that the
	// model says.
	Start(ctx context.Context) error
	// Stop ends the schedule and waits until no operation is pending.
	Stop(ctx context.Context) error
}

// ControlPlane plays what Temporal Cloud does on its own.
type ControlPlane interface {
	// Watch probes every region until ctx ends and, on losing one, moves its
	// Namespaces. It marks what it does.
	Watch(ctx context.Context) error
	// StandDown ends the observation of an outage: a failover that still waits, for
	// a person or a handover, is given up. It returns once that is marked.
	StandDown(ctx context.Context) error
	// Failback returns once the Namespaces of region are at home again, with their
	// traffic, and tells how they came there. Where the mode says so, the control
	// plane has begun it on its own.
	Failback(ctx context.Context, region string) (how string, err error)
}

// Watcher sees Workflows end, from outside: it asks the clusters themselves.
type Watcher interface {
	// Watch records every Workflow that ends until ctx ends.
	Watch(ctx context.Context) error
	// Open counts the Workflows of a Namespace that a region believes open.
	Open(ctx context.Context, region, namespace string) (int, error)
	// Census reads every Workflow of a Namespace from a region.
	Census(ctx context.Context, region, namespace, census string) ([]Workflow, error)
	// Stored records which runs of a Namespace have not ended according to a
	// region's database, past what its cluster shows.
	Stored(ctx context.Context, region, namespace string) error
}

// Poller is who polled a task queue.
type Poller struct {
	Identity  string `json:"identity"`
	TaskQueue string `json:"taskQueue,omitempty"` // empty for that of a sticky Worker, which is its own
}

// Gates know who polls.
type Gates interface {
	// Pollers names who has polled a region's cluster for a Namespace, and which task
	// queues, whether they were served or refused.
	Pollers(ctx context.Context, region, namespace string) ([]Poller, error)
}

// World is what a drill runs in.
type World struct {
	Faults  []Fault
	Traffic Traffic
	Control ControlPlane
	Watcher Watcher
	Gates   Gates
	Contest Contest // of a drill that makes conflicts; else nil
	Stores  Stores  // of a drill that has stores; else nil
}
