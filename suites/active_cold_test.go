package suites

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gstruct"

	"github.com/failoverdrill/failoverdrill/drills"
	. "github.com/failoverdrill/failoverdrill/suites/matchers"
)

var _ = Describe("Active-cold", Label("active-cold"), Ordered, func() {
	var r drills.Report

	BeforeAll(func(ctx SpecContext) { r = shipped(ctx, "active-cold").Report })

	It("recovers within its objectives", func() {
		Expect(r).To(MeetObjectives())
		Expect(r).To(RecoverWithin(time.Minute))
	})
	It("completes every acknowledged workflow and loses nothing for good", func() {
		Expect(r).To(CompleteAllWorkflows())
		Expect(r).To(LoseNothingAfterHeal())
		Expect(r).To(AccountForOperations())
		Expect(r).To(HoldInvariants())
		Expect(r).To(ExplainDelays(5))
	})
	It("ran no worker in the secondary region before the fault", func() {
		Expect(r).To(RestBefore("us-west", drills.FleetAbsent))
		Expect(r.Fleets).To(ContainElement(gstruct.MatchFields(gstruct.IgnoreExtras, gstruct.Fields{
			"Region": Equal("us-west"), "Polled": BeFalse(),
		})))
		Expect(r).To(WorkAfter("us-west", drills.FleetAbsent))
	})
	It("recovers later than active-hot, and says that the cold start is why", func(ctx SpecContext) {
		Expect(r).To(RecoverLaterThan(shipped(ctx, "active-hot").Report))
		Expect(r.Attribution).To(ContainElement(gstruct.MatchFields(gstruct.IgnoreExtras, gstruct.Fields{
			"Cause": Equal("cold start, declared"), "Seconds": BeNumerically(">=", drills.Offset(18*time.Second)),
		})))
	})
})
