package assess

import (
	"fmt"
	"slices"
	"strings"

	"github.com/failoverdrill/failoverdrill/drills"
)

// terminated is the status of a run that conflict resolution ended for another.
const terminated = "Terminated"

// contestKinds are what both sides of a split do on the same ids.
func contestKinds() []drills.OperationKind {
	return []drills.OperationKind{drills.StartOperation, drills.SignalOperation, drills.UpdateOperation, drills.ResultOperation}
}

// contested are the ids of Workflows on which both sides of a split act. They are
// left open for that: how long they take tells nothing.
func (c *docket) contested() map[scoped]bool {
	out := map[scoped]bool{}
	for _, op := range c.operations {
		if op.Contested {
			out[scoped{op.Namespace, op.Workflow}] = true
		}
	}
	return out
}

// remains is what became of something that one side of a split acknowledged.
type remains int

const (
	gone remains = iota
	superseded
	kept
)

// afterwards is what became of an operation, by the census after the heal. A start
// is its run: conflict resolution ends all but one of those that are open under
// one id. A result is how its run ended: of two branches of a history, one stays.
// A call is there in whatever run has it: those of the branch that goes are
// applied to the one that stays.
func (c *docket) afterwards(op drills.Operation) remains {
	census := c.census[drills.CensusAfterHeal]
	id := scoped{op.Namespace, op.Workflow}
	switch op.Kind {
	case drills.StartOperation, drills.ResultOperation:
		w, known := census[execution{id, op.Run}]
		switch {
		case !known:
			return gone
		case op.Kind == drills.StartOperation && w.Status != terminated, op.Kind == drills.ResultOperation && w.Result == op.Result:
			return kept
		}
		return superseded
	}
	if c.holding(drills.CensusAfterHeal).has(op) {
		return kept
	}
	return gone
}

// conflicts accounts for what each side of a split acknowledged on contested ids.
func (c *docket) conflicts() []drills.Conflict {
	if c.Drill.Conflicts() == 0 {
		return nil
	}
	counted := c.complete(drills.CensusAfterHeal)
	var out []drills.Conflict
	for _, kind := range contestKinds() {
		for _, region := range c.topology.Regions {
			row := drills.Conflict{Kind: kind, Region: region, Promoted: region != c.Drill.Isolated()}
			var became [kept + 1]int
			for _, op := range c.operations {
				switch {
				case !op.Contested || op.Kind != kind || op.Region != region:
				case !op.acknowledged:
					row.Indeterminate++
				default:
					row.Acknowledged++
					became[c.afterwards(op.Operation)]++
				}
			}
			if row.Acknowledged+row.Indeterminate == 0 {
				continue // a region that is no side of it
			}
			if counted {
				row.Kept, row.Superseded, row.Lost = &became[kept], &became[superseded], &became[gone]
			}
			out = append(out, row)
		}
	}
	return out
}

// cutOff reports whether an operation was acknowledged by an isolated region while
// it was: if it never returned, nobody else would have heard of it.
func (c *docket) cutOff(op drills.Operation) bool {
	return op.Region == c.Drill.Isolated() && op.At > c.effective && op.At < drills.Offset(c.horizon())
}

// splitWitness wants that there were two sides: each acknowledged something of
// every kind on contested ids, while both believed themselves active.
func (c *docket) splitWitness(r drills.Report) drills.Witness {
	w := drills.Witness{Name: "split", Held: true}
	if len(r.Conflicts) == 0 {
		return drills.Witness{Name: "split", Detail: "no side acted on contested ids"}
	}
	var lines []string
	for _, kind := range contestKinds() {
		for _, home := range []bool{false, true} {
			of := slices.IndexFunc(r.Conflicts, func(row drills.Conflict) bool { return row.Kind == kind && row.Promoted != home })
			switch {
			case of < 0:
				w.Held = false
				lines = append(lines, fmt.Sprintf("one side was asked for no %s", kind))
			case r.Conflicts[of].Acknowledged == 0:
				w.Held = false
				lines = append(lines, fmt.Sprintf("%s acknowledged no %s", r.Conflicts[of].Region, kind))
			}
		}
	}
	outside, all := 0, 0
	for _, op := range c.operations {
		if !op.Contested || !op.acknowledged {
			continue
		}
		all++
		if at := c.since(op.At); !slices.ContainsFunc(r.SplitBrain, func(s drills.SplitBrain) bool {
			return s.Namespace == op.Namespace && s.From <= at && at <= s.To
		}) {
			outside++
		}
	}
	if outside > 0 {
		w.Held = false
		lines = append(lines, fmt.Sprintf("%d of %d operations were acknowledged while not both believed themselves active", outside, all))
	}
	if w.Held {
		lines = append(lines, fmt.Sprintf("both sides believed themselves active as they acknowledged %d operations on the same ids", all))
	}
	w.Detail = strings.Join(lines, "; ")
	return w
}

// conflictsResolved wants what Temporal documents of conflict resolution. The
// branch of the region that was promoted last stays. Of the other side, signals
// and updates are applied to it, a run that is open is terminated, and an end that
// clients were told of may be replaced. Nothing that was acknowledged goes without
// a trace.
func (c *docket) conflictsResolved(r drills.Report) drills.Invariant {
	const name = "conflicts resolved"
	if !c.complete(drills.CensusAfterHeal) {
		return unseen(name, nobodyCounted)
	}
	var broken []string
	all, taken := 0, 0
	for _, row := range r.Conflicts {
		all, taken = all+row.Acknowledged, taken+*row.Superseded
		if *row.Lost > 0 {
			broken = append(broken, fmt.Sprintf("%d of %d %ss that %s acknowledged are in no history", *row.Lost, row.Acknowledged, row.Kind, row.Region))
		}
		if row.Promoted && *row.Superseded > 0 {
			broken = append(broken, fmt.Sprintf("%d of %d %ss of %s were taken back, though it was promoted last", *row.Superseded, row.Acknowledged, row.Kind, row.Region))
		}
	}
	return judged(name, fmt.Sprintf("%d operations on contested ids are accounted for, %d of the side that was not promoted taken back", all, taken), broken)
}
