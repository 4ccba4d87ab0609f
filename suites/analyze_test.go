package suites

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"
	"github.com/onsi/gomega/gexec"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/record"
)

var _ = Describe("A saved run", Label("active-hot", "analyze"), func() {
	// analyze judges the shipped active-hot run again.
	analyze := func(ctx SpecContext, args ...string) (*gexec.Session, string) {
		GinkgoHelper()
		dir := shipped(ctx, "active-hot").Dir
		session, err := gexec.Start(exec.Command(binary, append([]string{"analyze", dir}, args...)...), GinkgoWriter, GinkgoWriter)
		Expect(err).NotTo(HaveOccurred())
		Eventually(session, soon).Should(gexec.Exit())
		return session, dir
	}
	read := func(dir, file string) string {
		GinkgoHelper()
		b, err := os.ReadFile(filepath.Join(dir, file))
		Expect(err).NotTo(HaveOccurred())
		return string(b)
	}

	It("holds everything that was seen", func(ctx SpecContext) {
		dir := shipped(ctx, "active-hot").Dir
		for _, file := range []string{record.DrillFile, record.EventsFile, record.LedgerFile, record.ReportFile, record.JUnitFile} {
			Expect(filepath.Join(dir, file)).To(BeARegularFile())
		}
		Expect(filepath.Join(dir, record.LogsFolder, "us-west-cluster.log")).To(BeARegularFile())
	})
	It("is judged the same again, byte for byte but for the time of judging", func(ctx SpecContext) {
		judgedAt := regexp.MustCompile(`"judgedAt": "[^"]*"`)
		before := judgedAt.ReplaceAllString(read(shipped(ctx, "active-hot").Dir, record.ReportFile), "")
		session, dir := analyze(ctx)
		Expect(session.ExitCode()).To(Equal(drills.Pass.ExitCode()))
		Expect(judgedAt.ReplaceAllString(read(dir, record.ReportFile), "")).To(Equal(before))
	})
	It("fails other objectives that it does not meet, and keeps its own report", func(ctx SpecContext) {
		before := read(shipped(ctx, "active-hot").Dir, record.ReportFile)
		session, dir := analyze(ctx, "--objectives", filepath.Join("testdata", "recovers-at-once.yaml"))
		Expect(session.ExitCode()).To(Equal(drills.Fail.ExitCode()))
		Expect(session.Out).To(gbytes.Say("recoveryTime: declared ≤ 1ms"))
		Expect(read(dir, record.ReportFile)).To(Equal(before))
	})
})
