package drills

import (
	"fmt"
	"time"
)

// CacheRefresh is how often the services of a region look anew where its Namespaces are
// active. Until they do, they go by what they knew, whatever the region's database has by
// then, which is what KindActive tells. The server's default is 2 s.
const CacheRefresh = 500 * time.Millisecond

// Kind tells what an Event is evidence of.
type Kind string

// The kinds of Event.
const (
	KindBegin       Kind = "begin"       // first event: drill, environment, wall-clock time
	KindMark        Kind = "mark"        // the harness or a component did or saw something; Name is a Stage or Phase
	KindSteady      Kind = "steady"      // every Namespace was in its steady state in the window that ended then
	KindClosed      Kind = "closed"      // a Workflow ended, seen in a region's visibility
	KindQuiet       Kind = "quiet"       // a look at a region's visibility found no Workflow ended since the last
	KindPoll        Kind = "poll"        // what a cluster answered an identity's polls changed
	KindFault       Kind = "fault"       // a fault, Subject, went on: Name is requested, effective, ended or healed
	KindProbe       Kind = "probe"       // an independent probe of what a fault, Name, was to break; Held: it was broken
	KindSpared      Kind = "spared"      // an independent probe of what a fault, Name, was to leave alone; Held: it was as before
	KindActive      Kind = "active"      // where Region believes a Namespace active, Name, has changed; empty when it does not answer
	KindEndpoint    Kind = "endpoint"    // where Region's name server leads a Namespace's endpoint, Name, has changed; empty when it does not answer
	KindServing     Kind = "serving"     // whether a component, Subject, answers those of its Region who need it has changed: Held; Name is what is wrong with its certificate
	KindHandover    Kind = "handover"    // a handover of a Namespace from Region came to an end: Name is which, Value the seconds it took, Subject its Workflow
	KindReplication Kind = "replication" // replication lag from Region to its peer
	KindTraffic     Kind = "traffic"     // what has passed a Link between regions, Subject, since it was opened: Value counts what Name says, bytes or calls
	KindClock       Kind = "clock"       // drift of the wall clock against the monotonic one
	KindMemory      Kind = "memory"      // resident memory of a component
	KindAction      Kind = "action"      // a Workflow that the schedule Name started has ended
	KindUnended     Kind = "unended"     // a run that a region's database holds as not ended after the heal: Name is its state, Detail the run
	KindPrimary     Kind = "primary"     // whether Region's store takes writes of a Namespace has changed: Held; Value is its epoch
	KindFence       Kind = "fence"       // Region's store was asked to take a write of an epoch that was over, Value, right after its promotion; Held: it refused
	KindRow         Kind = "row"         // a row of Region's store, as a census, Name, read it: Subject is the operation that wrote it, Value the epoch
	KindRows        Kind = "rows"        // a census of the rows of a Namespace in Region's store is complete; Value counts them
	KindStored      Kind = "stored"      // the look at a region's database is complete; Value counts the runs that it holds
	KindWorkflow    Kind = "workflow"    // one Workflow as a census read it
	KindCensus      Kind = "census"      // a census of a Namespace in Region is complete; Value counts its Workflows
	KindPhase       Kind = "phase"       // the run spent Value seconds in a phase
	KindProgram     Kind = "program"     // what became of the user's program that a component, Subject, runs: Name says what, Value its seconds or bytes, Detail how
	KindStart       Kind = "start"       // the start of a component, Subject, came to an end of its step Name; Value is the seconds that this took
	KindExit        Kind = "exit"        // a component ended though nobody ended it
	KindNote        Kind = "note"        // for a reader; never judged
	KindEnd         Kind = "end"         // last event: how the run ended
)

// Stage names a moment of a drill. Stages are what a report's table of stages
// shows, in this order.
type Stage string

// The stages of a drill.
const (
	LoadStarted         Stage = "load-started"
	SteadyStateReached  Stage = "steady-state"
	FaultRequested      Stage = "fault-requested"
	FaultEffective      Stage = "fault-effective"
	FaultEnded          Stage = "fault-ended" // of a fault that ends by itself
	Detected            Stage = "detected"
	ApprovalRequested   Stage = "approval-requested" // a person was asked whether to fail over
	Approved            Stage = "approved"
	FailoverGivenUp     Stage = "failover-given-up" // it could not be carried out while the outage was observed
	Promoted            Stage = "promoted"
	StorePromoted       Stage = "store-promoted" // the survivor's store takes the writes of a Namespace
	EndpointRerouted    Stage = "endpoint-rerouted"
	Provisioned         Stage = "provisioned"     // declared provisioning delays have passed
	WorkersStarted      Stage = "workers-started" // the survivor's added Worker processes run
	TrafficMoved        Stage = "traffic-moved"   // starters of the survivor carry the whole rate
	ConflictsMade       Stage = "conflicts-made"  // both sides of a split have acted on the same ids
	FirstPoll           Stage = "first-poll"
	FirstTask           Stage = "first-task"
	FirstCompleted      Stage = "first-workflow-completed"
	ThroughputSustained Stage = "throughput-sustained"
	BacklogDrained      Stage = "backlog-drained"
	Aborted             Stage = "aborted" // a declared condition held: the drill fails, and is healed at once
	HealRequested       Stage = "heal-requested"
	Healed              Stage = "healed"
	FailbackRequested   Stage = "failback-requested"
	StoreReturned       Stage = "store-returned" // the store at home does again
	FailedBack          Stage = "failed-back"
	SustainedAtHome     Stage = "throughput-after-failback"
	LoadStopped         Stage = "load-stopped"
	Drained             Stage = "drained"
)

