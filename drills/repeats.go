package drills

// Distribution is what several runs of one drill measured, taken together.
//
// Runs that passed and runs that failed are conclusive: they are measured.
// Inconclusive runs and those that ended in an error are counted and listed,
// and in no other figure.
type Distribution struct {
	Drill        string           `json:"drill"`
	Model        Model            `json:"model"`
	Replication  ReplicationBasis `json:"replication"`
	Launcher     string           `json:"launcher"` // how components ran
	Runs         int              `json:"runs"`     // of every verdict
	Passed       int              `json:"passed"`
	Failed       int              `json:"failed"`
	Inconclusive int              `json:"inconclusive"`
	Errored      int              `json:"errored"`
	Excluded     []ExcludedRun    `json:"excluded"`           // every run that is inconclusive or errored
	Measured     *Repeated        `json:"measured,omitempty"` // over the conclusive runs; nil when there is none
}

// Conclusive is the number of runs that passed or failed.
func (d Distribution) Conclusive() int { return d.Passed + d.Failed }

// ExcludedRun is a run whose figures prove nothing, and why.
type ExcludedRun struct {
	Run     string   `json:"run"`
	Verdict Verdict  `json:"verdict"`
	Reasons []string `json:"reasons"`
}

// Repeated holds the figures of the conclusive runs of a drill. Times are in
// seconds since the fault took effect.
type Repeated struct {
	FirstProgress Spread      `json:"firstProgress"`    // to the first Workflow completed
	RecoveryTime  Spread      `json:"recoveryTime"`     // until throughput was sustained
	LostSeconds   *LostSpread `json:"lostSeconds"`      // from the oldest lost operation to fault effective; null where a run did not count, as are those below
	Acknowledged  int         `json:"acknowledged"`     // operations of all runs, as are those below
	Lost          *int        `json:"lost"`             // as if the failed region never returns
	LostAfterHeal *int        `json:"lostAfterHeal"`    // after it returned and conflicts were resolved
	RolledBack    *int        `json:"rolledBack"`       // completions of Activities that conflict resolution took back
	Duplicated    *int        `json:"duplicated"`       // operations that took effect more than once
	Reset         *int        `json:"reset"`            // Workflows that went on from their middle
	Phases        []Phase     `json:"phases,omitempty"` // wall time that the runs themselves took: medians, in the order of the first
	// ColdStart is of every Worker that a failover started; left out where none was.
	ColdStart  *ColdStartSpread `json:"coldStart,omitempty"`
	Confidence float64          `json:"confidence"` // the share of such runs that pass, at least; from 0 to 1
}

// ConfidenceLevel is how sure Repeated.Confidence is: with 95 % confidence, at
// least that share of such runs passes. It is the one-sided lower bound of
// Clopper and Pearson for k of n conclusive runs that passed, and takes runs to
// be alike and independent of each other.
//
// For n of n it is 0.05^(1/n), which is also the quantile that the largest
// value of n passing runs covers with 95 % confidence: the slowest of ten is
// no faster than the 74 % quantile of the Recovery Time.
const ConfidenceLevel = 0.95

// Spread is how an interval is distributed over runs. Each run is known only
// to lie between its two bounds, so each of these is an interval as well: the
// lower bounds and the upper bounds are put in order apart, and the value in
// the middle (or at either end) lies between the two that stand there. Where
// both orders agree, as they do unless intervals are nested, Median is the
// interval of the median run.
//
// A run that did not recover has no upper bound, which comes after all others:
// with one such run Most is open, its Upper nil, and with enough of them Median.
type Spread struct {
	Median Interval `json:"median"` // of an even number, the later of the two in the middle
	Least  Interval `json:"least"`
	Most   Interval `json:"most"`
}

// LostSpread is how the age of the oldest lost operation is distributed over
// runs, 0 for a run that lost none.
type LostSpread struct {
	Median Offset `json:"median"` // of an even number, the greater of the two in the middle
	Most   Offset `json:"most"`
}

// ColdStartSpread is how long Workers took that failovers started: medians of what each
// ColdStart has. Null is what none had.
type ColdStartSpread struct {
	Workers   int     `json:"workers"`
	Create    *Offset `json:"create"`
	Start     *Offset `json:"start"`
	FirstPoll *Offset `json:"firstPoll"`
	Most      *Offset `json:"most"` // of the three together, the longest
}
