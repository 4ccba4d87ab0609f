package matchers

import (
	"fmt"

	"github.com/onsi/gomega/types"

	"github.com/failoverdrill/failoverdrill/drills"
)

// CompleteAllWorkflows matches a drill in which every Workflow whose start was
// acknowledged completed: none failed, none is stuck, none is lost.
func CompleteAllWorkflows() types.GomegaMatcher {
	return &matcher{"to complete all workflows", func(r drills.Report) (string, bool) {
		w := r.Workflows
		found := fmt.Sprintf("of %d started, %d completed, %d failed, %d are stuck", w.Started, w.Completed, w.Failed, w.Stuck)
		return found, w.Started > 0 && w.Completed == w.Started && w.Failed == 0 && w.Stuck == 0
	}}
}

// LoseNothingAfterHeal matches a drill in which every acknowledged operation
// was found once the region had returned.
func LoseNothingAfterHeal() types.GomegaMatcher {
	return &matcher{"to lose nothing after the heal", func(r drills.Report) (string, bool) {
		p := r.RecoveryPoint
		if p.LostAfterHeal == nil {
			return "nobody counted", false
		}
		return fmt.Sprintf("%d of %d acknowledged operations are lost", *p.LostAfterHeal, p.Acknowledged), p.Acknowledged > 0 && *p.LostAfterHeal == 0
	}}
}
