package toxics

import (
	"context"
	"fmt"

	client "github.com/Shopify/toxiproxy/v2/client"

	"github.com/failoverdrill/failoverdrill/drills"
)

// add puts a toxic on a Link. It has to be named: its name is what removes it.
func (l *Links) add(ctx context.Context, toxic client.ToxicOptions) error {
	if err := l.changed.begin(l.toxic(toxic.ProxyName, toxic.ToxicName)); err != nil {
		return fmt.Errorf("add toxic %s to link %s: %w", toxic.ToxicName, toxic.ProxyName, err)
	}
	err := l.turns.take(ctx, toxic.ProxyName, func() error { _, err := l.api.AddToxic(&toxic); return err })
	if err != nil {
		return fmt.Errorf("add toxic %s to link %s: %w", toxic.ToxicName, toxic.ProxyName, err)
	}
	return nil
}

// remove takes a toxic off a Link, if it is there.
func (l *Links) remove(ctx context.Context, link, toxic string) error {
	err := l.turns.take(ctx, link, func() error {
		p, err := l.api.Proxy(link)
		if err != nil {
			return err
		}
		if err := p.RemoveToxic(toxic); !absent(err) {
			return err
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("remove toxic %s from link %s: %w", toxic, link, err)
	}
	l.changed.undone(l.toxic(link, toxic))
	return nil
}

func (l *Links) toxic(link, name string) drills.Change {
	c := l.change(drills.ToxicChange, link)
	c.Toxic = name
	return c
}
