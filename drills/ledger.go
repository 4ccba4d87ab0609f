package drills

// OperationKind is what a client asked for.
type OperationKind string

// The kinds of operation in a ledger.
const (
	StartOperation  OperationKind = "start"
	SignalOperation OperationKind = "signal"
)

// OperationState is how far an operation got.
type OperationState string

// The states of an operation. Sent without a later state is indeterminate:
// nobody knows whether it took effect.
const (
	OperationSent         OperationState = "sent"
	OperationAcknowledged OperationState = "acknowledged"
	OperationAbandoned    OperationState = "abandoned" // not acknowledged within its deadline
)

// Operation is one line of a ledger: an operation reached a state. Lines of
// one operation share its ID.
type Operation struct {
	At        Offset         `json:"at"`
	ID        string         `json:"id"` // also the request id, the same on every retry
	Kind      OperationKind  `json:"kind"`
	State     OperationState `json:"state"`
	Region    string         `json:"region"` // of the starter
	Namespace string         `json:"namespace"`
	Workflow  string         `json:"workflow"`
	Intended  Offset         `json:"intended"` // when the schedule meant it to be sent
	Attempts  int            `json:"attempts,omitempty"`
	Detail    string         `json:"detail,omitempty"` // the last error
}
