package drills

import (
	"context"
	"errors"
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

// Machines is the power switch of regions.
type Machines interface {
	// Crash ends every process of the region at once, by SIGKILL, and returns
	// when each of them is gone.
	Crash(ctx context.Context, region string) error
	// Gone probes that no process of the region runs, naming those that do.
	Gone(ctx context.Context, region string) ([]Probe, error)
	// Restart starts the region's cluster, name server and, where the model
	// has them, Workers and starters, on the data it had.
	Restart(ctx context.Context, region string) error
	// CaughtUp returns when the region serves, knows which Namespaces it lost
	// and has replicated everything in both directions.
	CaughtUp(ctx context.Context, region string) error
}

// Probe is one independent look at something a fault should have severed.
type Probe struct {
	Subject string // Link or process
	Severed bool
	Detail  string
}

// Fault breaks something and puts it back.
//
//	Inject ──► AwaitEffect ──► Recover ──► AwaitHealed
type Fault interface {
	// Inject requests the fault.
	Inject(ctx context.Context) error
	// AwaitEffect returns, with the probes that prove it, when every severed
	// direction was seen severed.
	AwaitEffect(ctx context.Context) ([]Probe, error)
	// Recover takes the fault away.
	Recover(ctx context.Context) error
	// AwaitHealed returns when what was broken works again.
	AwaitHealed(ctx context.Context) error
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
	// Failback moves the Namespaces of region home again, with their traffic.
	Failback(ctx context.Context, region string) error
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

// World is what a drill runs in.
type World struct {
	Faults  []Fault
	Traffic Traffic
	Control ControlPlane
	Watcher Watcher
}
