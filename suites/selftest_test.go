package suites

import (
	"os/exec"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"
	"github.com/onsi/gomega/gexec"
)

// All defects take some twelve minutes (make selftest); this is one that only
// the regions' own answers give away.
var _ = Describe("The self-test", Label("selftest"), func() {
	It("finds a failback that was skipped, and nothing where nothing was broken", func(ctx SpecContext) {
		command := exec.CommandContext(ctx, binary, "selftest", "--only", "failback skipped", "--out", GinkgoT().TempDir())
		session, err := gexec.Start(command, GinkgoWriter, GinkgoWriter)
		Expect(err).NotTo(HaveOccurred())
		Eventually(ctx, session).Should(gexec.Exit(0))
		Expect(session.Out).To(gbytes.Say(`✓\s+nothing broken \(control, seed 1\)`))
		Expect(session.Out).To(gbytes.Say(`✓\s+no defect`))
		Expect(session.Out).To(gbytes.Say(`✓\s+failback skipped`))
		Expect(children()).To(BeEmpty())
	}, SpecTimeout(6*soon))
})
