// Package specs runs Ginkgo suites as tests.
package specs

import (
	"testing"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"
)

// Run runs a suite, and has `go test` tell which of its specs skipped themselves, and why:
// of a suite that passes nobody sees what Ginkgo counted.
func Run(t *testing.T, description string) {
	t.Helper()
	var skipped []types.SpecReport
	ginkgo.ReportAfterSuite("tell what was skipped", func(r ginkgo.Report) {
		for _, spec := range r.SpecReports {
			if spec.State.Is(types.SpecStateSkipped) && spec.Failure.Message != "" { // one that was not chosen has no reason
				skipped = append(skipped, spec)
			}
		}
	})
	ginkgo.RunSpecs(t, description)
	for _, spec := range skipped {
		t.Run(spec.FullText(), func(t *testing.T) { t.Skip(spec.Failure.Message) })
	}
}
