package toxics

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/drills"
)

func TestWhatAStoreAnswersIsHeard(t *testing.T) {
	for name, test := range map[string]struct {
		engine drills.StoreEngine
		says   string
		hears  bool
		left   string
	}{
		"NATS answers":                     {drills.NATSStore, "INFO {}\r\nPONG\r\nPONG\r\n", true, "PONG\r\n"},
		"NATS says other things first":     {drills.NATSStore, "INFO {}\r\nLS+ rows.>\r\nPING\r\nPONG\r\n", true, ""},
		"NATS refuses":                     {drills.NATSStore, "-ERR 'Authorization Violation'\r\n", false, ""},
		"NATS hangs up":                    {drills.NATSStore, "INFO {}\r\nPO", false, ""},
		"PostgreSQL is ready":              {drills.PostgreSQL, "R\x00\x00\x00\x08\x00\x00\x00\x00S\x00\x00\x00\x06a\x00Z\x00\x00\x00\x05I!", true, "!"},
		"PostgreSQL refuses":               {drills.PostgreSQL, "E\x00\x00\x00\x08no\x00\x00", false, ""},
		"PostgreSQL hangs up":              {drills.PostgreSQL, "R\x00\x00\x00\x08\x00", false, ""},
		"something else than PostgreSQL":   {drills.PostgreSQL, "HTTP/1.1 400 Bad Request\r\n", false, ""},
		"a message that is shorter than 4": {drills.PostgreSQL, "Z\x00\x00\x00\x03", false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			from := bufio.NewReader(strings.NewReader(test.says))
			err := dialects(test.engine, drills.StoreLink).hear(from)
			g.Expect(err == nil).To(Equal(test.hears), "%v", err)
			if test.hears {
				left, _ := io.ReadAll(from)
				g.Expect(string(left)).To(Equal(test.left))
			}
		})
	}
}

// replies has a listener speak as NATS does, for as long as it is let.
func replies(t *testing.T, speak func(net.Conn)) *greeter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go speak(conn)
		}
	}()
	g := &greeter{address: l.Addr().String(), speaks: dialects(drills.NATSStore, drills.StoreReplicationLink)}
	t.Cleanup(func() { _ = g.close() })
	return g
}

func TestAStoreIsAskedOverAConnectionThatIsKept(t *testing.T) {
	g := NewWithT(t)
	mute := make(chan struct{})
	asker := replies(t, func(conn net.Conn) {
		defer func() { _ = conn.Close() }()
		lines := bufio.NewScanner(conn)
		for lines.Scan() {
			select {
			case <-mute:
				continue
			default:
			}
			if bytes.Equal(lines.Bytes(), []byte("PING")) {
				_, _ = io.WriteString(conn, "PONG\r\n")
			}
		}
	})
	for range 3 {
		came, err := asker.ask(t.Context(), time.Minute)
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(came).To(Equal(answered))
	}
	came, err := asker.load(t.Context(), time.Minute, 1<<20)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(came).To(Equal(answered))
	g.Expect(asker.dialled()).To(BeEquivalentTo(1))
	close(mute)
	came, _ = asker.ask(t.Context(), 50*time.Millisecond)
	g.Expect(came).To(Equal(silent))
	g.Expect(asker.dialled()).To(BeEquivalentTo(1), "silence is no reason to connect again")
}

func TestALoadIsOneQuestionWhereTheProtocolHasOne(t *testing.T) {
	g := NewWithT(t)
	query := dialects(drills.PostgreSQL, drills.StoreLink).load(1000)
	g.Expect(query[0]).To(BeEquivalentTo('Q'))
	g.Expect(binary.BigEndian.Uint32(query[1:5])).To(BeEquivalentTo(len(query) - 1))
	g.Expect(query).To(HaveSuffix("x\x00"))
	message := string(dialects(drills.NATSStore, drills.StoreLink).load(1000))
	g.Expect(message).To(HavePrefix("PUB link.probe 1000\r\nx"))
	g.Expect(message).To(HaveSuffix("x\r\nPING\r\n"))
	g.Expect(dialects(drills.NATSStore, drills.StoreReplicationLink).load).To(BeNil())
}

func TestAStoreThatHangsUpIsBroken(t *testing.T) {
	g := NewWithT(t)
	asker := replies(t, func(conn net.Conn) { _ = conn.Close() })
	for n := range 2 {
		came, _ := asker.ask(t.Context(), time.Minute)
		g.Expect(came).To(Equal(broken))
		g.Expect(asker.dialled()).To(BeEquivalentTo(n + 1))
	}
}
