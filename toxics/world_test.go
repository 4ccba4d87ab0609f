package toxics_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/toxics"
)

const (
	ms = time.Millisecond
	// soon is more than anything here takes on a busy machine.
	soon = 20 * time.Second
	// hush is how long what is silent is listened to.
	hush = 300 * ms
)

// The components of a world.
const (
	eastCluster = "us-east/cluster"
	eastWorker  = "us-east/worker-orders-0"
	eastStarter = "us-east/starter-orders"
	westCluster = "us-west/cluster"
	westWorker  = "us-west/worker-orders-0"
)

// world is a topology of two regions whose clusters answer over open Links.
type world struct {
	*server
	drill    *drills.Drill
	topology drills.Topology
	machines *machines
	listen   map[string]string // by name of the Link
	before   string            // what the proxies were, as they tell it
}

// newWorld has the clusters of both regions run, and other components, for a
// drill of some faults.
func newWorld(t *testing.T, others []string, faults ...drills.FaultSpec) *world {
	t.Helper()
	d := &drills.Drill{
		Model: drills.ActiveHot, Regions: []string{"us-east", "us-west"}, Workload: drills.Workload{Profile: "orders", Rate: 1},
		Network: drills.Network{InterRegion: drills.Delay{Latency: ms}}, Faults: faults, Seed: 1,
	}
	w := &world{server: serve(t), drill: d, topology: d.Topology(), listen: map[string]string{}}
	w.machines = newMachines(t, append([]string{eastCluster, westCluster}, others...)...)
	var links []drills.OpenLink
	for _, link := range w.topology.Links {
		w.listen[link.Name()] = free(t)
		upstream := w.machines.all[drills.ClusterName(link.To)].address
		links = append(links, drills.OpenLink{Link: link, Listen: w.listen[link.Name()], Upstream: upstream})
	}
	if err := w.links.Open(t.Context(), links); err != nil {
		t.Fatal(err)
	}
	w.before = w.proxies(t)
	return w
}

func (w *world) site() toxics.Site {
	return toxics.Site{Drill: w.drill, Links: w.links, Machines: w.machines, Listen: func(l drills.Link) string { return w.listen[l.Name()] }}
}

// fault builds the fault of that number. It is cleaned up with the test.
func (w *world) fault(t *testing.T, number int) drills.Fault {
	t.Helper()
	f, err := toxics.NewFault(number, w.site())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.CleanUp(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return f
}

// link finds a Link by its name, such as fleet-us-east-to-us-west.
func (w *world) link(t *testing.T, name string) drills.Link {
	t.Helper()
	for _, l := range w.topology.Links {
		if l.Name() == name {
			return l
		}
	}
	t.Fatalf("no Link %s", name)
	return drills.Link{}
}

// names lists Links whose names hold any of some words.
func (w *world) names(words ...string) []string {
	var out []string
	for _, l := range w.topology.Links {
		if slices.ContainsFunc(words, func(word string) bool { return strings.Contains(l.Name(), word) }) {
			out = append(out, l.Name())
		}
	}
	return out
}

func (w *world) others(names []string) []string {
	return slices.DeleteFunc(w.names(""), func(n string) bool { return slices.Contains(names, n) })
}

// proxies is what the proxies tell of themselves: whether they are on, and their
// toxics.
func (w *world) proxies(t *testing.T) string {
	t.Helper()
	body, err := get(w.server, "/proxies")
	if err != nil {
		t.Fatal(err)
	}
	type toxic struct{ Name, Type, Stream string }
	var all map[string]struct {
		Enabled bool
		Toxics  []toxic
	}
	if err := json.Unmarshal([]byte(body), &all); err != nil {
		t.Fatal(err)
	}
	var out []string
	for name, p := range all {
		slices.SortFunc(p.Toxics, func(a, b toxic) int { return strings.Compare(a.Name, b.Name) })
		out = append(out, fmt.Sprintf("%s on %v %v", name, p.Enabled, p.Toxics))
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

// untouched fails the test unless the proxies are as before, and every Link answers.
func (w *world) untouched(t *testing.T) {
	t.Helper()
	if now := w.proxies(t); now != w.before {
		t.Errorf("the proxies are\n%s\nwere\n%s", now, w.before)
	}
	w.answers(t, w.names("")...)
}

// answers fails the test unless Links answer, each over a new connection.
func (w *world) answers(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		NewWithT(t).Eventually(func() error { return answers(w.listen[name]) }, soon).Should(Succeed(), name)
	}
}

// talker is one connection over a Link, which it keeps, as clients do.
type talker struct {
	conn  *grpc.ClientConn
	dials atomic.Int64
}

func connect(address string) (*talker, error) {
	c := &talker{}
	var err error
	c.conn, err = grpc.NewClient("passthrough:///"+address, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, address string) (net.Conn, error) {
			c.dials.Add(1)
			return new(net.Dialer).DialContext(ctx, "tcp", address)
		}))
	return c, err
}

