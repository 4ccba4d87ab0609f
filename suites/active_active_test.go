package suites

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/drills"
	. "github.com/failoverdrill/failoverdrill/suites/matchers"
)

var _ = Describe("Active-active", Label("active-active"), Ordered, func() {
	var r drills.Report

	BeforeAll(func(ctx SpecContext) { r = shipped(ctx, "active-active").Report })

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
	It("had both fleets at work before the fault, and the survivor after it", func() {
		Expect(r).To(WorkBefore("us-east", drills.FleetActive))
		Expect(r).To(WorkBefore("us-west", drills.FleetActive))
		Expect(r).To(WorkAfter("us-west", drills.FleetActive))
	})
})
