package drills

import "time"

// APIVersion is the version of the drill file format that this package reads
// and writes.
const APIVersion = "failoverdrill/v1"

// Drill is a declared experiment: a deployment model under a workload, what
// breaks, how it fails over, and the objectives it is held against. It is
// plain data with every default filled in; see Parse and Load.
type Drill struct {
	Name        string
	Description string
	Labels      []string // that drills are chosen by
	Model       Model
	Regions     []string // the first is the primary region
	Network     Network
	Replication Replication
	Endpoint    EndpointSettings
	Forwarding  Forwarding
	Codec       CodecSettings
	Proxy       ProxySettings
	Store       StoreSettings
	Workload    Workload
	Workers     WorkerSettings // of the user's own; those that ship where there are none
	Probes      Probes
	Clients     Clients
	Starters    map[string]StarterSettings // by region; absent regions take the model's
	Fleets      map[string]FleetSettings   // by region; absent regions take the model's
	Provision   Provisioning
	SteadyState SteadyState
	Failover    Failover
	Failback    Failback
	Faults      []FaultSpec
	Abort       []Abort // conditions that end it at once; none where there are none
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

// Replication is how a region's history reaches the other.
type Replication struct {
	Basis ReplicationBasis
}

// ReplicationBasis is what a cluster sends of a Workflow that changed.
type ReplicationBasis string

// The bases of replication.
const (
	// StateBased sends what the Workflow has become, and the events that the sender
	// believes the other region to lack: the default of the Temporal server.
	StateBased ReplicationBasis = "state"
	// EventBased sends each batch of events, as the server did before.
	EventBased ReplicationBasis = "events"
)

// ReplicationBases lists the bases of replication.
func ReplicationBases() []ReplicationBasis { return []ReplicationBasis{StateBased, EventBased} }

// Forwarding is what a passive replica does with calls that only the active one
// can answer.
type Forwarding struct {
	PassivePolls PassivePolls // empty takes the model's
}

// PassivePolls is what becomes of a Worker's poll at a passive replica.
type PassivePolls string

// What becomes of passive polls.
const (
	PollsForward PassivePolls = "forwarded" // to the active region, the default of Temporal Cloud
	PollsRefuse  PassivePolls = "refused"   // as Temporal Cloud's disablePassivePollerForwarding has it
)

// PassivePollsModes lists what may become of passive polls.
func PassivePollsModes() []PassivePolls { return []PassivePolls{PollsForward, PollsRefuse} }

// EndpointSettings is how names of endpoints are resolved.
type EndpointSettings struct {
	// TTL of the Namespace Endpoint's CNAME. Temporal Cloud's is 15 s.
	TTL time.Duration
	// MinResolution is the least time between two resolutions by one gRPC
	// connection. grpc-go's own floor is 30 s; it ignores the TTL.
	MinResolution time.Duration
}

// CodecSettings is what becomes of payloads before they leave those who write them.
type CodecSettings struct {
	Cipher Cipher
	// Regions have a Codec Server; none named are all. Those of the others are told to
	// ask one all the same.
	Regions []string
	// AfterWorkers is how long after its Workers a region that is started on failover
	// starts its Codec Server; 0 starts it before them.
	AfterWorkers time.Duration
}

// On reports whether there are Codec Servers.
func (c CodecSettings) On() bool { return c.Cipher == AESCipher }

// Cipher is how a Codec Server encrypts payloads.
type Cipher string

// The ciphers.
const (
	NoCipher  Cipher = "none"    // there is no Codec Server: payloads are as they were written
	AESCipher Cipher = "aes-gcm" // AES-256-GCM, by a Codec Server in each region
)

// Ciphers lists the ciphers.
func Ciphers() []Cipher { return []Cipher{NoCipher, AESCipher} }

// ProxySettings is what is between Workers and Temporal.
type ProxySettings struct {
	TLS ProxyTLS
	// Regions have a proxy; none named are all. Workers of the others are told to dial
	// one all the same.
	Regions []string
	// Certifies lists the regions whose Regional Endpoint a proxy's certificate is valid
	// for; none named are all. It is valid for every Namespace Endpoint.
	Certifies []string
}

// On reports whether there are proxies.
func (p ProxySettings) On() bool { return p.TLS == MutualTLS }

// ProxyTLS is how Workers and their proxy know each other.
type ProxyTLS string

// The ways of it.
const (
	NoProxy   ProxyTLS = "none"   // there is no proxy: Workers reach clusters over Links, in the clear
	MutualTLS ProxyTLS = "mutual" // a proxy in each region, and both show a certificate
)

// ProxyModes lists them.
func ProxyModes() []ProxyTLS { return []ProxyTLS{NoProxy, MutualTLS} }

// Workload is the load a drill runs.
type Workload struct {
	Profile   string
	Namespace string           // empty takes the profile's; in dual-active each Namespace has its home behind it
	Rate      Rate             // Workflow starts for each Namespace
	Workflow  WorkflowSettings // of the user's own; none of a profile that ships
	Starter   WorkerProgram    // that starts Workflows of the user's own, in place of Workflow
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

// Clients is how those that probe are deployed.
type Clients struct {
	// Endpoints are what a prober of each region dials, one for each; none named is
	// what the model has.
	Endpoints []Endpoint
}

// StarterSettings is how the Workflow starters of one region are deployed.
type StarterSettings struct {
	// PinnedTo is the region whose Regional Endpoint they dial, whatever the model has;
	// empty for none.
	PinnedTo string
}

// Any reports whether anything is probed.
func (p Probes) Any() bool { return p != Probes{} }

// Profiles lists the workloads: the one that ships, and Workflows of the user's own.
func Profiles() []string { return []string{OrdersProfile, OwnProfile} }

// namespace is what the Namespaces of a workload are called.
func (w Workload) namespace() string {
	switch {
	case w.Namespace != "":
		return w.Namespace
	case w.Profile == OwnProfile:
		return ownNamespace
	}
	return w.Profile
}

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
	// StoreRecoveryPoint is the RPO of the external database: acknowledged writes that
	// its survivor does not have, in seconds.
	StoreRecoveryPoint *time.Duration
}

// Empty reports whether no objective was declared.
func (o Objectives) Empty() bool {
	return o.RecoveryTime == nil && o.RecoveryPoint == nil && o.Completion == nil && o.LostAfterHeal == nil && o.StoreRecoveryPoint == nil
}
