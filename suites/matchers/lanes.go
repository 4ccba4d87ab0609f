package matchers

import (
	"fmt"

	"github.com/onsi/gomega/types"

	"github.com/failoverdrill/failoverdrill/drills"
)

// RestoreLane matches a drill in which a lane was good again, as probes from a
// region saw it.
func RestoreLane(lane drills.Lane, region string) types.GomegaMatcher {
	return &matcher{fmt.Sprintf("to restore the %s lane as seen from %s", lane, region), func(r drills.Report) (string, bool) {
		found, held := "nobody probed it", false
		for _, l := range r.Lanes {
			if l.Lane != lane || l.Region != region || l.Outage == nil {
				continue
			}
			if l.Outage.Upper == nil {
				return fmt.Sprintf("it was down for more than %s in %s", l.Outage.Lower, l.Namespace), false
			}
			found, held = fmt.Sprintf("it was down for %s to %s in %s", l.Outage.Lower, l.Outage.Upper, l.Namespace), true
		}
		return found, held
	}}
}
