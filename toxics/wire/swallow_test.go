package wire_test

import (
	"bytes"
	"io"
	"testing"

	client "github.com/Shopify/toxiproxy/v2/client"
	. "github.com/onsi/gomega"
)

// What passes is lost for good. Removed, it ends the connection that lost
// something, and leaves the one that did not.
func TestSwallow(t *testing.T) {
	for _, stream := range both {
		t.Run(stream, func(t *testing.T) {
			g := NewWithT(t)
			p := serve(t)
			address, servers := accepted(t)
			link, control := p.link(address), dial(t, p.link(upstream(t, echo)).Listen)
			p.add(link, "latency", stream, client.Attributes{"latency": 1})
			from, to := ends(stream, dial(t, link.Listen), <-servers)
			spared, sparedTo := ends(stream, dial(t, link.Listen), <-servers)
			over := p.add(link, "swallow", stream, nil)
			late, lateTo := ends(stream, dial(t, link.Listen), <-servers)

			for _, conn := range []io.Writer{from, late} {
				_, err := conn.Write(make([]byte, 3<<20))
				g.Expect(err).NotTo(HaveOccurred(), "a sender is not told")
			}
			silent(t, to, control)
			silent(t, lateTo, control)
			_, err := to.Write([]byte("other way")) // is not lost
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(io.ReadFull(from, make([]byte, 9))).To(Equal(9))

			over()
			for _, conn := range []io.Reader{to, lateTo} {
				g.Expect(io.ReadAll(conn)).To(BeEmpty(), "a stream with a hole ends")
			}
			_, err = from.Read(make([]byte, 1))
			g.Expect(err).To(HaveOccurred())
			send(spared, sparedTo, 1<<20, 5).whole(t)
			send(sparedTo, spared, 1<<20, 6).whole(t)
		})
	}
}

// So many bytes of each connection pass first. One that has sent no more has
// lost nothing, and its end passes.
func TestSwallowAfter(t *testing.T) {
	g := NewWithT(t)
	p := serve(t)
	address, servers := accepted(t)
	link, control := p.link(address), dial(t, p.link(upstream(t, echo)).Listen)
	over := p.add(link, "swallow", "upstream", client.Attributes{"after": 100 << 10})
	less, lessTo := dial(t, link.Listen), <-servers
	more, moreTo := dial(t, link.Listen), <-servers
	brief, briefTo := dial(t, link.Listen), <-servers
	data := bytes.Repeat([]byte("0123456789"), 20<<10)

	for conn, size := range map[io.Writer]int{less: 100 << 10, more: len(data), brief: 10} {
		_, err := conn.Write(data[:size])
		g.Expect(err).NotTo(HaveOccurred())
	}
	for _, conn := range []io.Reader{lessTo, moreTo} {
		got := make([]byte, 100<<10)
		g.Expect(io.ReadFull(conn, got)).To(Equal(len(got)))
		g.Expect(bytes.Equal(got, data[:len(got)])).To(BeTrue())
	}
	silent(t, moreTo, control)
	g.Expect(brief.Close()).To(Succeed())
	g.Expect(io.ReadAll(briefTo)).To(Equal(data[:10]))

	// One that has lost something loses all, whatever is changed.
	_, err := link.UpdateToxic("swallow-upstream", 1, client.Attributes{"after": len(data)})
	g.Expect(err).NotTo(HaveOccurred())
	_, err = more.Write([]byte("lost"))
	g.Expect(err).NotTo(HaveOccurred())
	silent(t, moreTo, control)
	over()
	g.Expect(io.ReadAll(moreTo)).To(BeEmpty())
	send(less, lessTo, 1<<20, 7).whole(t)
}

// A FIN is lost as bytes are.
func TestSwallowLosesTheEnd(t *testing.T) {
	g := NewWithT(t)
	p := serve(t)
	address, servers := accepted(t)
	link, control := p.link(address), dial(t, p.link(upstream(t, echo)).Listen)
	over := p.add(link, "swallow", "upstream", nil)
	conn := dial(t, link.Listen)
	server := <-servers
	g.Expect(conn.Close()).To(Succeed())
	silent(t, server, control)
	over()
	g.Expect(io.ReadAll(server)).To(BeEmpty())
}