// Stages lists every Stage in the order in which a complete drill passes them.
func Stages() []Stage {
	return []Stage{
		LoadStarted, SteadyStateReached, FaultRequested, FaultEffective, FaultEnded, Detected,
		ApprovalRequested, Approved, FailoverGivenUp, Promoted, StorePromoted, EndpointRerouted,
		Provisioned, WorkersStarted, TrafficMoved, ConflictsMade, FirstPoll, FirstTask, FirstCompleted, ThroughputSustained,
		BacklogDrained, Aborted, HealRequested, Healed, FailbackRequested, StoreReturned, FailedBack, SustainedAtHome, LoadStopped, Drained,
	}
}

// What comes of a handover, the Name of its event.
const (
	HandoverDone    = "done"     // the Namespace is active where it was handed over to
	HandoverFailed  = "failed"   // the cluster that it was to leave gave up, and serves it again
	HandoverGivenUp = "given-up" // the control plane gave it up
)

// The steps of a component's start: names of events of KindStart.
const (
	StartCreated = "created" // what it is to run in was made, a container
	StartStarted = "started" // its program was begun
)

// What becomes of a user's program: names of events of KindProgram.
const (
	ProgramStarted = "started" // it runs; a program that ended is started again
	ProgramFailed  = "failed"  // it could not be started
	ProgramExited  = "exited"  // it ended though nobody told it to, after Value seconds
	ProgramStopped = "stopped" // it ended as it was told to, within Value seconds
	ProgramKilled  = "killed"  // it was told to end and did not, and was killed after Value seconds
	ProgramFlooded = "flooded" // it wrote more than is kept, Value bytes by then
)

// Event is one entry of a Timeline: a mark or an observation, never a
// judgement. Which fields are set depends on Kind.
type Event struct {
	At        Offset    `json:"at"`
	Kind      Kind      `json:"kind"`
	Name      string    `json:"name,omitempty"`
	Region    string    `json:"region,omitempty"`
	Namespace string    `json:"namespace,omitempty"`
	Subject   string    `json:"subject,omitempty"` // component, Link, identity or Workflow id
	Held      bool      `json:"held,omitempty"`    // of a probe: it was broken; of one spared: it was as before; of a poll: it was accepted; of a component: it serves
	Value     float64   `json:"value,omitempty"`   // seconds for lag and drift, bytes for memory
	Detail    string    `json:"detail,omitempty"`
	TaskQueue string    `json:"taskQueue,omitempty"` // of a poll; empty for that of a sticky Worker
	Begin     *Begin    `json:"begin,omitempty"`
	Workflow  *Workflow `json:"workflow,omitempty"`
}

// Begin opens a Timeline.
type Begin struct {
	RunID       string            `json:"runId"`
	Drill       string            `json:"drill"`
	StartedAt   time.Time         `json:"startedAt"`
	Environment map[string]string `json:"environment"`
}

// StoreInsteadOf is the key of an environment that says which store a drill declares that
// could not be had, and why.
const StoreInsteadOf = "store-instead-of"

// Outcomes of a run, the Name of its last event.
const (
	OutcomeFinished    = "finished"
	OutcomeNoSteady    = "no-steady-state"
	OutcomeInterrupted = "interrupted"
	OutcomeError       = "error"
)

// The counts of a census: as if the failed region never returned; after it
// returned and conflicts were resolved; and at the same time in the replica,
// which has to hold the same.
const (
	CensusWithoutRegion = "without-region"
	CensusAfterHeal     = "after-heal"
	CensusReplica       = "replica-after-heal"
)

// Workflow is one Workflow execution as a census found it in a region.
type Workflow struct {
	Census     string       `json:"census"`
	ID         string       `json:"id"`
	RunID      string       `json:"runId"`
	Status     string       `json:"status"` // Running, Completed, Failed, TimedOut, Terminated, Canceled
	StartedAt  Offset       `json:"startedAt"`
	ClosedAt   Offset       `json:"closedAt,omitempty"`
	Parent     string       `json:"parent,omitempty"`    // id of the Workflow that it is a child of
	Schedule   string       `json:"schedule,omitempty"`  // id of the schedule that started it
	Continued  bool         `json:"continued,omitempty"` // it goes on from a run that ended by continuing as new, by a retry or by cron
	Original   string       `json:"original,omitempty"`  // the run that it goes on from, of one that was reset
	ResetAt    Offset       `json:"resetAt,omitempty"`   // when it went on from the middle of an earlier run, as conflict resolution has it
	Tasks      []Task       `json:"tasks,omitempty"`
	Operations []string     `json:"operations,omitempty"` // ids of signals, updates and executions of Activities in the history, as often as they are there
	Result     string       `json:"result,omitempty"`     // of one that both sides acted on: the id of the operation that ended it
	Steps      []Step       `json:"steps,omitempty"`      // its history, of a census without the region and of a run that is open
	Pending    []Pending    `json:"pending,omitempty"`    // Activities that it waits for, of a run that is open after the heal
	Task       *PendingTask `json:"task,omitempty"`       // that it waits for, of a run that is open after the heal
	Failure    Failure      `json:"failure,omitzero"`     // of one that ended otherwise
	// Length and Digest are of the history: two regions that have the same hold
	// equal ones.
	Length int64  `json:"length,omitempty"` // events
	Digest string `json:"digest,omitempty"`
	// Encoded counts the payloads of its history that a Codec Server has encoded, by the
	// id of the key, and Clear those that none has, but for search attributes.
	Encoded map[string]int `json:"encoded,omitempty"`
	Clear   int            `json:"clear,omitempty"`
}

