package matchers

import (
	"fmt"
	"strings"

	"github.com/onsi/gomega/types"

	"github.com/failoverdrill/failoverdrill/drills"
)

// HaveVerdict matches a drill with that verdict.
func HaveVerdict(want drills.Verdict) types.GomegaMatcher {
	return &matcher{"to end in " + string(want), func(r drills.Report) (string, bool) {
		return "it ended in " + string(r.Verdict), r.Verdict == want
	}}
}

// Witness matches a drill of which the named evidence held.
func Witness(name string) types.GomegaMatcher {
	return &matcher{"to witness its " + name, func(r drills.Report) (string, bool) {
		for _, w := range r.Witnesses {
			if w.Name == name {
				return fmt.Sprintf("witness %s: %s", name, w.Detail), w.Held
			}
		}
		return "there is no witness of that name", false
	}}
}

// GiveReason matches a drill whose verdict is explained by a reason that
// contains each of the parts.
func GiveReason(parts ...string) types.GomegaMatcher {
	return &matcher{fmt.Sprintf("to give a reason with %q", parts), func(r drills.Report) (string, bool) {
		for _, reason := range r.Reasons {
			all := true
			for _, part := range parts {
				all = all && strings.Contains(reason, part)
			}
			if all {
				return reason, true
			}
		}
		return "no reason does", false
	}}
}
