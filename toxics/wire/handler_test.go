package wire_test

import (
	"net"
	"sync"
	"testing"

	client "github.com/Shopify/toxiproxy/v2/client"
	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/toxics/wire"
)

// What is stopped in the dark lets its connections go, with all that was kept
// for them, while the toxic is still there.
func TestStopInTheDark(t *testing.T) {
	stops := map[string]func(p *proxies, link *client.Proxy) error{
		"disable": func(_ *proxies, link *client.Proxy) error { return link.Disable() },
		"delete":  func(_ *proxies, link *client.Proxy) error { return link.Delete() },
		"move": func(p *proxies, link *client.Proxy) error {
			link.Upstream = upstream(p.t, echo)
			return link.Save()
		},
		"replace": func(p *proxies, link *client.Proxy) error {
			_, err := p.Populate([]client.Proxy{{Name: link.Name, Listen: link.Listen, Upstream: upstream(p.t, echo), Enabled: true}})
			return err
		},
	}
	for name, stop := range stops {
		for _, kind := range []string{"dark", "swallow", "brownout", "sever"} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				p := serve(t)
				link := p.link(upstream(t, echo))
				var attributes client.Attributes
				if kind == "brownout" {
					attributes = client.Attributes{"share": 1}
				}
				for _, stream := range both {
					p.add(link, "latency", stream, client.Attributes{"latency": 1})
					p.add(link, kind, stream, attributes)
				}
				for range 5 {
					conn, err := net.Dial("tcp", link.Listen)
					if err != nil {
						continue // severed already
					}
					t.Cleanup(func() { _ = conn.Close() })
					_, _ = conn.Write(make([]byte, 100<<10))
				}
				within(t, func() error { return stop(p, link) })
				p.idle()
			})
		}
	}
}

// The dark outlasts a Link that is refused and restored.
func TestDarkAfterARestart(t *testing.T) {
	g := NewWithT(t)
	p := serve(t)
	address := upstream(t, echo)
	link, control := p.link(address), dial(t, p.link(address).Listen)
	light := p.add(link, "dark", "downstream", nil)
	within(t, link.Disable)
	within(t, link.Enable)
	conn := dial(t, link.Listen)
	_, err := conn.Write([]byte{'x'})
	g.Expect(err).NotTo(HaveOccurred())
	silent(t, conn, control)
	light()
	g.Expect(conn.Read(make([]byte, 1))).To(Equal(1))
	g.Expect(ping(conn)).To(Succeed())
}

// toxiproxy passes over an attribute that there is not.
func TestAttributesAreLookedAt(t *testing.T) {
	g := NewWithT(t)
	p := serve(t)
	link := p.link(upstream(t, echo))
	for _, tc := range []struct {
		kind       string
		attributes client.Attributes
		want       string
	}{
		{"dark", client.Attributes{"timeout": 5}, `unknown field "timeout"`},
		{"sever", client.Attributes{"timeout": 5}, `unknown field "timeout"`},
		{"swallow", client.Attributes{"before": 5}, `unknown field "before"`},
		{"swallow", client.Attributes{"after": -1}, "0 or more"},
		{"brownout", client.Attributes{"share": 1.5}, "share 1.5"},
		{"brownout", client.Attributes{"share": -0.5}, "share -0.5"},
		{"brownout", client.Attributes{"share": 0.5, "seed": -1}, "seed"},
	} {
		_, err := link.AddToxic("", tc.kind, "upstream", 1, tc.attributes)
		g.Expect(err).To(MatchError(ContainSubstring(tc.want)), "%s %v", tc.kind, tc.attributes)
	}
	g.Expect(link.Toxics()).To(BeEmpty())

	_, err := link.AddToxic("b", "brownout", "upstream", 1, client.Attributes{"share": 0.25, "seed": 7})
	g.Expect(err).NotTo(HaveOccurred())
	_, err = link.UpdateToxic("b", 1, client.Attributes{"share": 2})
	g.Expect(err).To(MatchError(ContainSubstring("share 2")))
	toxic, err := link.UpdateToxic("b", 1, client.Attributes{"share": 0.5})
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(toxic.Attributes).To(Equal(client.Attributes{"share": 0.5, "seed": 7.0}), "what an update does not name stays")
}

// The registry is toxiproxy's, and one for all servers of the process.
func TestRegisterAgain(t *testing.T) {
	p := serve(t)
	link, other := p.link(upstream(t, echo)), p.link(upstream(t, echo))
	light := p.add(link, "dark", "upstream", nil)
	var registering sync.WaitGroup
	for range 8 {
		registering.Go(wire.Register)
		p.add(other, "brownout", "upstream", nil)()
	}
	registering.Wait()
	light()
	NewWithT(t).Expect(ping(dial(t, link.Listen))).To(Succeed())
}
