package drills

// DelayReport tells where the time of Workflows went that were in flight at the
// fault or started during the outage, from the histories in the survivor. The
// time of each is split into what it takes undisturbed, delays with a cause, and
// what is left.
type DelayReport struct {
	InFlight      int          `json:"inFlight"`      // Workflows that were in flight at the fault
	StartedDuring int          `json:"startedDuring"` // meant to be started between the fault and sustained throughput
	Open          int          `json:"open"`          // of both, those that had not ended when the survivor was read, or whose history was not read: not attributed
	Total         Offset       `json:"total"`         // the delays of all, one after another
	Causes        []DelayCause `json:"causes"`        // in the order in which a failover meets them
	Unexplained   Offset       `json:"unexplained"`   // of Total: what has no cause; for each Workflow what it was quicker by than usual is taken off
}

// DelayCause is the delay that one cause brought.
type DelayCause struct {
	Cause     string `json:"cause"`
	Seconds   Offset `json:"seconds"`   // of all Workflows together
	Workflows int    `json:"workflows"` // how many it delayed
	Longest   Offset `json:"longest"`   // of one Workflow
}

// The causes of a delay.
const (
	DelayLag       = "replication lag" // what had been done before the fault had not reached the survivor
	DelayFault     = "fault"           // the fault lasted, and nothing failed over
	DelayDetection = "detection"       // the region was lost, and nobody knew
	DelayPerson    = "person"          // no person had approved the failover yet
	DelayPromotion = "promotion"       // the survivor was not active yet
	DelayEndpoint  = "endpoint"        // clients were not led to the survivor yet
	DelayColdStart = "cold start"      // no Worker ran in the survivor yet
	DelayPollers   = "poller back-off" // no Worker polled in the survivor yet
	DelayTask      = "workflow task timeout"
	DelaySticky    = "sticky timeout"
	DelayActivity  = "activity timeout"
	DelayFailure   = "workflow task failure" // a Worker answered, and what it said was not taken
	DelayRetry     = "retry back-off"
	DelayClient    = "client"   // what the Workflow waited for was not sent in time
	DelayWorker    = "worker"   // a Worker took longer than usual over a task
	DelayQueueing  = "queueing" // Workers polled, and others came first
)

// DelayCauses lists the causes in the order of a report.
func DelayCauses() []string {
	return []string{
		DelayLag, DelayFault, DelayDetection, DelayPerson, DelayPromotion, DelayEndpoint, DelayColdStart, DelayPollers,
		DelayTask, DelaySticky, DelayFailure, DelayActivity, DelayRetry, DelayClient, DelayWorker, DelayQueueing,
	}
}
