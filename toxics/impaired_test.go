package toxics_test

import (
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/failoverdrill/failoverdrill/drills"
)

// impairment is a fault of a Link, and what its clients see of it.
type impairment struct {
	name   string
	change func(*drills.FaultSpec)
	// hurt fails unless a Link is as the fault has it; fine, unless it is as before.
	hurt, fine func(address string) error
}

func impairments() []impairment {
	return []impairment{
		{
			"latency", func(f *drills.FaultSpec) { f.Kind, f.Latency, f.Jitter = drills.LinkLatency, 60*ms, 10*ms },
			takes(atLeast(90*ms), question), takes(less(90*ms), question),
		},
		{
			"bandwidth", func(f *drills.FaultSpec) { f.Kind, f.Bandwidth = drills.LinkBandwidth, 100 },
			takes(atLeast(250*ms), request(40_000)), takes(less(250*ms), request(40_000)),
		},
		{
			"slow close", func(f *drills.FaultSpec) { f.Kind, f.Latency = drills.LinkSlowClose, 200*ms },
			takes(atLeast(300*ms), hangUp), takes(less(300*ms), hangUp),
		},
		{
			"reset", func(f *drills.FaultSpec) { f.Kind, f.Bytes = drills.LinkReset, 5000 },
			fails(codes.Unavailable, request(20_000)), request(20_000),
		},
		{
			"brown-out", func(f *drills.FaultSpec) { f.Kind, f.Share = drills.LinkBrownOut, 50 },
			some(1), some(0),
		},
		{
			"black-out", func(f *drills.FaultSpec) { f.Kind, f.Share = drills.LinkBrownOut, 100 },
			fails(codes.DeadlineExceeded, question), question,
		},
	}
}

func TestImpairedLinks(t *testing.T) {
	for _, test := range impairments() {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			g := NewWithT(t)
			spec := partition("")
			test.change(&spec)
			w := newWorld(t, nil, spec)
			fault := w.fault(t, 0)
			impaired := []string{eastToWest, westToEast}
			expectAll(t, injected(t, fault), impaired, append(w.others(impaired), eastCluster, westCluster))
			for _, name := range impaired {
				g.Expect(test.hurt(w.listen[name])).To(Succeed(), name)
			}
			healed(t, fault)
			for _, name := range impaired {
				g.Eventually(func() error { return test.fine(w.listen[name]) }, soon).Should(Succeed(), name)
			}
			w.untouched(t)
		})
	}
}

func narrowLinks() drills.FaultSpec {
	spec := partition("")
	spec.Kind, spec.Bandwidth = drills.LinkBandwidth, 100 // half a second for what is sent to see it
	return spec
}

// attach puts a toxic of another hand on what flows to the cluster.
func attach(t *testing.T, w *world, link, kind string, about map[string]any) {
	t.Helper()
	if err := w.links.Attach(t.Context(), w.link(t, link), "another", kind, drills.Upstream, about); err != nil {
		t.Fatal(err)
	}
}

// A request that is cut off takes as long as one over a narrow Link may, and is not
// seen to be one.
func TestACallThatFailsLateIsNoSlowOne(t *testing.T) {
	t.Parallel()
	g := NewWithT(t)
	w := newWorld(t, nil, narrowLinks())
	fault := w.fault(t, 0)
	g.Expect(fault.SetUp(t.Context())).To(Succeed())
	g.Expect(fault.Inject(t.Context())).To(Succeed())
	detach(t, w, eastToWest, "bandwidth")
	attach(t, w, eastToWest, "timeout", map[string]any{"timeout": 450})
	alive, said := missing(t, fault)
	g.Expect(alive).To(ConsistOf(eastToWest))
	g.Expect(said).To(And(ContainSubstring(eastToWest), ContainSubstring("Unavailable")))
}

// Nor is one that fails at once a fast one: what a Link did before the fault is not
// known then.
func TestACallThatFailsAtOnceIsNoFastOne(t *testing.T) {
	t.Parallel()
	g := NewWithT(t)
	w := newWorld(t, nil, narrowLinks())
	attach(t, w, eastToWest, "limit_data", map[string]any{"bytes": 20_000})
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	g.Expect(w.fault(t, 0).SetUp(ctx)).To(MatchError(And(
		ContainSubstring("look at link fleet-us-east-to-us-west before the fault"), ContainSubstring("Unavailable"), Not(ContainSubstring(westToEast)))))
}

