package drills

import "time"

// SchemaVersion is the version of report.json.
const SchemaVersion = 1

// Verdict is the answer of a drill. Its exit code tells a script the same.
type Verdict string

// The verdicts. Unknown never passes.
const (
	Pass         Verdict = "pass"         // every objective met
	Fail         Verdict = "fail"         // an objective missed, an invariant broken
	Inconclusive Verdict = "inconclusive" // no steady state, too little load, model or fault not witnessed
	Errored      Verdict = "error"        // the harness itself failed
)

// ExitUsage is the exit code for bad usage or an invalid drill file: nothing
// was started.
const ExitUsage = 2

// ExitCode is the process exit code of the verdict.
func (v Verdict) ExitCode() int {
	switch v {
	case Pass:
		return 0
	case Fail:
		return 1
	case Inconclusive:
		return 3
	default:
		return 4
	}
}

// Worse is the verdict of two drills together: an error outweighs a failure,
// a failure outweighs an inconclusive run, and anything outweighs a pass.
func (v Verdict) Worse(other Verdict) Verdict {
	rank := map[Verdict]int{Pass: 0, Inconclusive: 1, Fail: 2, Errored: 3}
	if rank[other] > rank[v] {
		return other
	}
	return v
}

// Report is what a drill measured and the verdict on it: the content of
// report.json. Times are seconds since the fault took effect unless a field
// says otherwise.
type Report struct {
	SchemaVersion int               `json:"schemaVersion"`
	Run           string            `json:"run"`
	Drill         string            `json:"drill"`
	Model         Model             `json:"model"`
	Replication   ReplicationBasis  `json:"replication"` // what the clusters sent each other
	Seed          uint64            `json:"seed"`
	Control       bool              `json:"control,omitempty"` // nothing was broken
	Failover      Move              `json:"failover"`
	Failback      Move              `json:"failback"`
	Verdict       Verdict           `json:"verdict"`
	Reasons       []string          `json:"reasons"` // why the verdict is not pass; empty for a pass
	StartedAt     time.Time         `json:"startedAt"`
	JudgedAt      time.Time         `json:"judgedAt"` // the one field that differs when a run is judged again
	Environment   map[string]string `json:"environment"`
	Faults        []FaultReport     `json:"faults"` // in the order of the drill file
	Stages        []StageTime       `json:"stages"`
	RecoveryTime  RecoveryTime      `json:"recoveryTime"`
	RecoveryPoint RecoveryPoint     `json:"recoveryPoint"`
	Workflows     WorkflowCounts    `json:"workflows"`
	Fleets        []FleetCounts     `json:"fleets"`
	Throughput    []Throughput      `json:"throughput"`
	Lanes         []LaneReport      `json:"lanes"`
	Traffic       []LinkTraffic     `json:"traffic"` // of each Link between regions, in the steady state
	Attribution   []Attribution     `json:"attribution"`
	ColdStarts    []ColdStart       `json:"coldStarts,omitempty"` // of Workers that were started for a failover
	Delays        *DelayReport      `json:"delays"`               // null when the survivor's histories were not read
	Held          []Held            `json:"held,omitempty"`       // Workflows that did not complete, by what kept them from it
	Phases        []Phase           `json:"phases"`
	Memory        []Memory          `json:"memory"`
	Objectives    []ObjectiveResult `json:"objectives"`
	Invariants    []Invariant       `json:"invariants"`
	SplitBrain    []SplitBrain      `json:"splitBrain"`
	Services      []Service         `json:"services,omitempty"`  // of a drill that has such components
	Store         *StoreReport      `json:"store,omitempty"`     // of a drill that has stores
	Findings      []Finding         `json:"findings"`            // empty where nothing was found
	Conflicts     []Conflict        `json:"conflicts,omitempty"` // of a drill that makes them
	Witnesses     []Witness         `json:"witnesses"`
}

