package toxics

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// greeter asks what is behind a Link of stores whether it is there, over one connection
// that it keeps, as their clients and followers do.
type greeter struct {
	address string
	speaks  dialect
	dials   atomic.Int64

	mu   sync.Mutex // one question at a time
	conn net.Conn
	from *bufio.Reader
}

// dialect is the least of a protocol that has something answered, again and again.
type dialect struct {
	hello   []byte // what a client says first
	replies int    // to that alone
	ask     []byte
	load    func(size int) []byte     // a question of that size, with one reply; nil has ask repeated
	hear    func(*bufio.Reader) error // reads up to the end of one reply
}

// dialects are those of stores, by engine and kind of Link.
func dialects(engine drills.StoreEngine, role drills.LinkRole) dialect {
	if engine == drills.PostgreSQL {
		return dialect{hello: startup(), replies: 1, ask: []byte{'S', 0, 0, 0, 4}, load: comment, hear: hearReady}
	}
	const hello = "CONNECT {\"verbose\":false,\"pedantic\":false,\"protocol\":1,\"name\":\"link probe\"}\r\n"
	out := dialect{hello: []byte(hello), ask: []byte("PING\r\n"), hear: hearPong}
	if role == drills.StoreLink { // a leafnode has no word for what follows
		out.load = publication
	}
	return out
}

// comment is a query of PostgreSQL that asks for nothing.
func comment(size int) []byte {
	text := "--" + strings.Repeat("x", size) + "\x00"
	return append(binary.BigEndian.AppendUint32([]byte{'Q'}, uint32(len(text)+4)), text...)
}

// publication is a message of NATS that nobody subscribes to, and a PING.
func publication(size int) []byte {
	return fmt.Appendf(nil, "PUB link.probe %d\r\n%s\r\nPING\r\n", size, strings.Repeat("x", size))
}

// hearPong reads lines of NATS up to the answer to a PING.
func hearPong(from *bufio.Reader) error {
	for {
		line, err := from.ReadString('\n')
		if err != nil {
			return fmt.Errorf("await an answer: %w", err)
		}
		switch line = strings.TrimSpace(line); {
		case line == "PONG":
			return nil
		case strings.HasPrefix(line, "-ERR"):
			return fmt.Errorf("await an answer: %s", line)
		}
	}
}

// startup is how a client of PostgreSQL begins: version 3.0, who it is, and the database.
// It is told when its session is ready, and again for each Sync.
func startup() []byte {
	body := binary.BigEndian.AppendUint32(nil, 3<<16)
	for _, word := range []string{"user", "failoverdrill", "database", "postgres", "application_name", "link probe", ""} {
		body = append(append(body, word...), 0)
	}
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(body)+4)), body...)
}

// hearReady reads messages of PostgreSQL up to one that it is ready.
func hearReady(from *bufio.Reader) error {
	const (
		ready, failed = 'Z', 'E'
		most          = 1 << 16 // of a message that a probe may get
	)
	for {
		var head [5]byte
		if _, err := io.ReadFull(from, head[:]); err != nil {
			return fmt.Errorf("await an answer: %w", err)
		}
		size := binary.BigEndian.Uint32(head[1:])
		if size < 4 || size > most {
			return fmt.Errorf("await an answer: %q is none of PostgreSQL", head)
		}
		body := make([]byte, size-4)
		if _, err := io.ReadFull(from, body); err != nil {
			return fmt.Errorf("await an answer: %w", err)
		}
		switch head[0] {
		case ready:
			return nil
		case failed:
			return fmt.Errorf("await an answer: %q", bytes.ReplaceAll(body, []byte{0}, []byte{' '}))
		}
	}
}

// ask makes one question of it.
func (g *greeter) ask(ctx context.Context, patience time.Duration) (outcome, error) {
	if err := timeFor(ctx, patience); err != nil {
		return "", err
	}
	return g.load(ctx, patience, 0)
}

// load asks with that many bytes, or as often as it takes for them to pass.
func (g *greeter) load(ctx context.Context, patience time.Duration, size int) (outcome, error) {
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	g.mu.Lock()
	defer g.mu.Unlock()
	said, times := g.speaks.ask, 1
	switch {
	case size > 0 && g.speaks.load != nil:
		said = g.speaks.load(size)
	case size > 0:
		times = max(size/len(said), 1)
		said = bytes.Repeat(said, times)
	}
	err := g.talk(limited, said, times)
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	var timeout net.Error
	switch {
	case err == nil:
		return answered, nil
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return silent, err
	}
	g.hangUp()
	return broken, err
}

// talk says something, and waits for so many replies.
func (g *greeter) talk(ctx context.Context, said []byte, times int) error {
	if g.conn == nil {
		g.dials.Add(1)
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", g.address)
		if err != nil {
			return err
		}
		g.conn, g.from = conn, bufio.NewReader(conn)
		said = append(bytes.Clone(g.speaks.hello), said...)
		times += g.speaks.replies
	}
	conn := g.conn
	if err := conn.SetDeadline(time.Time{}); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	asked := make(chan error, 1)
	go func() {
		_, err := conn.Write(said)
		asked <- err
	}()
	err := g.hear(times)
	if err != nil {
		_ = conn.SetWriteDeadline(time.Unix(1, 0)) // whoever does not listen may not read either
	}
	if written := <-asked; err == nil {
		err = written
	}
	return err
}

// hear reads until so many questions were answered.
func (g *greeter) hear(times int) error {
	for range times {
		if err := g.speaks.hear(g.from); err != nil {
			return err
		}
	}
	return nil
}

func (g *greeter) hangUp() {
	if g.conn != nil {
		_ = g.conn.Close()
		g.conn = nil
	}
}

func (g *greeter) dialled() int64 { return g.dials.Load() }

func (g *greeter) close() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.hangUp()
	return nil
}
