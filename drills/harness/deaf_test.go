package harness

import (
	"net"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/fixtures/launch"
)

// A machine that is gone keeps who asks waiting.
func TestAServerOfLinksThatIsGoneIsAskedOnce(t *testing.T) {
	g := NewWithT(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	g.Expect(err).NotTo(HaveOccurred())
	address := listener.Addr().String()
	g.Expect(listener.Close()).To(Succeed())
	u := &undoer{deaf: map[string]bool{}, remains: launch.Left("1a2b3c4d", nil)}
	link := drills.Change{Kind: drills.LinkChange, Subject: "fleet", Address: address}
	found, err := u.change(t.Context(), link)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(found).To(BeFalse())

	asked := make(chan struct{})
	listener, err = net.Listen("tcp", address)
	g.Expect(err).NotTo(HaveOccurred())
	go func() {
		conn, err := listener.Accept()
		if err == nil {
			_ = conn.Close()
			close(asked)
		}
	}()
	found, err = u.change(t.Context(), link)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(found).To(BeFalse())
	g.Expect(asked).NotTo(BeClosed())
	g.Expect(listener.Close()).To(Succeed())
}