// Move is how the Namespaces of the lost region were moved, one way.
type Move struct {
	Mode     string `json:"mode"` // as the drill declares it
	Done     bool   `json:"done"`
	Forced   bool   `json:"forced"`             // by force, at once or after a handover that was given up
	Handover Offset `json:"handover,omitempty"` // seconds that a handover took, or was tried for
	Failed   int    `json:"failed,omitempty"`   // tries at it that the server gave up
	Person   Offset `json:"person,omitempty"`   // seconds that a person was waited for
}

// StageTime is when a stage was reached.
type StageTime struct {
	Name Stage  `json:"name"`
	At   Offset `json:"at"` // since fault effective, negative before
}

// Interval is a measurement with its uncertainty: the true value lies between
// Lower, the last known bad, and Upper, the first known good. A nil Upper
// means that the end was not seen: the value is above Lower.
type Interval struct {
	Lower Offset  `json:"lower"`
	Upper *Offset `json:"upper"`
}

// RecoveryTime is measured from fault effective.
type RecoveryTime struct {
	Recovered     bool     `json:"recovered"`
	FirstProgress Interval `json:"firstProgress"` // to the first Workflow completed
	Sustained     Interval `json:"sustained"`     // to the first window at or above 90 % of the steady state
}

// OperationCounts accounts for operations. What nobody counted is null, never 0.
type OperationCounts struct {
	Acknowledged  int  `json:"acknowledged"`
	Kept          *int `json:"kept"`          // acknowledged, and there after the heal
	Lost          *int `json:"lost"`          // acknowledged before the fault, or by a region while it was cut off, and not in the survivor: as if that region never returns
	LostAfterHeal *int `json:"lostAfterHeal"` // not there after it returned and conflicts were resolved
	RolledBack    *int `json:"rolledBack"`    // that conflict resolution took back: completions of Activities that were carried out again, starts of which the run was terminated for the other side's
	Duplicated    *int `json:"duplicated"`    // took effect more than once: Workflow ids with a second run, signals and updates that are twice in a history, Activities carried out again
	Indeterminate int  `json:"indeterminate"` // sent, never acknowledged
}

// Conflict accounts for what one side of a split acknowledged on ids on which both
// acted, of one kind. What nobody counted is null.
type Conflict struct {
	Kind         OperationKind `json:"kind"`
	Region       string        `json:"region"`
	Promoted     bool          `json:"promoted"` // the side that conflict resolution goes by: promoted last
	Acknowledged int           `json:"acknowledged"`
	Kept         *int          `json:"kept"`       // there after the heal: a start's run, a result as it was told, a call in a history
	Superseded   *int          `json:"superseded"` // taken back: its run was terminated, or ended otherwise than a client was told
	Lost         *int          `json:"lost"`       // in no history
	// Indeterminate were asked for and not acknowledged.
	Indeterminate int `json:"indeterminate"`
}

// KindCounts accounts for the operations of one kind.
type KindCounts struct {
	Kind OperationKind `json:"kind"`
	OperationCounts
}

// RecoveryPoint accounts for the operations of a drill, all kinds together and
// each by itself.
type RecoveryPoint struct {
	OperationCounts
	ByKind      []KindCounts `json:"byKind"`
	LostSeconds *Offset      `json:"lostSeconds"` // from the oldest lost operation to fault effective, or to the last one that is lost of a region that was cut off; null when nobody counted
	Reset       *int         `json:"reset"`       // Workflows that had ended and went on from their middle: conflict resolution had events of the lost region to apply
	// ReplicationLag is how far the survivor was behind the lost region: the
	// last sample before the fault, and the largest before it. Null when nobody
	// sampled it.
	ReplicationLag *Lag `json:"replicationLag"`
}

// Lag is the age of what a region had acknowledged of another's replication,
// sampled once a second.
type Lag struct {
	AtFault Offset `json:"atFault"`
	Most    Offset `json:"most"`
	Samples int    `json:"samples"`
}

