package matchers

import (
	"fmt"
	"strings"

	"github.com/failoverdrill/failoverdrill/drills"
)

// matcher is a Gomega matcher made of one look at a Report. The look returns
// what it found, for the failure message, and whether it is as wanted.
type matcher struct {
	want string // as in "to meet its objectives"
	look func(drills.Report) (found string, ok bool)
}

// Match fails with an error for anything but a Report.
func (m *matcher) Match(actual any) (bool, error) {
	r, ok := actual.(drills.Report)
	if !ok {
		return false, fmt.Errorf("expect drill %s: got a %T, not a drills.Report", m.want, actual)
	}
	_, matches := m.look(r)
	return matches, nil
}

// FailureMessage tells what was found instead.
func (m *matcher) FailureMessage(actual any) string { return m.message(actual, "") }

// NegatedFailureMessage tells what was found though it was not wanted.
func (m *matcher) NegatedFailureMessage(actual any) string { return m.message(actual, "not ") }

func (m *matcher) message(actual any, not string) string {
	r, _ := actual.(drills.Report)
	found, _ := m.look(r)
	lines := append([]string{found, "verdict: " + string(r.Verdict)}, r.Reasons...)
	return fmt.Sprintf("Expected drill %s %s%s, but:\n  %s", r.Drill, not, m.want, strings.Join(lines, "\n  "))
}
