package suites

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/drills"
	. "github.com/failoverdrill/failoverdrill/suites/matchers"
)

// Each has a twin that ships and passes, in which the one thing is right.
var _ = Describe("A deployment with a mistake", Label("misconfigured"), func() {
	DescribeTable("is found, by name and place", func(ctx SpecContext, name string, finding drills.FindingName) {
		r := shipped(ctx, name).Report
		Expect(r).To(HaveVerdict(drills.Fail))
		Expect(r).To(Find(finding, "us-west"))
		Expect(r.Findings).To(HaveLen(1))
		Expect(r).To(GiveReason(string(finding)))
		Expect(r).To(Witness("fault"))
		Expect(r).To(Witness("return"))
	},
		Entry("no Codec Server in the secondary region", "codec-missing", drills.CodecMissing),
		Entry("Workers before their Codec Server", "codec-late", drills.CodecLate),
		Entry("standby Fleet on the Namespace Endpoint", "standby-on-namespace-endpoint", drills.StandbyOnNamespace),
		Entry("polls of the standby Fleet forwarded", "polls-forwarded", drills.PollsForwarded),
		Entry("starters pinned to the region that is lost", "starter-pinned", drills.StarterPinned),
		Entry("no proxy in the survivor", "proxy-missing", drills.ProxyMissing),
		Entry("the survivor's database not promoted", "store-not-promoted", drills.StoreNotPromoted),
		Entry("the database promoted before its Namespace", "store-promoted-early", drills.StoreEarly),
		Entry("no fence before a database that both regions write to", "store-unfenced", drills.StoreUnfenced),
	)
	It("is found before anything is broken, where Workers refuse a certificate", func(ctx SpecContext) {
		r := shipped(ctx, "certificate-for-one-region").Report
		Expect(r).To(HaveVerdict(drills.Fail))
		Expect(r).To(Find(drills.CertificateBad, "us-west"))
		Expect(r.Stages).NotTo(ContainElement(HaveField("Name", drills.FaultRequested)))
	})
})
