package wire_test

import (
	"net"
	"sync"
	"sync/atomic"
	"testing"

	client "github.com/Shopify/toxiproxy/v2/client"
	. "github.com/onsi/gomega"
)

// crowd is connections to an echo, each with a byte on its way.
type crowd struct {
	conns    []net.Conn
	answered []atomic.Bool
	reading  sync.WaitGroup
}

func gather(t *testing.T, address string, size int) *crowd {
	t.Helper()
	c := &crowd{answered: make([]atomic.Bool, size)}
	for i := range size {
		conn := dial(t, address)
		c.conns = append(c.conns, conn)
		c.reading.Go(func() {
			if ping(conn) == nil {
				c.answered[i].Store(true)
			}
		})
	}
	return c
}

// dark lists the ordinals of those that were not answered.
func (c *crowd) dark() (out []int) {
	for i := range c.answered {
		if !c.answered[i].Load() {
			out = append(out, i)
		}
	}
	return out
}

// all waits until every one was answered, and answers again.
func (c *crowd) all(t *testing.T) {
	t.Helper()
	c.reading.Wait()
	NewWithT(t).Expect(c.dark()).To(BeEmpty())
	for _, conn := range c.conns {
		NewWithT(t).Expect(ping(conn)).To(Succeed())
	}
}

// The same seed has the same victims: here, on every machine and in every run.
func TestBrownout(t *testing.T) {
	for _, tc := range []struct {
		name   string
		share  float64
		seed   uint64
		stream string
		first  []int // of the victims
		count  int
	}{
		{"some", 0.3, 7, "upstream", []int{2, 4, 5, 6, 7, 8, 9, 12}, 101},
		{"the same, the other stream", 0.3, 7, "downstream", []int{2, 4, 5, 6, 7, 8, 9, 12}, 101},
		{"another seed", 0.3, 8, "downstream", []int{8, 10, 12, 16, 22, 23, 26, 27}, 103},
		{"a greater share, the same and more", 0.5, 8, "downstream", []int{4, 6, 8, 10, 12, 13, 14, 15, 16, 22}, 161},
		{"nobody", 0, 7, "upstream", nil, 0},
		{"everybody", 1, 7, "upstream", []int{0, 1, 2, 3, 4, 5, 6, 7}, 300},
	} {
		t.Run(tc.name, func(t *testing.T) {
			g := NewWithT(t)
			p := serve(t)
			link, control := p.link(upstream(t, echo)), dial(t, p.link(upstream(t, echo)).Listen)
			over := p.add(link, "brownout", tc.stream, client.Attributes{"share": tc.share, "seed": tc.seed})
			c := gather(t, link.Listen, 300)
			g.Eventually(c.dark, soon).Should(HaveLen(tc.count))
			for range 200 {
				g.Expect(ping(control)).To(Succeed())
			}
			victims := c.dark()
			g.Expect(victims).To(HaveLen(tc.count))
			g.Expect(victims[:len(tc.first)]).To(Equal(tc.first))
			over()
			c.all(t)
		})
	}
}

// Its attributes may be changed: who is drawn no longer comes to life, with what
// was kept, and nobody's connection breaks. Those that were open when it was
// added are drawn too.
func TestBrownoutChanges(t *testing.T) {
	if racing {
		t.Skip("toxiproxy changes a toxic without a lock")
	}
	g := NewWithT(t)
	p := serve(t)
	link := p.link(upstream(t, echo))
	p.add(link, "latency", "upstream", client.Attributes{"latency": 1})
	early := gather(t, link.Listen, 20)
	early.all(t)
	over := p.add(link, "brownout", "upstream", client.Attributes{"share": 1, "seed": 1})
	flows := make([]*flow, 0, len(early.conns))
	for i, conn := range early.conns {
		flows = append(flows, send(conn, conn, 1<<20, uint64(i)))
	}
	late := gather(t, link.Listen, 20)

	for _, share := range []float64{0.75, 0.25, 0.5, 0, 1, 0.4} {
		within(t, func() error {
			_, err := link.UpdateToxic("brownout-upstream", 1, client.Attributes{"share": share})
			return err
		})
		if share == 0 {
			flows[0].reach(t, 1)
			late.all(t)
		}
	}
	over()
	for _, f := range flows {
		f.whole(t)
	}
	late.all(t)
	g.Expect(link.Toxics()).To(HaveLen(1))
}
