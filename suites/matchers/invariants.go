package matchers

import (
	"fmt"
	"strings"

	"github.com/onsi/gomega/types"

	"github.com/failoverdrill/failoverdrill/drills"
)

// HoldInvariants matches a drill after which every invariant was looked at and
// held.
func HoldInvariants() types.GomegaMatcher {
	return &matcher{"to hold its invariants", func(r drills.Report) (string, bool) {
		var broken []string
		for _, i := range r.Invariants {
			if i.Verdict != drills.Pass {
				broken = append(broken, fmt.Sprintf("%s: %s, %s", i.Name, i.Verdict, i.Detail))
			}
		}
		if len(r.Invariants) == 0 {
			return "nobody looked at any", false
		}
		return strings.Join(broken, "\n"), len(broken) == 0
	}}
}

// ExplainDelays matches a drill that names the cause of all but a share of what
// its Workflows were delayed by, in percent.
func ExplainDelays(but drills.Percent) types.GomegaMatcher {
	return &matcher{fmt.Sprintf("to explain all but %s of its delays", but), func(r drills.Report) (string, bool) {
		if r.Delays == nil || r.Delays.Total == 0 {
			return "nobody looked at them", false
		}
		share := 100 * r.Delays.Unexplained.Seconds() / r.Delays.Total.Seconds()
		return fmt.Sprintf("%.1f %% of %s is unexplained", share, r.Delays.Total), share <= float64(but)
	}}
}
