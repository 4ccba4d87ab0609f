package suites

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/catalog"
	"github.com/failoverdrill/failoverdrill/drills/harness"
	"github.com/failoverdrill/failoverdrill/fixtures/codec"
	. "github.com/failoverdrill/failoverdrill/suites/matchers"
)

var _ = Describe("Codec Servers beside Workers that start cold", Label("codec"), Ordered, func() {
	var result harness.Result
	var ring codec.Ring

	BeforeAll(func(ctx SpecContext) {
		d, err := catalog.Get("codec-cold")
		Expect(err).NotTo(HaveOccurred())
		result = planted(ctx, d, func(s harness.Scene) drills.World {
			s.After(drills.SteadyStateReached, func(context.Context) error {
				var err error
				ring, err = ringOf("us-east")
				return err
			})
			return s.World
		})
	})

	It("fail over with the Workers", func() {
		Expect(result.Report).To(MeetObjectives())
		Expect(result.Report).To(AccountForOperations())
		Expect(result.Report).To(HoldInvariants())
	})
	It("run in both regions in the end", func() { // no Worker of the survivor could do anything else
		for _, region := range []string{"us-east", "us-west"} {
			Expect(result.Report.Memory).To(ContainElement(And(HaveField("Region", region), HaveField("Component", string(drills.CodecRole)))))
		}
	})
	It("let no payload reach a cluster in the clear", func() {
		Expect(result.Report.Witnesses).To(ContainElement(And(HaveField("Name", "codec"), HaveField("Held", true))))
	})
	It("keep their keys to themselves", func() {
		Expect(ring.Check()).To(Succeed())
		for id, key := range ring.Keys {
			text, err := key.MarshalText()
			Expect(err).NotTo(HaveOccurred())
			for _, secret := range [][]byte{text, key[:]} {
				Expect(holding(result.Dir, secret)).To(BeEmpty(), id)
			}
		}
		Expect(holding(result.Dir, []byte("codec-cold"))).NotTo(BeEmpty(), "what is looked through is the run")
	})
})

// ringOf reads the keys of a region's Codec Server in the drill that runs.
func ringOf(region string) (codec.Ring, error) {
	found, err := filepath.Glob(filepath.Join(kept, "*", "work", region, "codec", "codec.json"))
	if err != nil || len(found) != 1 {
		return codec.Ring{}, errors.Join(err, fmt.Errorf("%d files of keys: %q", len(found), found))
	}
	content, err := os.ReadFile(found[0])
	if err != nil {
		return codec.Ring{}, err
	}
	var config codec.Config
	err = json.Unmarshal(content, &config)
	return config.Ring, err
}

// holding lists the files below a folder that hold something.
func holding(dir string, what []byte) ([]string, error) {
	var out []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if bytes.Contains(content, what) {
			out = append(out, path)
		}
		return err
	})
	return out, err
}
