package suites

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("An empty module", Label("init"), func() {
	It("drills after init, with go test alone", func(ctx SpecContext) {
		module := GinkgoT().TempDir()
		root, err := filepath.Abs("..")
		Expect(err).NotTo(HaveOccurred())
		runs := filepath.Join(module, "runs")
		do := func(name string, args ...string) string {
			GinkgoHelper()
			cmd := exec.CommandContext(ctx, name, args...)
			cmd.Dir = module
			cmd.Env = append(os.Environ(), "FAILOVERDRILL_BIN="+binary, "FAILOVERDRILL_OUT="+runs, "GOFLAGS=-mod=mod", "CGO_ENABLED=0")
			said, err := cmd.CombinedOutput()
			Expect(err).NotTo(HaveOccurred(), "%s %v:\n%s", name, args, said)
			return string(said)
		}
		do("go", "mod", "init", "example.com/empty")
		do("go", "mod", "edit", "-replace=github.com/failoverdrill/failoverdrill="+root, "-require=github.com/failoverdrill/failoverdrill@v0.0.0",
			"-tool=github.com/failoverdrill/failoverdrill/cmd/failoverdrill")
		Expect(do(binary, "init")).To(And(ContainSubstring("wrote failover/failover.yaml"), ContainSubstring("go test ./failover")))
		do("go", "mod", "tidy")
		Expect(do("go", "test", "./...", "-v")).To(And(ContainSubstring("Ran 4 of 4 Specs"), ContainSubstring("4 Passed")))
		Expect(filepath.Glob(filepath.Join(runs, "*-failover-*", "report.json"))).To(HaveLen(1))

		again := exec.CommandContext(context.WithoutCancel(ctx), binary, "init")
		again.Dir = module
		said, err := again.CombinedOutput()
		Expect(err).To(MatchError("exit status 2"))
		Expect(string(said)).To(And(ContainSubstring("failover.yaml"), ContainSubstring("is there already")))
	}, SpecTimeout(8*time.Minute))
})
