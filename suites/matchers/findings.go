package matchers

import (
	"fmt"

	"github.com/onsi/gomega/types"

	"github.com/failoverdrill/failoverdrill/drills"
)

// Find matches a drill that found this to be wrong with the deployment of a region.
func Find(name drills.FindingName, region string) types.GomegaMatcher {
	return &matcher{fmt.Sprintf("to find %s in %s", name, region), func(r drills.Report) (string, bool) {
		said := "nothing was found"
		for _, f := range r.Findings {
			if f.Name == name && f.Region == region {
				return "it found " + f.Detail, true
			}
			said = fmt.Sprintf("it found %s in %s: %s", f.Name, f.Region, f.Detail)
		}
		return said, false
	}}
}
