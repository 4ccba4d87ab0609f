package drills

// Lane is one capability of a Namespace, probed at a rate of its own from one
// region, whatever the answers.
type Lane string

// The lanes. The first four are calls; the last four are the milestones of one
// short Workflow, which a Worker has to carry from one to the next.
const (
	StartLane        Lane = "start"         // a start is acknowledged
	SignalLane       Lane = "signal"        // a signal to an open Workflow is acknowledged
	QueryLane        Lane = "query"         // a Worker answers a query
	UpdateLane       Lane = "update"        // a Worker accepts and completes an update
	WorkflowTaskLane Lane = "workflow-task" // the first Workflow Task of a new Workflow is completed
	ActivityLane     Lane = "activity"      // its Activity is completed
	TimerLane        Lane = "timer"         // its timer has fired
	CompletionLane   Lane = "completion"    // it is completed
)

// Lanes lists every lane, in the order of a report.
func Lanes() []Lane {
	return []Lane{StartLane, SignalLane, QueryLane, UpdateLane, WorkflowTaskLane, ActivityLane, TimerLane, CompletionLane}
}

// Sounding is one probe of a lane: a line of a run's probes.jsonl. It is good
// when it was answered before its deadline, and bad otherwise.
type Sounding struct {
	Lane      Lane     `json:"lane"`
	Region    string   `json:"region"` // of the prober
	Namespace string   `json:"namespace"`
	Endpoint  Endpoint `json:"endpoint,omitempty"` // that the prober dials
	Intended  Offset   `json:"intended"`           // when the schedule meant it to be sent
	Done      Offset   `json:"done"`               // when the answer was there, or nobody waited any more
	Error     string   `json:"error,omitempty"`    // the kind of error, such as Unavailable; empty for a good one
}

// Good reports whether the probe was answered as it should be.
func (s Sounding) Good() bool { return s.Error == "" }

// LaneReport is what the probes of one lane from one region tell.
type LaneReport struct {
	Lane      Lane           `json:"lane"`
	Region    string         `json:"region"` // of the prober
	Namespace string         `json:"namespace"`
	Endpoint  Endpoint       `json:"endpoint,omitempty"` // that the prober dials
	Sent      int            `json:"sent"`
	Failed    int            `json:"failed"`
	Errors    map[string]int `json:"errors"` // failed probes by kind of error
	// Outage is from fault effective until the lane was good again. Its width is
	// the time between two probes and the response time of the one that came
	// back. Null when nobody probed during the outage: the prober was lost with
	// its region. Null also for a lane of a control that never worked before.
	Outage     *Interval  `json:"outage"`
	LongestGap Offset     `json:"longestGap"` // longest time without a good answer, from the load to its end
	Latency    LanePhases `json:"latency"`
}

// LanePhases are the latencies of a lane before the fault, from there until it
// was good again, and after that until the region was healed.
type LanePhases struct {
	Before Latency `json:"before"`
	During Latency `json:"during"`
	After  Latency `json:"after"`
}

// Latency is the distribution of the response times of good probes, from the
// intended send: what waited in a queue of its own counts.
type Latency struct {
	Count int    `json:"count"`
	P50   Offset `json:"p50"`
	P95   Offset `json:"p95"`
	P99   Offset `json:"p99"`
	Max   Offset `json:"max"`
}