// One direction of a Link alone is impaired, and seen to be.
func TestLinksImpairedOneWay(t *testing.T) {
	for _, test := range impairments() {
		for _, direction := range []drills.Direction{drills.Outwards, drills.Inwards} {
			t.Run(test.name+" "+string(direction), func(t *testing.T) {
				t.Parallel()
				g := NewWithT(t)
				spec := partition("")
				test.change(&spec)
				spec.Direction = direction
				w := newWorld(t, nil, spec)
				fault := w.fault(t, 0)
				there := map[drills.Direction]string{drills.Outwards: " upstream", drills.Inwards: " downstream"}[direction]
				back := map[drills.Direction]string{drills.Outwards: " downstream", drills.Inwards: " upstream"}[direction]
				impaired := []string{eastToWest, westToEast}
				expectAll(t, injected(t, fault), []string{eastToWest + there, westToEast + back}, append(w.others(impaired), eastCluster, westCluster))
				if now := w.proxies(t); strings.Count(now, " upstream}") != strings.Count(w.before, " upstream}")+1 || strings.Count(now, " downstream}") != strings.Count(w.before, " downstream}")+1 {
					t.Errorf("the proxies are\n%s\nwere\n%s", now, w.before)
				}
				healed(t, fault)
				g.Eventually(func() error { return test.fine(w.listen[eastToWest]) }, soon).Should(Succeed())
				w.untouched(t)
			})
		}
	}
}

// measured is a bound that a time is held against.
type measured struct {
	what  string
	holds func(time.Duration) bool
}

func atLeast(d time.Duration) measured {
	return measured{"at least " + d.String(), func(took time.Duration) bool { return took >= d }}
}

func less(d time.Duration) measured {
	return measured{"less than " + d.String(), func(took time.Duration) bool { return took < d }}
}

// takes fails unless the shortest of a few calls takes as long as it has to.
func takes(want measured, call func(address string) error) func(string) error {
	return func(address string) error {
		least := time.Hour
		for range 3 {
			began := time.Now()
			if err := call(address); err != nil {
				return err
			}
			least = min(least, time.Since(began))
		}
		if !want.holds(least) {
			return status.Errorf(codes.OutOfRange, "it takes %s, want %s", least, want.what)
		}
		return nil
	}
}

// fails wants a call to fail in that way.
func fails(want codes.Code, call func(address string) error) func(string) error {
	return func(address string) error {
		if err := call(address); status.Code(err) != want {
			return status.Errorf(codes.OutOfRange, "got %v, want %s", err, want)
		}
		return nil
	}
}

// question asks over a new connection.
func question(address string) error { return request(0)(address) }

// request asks for a service whose name has that many bytes, over a new connection.
// That no such service is known is an answer.
func request(size int) func(address string) error {
	return func(address string) error {
		c, err := connect(address)
		if err != nil {
			return err
		}
		defer func() { _ = c.conn.Close() }()
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		_, err = healthpb.NewHealthClient(c.conn).Check(ctx, &healthpb.HealthCheckRequest{Service: strings.Repeat("x", size)})
		if status.Code(err) == codes.NotFound {
			return nil
		}
		return err
	}
}

// hangUp hangs up, and waits until the other end has too.
func hangUp(address string) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		return err
	}
	if err := conn.SetReadDeadline(time.Now().Add(soon)); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, conn)
	return err
}

// some wants at least so many of twenty new connections to be silent, and not all.
func some(least int) func(address string) error {
	return func(address string) error {
		const all = 20
		var asking sync.WaitGroup
		came := make(chan error, all)
		for range all {
			asking.Go(func() {
				c, err := connect(address)
				if err == nil {
					defer func() { _ = c.conn.Close() }()
					err = c.ask(time.Second)
				}
				came <- err
			})
		}
		asking.Wait()
		silent := 0
		for range all {
			if silence(<-came) {
				silent++
			}
		}
		if silent < least || least == 0 && silent > 0 || silent == all {
			return status.Errorf(codes.OutOfRange, "%d of %d new connections are silent", silent, all)
		}
		return nil
	}
}
