package toxics_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"testing"
	"time"

	client "github.com/Shopify/toxiproxy/v2/client"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gleak"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/toxics"
)

// The API is toxiproxy's own, so that its usual clients work.
func TestServeAnswersTheUsualAPI(t *testing.T) {
	g := NewWithT(t)
	s, upstream := serve(t), echo(t)
	delayed := between(t, "us-east", "us-west", upstream, drills.Delay{Latency: 35 * time.Millisecond, Jitter: 5 * time.Millisecond})
	links := []drills.OpenLink{between(t, "us-east", "us-east", upstream, drills.Delay{}), delayed}
	g.Expect(s.links.Open(t.Context(), links)).To(Succeed())

	version, err := get(s, "/version")
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(version).To(ContainSubstring("version"))

	body, err := get(s, "/proxies")
	g.Expect(err).NotTo(HaveOccurred())
	type toxic struct {
		Name, Type, Stream string
		Attributes         map[string]int
	}
	var proxies map[string]struct {
		Listen, Upstream string
		Enabled          bool
		Toxics           []toxic
	}
	g.Expect(json.Unmarshal([]byte(body), &proxies)).To(Succeed())
	g.Expect(proxies).To(HaveLen(len(links)))
	for _, l := range links {
		p := proxies[l.Name()]
		g.Expect(p.Listen).To(Equal(l.Listen))
		g.Expect(p.Upstream).To(Equal(l.Upstream))
		g.Expect(p.Enabled).To(BeTrue())
	}
	g.Expect(proxies[links[0].Name()].Toxics).To(BeEmpty())
	attributes := map[string]int{"latency": 35, "jitter": 5}
	counted := map[string]int{"bytes": 0, "calls": 0}
	g.Expect(proxies[delayed.Name()].Toxics).To(ConsistOf(
		toxic{"meter-upstream", "meter", "upstream", counted}, toxic{"meter-downstream", "meter", "downstream", counted},
		toxic{"latency-upstream", "latency", "upstream", attributes}, toxic{"latency-downstream", "latency", "downstream", attributes}))

	_, err = get(s, "/proxies/nobody")
	g.Expect(err).To(MatchError(ContainSubstring("404")))
}

// Only what crosses between regions is counted, both ways together.
func TestLinksBetweenRegionsAreMetered(t *testing.T) {
	g := NewWithT(t)
	upstream := echo(t)
	s := serve(t)
	within, across := between(t, "us-east", "us-east", upstream, drills.Delay{}), between(t, "us-east", "us-west", upstream, drills.Delay{})
	g.Expect(s.links.Open(t.Context(), []drills.OpenLink{within, across})).To(Succeed())
	for _, l := range []drills.OpenLink{within, across} {
		conn := dial(t, l.Listen)
		for range 3 {
			g.Expect(ping(conn)).To(Succeed())
		}
		g.Expect(conn.Close()).To(Succeed())
	}
	passed, err := s.links.Metered(t.Context())
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(passed).To(HaveLen(1))
	g.Expect(passed[across.Name()].Bytes).To(And(BeNumerically(">", 0), WithTransform(func(n int64) int64 { return n % 6 }, BeZero())))
}

// Links and their connections go with the server that made them.
func TestServeEndsWithItsContext(t *testing.T) {
	g := NewWithT(t)
	upstream := echo(t)
	before := gleak.Goroutines()
	s := serve(t)
	links := []drills.OpenLink{
		between(t, "us-east", "us-east", upstream, drills.Delay{}),
		between(t, "us-east", "us-west", upstream, drills.Delay{Latency: time.Millisecond}),
		between(t, "us-west", "us-east", upstream, drills.Delay{}),
	}
	g.Expect(s.links.Open(t.Context(), links)).To(Succeed())
	g.Expect(s.links.Refuse(t.Context(), plain(links[2:]))).To(Succeed())
	var open []net.Conn
	for _, l := range links[:2] {
		conn := dial(t, l.Listen)
		g.Expect(ping(conn)).To(Succeed())
		open = append(open, conn)
	}

	g.Expect(s.stop()).To(Succeed())
	for _, conn := range open {
		_, err := conn.Read(make([]byte, 1))
		g.Expect(err).To(Or(MatchError(io.EOF), BeAssignableToTypeOf(&net.OpError{})), "the server hangs up")
		g.Expect(conn.Close()).To(Succeed())
	}
	for _, address := range []string{s.address, links[0].Listen, links[1].Listen, links[2].Listen} {
		listener, err := net.Listen("tcp", address)
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(listener.Close()).To(Succeed())
	}
	g.Eventually(gleak.Goroutines, soon).ShouldNot(gleak.HaveLeaked(before))
}

// Our own toxics are there, and a server that ends in the dark leaves nothing.
func TestServeEndsInTheDark(t *testing.T) {
	g := NewWithT(t)
	upstream := echo(t)
	before := gleak.Goroutines()
	s := serve(t)
	link := between(t, "us-east", "us-west", upstream, drills.Delay{Latency: time.Millisecond})
	g.Expect(s.links.Open(t.Context(), []drills.OpenLink{link})).To(Succeed())
	for _, kind := range []string{"brownout", "swallow", "dark"} {
		_, err := client.NewClient(s.address).AddToxic(&client.ToxicOptions{ProxyName: link.Name(), ToxicType: kind, Stream: "upstream", Toxicity: 1})
		g.Expect(err).NotTo(HaveOccurred())
	}
	conn := dial(t, link.Listen)
	_, err := conn.Write([]byte("nobody hears this"))
	g.Expect(err).NotTo(HaveOccurred())

	g.Expect(s.stop()).To(Succeed())
	_, err = conn.Read(make([]byte, 1))
	g.Expect(err).To(HaveOccurred())
	g.Expect(conn.Close()).To(Succeed())
	g.Eventually(gleak.Goroutines, soon).ShouldNot(gleak.HaveLeaked(before))
}

func TestServeErrors(t *testing.T) {
	g := NewWithT(t)
	taken, err := net.Listen("tcp", free(t))
	g.Expect(err).NotTo(HaveOccurred())
	defer func() { _ = taken.Close() }()
	err = toxics.Serve(t.Context(), taken.Addr().String(), io.Discard)
	g.Expect(err).To(MatchError(And(ContainSubstring("serve links"), ContainSubstring(taken.Addr().String()))))

	over, cancel := context.WithCancel(t.Context())
	cancel()
	address := free(t)
	g.Expect(toxics.Serve(over, address, io.Discard)).To(Succeed())
	again, err := net.Listen("tcp", address)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(again.Close()).To(Succeed())
}
