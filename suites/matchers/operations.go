package matchers

import (
	"fmt"
	"slices"

	"github.com/onsi/gomega/types"

	"github.com/failoverdrill/failoverdrill/drills"
)

// AccountForOperations matches a drill that knows what became of every
// acknowledged operation, of each kind: it was kept, lost or rolled back, and
// there were some.
func AccountForOperations() types.GomegaMatcher {
	return &matcher{"to account for every operation", func(r drills.Report) (string, bool) {
		kinds := slices.DeleteFunc(slices.Clone(r.RecoveryPoint.ByKind), func(k drills.KindCounts) bool {
			return k.Kind == drills.QueryOperation // of which nothing is left to account for
		})
		for _, k := range kinds {
			switch {
			case k.Acknowledged == 0:
				return fmt.Sprintf("no %s was acknowledged", k.Kind), false
			case k.Kept == nil || k.Lost == nil || k.LostAfterHeal == nil || k.RolledBack == nil || k.Duplicated == nil:
				return fmt.Sprintf("nobody counted what became of each %s", k.Kind), false
			case *k.Kept+*k.LostAfterHeal+*k.RolledBack != k.Acknowledged:
				return fmt.Sprintf("of %d acknowledged, %d of kind %s were kept, %d lost and %d rolled back",
					k.Acknowledged, *k.Kept, k.Kind, *k.LostAfterHeal, *k.RolledBack), false
			}
		}
		return fmt.Sprintf("%d kinds are accounted for", len(kinds)), len(kinds) == len(drills.OperationKinds())
	}}
}
