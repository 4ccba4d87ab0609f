package report

import (
	"fmt"

	"github.com/failoverdrill/failoverdrill/drills"
)

// moves tells how Namespaces were moved, unless that was plainly by force both
// ways.
func (p *printer) moves(r drills.Report) {
	forced := func(m drills.Move, mode string) bool { return m.Mode == mode && m.Done && m.Forced && m.Handover == 0 }
	plainly := forced(r.Failover, string(drills.Forced)) && forced(r.Failback, string(drills.FailbackForced))
	if r.Control || r.Failover.Mode == "" || plainly {
		return
	}
	p.items("Failover", wayOf(r.Failover, r.Failover.Mode == string(drills.NoFailover)))
	if r.Failover.Done {
		p.items("Failback", wayOf(r.Failback, r.Failback.Mode == string(drills.FailbackNever)))
	}
}

// wayOf tells how one way went, of which not to go may be what was declared.
func wayOf(m drills.Move, none bool) cell {
	said := m.Mode
	if m.Person > 0 {
		said += fmt.Sprintf(", approved by a person after %s", tenths(m.Person))
	}
	if m.Failed > 0 {
		said += fmt.Sprintf(", %s that the server gave up", count(m.Failed, "handover"))
	}
	switch {
	case !m.Done && none:
		return cell{text: said}
	case !m.Done && m.Handover > 0:
		return cell{said + fmt.Sprintf(", handover given up after %s, not carried out", tenths(m.Handover)), yellow}
	case !m.Done:
		return cell{said + ", not carried out", yellow}
	case m.Handover > 0 && m.Forced:
		return cell{said + fmt.Sprintf(", handover given up after %s, then forced", tenths(m.Handover)), yellow}
	case m.Handover > 0:
		return cell{text: said + fmt.Sprintf(", handed over in %s", tenths(m.Handover))}
	case m.Forced && m.Mode != string(drills.Forced):
		return cell{text: said + ", by force"}
	}
	return cell{text: said}
}
