package drills

// StoreReport accounts for what Activities wrote to external databases. Of the
// acknowledged writes, each is kept, a duplicate or lost. What nobody counted is null.
type StoreReport struct {
	Engine        StoreEngine `json:"engine"`
	Fencing       Fencing     `json:"fencing"`
	InsteadOf     string      `json:"insteadOf,omitempty"` // what the drill declares that could not be had, and why
	Acknowledged  int         `json:"acknowledged"`
	Kept          *int        `json:"kept"`          // there after the heal
	Duplicates    *int        `json:"duplicates"`    // there, of an Activity of a Workflow that has a row already
	LostAfterHeal *int        `json:"lostAfterHeal"` // not there after the heal
	Lost          *int        `json:"lost"`          // acknowledged before the fault, or after it by a store whose time was over, and not in the survivor: as if that region never returns
	LostSeconds   *Offset     `json:"lostSeconds"`   // from the oldest of those to fault effective, or to the last one that was acknowledged after it
	Indeterminate int         `json:"indeterminate"` // written, and nobody was told whether the store took it
	Unreached     int         `json:"unreached"`     // not written: no store could be asked
	WrongRegion   int         `json:"wrongRegion"`   // refused: the store did not lead
	StaleEpoch    int         `json:"staleEpoch"`    // refused: the write was of another epoch than the store's
	// Rows are those that the store that leads in the end holds: those kept, duplicates,
	// and Unacknowledged ones, of which nobody was told that they were taken. StaleTaken
	// of them were written under an epoch that was over.
	Rows           *int        `json:"rows"`
	Unacknowledged *int        `json:"unacknowledged"`
	StaleTaken     *int        `json:"staleTaken"`
	Led            []StoreLead `json:"led"` // when each store led, in order of time
}

// StoreLead is a time in which a region's store took the writes of a Namespace.
type StoreLead struct {
	Region    string `json:"region"`
	Namespace string `json:"namespace"`
	Epoch     int    `json:"epoch"`
	Stretch
}
