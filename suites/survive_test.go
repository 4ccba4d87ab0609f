package suites

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/drills/survive"
)

// Two moments of many, other ones each time the suite has another seed: `make
// survive KILLS=50` takes as many as it is told.
var _ = Describe("A harness that is killed at any moment", Label("interrupt"), func() {
	It("leaves nothing that a recovery does not undo", func(ctx SpecContext) {
		var results []survive.Result
		err := survive.Run(ctx, survive.Options{
			Out: GinkgoT().TempDir(), Binary: binary, Kills: 2, Seed: uint64(GinkgoRandomSeed()),
			Show: func(r survive.Result) { results = append(results, r) },
		})
		Expect(err).NotTo(HaveOccurred())
		Expect(results).To(HaveLen(3), "a whole drill, and two that were killed")
		for _, r := range results {
			Expect(r.Wrong).To(BeEmpty(), "kill %d at %s", r.Number, r.Moment)
		}
		Expect(children()).To(BeEmpty())
	})
})
