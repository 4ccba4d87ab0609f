package harness

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	client "github.com/Shopify/toxiproxy/v2/client"
	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/journal"
	"github.com/failoverdrill/failoverdrill/fixtures/component"
	"github.com/failoverdrill/failoverdrill/fixtures/dns"
	"github.com/failoverdrill/failoverdrill/fixtures/launch"
	"github.com/failoverdrill/failoverdrill/toxics"
)

// soon is more than anything here takes on a busy machine.
const soon = 30 * time.Second

// scriptVariable has the test binary play a harness, by the script it names.
const scriptVariable = "HARNESS_TEST_SCRIPT"

// TestMain lets the test binary play the failoverdrill binary: its components,
// and a harness that is killed.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "component" {
		os.Exit(playComponent(os.Args[2], os.Args[3:]))
	}
	if script := os.Getenv(scriptVariable); script != "" {
		os.Exit(playHarness(script))
	}
	os.Exit(m.Run())
}

// playComponent is a component as drills start it. A cluster is none: it runs
// and does not serve, or ends at once.
func playComponent(role string, args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	var err error
	switch role {
	case "--help":
		fmt.Println("cluster links dns")
	case "links":
		err = toxics.Serve(ctx, args[1], os.Stderr)
	case "dns":
		var config component.DNS
		if err = component.Read(args[1], &config); err == nil {
			err = dns.Run(ctx, config)
		}
	case "cluster":
		if _, err = os.Stat("../../broken"); err == nil {
			err = errors.New("it is broken")
		} else {
			err = nil
			<-ctx.Done()
		}
	default:
		<-ctx.Done()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// script is what a harness does before it is killed.
type script struct {
	State, Dir string
	Stubborn   bool              // it does nothing, and does not obey a stop file
	Obedient   bool              // it does nothing, and ends when there is a stop file
	Links      string            // address of a links component that is not its own
	Link       drills.OpenLink   // that it makes there and has refuse
	Names      string            // address of a name server that is not its own
	Own        map[string]string // ip:port of components of its own: links and dns
	Block      drills.Change     // addresses that it leases
}

func (s script) run() journal.Run {
	return journal.Run{ID: filepath.Base(s.Dir), Drill: "active-hot", Dir: s.Dir, PID: os.Getpid(), Started: time.Now()}
}

// playHarness carries out a script, says so and waits for its end.
func playHarness(path string) int {
	if err := carryOut(path); err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

func carryOut(path string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var s script
	if err := json.Unmarshal(content, &s); err != nil {
		return err
	}
	j, err := journal.Create(s.State, s.run())
	if err != nil {
		return err
	}
	defer runtime.KeepAlive(j) // a file that nobody holds any more is closed, and its lock goes
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	switch {
	case s.Stubborn:
	case s.Obedient:
		fmt.Println("ready")
		_ = journal.AwaitStop(ctx, s.State)
		return j.Remove()
	default:
		if err := s.change(ctx, j); err != nil {
			return err
		}
	}
	fmt.Println("ready")
	<-ctx.Done()
	return nil
}

// change changes the world by the rooms that do so in a drill.
func (s script) change(ctx context.Context, j *journal.Journal) error {
	work := filepath.Join(s.Dir, workFolder)
	if _, err := j.Begin(drills.Change{Kind: drills.RecordChange, Subject: s.Dir}, drills.Change{Kind: drills.FolderChange, Subject: work}, s.Block); err != nil {
		return err
	}
	if err := os.MkdirAll(work, 0o700); err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(s.Dir, "log"))
	if err != nil {
		return err
	}
	launcher := launch.NewProcesses(launch.ProcessOptions{Binary: os.Args[0], Dir: work, Run: s.run().ID, Orphans: true})
	names, err := json.Marshal(component.DNS{TTL: time.Second, Views: []component.View{{Listen: s.Own["dns"]}}})
	if err != nil {
		return err
	}
	for _, spec := range []launch.Spec{
		{Name: "links", Args: []string{"component", "links", "--listen", s.Own["links"]}, Ports: []string{s.Own["links"]}},
		{Name: "us-east/dns", Args: []string{"component", "dns", "--config", "dns.json"}, Files: map[string][]byte{"dns.json": names}, Ports: []string{s.Own["dns"]}},
	} {
		if _, err := j.Begin(drills.Change{Kind: drills.ProcessChange, Subject: spec.Name, Ports: spec.Ports}); err != nil {
			return err
		}
		if _, err := launcher.Start(ctx, spec, log); err != nil {
			return err
		}
	}
	// It is killed before it does that: the system ends what was frozen when its
	// parent dies, and so freezes of a container alone are ever left.
	if _, err := j.Begin(drills.Change{Kind: drills.FrozenChange, Subject: "us-east/dns"}); err != nil {
		return err
	}
	edges := toxics.Connect(s.Links, j)
	if err := edges.Open(ctx, []drills.OpenLink{s.Link}); err != nil {
		return err
	}
	if err := edges.Refuse(ctx, []drills.Link{s.Link.Link}); err != nil {
		return err
	}
	if _, err := j.Begin(drills.Change{Kind: drills.EndpointChange, Subject: "orders", Address: s.Names, Before: "us-east"}); err != nil {
		return err
	}
	return dns.Reroute(ctx, s.Names, "orders", "us-west")
}

// started is a harness on its way; it has done what its script says.
func started(t *testing.T, s script) *exec.Cmd {
	t.Helper()
	content, err := json.Marshal(s)
	path := filepath.Join(t.TempDir(), "script.json")
	if err == nil {
		err = os.WriteFile(path, content, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), scriptVariable+"="+path)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if cmd.ProcessState == nil {
			killed(t, cmd)
		}
		if _, err := (launch.Owner{Run: s.run().ID}).Kill(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		t.Fatalf("the harness said %q, %v", line, err)
	}
	return cmd
}

func killed(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // tells that it was killed
}

// free finds an ip:port with an address of its own, free for TCP and UDP.
func free(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", fmt.Sprintf("127.44.%d.%d:0", rand.IntN(256), 1+rand.IntN(254)))
	if err != nil { // only on Linux are all of 127/8 local
		listener, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	return listener.Addr().String()
}

// world is what a harness finds that is not its own, and has to leave as it was:
// a links component and a name server in this process.
type world struct {
	script script
	api    *client.Client
}

func newWorld(t *testing.T) *world {
	t.Helper()
	g := NewWithT(t)
	s := script{
		State: t.TempDir(), Dir: filepath.Join(t.TempDir(), fmt.Sprintf("run%d", rand.Uint64())),
		Links: free(t), Names: free(t), Own: map[string]string{"links": free(t), "dns": free(t)},
		Link: drills.OpenLink{Link: drills.Link{Role: drills.FleetLink, From: "us-east", To: "us-west"}, Listen: free(t), Upstream: "127.0.0.1:1"},
	}
	lease := free(t)
	host, _, _ := strings.Cut(lease, ":")
	s.Block = drills.Change{Kind: drills.AddressChange, Subject: host + "/32", Address: lease}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- toxics.Serve(ctx, s.Links, io.Discard) }()
	go func() {
		ended <- dns.Run(ctx, component.DNS{
			TTL: time.Second, Alias: map[string]string{dns.NamespaceName("orders"): dns.RegionalName("us-east")},
			Views: []component.View{{Listen: s.Names}},
		})
	}()
	t.Cleanup(func() {
		cancel()
		g.Expect(errors.Join(<-ended, <-ended)).To(Succeed())
	})
	w := &world{script: s, api: client.NewClient(s.Links)}
	g.Eventually(func() error { _, err := w.api.Version(); return err }, soon).Should(Succeed())
	g.Eventually(func() (string, error) { return w.leads(t) }, soon).Should(Equal("us-east"))
	return w
}

// leads is the region that the foreign name server leads the endpoint to.
func (w *world) leads(t *testing.T) (string, error) {
	leads, err := dns.Leads(t.Context(), w.script.Names, "orders")
	region, _, _ := strings.Cut(leads, ".")
	return region, err
}

// links are those that the foreign links component has, and whether each accepts.
func (w *world) links(t *testing.T) map[string]bool {
	t.Helper()
	all, err := w.api.Proxies()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for name, p := range all {
		out[name] = p.Enabled
	}
	return out
}

// running are the processes of the run.
func (w *world) running(t *testing.T) int {
	t.Helper()
	found, err := launch.Owner{Run: w.script.run().ID}.Find()
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}

// files lists what is below a folder.
func files(t *testing.T, dir string) []string {
	t.Helper()
	out := []string{}
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if err == nil && path != dir {
			below, failed := filepath.Rel(dir, path)
			out, err = append(out, below), failed
		}
		return err
	})
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return out
}
