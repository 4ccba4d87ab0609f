package suites

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/drills"
	. "github.com/failoverdrill/failoverdrill/suites/matchers"
)

var _ = Describe("Active-hot", Label("active-hot"), Ordered, func() {
	var r drills.Report

	BeforeAll(func(ctx SpecContext) { r = shipped(ctx, "active-hot").Report })

	It("recovers within its objectives", func() {
		Expect(r).To(MeetObjectives())
		Expect(r).To(RecoverWithin(30 * time.Second))
	})
	It("completes every acknowledged workflow and loses nothing for good", func() {
		Expect(r).To(CompleteAllWorkflows())
		Expect(r).To(LoseNothingAfterHeal())
		Expect(r).To(AccountForOperations())
		Expect(r).To(HoldInvariants())
	})
	It("tells how long each capability was gone, and what workflows waited for", func() {
		for _, lane := range []drills.Lane{drills.StartLane, drills.SignalLane} {
			Expect(r).To(RestoreLane(lane, "us-west"))
		}
		Expect(r).To(ExplainDelays(5))
	})
	It("had an idle standby fleet, which then took the work over", func() {
		Expect(r).To(WorkBefore("us-east", drills.FleetActive))
		Expect(r).To(RestBefore("us-west", drills.FleetStandby))
		Expect(r).To(WorkAfter("us-west", drills.FleetStandby))
	})
})
