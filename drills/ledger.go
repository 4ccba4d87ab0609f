package drills

// OperationKind is what was asked for, and acknowledged.
type OperationKind string

// The kinds of operation in a ledger. The first three are a client's calls; the
// last is the completion of an Activity, which a Worker tells the cluster of.
const (
	StartOperation    OperationKind = "start"
	SignalOperation   OperationKind = "signal"
	UpdateOperation   OperationKind = "update"
	ActivityOperation OperationKind = "activity"
)

// OperationKinds lists the kinds in the order of a report.
func OperationKinds() []OperationKind {
	return []OperationKind{StartOperation, SignalOperation, UpdateOperation, ActivityOperation}
}

// OperationState is how far an operation got.
type OperationState string

// The states of an operation. Sent without a later state is indeterminate:
// nobody knows whether it took effect.
const (
	OperationSent         OperationState = "sent" // of an Activity: it took effect, and the cluster is about to be told
	OperationAcknowledged OperationState = "acknowledged"
	OperationAbandoned    OperationState = "abandoned" // refused, or not acknowledged within its deadline
)

// Operation is one line of a ledger: an operation reached a state. Lines of
// one operation share its ID.
type Operation struct {
	At        Offset         `json:"at"`
	ID        string         `json:"id"` // of a call also the request id, the same on every retry; of an Activity one for each execution
	Kind      OperationKind  `json:"kind"`
	State     OperationState `json:"state"`
	Region    string         `json:"region"` // of the starter or Worker
	Namespace string         `json:"namespace"`
	Workflow  string         `json:"workflow"`
	Activity  string         `json:"activity,omitempty"` // its type: two executions of it for one Workflow are a duplicate
	Intended  Offset         `json:"intended"`           // when the schedule meant it to be sent
	Attempts  int            `json:"attempts,omitempty"`
	Detail    string         `json:"detail,omitempty"` // the last error
}
