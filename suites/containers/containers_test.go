package containers

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/moby/moby/client"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"
	"github.com/onsi/gomega/gexec"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/catalog"
	"github.com/failoverdrill/failoverdrill/drills/harness"
	"github.com/failoverdrill/failoverdrill/drills/journal"
	"github.com/failoverdrill/failoverdrill/fixtures/launch"
	"github.com/failoverdrill/failoverdrill/suites/drilltest"
	. "github.com/failoverdrill/failoverdrill/suites/matchers"
	"github.com/failoverdrill/failoverdrill/suites/specs"
)

// soon bounds what takes a moment, on a machine that may be busy.
const soon = time.Minute

// loaded bounds what boots or removes a topology.
const loaded = 3 * time.Minute

func TestContainers(t *testing.T) {
	if err := launch.AsContainers.Preflight(t.Context(), 0); errors.Is(err, launch.ErrNoEngine) {
		t.Skip(err)
	}
	RegisterFailHandler(Fail)
	specs.Run(t, "Failover drills in containers")
}

// binary plays every component: the one that FAILOVERDRILL_BIN names, or a static one that
// is built here.
var binary string

var _ = BeforeSuite(func(ctx SpecContext) {
	var err error
	if os.Getenv(harness.BinaryVariable) != "" {
		binary, err = harness.FindBinary(ctx)
		Expect(err).NotTo(HaveOccurred())
		return
	}
	GinkgoT().Setenv("CGO_ENABLED", "0")
	binary, err = gexec.Build("github.com/failoverdrill/failoverdrill/cmd/failoverdrill")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(gexec.CleanupBuildArtifacts)
})

// usual is the engine that the environment names.
const usual = ""

// labelled asks an engine by itself what there is with our label: of one run, or of any.
func labelled(engine, run string) (out []string) {
	GinkgoHelper()
	where := client.FromEnv
	if engine != usual {
		where = client.WithHost(engine)
	}
	api, err := client.New(where)
	Expect(err).NotTo(HaveOccurred())
	defer func() { Expect(api.Close()).To(Succeed()) }()
	label := "failoverdrill.run"
	if run != "" {
		label += "=" + run
	}
	ctx, its := context.Background(), client.Filters{}.Add("label", label)
	containers, err := api.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: its})
	Expect(err).NotTo(HaveOccurred())
	for _, c := range containers.Items {
		out = append(out, "container "+c.ID)
	}
	volumes, err := api.VolumeList(ctx, client.VolumeListOptions{Filters: its})
	Expect(err).NotTo(HaveOccurred())
	for _, v := range volumes.Items {
		out = append(out, "volume "+v.Name)
	}
	networks, err := api.NetworkList(ctx, client.NetworkListOptions{Filters: its})
	Expect(err).NotTo(HaveOccurred())
	for _, n := range networks.Items {
		out = append(out, "network "+n.ID)
	}
	images, err := api.ImageList(ctx, client.ImageListOptions{All: true, Filters: its})
	Expect(err).NotTo(HaveOccurred())
	for _, i := range images.Items {
		out = append(out, "image "+i.ID)
	}
	return out
}

// running is what goes on in the usual engine of a run.
func running(run string) []string {
	GinkgoHelper()
	api, err := client.New(client.FromEnv)
	Expect(err).NotTo(HaveOccurred())
	defer func() { Expect(api.Close()).To(Succeed()) }()
	found, err := api.ContainerList(context.Background(), client.ContainerListOptions{Filters: client.Filters{}.Add("label", "failoverdrill.run="+run)})
	Expect(err).NotTo(HaveOccurred())
	var out []string
	for _, c := range found.Items {
		out = append(out, c.Names...)
	}
	return out
}

// run runs a drill that ships in containers.
func run(ctx context.Context, name string) drills.Report {
	GinkgoHelper()
	d, err := catalog.Get(name)
	Expect(err).NotTo(HaveOccurred())
	out := os.Getenv(drilltest.OutVariable)
	if out == "" {
		out = GinkgoT().TempDir()
	}
	result, err := harness.Run(ctx, d, harness.Options{Out: out, Binary: binary, Launcher: launch.AsContainers})
	Expect(err).NotTo(HaveOccurred())
	AddReportEntry(name, drilltest.Summary(result.Report), ReportEntryVisibilityFailureOrVerbose)
	Expect(labelled(usual, result.Report.Run)).To(BeEmpty(), "components outlive the run")
	Expect(result.Report.Environment).To(HaveKeyWithValue("launcher", "container"))
	return result.Report
}

