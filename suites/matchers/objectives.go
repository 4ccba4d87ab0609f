package matchers

import (
	"fmt"
	"strings"

	"github.com/onsi/gomega/types"

	"github.com/failoverdrill/failoverdrill/drills"
)

// MeetObjectives matches a drill that passed: every declared objective was
// measured and met, and every witness held.
func MeetObjectives() types.GomegaMatcher {
	return &matcher{"to meet its objectives", func(r drills.Report) (string, bool) {
		var missed []string
		for _, o := range r.Objectives {
			if o.Verdict != drills.Pass {
				missed = append(missed, fmt.Sprintf("%s: declared %s, measured %s: %s", o.Name, o.Declared, o.Measured, o.Verdict))
			}
		}
		if len(r.Objectives) == 0 {
			missed = append(missed, "no objective was judged")
		}
		return strings.Join(missed, "\n  "), r.Verdict == drills.Pass && len(missed) == 0
	}}
}