// ask asks for the health of what is behind the Link.
func (c *talker) ask(patience time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, err := healthpb.NewHealthClient(c.conn).Check(ctx, &healthpb.HealthCheckRequest{})
	return err
}

// answers fails unless a question over a new connection is answered.
func answers(address string) error {
	c, err := connect(address)
	if err != nil {
		return err
	}
	defer func() { _ = c.conn.Close() }()
	return c.ask(2 * time.Second)
}

// clients connects over Links, and asks once.
func (w *world) clients(t *testing.T, names ...string) map[string]*talker {
	t.Helper()
	out := map[string]*talker{}
	for _, name := range names {
		c, err := connect(w.listen[name])
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.conn.Close() })
		if err := c.ask(soon); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out[name] = c
	}
	return out
}

// silence is the error of a question that nobody answers, nor refuses.
func silence(err error) bool { return status.Code(err) == codes.DeadlineExceeded }

// injected sets a fault up, injects it and returns the probes that saw it.
func injected(t *testing.T, fault drills.Fault) []drills.Probe {
	t.Helper()
	g := NewWithT(t)
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	g.Expect(fault.SetUp(ctx)).To(Succeed())
	began := time.Now()
	g.Expect(fault.Inject(ctx)).To(Succeed())
	probes, err := fault.AwaitEffect(ctx)
	g.Expect(err).NotTo(HaveOccurred())
	for _, p := range probes {
		if !p.Spared {
			g.Expect(p.At).To(And(BeTemporally(">=", began), BeTemporally("<=", time.Now())), p.Subject)
		}
	}
	return probes
}

func healed(t *testing.T, fault drills.Fault) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	if err := fault.Recover(ctx); err != nil {
		t.Fatal(err)
	}
	if err := fault.AwaitHealed(ctx); err != nil {
		t.Fatal(err)
	}
}

// witnessed tells probes apart: of what was to break, and of what was to be spared,
// each by whether it is broken.
type witnessed struct{ broken, alive, hit, spared []string }

func told(probes []drills.Probe) witnessed {
	var out witnessed
	for _, p := range probes {
		list := &out.alive
		switch {
		case p.Spared && p.Broken:
			list = &out.hit
		case p.Spared:
			list = &out.spared
		case p.Broken:
			list = &out.broken
		}
		*list = append(*list, p.Subject)
	}
	return out
}

// expectAll fails the test unless exactly these were seen broken, and exactly those
// spared.
func expectAll(t *testing.T, probes []drills.Probe, broken, spared []string) {
	t.Helper()
	saw := told(probes)
	g := NewWithT(t)
	g.Expect(saw.alive).To(BeEmpty(), "%v", probes)
	g.Expect(saw.hit).To(BeEmpty(), "%v", probes)
	g.Expect(saw.broken).To(ConsistOf(broken))
	g.Expect(saw.spared).To(ConsistOf(spared))
}
