package drills

// Invariant is something that has to hold after every drill, whatever its
// objectives. One that is broken fails the drill; one that nobody looked at
// leaves it inconclusive.
type Invariant struct {
	Name    string  `json:"name"`
	Verdict Verdict `json:"verdict"` // pass, fail or inconclusive
	Detail  string  `json:"detail"`
}

// SplitBrain is a time in which two regions believed themselves active for one
// Namespace, as their own answers told, asked ten times a second. Seconds since
// fault effective.
type SplitBrain struct {
	Namespace string   `json:"namespace"`
	Regions   []string `json:"regions"`
	From      Offset   `json:"from"`
	To        Offset   `json:"to"`
}
