package drills

import (
	"fmt"
	"slices"
	"time"
)

// APIVersion is the version of the drill file format that this package reads
// and writes.
const APIVersion = "failoverdrill/v1"

// Drill is a declared experiment: a deployment model under a workload, what
// breaks, how it fails over, and the objectives it is held against. It is
// plain data with every default filled in; see Parse and Load.
type Drill struct {
	Name        string
	Description string
	Model       Model
	Regions     []string // the first is the primary region
	Network     Network
	Endpoint    EndpointSettings
	Workload    Workload
	Probes      Probes
	Fleets      map[string]FleetSettings // by region; absent regions take the model's
	Provision   Provisioning
	SteadyState SteadyState
	Failover    Failover
	Faults      []FaultSpec
	Observe     Observe
	Objectives  Objectives
	Seed        uint64
}

// Network is what lies between regions.
type Network struct {
	InterRegion Delay
}

// Delay is added to each direction of a Link: a round trip pays it twice.
type Delay struct {
	Latency time.Duration
	Jitter  time.Duration // latency varies evenly within ± Jitter
}

// EndpointSettings is how names of endpoints are resolved.
type EndpointSettings struct {
	// TTL of the Namespace Endpoint's CNAME. Temporal Cloud's is 15 s.
	TTL time.Duration
	// MinResolution is the least time between two resolutions by one gRPC
	// connection. grpc-go's own floor is 30 s; it ignores the TTL.
	MinResolution time.Duration
}

// Workload is the load a drill runs.
type Workload struct {
	Profile string
	Rate    Rate // Workflow starts for each Namespace
}

// Probes is how often each capability of a Namespace is probed, from each of its
// regions; 0 leaves it out.
type Probes struct {
	Start    Rate `json:"start"`
	Signal   Rate `json:"signal"`
	Query    Rate `json:"query"`
	Update   Rate `json:"update"`
	Workflow Rate `json:"workflow"` // for each of: Workflow Task, Activity, timer, completion
}

// Any reports whether anything is probed.
func (p Probes) Any() bool { return p != Probes{} }

// Profiles lists the workloads that ship.
func Profiles() []string { return []string{"orders"} }

// Offered is the rate of starts that the drill offers to Namespaces together.
func (d *Drill) Offered(namespaces []string) Rate { return d.Workload.Rate * Rate(len(namespaces)) }

// FleetSettings is how the Workers of one region are deployed.
type FleetSettings struct {
	Workers  int      // processes for each Namespace; 0 takes the default of 1
	Endpoint Endpoint // what the Workers dial; empty takes the model's
	Slots    int      // tasks of each kind that one Worker runs at once; 0 takes the default of 50
}

// Provisioning is declared time that a cold region needs before its Workers
// start. It stands for what no single machine has: the pull of an image, the
// start of a machine, an application's warm-up. Reports keep it apart from the
// measured start of the real process.
type Provisioning struct {
	ImagePull    time.Duration
	MachineStart time.Duration
	WarmUp       time.Duration
}

// BeforeProcess is the declared delay before the Worker process is started.
func (p Provisioning) BeforeProcess() time.Duration { return p.ImagePull + p.MachineStart }

// SteadyState is the hypothesis that has to hold before a fault is injected:
// completions at or above 90 % of the declared rate over Window.
type SteadyState struct {
	Window time.Duration
	AtMost time.Duration // how long to wait for it
}

// FailoverMode is how a Namespace is moved.
type FailoverMode string

// Forced promotes the replica without waiting for the active one.
const Forced FailoverMode = "forced"

// FailoverModes lists the modes a drill may name.
func FailoverModes() []FailoverMode { return []FailoverMode{Forced} }

// Failover is what the control plane does on its own.
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

// FaultKind is what is broken.
type FaultKind string

// The kinds of fault.
const (
	// RegionOutage takes a whole region away.
	RegionOutage FaultKind = "region-outage"
	// NoFault breaks nothing: a control, of which a drill has nothing to report.
	NoFault FaultKind = "none"
)

// FaultKinds lists the faults a drill may name.
func FaultKinds() []FaultKind { return []FaultKind{RegionOutage, NoFault} }

// Flavour is how a fault feels to its neighbours.
type Flavour string

// Crash ends every process of a region by SIGKILL and refuses its Links.
const Crash Flavour = "crash"

// Flavours lists the flavours a drill may name.
func Flavours() []Flavour { return []Flavour{Crash} }

// FaultSpec declares one fault.
type FaultSpec struct {
	Kind    FaultKind
	Region  string  // that is lost, or watched as if it were to be
	Flavour Flavour // empty for NoFault
	// Delay is how long the steady state is held before the fault: drawn from
	// the seed, evenly, so that runs meet what repeats on its own (a poll
	// back-off, a refresh) at different phases.
	Delay Span
}

// String says what is broken, and where.
func (f FaultSpec) String() string {
	if f.Kind == NoFault {
		return fmt.Sprintf("%s, %s is watched", f.Kind, f.Region)
	}
	return fmt.Sprintf("%s of %s, %s", f.Kind, f.Region, f.Flavour)
}

// Control reports whether the drill breaks nothing. Nothing fails over then, and
// nothing has to return.
func (d *Drill) Control() bool {
	return !slices.ContainsFunc(d.Faults, func(f FaultSpec) bool { return f.Kind != NoFault })
}

// Span is a time that is drawn from the seed: at least Least, at most Most.
type Span struct {
	Least time.Duration
	Most  time.Duration
}

// Observe bounds how long a drill watches.
type Observe struct {
	// Outage is the longest wait for recovery. A run that has not recovered by
	// then reports a Recovery Time above it.
	Outage time.Duration
	// Drain is the longest wait, after the load ended, for Workflows to end.
	Drain time.Duration
}

// Objectives is what the measurements are held against. A nil objective was
// not declared and is not judged.
type Objectives struct {
	RecoveryTime  *time.Duration // RTO: fault effective to throughput sustained
	RecoveryPoint *time.Duration // RPO: acknowledged operations lost, in seconds, if the region never returns
	Completion    *Percent       // of the Workflows acknowledged and not lost
	LostAfterHeal *int           // acknowledged operations still lost after the region returned
}

// Empty reports whether no objective was declared.
func (o Objectives) Empty() bool {
	return o.RecoveryTime == nil && o.RecoveryPoint == nil && o.Completion == nil && o.LostAfterHeal == nil
}
