package drills

import "fmt"

// OperationKind is what was asked for, and acknowledged.
type OperationKind string

// The kinds of operation in a ledger. The first three are a client's calls; the
// fourth is the completion of an Activity, which a Worker tells the cluster of.
const (
	StartOperation    OperationKind = "start"
	SignalOperation   OperationKind = "signal"
	UpdateOperation   OperationKind = "update"
	ActivityOperation OperationKind = "activity"
	// ResultOperation is that a client was told how a Workflow ended. Only ids that
	// are contested have it.
	ResultOperation OperationKind = "result"
	// QueryOperation is a query, which leaves nothing behind that could be lost.
	QueryOperation OperationKind = "query"
	// WriteOperation is a row that an Activity writes to the store. Its Recovery Point
	// is the store's own.
	WriteOperation OperationKind = "write"
)

// OperationKinds lists the kinds that a Recovery Point accounts for, in the order
// of a report.
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
	Epoch     int            `json:"epoch,omitempty"`  // of a write: under which it was made
	Refusal   Refusal        `json:"refusal,omitempty"`
	// Contested says that both sides of a split do the like on the same id. Run is
	// then the run that it started or was told the end of, and Result what a client
	// was told: the id of the operation that ended it.
	Contested bool   `json:"contested,omitempty"`
	Run       string `json:"run,omitempty"`
	Result    string `json:"result,omitempty"`
}

// Refusal is why a store did not take a write; empty where nobody said.
type Refusal string

// The refusals of a store.
const (
	WrongRegion Refusal = "wrong-region" // it is not primary
	StaleEpoch  Refusal = "stale-epoch"  // the write is of another epoch than its own
)

// RefusedWrite is one that a store did not take.
type RefusedWrite struct {
	Why  Refusal
	Told string // what the store said
}

// Error tells why.
func (r *RefusedWrite) Error() string {
	return fmt.Sprintf("the store refused the write (%s): %s", r.Why, r.Told)
}
