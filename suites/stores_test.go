package suites

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/fixtures/store"
	. "github.com/failoverdrill/failoverdrill/suites/matchers"
)

var _ = Describe("An external database", Label("store"), func() {
	// The regions are a third of a second apart: what is on its way at the crash is lost.
	DescribeTable("loses what its replication admits, and no more", func(ctx SpecContext, name string) {
		if _, err := store.FindPostgreSQL(); name == "store-postgres" && err != nil {
			Skip("inconclusive: " + err.Error())
		}
		r := shipped(ctx, name).Report
		Expect(r).To(MeetObjectives())
		Expect(r).To(AccountForOperations())
		Expect(r).To(HoldInvariants())
		Expect(r.Findings).To(BeEmpty())
		s := r.Store
		Expect(*s.LostAfterHeal).To(Equal(*s.Lost), "the store of the region that returned follows")
		Expect(*s.Kept + *s.Duplicates + *s.LostAfterHeal).To(Equal(s.Acknowledged))
		Expect(*s.Rows).To(Equal(*s.Kept + *s.Duplicates + *s.Unacknowledged))
		Expect(*s.StaleTaken).To(BeZero())
		Expect(epochs(s)).To(Equal([]string{"us-east 1", "us-west 2", "us-east 3"}))
	},
		Entry("in NATS", "store-far"),
		Entry("in PostgreSQL", "store-postgres"),
	)
	It("loses nothing where it is handed over", func(ctx SpecContext) {
		r := shipped(ctx, "store-handed-over").Report
		Expect(r).To(MeetObjectives())
		Expect(r).To(HoldInvariants())
		Expect(r.Findings).To(BeEmpty())
		Expect(*r.Store.Lost).To(BeZero())
		Expect(*r.Store.LostAfterHeal).To(BeZero())
		Expect(*r.Store.Kept + *r.Store.Duplicates).To(Equal(r.Store.Acknowledged))
		Expect(epochs(r.Store)).To(Equal([]string{"us-east 1", "us-west 2", "us-east 3"}))
	})
})

// epochs lists which store led under which epoch, in order of time.
func epochs(s *drills.StoreReport) []string {
	var out []string
	for _, l := range s.Led {
		out = append(out, fmt.Sprintf("%s %d", l.Region, l.Epoch))
	}
	return out
}