// WorkflowTally accounts for Workflows, each by its current run.
type WorkflowTally struct {
	Started   int `json:"started"` // starts acknowledged
	Completed int `json:"completed"`
	Failed    int `json:"failed"` // ended otherwise: failed, timed out, terminated, canceled
	Stuck     int `json:"stuck"`  // known, acknowledged, and still open at the end
}

// WorkflowCounts accounts for the Workflows of a drill.
type WorkflowCounts struct {
	WorkflowTally
	InFlight int                      `json:"inFlight"` // open at the moment of the fault
	ByRegion map[string]WorkflowTally `json:"byRegion"` // by the region of the starter
}

// What keeps Workflows from completing.
const (
	HeldGiven       = "Activity given, not answered"      // a Worker was given it, and is silent
	HeldRetries     = "Activity fails, and is retried"    // one attempt after another fails
	HeldUntaken     = "Activity that no Worker takes"     // it is due
	HeldPaused      = "Activity that is paused"           // somebody did
	HeldTaskGiven   = "Workflow Task given, not answered" // a Worker was given it, and is silent
	HeldTaskFails   = "Workflow Task fails"               // one attempt after another
	HeldTaskUntaken = "Workflow Task that no Worker takes"
	HeldWaits       = "signal, timer or child" // nothing of its own is under way
	HeldEnded       = "ended otherwise"        // it failed, timed out or was terminated
)

// Held is Workflows that were acknowledged and did not complete, all for the same
// reason.
type Held struct {
	What      string `json:"what"`
	Activity  string `json:"activity,omitempty"` // its type, where it is one
	Workflows int    `json:"workflows"`
	Example   string `json:"example"` // id of one of them
	Detail    string `json:"detail"`  // of that one; times are since the fault took effect
}

// FleetCounts is what the Workers of one region did for one Namespace, before
// and after the fault took effect.
type FleetCounts struct {
	Region      string     `json:"region"`
	Namespace   string     `json:"namespace"`
	State       FleetState `json:"state"` // before the fault
	TasksBefore int        `json:"tasksBefore"`
	TasksAfter  int        `json:"tasksAfter"`
	Completed   int        `json:"completed"` // Workflows of which it completed the last Workflow Task
	Polled      bool       `json:"polled"`    // connected and polling before the fault
	Cost        *FleetCost `json:"cost"`      // before the fault; null where nobody knows
}

// FleetCost is what a Fleet costs while nothing is wrong: from when the load began
// until the fault was requested. Worker-seconds are of Worker processes.
type FleetCost struct {
	Over Offset `json:"over"` // how long that was
	Busy Offset `json:"busy"` // worker-seconds with a task at least
	Idle Offset `json:"idle"` // worker-seconds without
	// TaskLatency is how long Workflow Tasks took, from when each was scheduled until
	// its cluster had the Worker's answer: no work of an Activity is in it.
	TaskLatency Latency `json:"taskLatency"`
}

// LinkTraffic is what passed a Link between regions, each second, while nothing was
// wrong: from when the load began until the fault was requested.
type LinkTraffic struct {
	Link  string  `json:"link"`
	Bytes float64 `json:"bytes"` // both ways
	Calls float64 `json:"calls"` // of gRPC, that were begun: polls, forwarded calls and those of probes among them
}

// Throughput is the completions per second of one Namespace.
type Throughput struct {
	Namespace string  `json:"namespace"`
	Affected  bool    `json:"affected"`  // the fault may hold its work up
	Declared  float64 `json:"declared"`  // starts per second
	Steady    float64 `json:"steady"`    // in the steady-state window before the fault
	Outage    float64 `json:"outage"`    // from fault effective to throughput sustained; of one not affected, to the heal
	Recovered float64 `json:"recovered"` // in the window that counted as sustained
}

// Attribution is one share of the Recovery Time, in the order it was spent.
type Attribution struct {
	Cause   string `json:"cause"`
	Seconds Offset `json:"seconds"`
	Detail  string `json:"detail"` // what this time is, and whether it was declared or measured
}

