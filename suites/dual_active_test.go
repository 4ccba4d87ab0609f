package suites

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/drills"
	. "github.com/failoverdrill/failoverdrill/suites/matchers"
)

var _ = Describe("Dual-active", Label("dual-active"), func() {
	describe("dual-active", "us-east", "us-west")
	describe("dual-active-ring", "us-east", "us-west", "eu-central")
})

// describe holds a drill to what dual-active promises: the first region is
// lost, its Namespace moves to the next one, and no other does.
func describe(name, lost, next string, others ...string) {
	Context(name, Ordered, func() {
		var r drills.Report

		BeforeAll(func(ctx SpecContext) { r = shipped(ctx, name).Report })

		It("recovers within its objectives", func() {
			Expect(r).To(MeetObjectives())
			Expect(r).To(RecoverWithin(30 * time.Second))
		})
		It("completes every acknowledged workflow and loses nothing for good", func() {
			Expect(r).To(CompleteAllWorkflows())
			Expect(r).To(LoseNothingAfterHeal())
			Expect(r).To(AccountForOperations())
			Expect(r).To(HoldInvariants())
			Expect(r).To(ExplainDelays(5))
		})
		It("moves only the namespace of the lost region", func() {
			Expect(r).To(Witness("scope"))
			Expect(r).To(WorkAfter(next, drills.FleetStandby))
			for _, region := range others {
				Expect(r).To(WorkAfter(region, drills.FleetActive))
			}
		})
		It("has every other namespace keep its region and its throughput", func() {
			for _, t := range r.Throughput {
				if !t.Affected {
					Expect(t.Outage).To(BeNumerically(">=", 0.9*min(t.Steady, t.Declared)), "%s", t.Namespace)
				}
			}
			for _, f := range r.Fleets {
				if f.Region != next && f.Region != lost && f.State == drills.FleetStandby {
					Expect(f.TasksAfter).To(BeZero(), "standby fleet of %s in %s", f.Namespace, f.Region)
				}
			}
		})
	})
}
