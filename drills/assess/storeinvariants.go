package assess

import (
	"fmt"

	"github.com/failoverdrill/failoverdrill/drills"
)

// storeInvariants hold of stores after every drill that has them.
func (c *docket) storeInvariants(r drills.Report) []drills.Invariant {
	return []drills.Invariant{c.rowsKnown(r), c.tailLost(), c.survivorsKept(), c.equalRows()}
}

// rowsKnown wants each row to be of a write that the ledger knows, once: then those that
// are kept, duplicates and those that nobody acknowledged are all there are.
func (c *docket) rowsKnown(r drills.Report) drills.Invariant {
	const name = "rows accounted for"
	rows, complete := c.rows(drills.CensusAfterHeal)
	if !complete {
		return unseen(name, nobodyCounted)
	}
	known, seen := map[scoped]bool{}, map[scoped]int{}
	for _, op := range c.writes {
		known[writeOf(op)] = true
	}
	var broken []string
	for _, row := range rows {
		seen[row.scoped]++
		switch {
		case !known[row.scoped]:
			broken = append(broken, fmt.Sprintf("the row %s is of no write that a worker knows", row.id))
		case seen[row.scoped] == 2:
			broken = append(broken, fmt.Sprintf("the row %s is there more than once", row.id))
		}
	}
	s := r.Store
	if sum := *s.Kept + *s.Duplicates + *s.LostAfterHeal; sum != s.Acknowledged {
		broken = append(broken, fmt.Sprintf("%d writes were acknowledged, and %d are accounted for", s.Acknowledged, sum))
	}
	return judged(name, fmt.Sprintf("%d acknowledged writes are %d kept, %d duplicates and %d lost; %d rows are those kept, the duplicates and %d that nobody acknowledged",
		s.Acknowledged, *s.Kept, *s.Duplicates, *s.LostAfterHeal, *s.Rows, *s.Unacknowledged), broken)
}

// tailLost wants a store to have lost no more than its replication admits: of what was
// written before the fault, the end. A write that was acknowledged before another one
// was begun is in the store's order before it, and so it is in that of its follower.
func (c *docket) tailLost() drills.Invariant {
	const name = "only the end is lost"
	rows, complete := c.rows(drills.CensusWithoutRegion)
	if !c.faulted || !complete {
		return unseen(name, "nobody read the rows without the lost region")
	}
	has := holdsRow(rows)
	newest := map[string]operation{} // by Namespace: of those that are there, the one that was begun last
	for _, op := range c.writes {
		if has[writeOf(op)] && op.acknowledged && op.At <= c.effective && op.sent > newest[op.Namespace].sent {
			newest[op.Namespace] = op
		}
	}
	var broken []string
	lost := 0
	for _, op := range c.writes {
		if !op.acknowledged || op.At > c.effective || has[writeOf(op)] {
			continue
		}
		lost++
		if last := newest[op.Namespace]; op.At < last.sent {
			broken = append(broken, fmt.Sprintf("%s is lost, and %s, begun %.3f s after it was acknowledged, is not", op.ID, last.ID, (last.sent-op.At).Seconds()))
		}
	}
	return judged(name, fmt.Sprintf("of what was acknowledged before the fault, the %d last writes are lost at most, and none before them", lost), broken)
}

// survivorsKept wants every row that the survivors had to be there after the heal, and
// everything that their Workers wrote since: a store loses what it had not replicated when
// it was lost, and nothing as it comes back.
func (c *docket) survivorsKept() drills.Invariant {
	const name = "none lost by the return"
	before, counted := c.rows(drills.CensusWithoutRegion)
	after, recounted := c.rows(drills.CensusAfterHeal)
	if !counted || !recounted {
		return unseen(name, nobodyCounted)
	}
	had, has, read := holdsRow(before), holdsRow(after), c.rowsRead()
	back := forever
	if at, ok := c.Timeline.Mark(drills.FailedBack); ok {
		back = at
	}
	var broken []string
	for _, op := range c.writes {
		later := op.At > read[op.Namespace] && (op.Region != c.lost || op.At > back)
		if op.acknowledged && (had[writeOf(op)] || later) && !has[writeOf(op)] {
			broken = append(broken, fmt.Sprintf("%s is gone, which was there while %s was lost, or was written since", op.ID, c.lost))
		}
	}
	return judged(name, fmt.Sprintf("all of %d rows of the survivors, and what was written since, are there", len(before)), broken)
}

// equalRows wants both stores of a Namespace to hold the same after the heal.
func (c *docket) equalRows() drills.Invariant {
	const name = "equal rows"
	here, counted := c.rows(drills.CensusAfterHeal)
	there, compared := c.rows(drills.CensusReplica)
	if !counted || !compared {
		return unseen(name, "nobody compared the stores of both regions")
	}
	var broken []string
	at, replica := holdsRow(here), holdsRow(there)
	for row := range at {
		if !replica[row] {
			broken = append(broken, fmt.Sprintf("the row %s is not in the store that follows", row.id))
		}
	}
	for row := range replica {
		if !at[row] {
			broken = append(broken, fmt.Sprintf("the row %s is in the store that follows alone", row.id))
		}
	}
	return judged(name, fmt.Sprintf("both stores hold the same %d rows", len(at)), broken)
}
