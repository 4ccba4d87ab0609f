package matchers

import (
	"fmt"
	"time"

	"github.com/onsi/gomega/types"

	"github.com/failoverdrill/failoverdrill/drills"
)

// RecoverWithin matches a drill whose whole Recovery Time interval, to
// sustained throughput, lies within d.
func RecoverWithin(d time.Duration) types.GomegaMatcher {
	return &matcher{fmt.Sprintf("to recover within %s", d), func(r drills.Report) (string, bool) {
		sustained := r.RecoveryTime.Sustained
		if !r.RecoveryTime.Recovered || sustained.Upper == nil {
			return fmt.Sprintf("recovery was not seen: Recovery Time is above %s", sustained.Lower), false
		}
		return fmt.Sprintf("Recovery Time is %s to %s", sustained.Lower, *sustained.Upper), *sustained.Upper <= drills.Offset(d)
	}}
}

// RecoverLaterThan matches a drill whose Recovery Time interval lies wholly
// above that of another.
func RecoverLaterThan(other drills.Report) types.GomegaMatcher {
	return &matcher{"to recover later than " + other.Drill, func(r drills.Report) (string, bool) {
		mine, theirs := r.RecoveryTime.Sustained, other.RecoveryTime.Sustained
		if mine.Upper == nil || theirs.Upper == nil {
			return "one of the two did not recover", false
		}
		return fmt.Sprintf("%s to %s against %s to %s", mine.Lower, *mine.Upper, theirs.Lower, *theirs.Upper), mine.Lower > *theirs.Upper
	}}
}
