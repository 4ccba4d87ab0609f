package toxics_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"syscall"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/toxics"
)

// trip is one round trip: how long a byte was on its way there and back.
type trip struct{ there, back time.Duration }

func (t trip) total() time.Duration { return t.there + t.back }

// timed is a server that tells when a byte arrived and sends it back.
func timed(t *testing.T) (address string, arrivals <-chan time.Time) {
	t.Helper()
	listener, err := net.Listen("tcp", free(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	times := make(chan time.Time, 100)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				for b := make([]byte, 1); ; {
					if _, err := io.ReadFull(conn, b); err != nil {
						return
					}
					times <- time.Now()
					if _, err := conn.Write(b); err != nil {
						return
					}
				}
			}()
		}
	}()
	return listener.Addr().String(), times
}

// fastest is the quickest way there, and the quickest way back, of several
// round trips over one connection: what a busy machine adds stays out of it.
func fastest(t *testing.T, address string, arrivals <-chan time.Time) trip {
	t.Helper()
	conn := dial(t, address)
	defer func() { _ = conn.Close() }()
	best := trip{time.Hour, time.Hour}
	for range 8 {
		sent := time.Now()
		if err := ping(conn); err != nil {
			t.Fatal(err)
		}
		arrived, received := <-arrivals, time.Now()
		best.there, best.back = min(best.there, arrived.Sub(sent)), min(best.back, received.Sub(arrived))
	}
	return best
}

func TestOpenDelaysBothDirections(t *testing.T) {
	g := NewWithT(t)
	s := serve(t)
	upstream, arrivals := timed(t)
	delay := drills.Delay{Latency: 40 * time.Millisecond, Jitter: 10 * time.Millisecond}
	direct, delayed := between(t, "us-east", "us-east", upstream, drills.Delay{}), between(t, "us-east", "us-west", upstream, delay)
	g.Expect(s.links.Open(t.Context(), []drills.OpenLink{direct, delayed})).To(Succeed())

	check := func() {
		t.Helper()
		const atLeast = 30 * time.Millisecond // latency less jitter
		fast, slow := fastest(t, direct.Listen, arrivals), fastest(t, delayed.Listen, arrivals)
		g.Expect(slow.there).To(BeNumerically(">=", atLeast))
		g.Expect(slow.back).To(BeNumerically(">=", atLeast))
		g.Expect(slow.total()).To(BeNumerically(">=", 4*fast.total()), "undelayed: %v", fast)
	}
	check()
	g.Expect(s.links.Refuse(t.Context(), []drills.Link{delayed.Link})).To(Succeed())
	g.Expect(s.links.Restore(t.Context(), []drills.Link{delayed.Link})).To(Succeed())
	check()
}

func TestRefuseAndRestore(t *testing.T) {
	g := NewWithT(t)
	s, upstream := serve(t), echo(t)
	var links []drills.OpenLink
	for n := range 40 {
		links = append(links, between(t, fmt.Sprintf("region-%d", n), "us-east", upstream, drills.Delay{}))
	}
	g.Expect(s.links.Open(t.Context(), links)).To(Succeed())
	severed, rest := links[:30], links[30:]
	var cut, kept []net.Conn
	for i, l := range links {
		conn := dial(t, l.Listen)
		g.Expect(ping(conn)).To(Succeed())
		if i < len(severed) {
			cut = append(cut, conn)
		} else {
			kept = append(kept, conn)
		}
	}

	for range 2 { // to refuse twice is to refuse
		g.Expect(s.links.Refuse(t.Context(), plain(severed))).To(Succeed())
		for i, l := range severed {
			g.Expect(ping(cut[i])).NotTo(Succeed(), "an open connection is closed")
			g.Expect(echoes(l.Listen)).To(MatchError(syscall.ECONNREFUSED))
		}
	}
	for i, l := range rest {
		g.Expect(ping(kept[i])).To(Succeed())
		g.Expect(echoes(l.Listen)).To(Succeed())
	}

	for range 2 {
		g.Expect(s.links.Restore(t.Context(), plain(severed))).To(Succeed())
		for i, l := range severed {
			g.Expect(echoes(l.Listen)).To(Succeed())
			g.Expect(ping(cut[i])).NotTo(Succeed(), "what was closed stays closed")
		}
	}
}

