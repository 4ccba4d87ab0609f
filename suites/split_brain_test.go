package suites

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/drills"
	. "github.com/failoverdrill/failoverdrill/suites/matchers"
)

var _ = Describe("A region that is cut off and lives on", Label("region"), Ordered, func() {
	var r drills.Report

	BeforeAll(func(ctx SpecContext) { r = shipped(ctx, "split-brain").Report })

	It("leaves nothing unaccounted for", func() {
		Expect(r).To(MeetObjectives())
		Expect(r).To(AccountForOperations())
		Expect(r).To(HoldInvariants())
		for _, c := range r.Conflicts {
			Expect(c.Acknowledged).To(BeNumerically(">", 0), "%s of %s", c.Kind, c.Region)
			Expect(*c.Kept+*c.Superseded).To(Equal(c.Acknowledged), "%s of %s", c.Kind, c.Region)
		}
	})
	It("goes by the side that was promoted, and applies the calls of the other", func() {
		for _, c := range r.Conflicts {
			switch {
			case c.Promoted || c.Kind == drills.SignalOperation || c.Kind == drills.UpdateOperation:
				Expect(*c.Superseded).To(BeZero(), "%s of %s", c.Kind, c.Region)
			default: // half of the runs were left open, half of the ends are of one run
				Expect(*c.Superseded).To(Equal(2), "%s of %s", c.Kind, c.Region)
			}
		}
	})
	It("had two sides that both believed themselves active", func() {
		Expect(r.SplitBrain).NotTo(BeEmpty())
		Expect(r).To(WorkBefore("us-east", drills.FleetActive))
		Expect(r).To(WorkAfter("us-west", drills.FleetStandby))
	})
})
