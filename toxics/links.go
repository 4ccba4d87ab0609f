package toxics

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"

	client "github.com/Shopify/toxiproxy/v2/client"

	"github.com/failoverdrill/failoverdrill/drills"
)

// Links is a client of the links component. Its methods are safe for use by
// several goroutines.
type Links struct {
	api *client.Client
}

// Connect returns a client of the links component at address, an ip:port.
func Connect(address string) *Links { return &Links{api: client.NewClient(address)} }

// do runs a call of toxiproxy's client, which knows no contexts. A call that
// ctx cuts short goes on in the background to its own end.
func do(ctx context.Context, call func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- call() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Open makes every Link, with its delay in both directions.
func (l *Links) Open(ctx context.Context, links []drills.OpenLink) error {
	proxies := make([]client.Proxy, len(links))
	for i, link := range links {
		proxies[i] = client.Proxy{Name: link.Name(), Listen: link.Listen, Upstream: link.Upstream, Enabled: true}
	}
	err := do(ctx, func() error {
		made, err := l.api.Populate(proxies)
		if err != nil {
			return err
		}
		if len(made) != len(proxies) {
			return fmt.Errorf("%d of %d links were made", len(made), len(proxies))
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("open links: %w", err)
	}
	for _, link := range links {
		if err := l.delay(ctx, link.Link); err != nil {
			return err
		}
	}
	return nil
}

// delay adds the Link's latency to each of its directions.
func (l *Links) delay(ctx context.Context, link drills.Link) error {
	if link.Delay == (drills.Delay{}) {
		return nil
	}
	for _, stream := range []string{"upstream", "downstream"} {
		options := &client.ToxicOptions{
			ProxyName: link.Name(), ToxicName: "latency-" + stream, ToxicType: "latency", Stream: stream, Toxicity: 1,
			Attributes: client.Attributes{
				"latency": link.Delay.Latency.Milliseconds(), "jitter": link.Delay.Jitter.Milliseconds(),
			},
		}
		err := do(ctx, func() error { _, err := l.api.AddToxic(options); return err })
		if err != nil {
			return fmt.Errorf("delay link %s %s: %w", link.Name(), stream, err)
		}
	}
	return nil
}

// Refuse has each Link close its connections and refuse new ones.
func (l *Links) Refuse(ctx context.Context, links []drills.Link) error {
	return l.each(ctx, "refuse", links, func(p *client.Proxy) error { return p.Disable() })
}

// Restore has each Link accept connections again.
func (l *Links) Restore(ctx context.Context, links []drills.Link) error {
	return l.each(ctx, "restore", links, func(p *client.Proxy) error { return p.Enable() })
}

func (l *Links) each(ctx context.Context, verb string, links []drills.Link, act func(*client.Proxy) error) error {
	var failed []error
	for _, link := range links {
		err := do(ctx, func() error {
			p, err := l.api.Proxy(link.Name())
			if err != nil {
				return err
			}
			return act(p)
		})
		if err != nil {
			failed = append(failed, fmt.Errorf("%s link %s: %w", verb, link.Name(), err))
		}
	}
	return errors.Join(failed...)
}

// probeTimeout bounds one dial of a probe. A Link on this machine answers or
// refuses within microseconds.
const probeTimeout = time.Second

// refused tells a Link that is severed. Another failure to connect, as of a
// machine that is too busy, does not prove that.
func refused(knocked error) bool { return errors.Is(knocked, syscall.ECONNREFUSED) }

// unanswered tells a Link that is not known to work: it proves one alive only
// that accepts.
func unanswered(knocked error) bool { return knocked != nil }

// probe dials the Link from outside the proxy. cut tells whether it is severed,
// by what came of it.
func (l *Links) probe(ctx context.Context, link drills.Link, cut func(knocked error) bool) (drills.Probe, error) {
	var listen string
	err := do(ctx, func() error {
		p, err := l.api.Proxy(link.Name())
		if err == nil {
			listen = p.Listen
		}
		return err
	})
	if err != nil {
		return drills.Probe{}, fmt.Errorf("look up link %s: %w", link.Name(), err)
	}
	err = do(ctx, func() error { return knock(listen) })
	switch {
	case err == nil:
		return drills.Probe{Subject: link.Name(), Detail: "accepted a connection"}, nil
	case ctx.Err() != nil:
		return drills.Probe{}, fmt.Errorf("probe link %s: %w", link.Name(), ctx.Err())
	default:
		return drills.Probe{Subject: link.Name(), Severed: cut(err), Detail: err.Error()}, nil
	}
}

// knock connects and hangs up. It is not told of a context: one whose deadline
// comes would have a dial time out, which looks like an answer.
func knock(address string) error {
	conn, err := net.DialTimeout("tcp", address, probeTimeout)
	if err != nil {
		return err
	}
	_ = conn.Close()
	return nil
}
