package drills

// FaultReport is what became of one fault of a drill. Times are seconds since
// the drill's first fault took effect, as all of a Report; null for what did not
// happen.
type FaultReport struct {
	Name        string    `json:"name"` // as the drill file names it, such as faults[0]
	Kind        FaultKind `json:"kind"`
	Flavour     Flavour   `json:"flavour,omitempty"` // of a kind that has flavours
	Region      string    `json:"region"`
	Part        Part      `json:"part,omitempty"` // of the region, where it is not all of it
	What        string    `json:"what"`           // what is broken, in words
	RequestedAt *Offset   `json:"requestedAt"`
	EffectiveAt *Offset   `json:"effectiveAt"`
	EndedAt     *Offset   `json:"endedAt"`  // it was taken away: its time was over, or the drill healed it
	HealedAt    *Offset   `json:"healedAt"` // what it broke works again
	Struck      int       `json:"struck"`   // processes and Links that were probed and seen as the fault has them
	Spared      int       `json:"spared"`   // others that were probed and seen as before
}

// Short is the kind of the fault, with part and flavour where it has them.
func (f FaultReport) Short() string {
	out := string(f.Kind)
	if f.Part != "" {
		out += " (" + string(f.Part) + ")"
	}
	if f.Flavour != "" {
		out += ", " + string(f.Flavour)
	}
	return out
}
