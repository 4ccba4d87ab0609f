package wire_test

import (
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	client "github.com/Shopify/toxiproxy/v2/client"
	. "github.com/onsi/gomega"
)

// ended is what came of a read that nothing but an end can answer.
func ended(conn net.Conn) error {
	_, err := conn.Read(make([]byte, 1))
	return err
}

// Every connection is reset, on both sides, in the middle of what it does. Other
// Links to the same server are not touched.
func TestSever(t *testing.T) {
	for _, stream := range both {
		t.Run(stream, func(t *testing.T) {
			g := NewWithT(t)
			p := serve(t)
			address, servers := accepted(t)
			link, beside := p.link(address), p.link(address)
			p.add(link, "latency", stream, client.Attributes{"latency": 1})
			idle, idleTo := dial(t, link.Listen), <-servers
			busy, busyTo := dial(t, link.Listen), <-servers
			other, otherTo := dial(t, beside.Listen), <-servers
			from, to := ends(stream, busy, busyTo)
			load := send(from, to, 64<<20, 8)
			load.reach(t, 1<<20)

			over := p.add(link, "sever", stream, nil)
			g.Expect(ended(idle)).To(MatchError(syscall.ECONNRESET))
			g.Expect(ended(idleTo)).To(MatchError(syscall.ECONNRESET))
			for range 2 {
				g.Expect(<-load.done).To(Or(MatchError(syscall.ECONNRESET), MatchError(syscall.EPIPE)))
			}
			for range 5 {
				g.Expect(knock(link.Listen)).To(MatchError(syscall.ECONNRESET))
				g.Expect(ended(<-servers)).To(MatchError(syscall.ECONNRESET))
			}
			send(other, otherTo, 1<<20, 9).whole(t)

			over()
			conn := dial(t, link.Listen)
			send(conn, <-servers, 1<<20, 10).whole(t)
		})
	}
}

// knock connects and reads. The reset may come before a dial has returned.
func knock(address string) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(soon)); err != nil {
		return err
	}
	return ended(conn)
}

// This is why there is one of our own: toxiproxy's waits for a byte. What a
// connection that was open ends with then is a matter of chance: a FIN, or now and
// then a reset.
func TestResetPeerLeavesAnOpenConnectionAloneUntilAByteComes(t *testing.T) {
	g := NewWithT(t)
	p := serve(t)
	address, servers := accepted(t)
	link := p.link(address)
	conn := dial(t, link.Listen)
	server := <-servers
	p.add(link, "reset_peer", "upstream", nil)
	g.Expect(conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond))).To(Succeed())
	g.Expect(ended(conn)).To(MatchError(os.ErrDeadlineExceeded))
	g.Expect(conn.SetDeadline(time.Now().Add(soon))).To(Succeed())
	_, err := conn.Write([]byte{'x'})
	g.Expect(err).NotTo(HaveOccurred())
	hungUp := Or(MatchError(io.EOF), MatchError(syscall.ECONNRESET))
	g.Expect(ended(server)).To(hungUp)
	g.Expect(ended(conn)).To(hungUp)
}
