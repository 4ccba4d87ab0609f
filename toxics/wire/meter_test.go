package wire_test

import (
	"encoding/json"
	"net"
	"testing"

	. "github.com/onsi/gomega"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	client "github.com/Shopify/toxiproxy/v2/client"

	"github.com/failoverdrill/failoverdrill/toxics/wire"
)

// metered reads what a Link's meter tells, through the API.
func (p *proxies) metered(link *client.Proxy, name string) wire.Metered {
	p.t.Helper()
	now, err := p.Proxy(link.Name)
	if err != nil {
		p.t.Fatal(err)
	}
	var out wire.Metered
	for _, toxic := range now.ActiveToxics {
		if toxic.Name != name {
			continue
		}
		content, err := json.Marshal(toxic.Attributes)
		if err == nil {
			err = json.Unmarshal(content, &out)
		}
		if err != nil {
			p.t.Fatal(err)
		}
	}
	return out
}

func TestAMeterCountsBytesAndChangesNothing(t *testing.T) {
	p := serve(t)
	link := p.link(upstream(t, echo))
	p.add(link, "meter", "upstream", nil)
	p.add(link, "meter", "downstream", nil)
	for range 2 { // connections
		conn := dial(t, link.Listen)
		for range 3 {
			NewWithT(t).Expect(ping(conn)).To(Succeed())
		}
	}
	up, down := p.metered(link, "meter-upstream"), p.metered(link, "meter-downstream")
	if up.Bytes == 0 || up.Bytes%6 != 0 || up != down || up.Calls != 0 {
		t.Errorf("of six pings it tells %+v and %+v", up, down)
	}
}

func TestAMeterCountsCalls(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	healthpb.RegisterHealthServer(server, health.NewServer())
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	p := serve(t)
	link := p.link(listener.Addr().String())
	p.add(link, "meter", "upstream", nil)
	for range 2 {
		conn, err := grpc.NewClient("passthrough:///"+link.Listen, grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			if _, err := healthpb.NewHealthClient(conn).Check(t.Context(), &healthpb.HealthCheckRequest{}); err != nil {
				t.Fatal(err)
			}
		}
		_ = conn.Close()
	}
	if got := p.metered(link, "meter-upstream"); got.Calls != 10 || got.Bytes < 10*20 {
		t.Errorf("of ten calls it tells %+v", got)
	}
}

func TestAMeterTakesNoAttributes(t *testing.T) {
	p := serve(t)
	link := p.link(upstream(t, echo))
	if _, err := link.AddToxic("meter", "meter", "upstream", 1, client.Attributes{"bytes": 5}); err == nil {
		t.Error("it can be told what it has counted")
	}
}