// Step is an event of a Workflow's history, as far as it tells what the Workflow
// waited for.
type Step struct {
	Type    string `json:"type"` // as the server names it, such as WorkflowTaskStarted
	At      Offset `json:"at"`
	Lasts   Offset `json:"lasts,omitempty"`   // of a timer: how long it was to run
	Attempt int    `json:"attempt,omitempty"` // of a started Activity or Workflow Task, from 1
	Of      int    `json:"of,omitempty"`      // index of the step that scheduled or started what this one ends
	Cause   string `json:"cause,omitempty"`   // of a time-out: which one, such as StartToClose
	Child   string `json:"child,omitempty"`   // of a child's start or end: its Workflow id
}

// Pending is an Activity that an open Workflow waits for.
type Pending struct {
	Activity string `json:"activity"`          // its type
	State    string `json:"state"`             // as the server names it: Scheduled, Started, Paused, …
	Attempt  int    `json:"attempt"`           // from 1; above it is a retry
	DueAt    Offset `json:"dueAt"`             // when it was to be dispatched, or was
	Failure  string `json:"failure,omitempty"` // of the attempt before
	Worker   string `json:"worker,omitempty"`  // identity of the Worker that was given it last
	GivenAt  Offset `json:"givenAt,omitempty"` // and when
	Timeout  Offset `json:"timeout,omitempty"` // how long it may take from then on (start to close)
}

// PendingTask is the Workflow Task that an open Workflow waits for.
type PendingTask struct {
	State   string `json:"state"`             // as the server names it: Scheduled, Started
	Attempt int    `json:"attempt"`           // from 1
	At      Offset `json:"at"`                // since when it is in that state
	Timeout Offset `json:"timeout,omitempty"` // how long a Worker may take
}

// Failure is why a Workflow ended otherwise than by completing.
type Failure struct {
	Activity string `json:"activity,omitempty"` // type of the Activity that failed it, if one did
	Message  string `json:"message,omitempty"`  // of the first cause
	Retry    string `json:"retry,omitempty"`    // why the Activity was not tried again, as the server names it
}

// Task is a Workflow Task or Activity that a Worker completed.
type Task struct {
	Identity string `json:"identity"`
	Type     string `json:"type"` // workflow, activity
	At       Offset `json:"at"`
	Waited   Offset `json:"waited,omitempty"` // from when it was scheduled until a Worker was given it
	Took     Offset `json:"took,omitempty"`   // from then on, as its cluster saw it
}

// What a Link's traffic is counted in: names of events of KindTraffic.
const (
	TrafficBytes = "bytes"
	TrafficCalls = "calls"
)

// How a fault goes on: names of events of KindFault.
const (
	FaultIsRequested = "requested"
	FaultIsEffective = "effective"
	FaultIsEnded     = "ended" // it was taken away
	FaultIsHealed    = "healed"
)

// FaultName is how events and reports name a drill's fault, as its file does.
func FaultName(number int) string { return fmt.Sprintf("faults[%d]", number) }

// Timeline is the append-only record of a run. It is judged only afterwards.
type Timeline []Event

// Mark is the first mark of that stage, and whether there is one.
func (t Timeline) Mark(s Stage) (Offset, bool) {
	for _, e := range t {
		if e.Kind == KindMark && e.Name == string(s) {
			return e.At, true
		}
	}
	return 0, false
}

// SteadyUntil is when the window ended in which the steady state was last seen,
// and whether it was.
func (t Timeline) SteadyUntil() (last Offset, ok bool) {
	for _, e := range t {
		if e.Kind == KindSteady {
			last, ok = max(last, e.At), true
		}
	}
	return last, ok
}

// LastAction is when the last Workflow ended that a schedule of a Namespace had
// started, and whether one did.
func (t Timeline) LastAction(namespace string) (last Offset, ok bool) {
	for _, e := range t {
		if e.Kind == KindAction && e.Namespace == namespace {
			last, ok = max(last, e.At), true
		}
	}
	return last, ok
}

// Recorder takes the events of a run as they happen. It is safe for use by
// several goroutines. An event that cannot be written fails the run.
type Recorder interface {
	Record(Event)
}
