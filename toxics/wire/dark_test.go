package wire_test

import (
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	client "github.com/Shopify/toxiproxy/v2/client"
	"github.com/Shopify/toxiproxy/v2/stream"
	"github.com/Shopify/toxiproxy/v2/toxics"
	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/toxics/wire"
)

var both = []string{"upstream", "downstream"}

// A stream that goes dark again and again arrives as it was sent, with latency
// toxics on both sides of the dark as well.
func TestDarkKeepsStreamsWhole(t *testing.T) {
	const size, cycles = 2 << 20, 4
	for _, tc := range []struct {
		name          string
		streams       []string
		before, after bool // latency
	}{
		{name: "upstream", streams: both[:1]},
		{name: "downstream", streams: both[1:]},
		{name: "both", streams: both},
		{name: "both, latency before", streams: both, before: true},
		{name: "both, latency on both sides", streams: both, before: true, after: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := serve(t)
			address, servers := accepted(t)
			echoing, oneWay, control := p.link(upstream(t, echo)), p.link(address), dial(t, p.link(upstream(t, echo)).Listen)
			links := []*client.Proxy{echoing, oneWay}
			latency := client.Attributes{"latency": 2, "jitter": 1}
			if tc.before {
				for _, link := range links {
					p.add(link, "latency", "upstream", latency)
					p.add(link, "latency", "downstream", latency)
				}
			}
			round, there := dial(t, echoing.Listen), dial(t, oneWay.Listen)
			server := <-servers
			flows := []*flow{send(round, round, size, 1), send(there, server, size, 2), send(server, there, size, 3)}

			for cycle := range int64(cycles) {
				for _, f := range flows {
					f.reach(t, 1+cycle*size/(cycles+1))
				}
				var light []func()
				for _, link := range links {
					for _, stream := range tc.streams {
						light = append(light, p.add(link, "dark", stream, nil))
						if tc.after {
							light = append(light, p.add(link, "slicer", stream, client.Attributes{"average_size": 9000, "size_variation": 50}))
						}
					}
				}
				for range 50 {
					if err := ping(control); err != nil {
						t.Fatal(err)
					}
				}
				for _, remove := range light {
					remove()
				}
			}
			for _, f := range flows {
				f.whole(t)
			}
		})
	}
}

// ends are the two ends of a connection: from is where its stream begins.
func ends(stream string, c, s net.Conn) (from, to net.Conn) {
	if stream == "upstream" {
		return c, s
	}
	return s, c
}

// A peer that closes in the dark is told of once there is light, after the last
// it said.
func TestDarkHoldsTheEnd(t *testing.T) {
	for _, stream := range both {
		t.Run(stream, func(t *testing.T) {
			g := NewWithT(t)
			p := serve(t)
			address, servers := accepted(t)
			link, control := p.link(address), dial(t, p.link(upstream(t, echo)).Listen)
			from, to := ends(stream, dial(t, link.Listen), <-servers)

			light := p.add(link, "dark", stream, nil)
			_, err := from.Write([]byte("last words"))
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(from.Close()).To(Succeed())
			silent(t, to, control)
			light()
			g.Expect(io.ReadAll(to)).To(Equal([]byte("last words")))
		})
	}
}

// Connections that are opened in the dark are accepted and silent, and served
// when it ends; those that were open go on. One direction alone is enough.
func TestDarkConnectionsComeToLife(t *testing.T) {
	for _, streams := range [][]string{both[:1], both[1:], both} {
		t.Run(fmt.Sprint(streams), func(t *testing.T) {
			g := NewWithT(t)
			p := serve(t)
			address := upstream(t, echo)
			link, control := p.link(address), dial(t, p.link(address).Listen)
			conns := []net.Conn{dial(t, link.Listen)}
			g.Expect(ping(conns[0])).To(Succeed())

			var light []func()
			for _, stream := range streams {
				light = append(light, p.add(link, "dark", stream, nil))
			}
			conns = append(conns, dial(t, link.Listen), dial(t, link.Listen))
			for _, conn := range conns {
				_, err := conn.Write([]byte{'x'})
				g.Expect(err).NotTo(HaveOccurred())
			}
			for _, remove := range light {
				for _, conn := range conns {
					silent(t, conn, control)
				}
				remove()
			}
			for _, conn := range conns {
				g.Expect(io.ReadFull(conn, make([]byte, 1))).To(Equal(1))
				g.Expect(ping(conn)).To(Succeed())
			}
		})
	}
}