// journalled is the run that has its journal in a folder; empty for none.
func journalled(state string) string {
	GinkgoHelper()
	journals, err := filepath.Glob(filepath.Join(state, "*.jsonl"))
	Expect(err).NotTo(HaveOccurred())
	if len(journals) != 1 {
		return ""
	}
	return strings.TrimSuffix(filepath.Base(journals[0]), ".jsonl")
}

// runWith runs one with another binary, of which nothing but its error is of interest.
func runWith(ctx context.Context, binary, state string) error {
	GinkgoHelper()
	d, err := catalog.Get("active-hot")
	Expect(err).NotTo(HaveOccurred())
	_, err = harness.Run(ctx, d, harness.Options{Out: GinkgoT().TempDir(), State: state, Binary: binary, Launcher: launch.AsContainers})
	return err
}

var _ = Describe("A drill in containers", Label("container"), func() {
	It("recovers from the loss of a region, and tells what a container takes to start", func(ctx SpecContext) {
		r := run(ctx, "active-cold")
		Expect(r).To(MeetObjectives())
		Expect(r).To(CompleteAllWorkflows())
		Expect(r).To(LoseNothingAfterHeal())
		Expect(r).To(HoldInvariants())
		Expect(r.ColdStarts).To(HaveLen(1))
		cold := r.ColdStarts[0]
		Expect(cold.Worker).To(Equal("us-west/worker-orders-0"))
		Expect(cold.Declared).To(BeNumerically(">", 0), "a declared pull of the image stays apart")
		for _, step := range []*drills.Offset{cold.Create, &cold.Start, cold.FirstPoll} {
			Expect(step).NotTo(BeNil())
			Expect(*step).To(BeNumerically(">", 0))
			Expect(*step).To(BeNumerically("<", cold.Declared), "what was measured is none of what is declared")
		}
	})

	// What only machines of their own have: a network that they can be taken off.
	It("recovers from the loss of a region's network", func(ctx SpecContext) {
		r := run(ctx, "region-unplugged")
		Expect(r).To(MeetObjectives())
		Expect(r).To(HoldInvariants())
		Expect(r).To(Witness("fault"))
		Expect(r).To(Witness("return"))
	})
})

var _ = Describe("A drill in containers that is killed", Label("container", "interrupt"), func() {
	It("leaves what a recovery removes", func() {
		out := GinkgoT().TempDir()
		state := filepath.Join(out, "state")
		command := func(args ...string) *exec.Cmd {
			c := exec.Command(binary, args...)
			c.Env = append(os.Environ(), journal.FolderVariable+"="+state)
			return c
		}
		session, err := gexec.Start(command("run", "active-cold", "--launcher", "container", "--out", filepath.Join(out, "runs")), GinkgoWriter, GinkgoWriter)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(func() { // on every path
			Eventually(session.Kill(), soon).Should(gexec.Exit())
			recovered, err := gexec.Start(command("recover"), GinkgoWriter, GinkgoWriter)
			Expect(err).NotTo(HaveOccurred())
			Eventually(recovered, loaded).Should(gexec.Exit(0))
		})
		Eventually(session.Err, loaded).Should(gbytes.Say(string(drills.LoadStarted)))
		id := journalled(state)
		Expect(running(id)).NotTo(BeEmpty())
		Eventually(session.Signal(syscall.SIGKILL), soon).Should(gexec.Exit())
		Eventually(running, soon).WithArguments(id).Should(BeEmpty(), "components go on without their harness")
		Expect(labelled(usual, id)).To(ContainElements(HavePrefix("container "), HavePrefix("volume "), HavePrefix("network "), HavePrefix("image ")))

		recovered, err := gexec.Start(command("recover"), GinkgoWriter, GinkgoWriter)
		Expect(err).NotTo(HaveOccurred())
		Eventually(recovered, loaded).Should(gexec.Exit(0))
		Expect(labelled(usual, id)).To(BeEmpty())
		Expect(filepath.Glob(filepath.Join(state, "*"))).To(BeEmpty(), "the journal is left")
	})
})