func TestUnknownLinks(t *testing.T) {
	g := NewWithT(t)
	s, upstream := serve(t), echo(t)
	known := between(t, "us-east", "us-west", upstream, drills.Delay{})
	g.Expect(s.links.Open(t.Context(), []drills.OpenLink{known})).To(Succeed())
	mars, venus := drills.Link{Role: drills.FleetLink, From: "mars", To: "venus"}, drills.Link{Role: drills.ControlLink, To: "mars"}

	err := s.links.Refuse(t.Context(), []drills.Link{mars, known.Link, venus})
	g.Expect(err).To(MatchError(And(
		ContainSubstring("refuse link fleet-mars-to-venus: "), ContainSubstring("refuse link control-to-mars: "),
		ContainSubstring("not found"), Not(ContainSubstring(known.Name())))))
	g.Expect(echoes(known.Listen)).To(MatchError(syscall.ECONNREFUSED), "those that there are refuse all the same")

	g.Expect(s.links.Restore(t.Context(), []drills.Link{mars, known.Link})).
		To(MatchError(And(ContainSubstring("restore link fleet-mars-to-venus: "), ContainSubstring("not found"))))
	g.Expect(echoes(known.Listen)).To(Succeed())
}

func TestOpenErrors(t *testing.T) {
	g := NewWithT(t)
	s, upstream := serve(t), echo(t)
	free, taken := between(t, "us-east", "us-west", upstream, drills.Delay{}), between(t, "us-west", "us-east", upstream, drills.Delay{})
	taken.Listen = upstream
	g.Expect(s.links.Open(t.Context(), []drills.OpenLink{free, taken})).
		To(MatchError(And(ContainSubstring("open links: "), ContainSubstring("address already in use"))))

	g.Expect(s.stop()).To(Succeed())
	g.Expect(s.links.Open(t.Context(), []drills.OpenLink{free})).To(MatchError(And(ContainSubstring("open links: "), ContainSubstring(s.address))))
}

// silent accepts connections and never answers, as a frozen server does.
func silent(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", free(t))
	if err != nil {
		t.Fatal(err)
	}
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		var open []net.Conn
		for {
			conn, err := listener.Accept()
			if err != nil {
				break
			}
			open = append(open, conn)
		}
		for _, conn := range open {
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = listener.Close(); <-closed })
	return listener.Addr().String()
}

// toxiproxy's client knows no contexts; ours end with theirs all the same.
func TestCallsEndWithTheirContext(t *testing.T) {
	links := toxics.Connect(silent(t), drills.NoJournal{})
	link := between(t, "us-east", "us-west", free(t), drills.Delay{})
	severs := &drills.Drill{Model: drills.ActiveHot, Regions: []string{"us-east", "us-west"}, Faults: []drills.FaultSpec{partition(drills.Refused)}}
	fault, err := toxics.NewFault(0, toxics.Site{Drill: severs, Links: links, Machines: &machines{}, Listen: func(drills.Link) string { return link.Listen }})
	if err != nil {
		t.Fatal(err)
	}
	for name, call := range map[string]func(context.Context) error{
		"open":   func(ctx context.Context) error { return links.Open(ctx, []drills.OpenLink{link}) },
		"refuse": func(ctx context.Context) error { return links.Refuse(ctx, []drills.Link{link.Link}) },
		"restore": func(ctx context.Context) error {
			return links.Restore(ctx, slices.Repeat([]drills.Link{link.Link}, 100))
		},
		"attach": func(ctx context.Context) error {
			return links.Attach(ctx, link.Link, "dark", "dark", drills.Upstream, nil)
		},
		"detach":   func(ctx context.Context) error { return links.Detach(ctx, link.Link, "dark") },
		"inject":   fault.Inject,
		"recover":  fault.Recover,
		"clean up": fault.CleanUp,
	} {
		for _, early := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, ended before %v", name, early), func(t *testing.T) {
				g := NewWithT(t)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				ended := make(chan error, 1)
				if early {
					cancel()
				}
				go func() { ended <- call(ctx) }()
				if !early {
					g.Consistently(ended, 20*time.Millisecond).ShouldNot(Receive())
					cancel()
				}
				var err error
				g.Eventually(ended, soon).Should(Receive(&err))
				g.Expect(err).To(MatchError(context.Canceled))
			})
		}
	}
}