// The toxics beside it may come, go and change under a load that is held up,
// and so may toxiproxy's own toxicity, which draws anew each time.
func TestDarkAmongChanges(t *testing.T) {
	for _, tc := range []struct {
		name    string
		latency bool
		size    int
	}{
		{name: "alone", size: 32 << 20},
		{name: "latency before, which buffers", latency: true, size: 2 << 20},
	} {
		t.Run(tc.name, func(t *testing.T) {
			g := NewWithT(t)
			p := serve(t)
			address, servers := accepted(t)
			link, control := p.link(address), dial(t, p.link(upstream(t, echo)).Listen)
			update := func(name string, toxicity float32, attributes client.Attributes) {
				t.Helper()
				if racing {
					return
				}
				within(t, func() error { _, err := link.UpdateToxic(name, toxicity, attributes); return err })
			}
			latency := client.Attributes{"latency": 1}
			remove := func() {}
			if tc.latency {
				remove = p.add(link, "latency", "upstream", latency)
			}
			from := dial(t, link.Listen)
			to := <-servers
			within(t, func() error { _, err := link.AddToxic("sometimes", "dark", "upstream", 0.5, nil); return err })
			p.add(link, "dark", "upstream", nil)
			f := send(from, to, tc.size, 4)
			f.pressed(t, control)

			for range 20 {
				if tc.latency {
					update("latency-upstream", 1, latency)
				}
				update("sometimes", 0.5, client.Attributes{})
				update("dark-upstream", 1, client.Attributes{})
			}
			remove()
			p.add(link, "latency", "upstream", latency)()
			g.Expect(f.arrived.Load()).To(BeZero())
			within(t, p.ResetState)
			f.whole(t)
		})
	}
}

// It must not wait for a receiver that does not read, nor lose what is its.
func TestDarkReleasesToAReceiverThatDoesNotRead(t *testing.T) {
	for _, ended := range []bool{false, true} {
		t.Run(fmt.Sprintf("ended=%v", ended), func(t *testing.T) {
			g := NewWithT(t)
			dark := new(wire.Dark)
			in, out := make(chan *stream.StreamChunk), make(chan *stream.StreamChunk)
			stub := toxics.NewToxicStub(in, out)
			stub.State = dark.NewState()
			go stub.Run(&toxics.ToxicWrapper{Toxic: dark, Toxicity: 1})
			chunk := func(n int) *stream.StreamChunk { return &stream.StreamChunk{Data: []byte{byte(n)}} }
			for n := range 10 {
				in <- chunk(n)
			}
			if ended {
				close(in)
			}
			g.Consistently(out, 20*time.Millisecond).ShouldNot(Receive())

			within(t, func() error { stub.InterruptToxic(); dark.Cleanup(stub); return nil })
			g.Expect(stub.Closed()).To(Equal(ended))
			want := 10
			if !ended { // as toxiproxy does: what comes now goes where the stub wrote
				for ; want < 20; want++ {
					g.Expect(stub.WriteOutput(chunk(want), soon)).To(Succeed())
				}
				stub.Close()
			}
			for n := range want {
				g.Expect(<-out).To(Equal(chunk(n)))
			}
			g.Expect(<-out).To(BeNil())
			g.Eventually(out, soon).Should(BeClosed())
		})
	}
}

// The same through a proxy: the receiver begins to read once there is light.
func TestDarkEndsBeforeItIsRead(t *testing.T) {
	p := serve(t)
	address, servers := accepted(t)
	link, control := p.link(address), dial(t, p.link(upstream(t, echo)).Listen)
	p.add(link, "latency", "upstream", client.Attributes{"latency": 1})
	from, to := dial(t, link.Listen), <-servers
	light := p.add(link, "dark", "upstream", nil)
	read, reader := io.Pipe()
	f := send(from, read, 8<<20, 11)
	f.pressed(t, control)
	light()
	go func() { _, _ = io.Copy(reader, to) }()
	f.whole(t)
}

// A server that is gone takes nothing of what was kept for it. The Link serves
// others nonetheless.
func TestDarkEndsOnADeadServer(t *testing.T) {
	g := NewWithT(t)
	p := serve(t)
	p.relays = true
	address, servers := accepted(t)
	link, control := p.link(address), dial(t, p.link(upstream(t, echo)).Listen)
	conn := dial(t, link.Listen)
	server := <-servers
	up, down := p.add(link, "dark", "upstream", nil), p.add(link, "dark", "downstream", nil)
	_, err := conn.Write(make([]byte, 1<<20))
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(server.(*net.TCPConn).SetLinger(0)).To(Succeed())
	g.Expect(server.Close()).To(Succeed())
	silent(t, conn, control)

	up()
	down()
	_, err = conn.Read(make([]byte, 1))
	g.Expect(err).To(HaveOccurred())
	again := dial(t, link.Listen)
	_, err = again.Write([]byte("x"))
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(io.ReadFull(<-servers, make([]byte, 1))).To(Equal(1))
}
