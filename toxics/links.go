package toxics

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	client "github.com/Shopify/toxiproxy/v2/client"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/toxics/wire"
)

// Links is a client of the links component. Every change of a Link passes it,
// and is in the journal before it is made. Its methods are safe for use by
// several goroutines.
type Links struct {
	address string
	api     *client.Client
	changed changes
	turns   turns
}

// Connect returns a client of the links component at address, an ip:port. What
// it changes goes to the journal first.
func Connect(address string, journal drills.Journal) *Links {
	return &Links{address: address, api: client.NewClient(address), changed: changes{journal: journal}}
}

// do runs a call of toxiproxy's client, which knows no contexts. A call that
// ctx cuts short goes on in the background to its own end: what faults change
// takes turns.
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
	changes := make([]drills.Change, len(links))
	for i, link := range links {
		proxies[i] = client.Proxy{Name: link.Name(), Listen: link.Listen, Upstream: link.Upstream, Enabled: true}
		changes[i] = l.change(drills.LinkChange, link.Name())
		changes[i].Ports = []string{link.Listen}
	}
	if err := l.changed.begin(changes...); err != nil {
		return fmt.Errorf("open links: %w", err)
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
		if err := errors.Join(l.meter(ctx, link.Link), l.delay(ctx, link.Link)); err != nil {
			return err
		}
	}
	return nil
}

// meter counts what passes a Link between regions, each way.
func (l *Links) meter(ctx context.Context, link drills.Link) error {
	if !link.BetweenRegions() {
		return nil
	}
	return l.buildIn(ctx, link, "meter", client.Attributes{})
}

// buildIn puts a toxic on both directions of a Link, as a part of what it is: that is
// no change of its own, and goes with the Link.
func (l *Links) buildIn(ctx context.Context, link drills.Link, kind string, about client.Attributes) error {
	for _, stream := range []string{"upstream", "downstream"} {
		options := &client.ToxicOptions{
			ProxyName: link.Name(), ToxicName: kind + "-" + stream, ToxicType: kind, Stream: stream, Toxicity: 1, Attributes: about,
		}
		err := do(ctx, func() error { _, err := l.api.AddToxic(options); return err })
		if err != nil {
			return fmt.Errorf("build %s into link %s %s: %w", kind, link.Name(), stream, err)
		}
	}
	return nil
}

// Metered tells what has passed each Link between regions since it was opened, both
// ways together, by the name of the Link.
func (l *Links) Metered(ctx context.Context) (map[string]wire.Metered, error) {
	out := map[string]wire.Metered{}
	err := do(ctx, func() error {
		proxies, err := l.api.Proxies()
		if err != nil {
			return err
		}
		for name, p := range proxies {
			for _, t := range p.ActiveToxics {
				if t.Type != "meter" {
					continue
				}
				content, err := json.Marshal(t.Attributes)
				var one wire.Metered
				if err == nil {
					err = json.Unmarshal(content, &one)
				}
				if err != nil {
					return fmt.Errorf("read meter of link %s: %w", name, err)
				}
				sum := out[name]
				sum.Bytes += one.Bytes
				if t.Stream == "upstream" { // answers begin no call
					sum.Calls += one.Calls
				}
				out[name] = sum
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read meters of links: %w", err)
	}
	return out, nil
}

// delay adds the Link's latency to each of its directions.
func (l *Links) delay(ctx context.Context, link drills.Link) error {
	if link.Delay == (drills.Delay{}) {
		return nil
	}
	return l.buildIn(ctx, link, "latency", client.Attributes{
		"latency": link.Delay.Latency.Milliseconds(), "jitter": link.Delay.Jitter.Milliseconds(),
	})
}

// Refuse has each Link close its connections and refuse new ones.
func (l *Links) Refuse(ctx context.Context, links []drills.Link) error {
	refusals := make([]drills.Change, len(links))
	for i, link := range links {
		refusals[i] = l.change(drills.RefusalChange, link.Name())
	}
	if err := l.changed.begin(refusals...); err != nil {
		return fmt.Errorf("refuse links: %w", err)
	}
	return l.each(ctx, "refuse", links, func(p *client.Proxy) error { return p.Disable() })
}

// Restore has each Link accept connections again.
func (l *Links) Restore(ctx context.Context, links []drills.Link) error {
	return l.each(ctx, "restore", links, func(p *client.Proxy) error {
		err := p.Enable()
		if err == nil {
			l.changed.undone(l.change(drills.RefusalChange, p.Name))
		}
		return err
	})
}

// change is one of a Link, without what only some kinds need.
func (l *Links) change(kind drills.ChangeKind, link string) drills.Change {
	return drills.Change{Kind: kind, Subject: link, Address: l.address}
}

func (l *Links) each(ctx context.Context, verb string, links []drills.Link, act func(*client.Proxy) error) error {
	var failed []error
	for _, link := range links {
		err := l.turns.take(ctx, link.Name(), func() error {
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

// Attach puts a toxic on one direction of a Link.
func (l *Links) Attach(ctx context.Context, link drills.Link, name, kind string, stream drills.Stream, about map[string]any) error {
	return l.add(ctx, client.ToxicOptions{
		ProxyName: link.Name(), ToxicName: name, ToxicType: kind, Stream: string(stream), Toxicity: 1, Attributes: about,
	})
}

// Detach takes a toxic off a Link. One that is not there is no error.
func (l *Links) Detach(ctx context.Context, link drills.Link, name string) error {
	return l.remove(ctx, link.Name(), name)
}

// Toxics tells which toxics a Link has, by name.
func (l *Links) Toxics(ctx context.Context, link drills.Link) (map[string]bool, error) {
	have := map[string]bool{}
	err := do(ctx, func() error {
		p, err := l.api.Proxy(link.Name())
		if err == nil {
			for _, t := range p.ActiveToxics {
				have[t.Name] = true
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look up link %s: %w", link.Name(), err)
	}
	return have, nil
}
