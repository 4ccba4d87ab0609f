package suites

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"
	"github.com/onsi/gomega/gexec"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/harness"
	"github.com/failoverdrill/failoverdrill/drills/record"
	. "github.com/failoverdrill/failoverdrill/suites/matchers"
)

// cutOffHalfWay runs the drill of hybrid.yaml, whose replication is severed when the
// region is closed for its handover.
func cutOffHalfWay(ctx context.Context) drills.Report {
	GinkgoHelper()
	d := load("hybrid.yaml")
	r := planted(ctx, d, func(s harness.Scene) drills.World {
		region := &left{scene: s, region: d.Faults[0].Region}
		s.World.Faults[1] = halfWay{Fault: s.World.Faults[1], of: region}
		s.After(drills.Drained, region.nothing)
		return s.World
	}).Report
	Expect(r.Reasons).To(BeEmpty())
	return r
}

var _ = Describe("A living region that hands its Namespaces over under load, and gets them back", Label("modes"), Ordered, func() {
	var r drills.Report

	BeforeAll(func(ctx SpecContext) {
		r = fromFile(ctx, "graceful.yaml")
		Expect(r.Reasons).To(BeEmpty())
	})

	It("needs no force", func() {
		for _, way := range []drills.Move{r.Failover, r.Failback} {
			Expect(way.Done).To(BeTrue())
			Expect(way.Forced).To(BeFalse())
			Expect(way.Handover).To(BeNumerically(">", 0))
		}
		for _, s := range r.SplitBrain { // the two are not asked at the same instant
			Expect(s.To - s.From).To(BeNumerically("<", drills.Offset(300*time.Millisecond)))
		}
	})
	It("loses nothing that was acknowledged, and takes no call twice", func() {
		Expect(r).To(CompleteAllWorkflows())
		Expect(r).To(AccountForOperations())
		Expect(r).To(HoldInvariants())
		for name, count := range map[string]*int{
			"lost": r.RecoveryPoint.Lost, "lost after the heal": r.RecoveryPoint.LostAfterHeal, "rolled back": r.RecoveryPoint.RolledBack,
			"reset": r.RecoveryPoint.Reset,
		} {
			Expect(count).To(HaveValue(BeZero()), name)
		}
		for _, k := range r.RecoveryPoint.ByKind {
			// An Activity that is carried out as its region is closed cannot tell, is
			// timed out and carried out again: the invariants want that of any other.
			if k.Kind != drills.ActivityOperation {
				Expect(k.Duplicated).To(HaveValue(BeZero()), "%ss taken twice", k.Kind)
			}
		}
	})
	It("is not recovered before it was handed over", func() {
		Expect(r.RecoveryTime.Sustained.Upper).To(HaveValue(BeNumerically(">", r.Failover.Handover)))
	})
})

var _ = Describe("A handover that is cut off when nobody is served any more", Label("modes"), func() {
	It("is forced after ten seconds, and nothing of it is carried out later", func(ctx SpecContext) {
		r := cutOffHalfWay(ctx)
		Expect(r).To(Witness("fault"))
		Expect(r.Failover.Done).To(BeTrue())
		Expect(r.Failover.Forced).To(BeTrue())
		Expect(r.Failover.Handover).To(BeNumerically(">=", drills.Offset(drills.HybridAfter)))
		Expect(r.Failback.Done).To(BeTrue())
		Expect(r.Failback.Forced).To(BeFalse())
		Expect(r).To(Witness("return"))
		Expect(r).To(CompleteAllWorkflows())
		Expect(r).To(LoseNothingAfterHeal())
		Expect(r).To(HoldInvariants())
	})
})

var _ = Describe("A failover that a person approves", Label("modes"), func() {
	It("waits for what the run says to type, and tells how long", func(ctx SpecContext) {
		out := GinkgoT().TempDir()
		session, err := gexec.Start(exec.CommandContext(ctx, binary, "run", filepath.Join("testdata", "manual.yaml"), "--out", out), GinkgoWriter, GinkgoWriter)
		Expect(err).NotTo(HaveOccurred())
		Eventually(ctx, session.Err).Should(gbytes.Say(`failoverdrill (approve --out \S+ [0-9a-f]{8})\n`))
		typed := strings.Fields(string(session.Err.Contents()))
		typed = typed[len(typed)-4:]
		Consistently(ctx, session.Err, 2*time.Second).ShouldNot(gbytes.Say(string(drills.Promoted)))

		approval, err := gexec.Start(exec.CommandContext(ctx, binary, typed...), GinkgoWriter, GinkgoWriter)
		Expect(err).NotTo(HaveOccurred())
		Eventually(ctx, approval).Should(gexec.Exit(0))
		Eventually(ctx, session).Should(gexec.Exit(drills.Pass.ExitCode()))
		Expect(children()).To(BeEmpty())

		runs, err := record.List(out)
		Expect(err).NotTo(HaveOccurred())
		Expect(runs).To(HaveLen(1))
		r, err := record.LoadReport(runs[0].Dir)
		Expect(err).NotTo(HaveOccurred())
		Expect(r.Failover.Person).To(BeNumerically(">=", drills.Offset(2*time.Second)))
		Expect(r.Attribution).To(ContainElement(And(HaveField("Cause", "person, waited for"), HaveField("Seconds", BeNumerically(">=", r.Failover.Person)))))
		Expect(r.RecoveryTime.Sustained.Upper).To(HaveValue(BeNumerically(">", r.Failover.Person)), "the person's time is left out")
	}, SpecTimeout(3*soon))
})
