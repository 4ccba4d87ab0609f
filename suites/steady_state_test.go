package suites

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/drills"
	. "github.com/failoverdrill/failoverdrill/suites/matchers"
)

var _ = Describe("A drill without a steady state", Label("steady-state"), func() {
	It("is inconclusive, and breaks nothing", func(ctx SpecContext) {
		r := fromFile(ctx, "more-than-its-fleet-can-do.yaml")
		Expect(r).To(HaveVerdict(drills.Inconclusive))
		Expect(r).To(GiveReason("no steady state"))
		Expect(r.Stages).NotTo(ContainElement(HaveField("Name", drills.FaultRequested)))
	})
})
