package drills

// Comparison holds deployment models against each other: one drill under each, with
// the same seed, workload and fault.
type Comparison struct {
	SchemaVersion int             `json:"schemaVersion"`
	Drill         string          `json:"drill"` // that was run under each
	Seed          uint64          `json:"seed"`
	Fault         string          `json:"fault"`   // in words
	Offered       float64         `json:"offered"` // starts per second, of all Namespaces together
	Models        []ComparedModel `json:"models"`
	Claims        []Claim         `json:"claims"`
}

// ComparedModel is what one run measured. What nobody knows is null.
type ComparedModel struct {
	Model         Model         `json:"model"`
	Run           string        `json:"run"`
	Verdict       Verdict       `json:"verdict"`
	Reasons       []string      `json:"reasons"`
	RecoveryTime  RecoveryTime  `json:"recoveryTime"`
	Acknowledged  int           `json:"acknowledged"`
	Lost          *int          `json:"lost"`
	LostAfterHeal *int          `json:"lostAfterHeal"`
	LostSeconds   *Offset       `json:"lostSeconds"`
	Rows          *RowsLost     `json:"rows"` // of the stores; null where there are none
	Cost          *ModelCost    `json:"cost"`
	NearLatency   *Latency      `json:"nearLatency"` // of the Workflow Tasks of Fleets in their Namespace's own region
	FarLatency    *Latency      `json:"farLatency"`  // of those of Fleets in the other one; null where they did none
	SpentOn       []Attribution `json:"spentOn"`     // the largest shares of the Recovery Time
	Components    []Uptime      `json:"components"`
}

// RowsLost are the rows that the store of the region that took over did not have, as if
// the other never returned.
type RowsLost struct {
	Acknowledged int     `json:"acknowledged"`
	Lost         *int    `json:"lost"`
	LostSeconds  *Offset `json:"lostSeconds"`
}

// ModelCost is what a model costs each second of the steady state.
type ModelCost struct {
	Workers float64 `json:"workers"` // Worker processes that ran: worker-seconds each second
	Busy    float64 `json:"busy"`    // of them, with a task at least
	// Bytes pass Links between regions, all of them, and Calls of gRPC are begun over
	// them; null where nobody counted.
	Bytes *float64 `json:"bytes"`
	Calls *float64 `json:"calls"`
}

// Uptime is when a component was up in the region that took over: before the fault, or
// since when; seconds since the fault took effect, null for never.
type Uptime struct {
	Component string  `json:"component"` // workers, starters, codec, proxy, store, and when that leads
	Region    string  `json:"region"`
	Before    bool    `json:"before"`
	Since     *Offset `json:"since"`
}

// Claim is a statement about the models that the runs confirm or refute.
type Claim struct {
	Says   string `json:"says"`
	Held   *bool  `json:"held"` // null where the runs cannot tell
	Detail string `json:"detail"`
}
