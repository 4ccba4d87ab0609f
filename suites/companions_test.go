package suites

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/catalog"
	"github.com/failoverdrill/failoverdrill/drills/harness"
	"github.com/failoverdrill/failoverdrill/fixtures/certificates"
	"github.com/failoverdrill/failoverdrill/fixtures/codec"
	"github.com/failoverdrill/failoverdrill/fixtures/proxy"
	. "github.com/failoverdrill/failoverdrill/suites/matchers"
)

var _ = Describe("Proxies and Codec Servers beside Workers that start cold", Label("codec", "proxy"), Ordered, func() {
	var result harness.Result
	var ring codec.Ring
	var shown certificates.Pair

	BeforeAll(func(ctx SpecContext) {
		d, err := catalog.Get("proxy-cold")
		Expect(err).NotTo(HaveOccurred())
		result = planted(ctx, d, func(s harness.Scene) drills.World {
			s.After(drills.SteadyStateReached, func(context.Context) error {
				var held codec.Config
				var shows proxy.Config
				err := errors.Join(configOf("us-east", "codec", &held), configOf("us-east", "proxy", &shows))
				ring, shown = held.Ring, shows.Certificate
				return err
			})
			return s.World
		})
	})

	It("fail over with the Workers", func() {
		Expect(result.Report).To(MeetObjectives())
		Expect(result.Report).To(AccountForOperations())
		Expect(result.Report).To(HoldInvariants())
		Expect(result.Report.Findings).To(BeEmpty())
	})
	DescribeTable("serve before the survivor's Workers work", func(name string) {
		services := map[string][]drills.Stretch{}
		for _, s := range result.Report.Services {
			services[s.Component] = s.Served
		}
		Expect(services["us-west/"+name]).To(HaveLen(1))
		Expect(services["us-west/"+name][0].From).To(BeNumerically(">", 0), "it ran before the fault")
		i := slices.IndexFunc(result.Report.Stages, func(s drills.StageTime) bool { return s.Name == drills.FirstTask })
		Expect(i).To(BeNumerically(">=", 0))
		Expect(services["us-west/"+name][0].From).To(BeNumerically("<", result.Report.Stages[i].At))
		Expect(services["us-west/"+name][0].To).NotTo(BeNil(), "it goes with the survivor's Workers")
		Expect(services["us-east/"+name]).To(HaveLen(2), "before the fault, and since the heal")
	},
		Entry("Codec Servers", string(drills.CodecRole)),
		Entry("proxies", string(drills.ProxyRole)),
	)
	It("let no payload reach a cluster in the clear", func() {
		Expect(result.Report).To(Witness("codec"))
	})
	It("keep their keys to themselves", func() {
		Expect(ring.Check()).To(Succeed())
		secrets := [][]byte{shown.Key, []byte(base64.StdEncoding.EncodeToString(shown.Key))}
		for _, line := range bytes.Split(shown.Key, []byte("\n")) {
			if len(line) > 32 && !bytes.HasPrefix(line, []byte("-----")) {
				secrets = append(secrets, line)
			}
		}
		Expect(len(secrets)).To(BeNumerically(">", 2))
		for _, key := range ring.Keys {
			text, err := key.MarshalText()
			Expect(err).NotTo(HaveOccurred())
			secrets = append(secrets, text, key[:])
		}
		for _, secret := range secrets {
			Expect(holding(result.Dir, secret)).To(BeEmpty())
		}
		Expect(holding(result.Dir, []byte("proxy-cold"))).NotTo(BeEmpty(), "what is looked through is the run")
	})
})

// configOf reads what a companion of a region was told, in the drill that runs.
func configOf(region, name string, into any) error {
	found, err := filepath.Glob(filepath.Join(kept, "*", "work", region, name, name+".json"))
	if err != nil || len(found) != 1 {
		return errors.Join(err, fmt.Errorf("%d files of %s: %q", len(found), name, found))
	}
	content, err := os.ReadFile(found[0])
	if err != nil {
		return err
	}
	return json.Unmarshal(content, into)
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