// ColdStart is how long a Worker took that a failover started, from when it was asked for.
// Declared time stands for what this machine does not have, and is in none of the others.
type ColdStart struct {
	Worker    string  `json:"worker"` // such as us-west/worker-orders-0
	Region    string  `json:"region"`
	Namespace string  `json:"namespace"`
	Declared  Offset  `json:"declared"`  // image pull and machine start, before it was asked for
	Create    *Offset `json:"create"`    // of what it runs in, a container; null where it runs in none
	Start     Offset  `json:"start"`     // of its program
	FirstPoll *Offset `json:"firstPoll"` // from then until a cluster heard it poll, a declared warm-up left out; null where none did
}

// Phase is wall time that the run itself took.
type Phase struct {
	Name    string `json:"name"` // boot, steady-state, recovery, heal, failback, verification, teardown
	Seconds Offset `json:"seconds"`
}

// Memory is the resident memory of a region's components.
type Memory struct {
	Region    string `json:"region"`
	Component string `json:"component"`
	Bytes     int64  `json:"bytes"` // largest seen
}

// ObjectiveResult holds one measurement against its objective.
type ObjectiveResult struct {
	Name     string  `json:"name"`
	Declared string  `json:"declared"`
	Measured string  `json:"measured"`
	Verdict  Verdict `json:"verdict"`
}

// Service is when a component served, as those of its region saw it who need it.
type Service struct {
	Component string    `json:"component"` // such as us-east/codec
	Region    string    `json:"region"`
	Served    []Stretch `json:"served"`
}

// Stretch is a time of which From is the first moment, and To that at which it was
// first seen over; null where it lasted until the end.
type Stretch struct {
	From Offset  `json:"from"`
	To   *Offset `json:"to"`
}

// FindingName names what is wrong with a deployment.
type FindingName string

// The findings.
const (
	StandbyOnNamespace FindingName = "standby-on-namespace-endpoint" // a standby Fleet polls the active region
	PollsForwarded     FindingName = "polls-forwarded"               // its own region forwards its polls to the active one
	CodecMissing       FindingName = "codec-missing"                 // Workers have no Codec Server
	CodecLate          FindingName = "codec-late"                    // it serves later than they poll
	ProxyMissing       FindingName = "proxy-missing"                 // Workers have no proxy to Temporal
	CertificateBad     FindingName = "certificate-refused"           // it shows a certificate that they refuse
	StarterPinned      FindingName = "starter-pinned"                // starters of a living region dial the lost one
	StoreNotPromoted   FindingName = "store-not-promoted"            // the survivor's store follows still
	StoreEarly         FindingName = "store-promoted-early"          // it leads before its Namespace is active there
	WorkerNotStarted   FindingName = "worker-not-started"            // a Worker of the user's own cannot be started, or ends before it polls
	WorkerExits        FindingName = "worker-exits"                  // it ends though nobody told it to
	WorkerSilent       FindingName = "worker-silent"                 // it runs, and does not poll what it is for
	WorkerFloods       FindingName = "worker-floods-log"             // it writes more than anybody keeps
	WorkerIgnoresStop  FindingName = "worker-ignores-stop"           // it does not end when it is told to
	StarterFails       FindingName = "starter-fails"                 // a starter of the user's own cannot be started, or ends though nobody told it to
	StoreUnfenced      FindingName = "store-unfenced"                // a store takes writes of an epoch that is over
)

// Finding is something wrong with how the application is deployed: the cause of
// what came of it, with the evidence and what to do. A drill that has one fails.
type Finding struct {
	Name   FindingName `json:"name"`
	Region string      `json:"region"`
	Detail string      `json:"detail"`
}

// Witness is evidence that the drill was what it says.
type Witness struct {
	Name   string `json:"name"`
	Held   bool   `json:"held"`
	Detail string `json:"detail"`
}
