package toxics

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// greeter asks what is behind a Link of stores whether it is there, over one connection
// that it keeps: by the PING that every NATS server answers, as clients and leafnodes
// do.
type greeter struct {
	address string
	dials   atomic.Int64

	mu   sync.Mutex // one question at a time
	conn net.Conn
	from *bufio.Reader
}

const (
	natsGreeting = "CONNECT {\"verbose\":false,\"pedantic\":false,\"protocol\":1,\"name\":\"link probe\"}\r\n"
	natsPing     = "PING\r\n"
	natsPong     = "PONG"
)

// ask makes one question of it.
func (g *greeter) ask(ctx context.Context, patience time.Duration) (outcome, error) {
	if err := timeFor(ctx, patience); err != nil {
		return "", err
	}
	return g.load(ctx, patience, len(natsPing))
}

// load asks as often as it takes for that many bytes to pass.
func (g *greeter) load(ctx context.Context, patience time.Duration, size int) (outcome, error) {
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	g.mu.Lock()
	defer g.mu.Unlock()
	err := g.talk(limited, max(size/len(natsPing), 1))
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

func (g *greeter) talk(ctx context.Context, times int) error {
	stop := func() bool { return true }
	defer func() { stop() }()
	if g.conn == nil {
		g.dials.Add(1)
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", g.address)
		if err != nil {
			return err
		}
		g.conn, g.from = conn, bufio.NewReader(conn)
		if _, err := conn.Write([]byte(natsGreeting)); err != nil {
			return err
		}
	}
	conn := g.conn
	if err := conn.SetDeadline(time.Time{}); err != nil {
		return err
	}
	stop = context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	asked := make(chan error, 1)
	go func() {
		_, err := conn.Write([]byte(strings.Repeat(natsPing, times)))
		asked <- err
	}()
	err := g.hear(times)
	if err != nil {
		_ = conn.SetWriteDeadline(time.Unix(1, 0)) // whoever does not listen may not read either
	}
	return errors.Join(err, <-asked)
}

// hear reads until so many questions were answered.
func (g *greeter) hear(times int) error {
	for times > 0 {
		line, err := g.from.ReadString('\n')
		if err != nil {
			return fmt.Errorf("await an answer: %w", err)
		}
		switch line = strings.TrimSpace(line); {
		case line == natsPong:
			times--
		case strings.HasPrefix(line, "-ERR"):
			return fmt.Errorf("await an answer: %s", line)
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
