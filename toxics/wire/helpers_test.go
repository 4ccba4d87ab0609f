package wire_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	client "github.com/Shopify/toxiproxy/v2/client"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gleak"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/failoverdrill/failoverdrill/toxics/wire"
)

// soon is more than anything here takes on a busy machine.
const soon = 20 * time.Second

// proxies is a toxiproxy server in this process, with our toxics. It ends with
// the test, which fails if a goroutine of it is left.
type proxies struct {
	*client.Client
	t      *testing.T
	api    string
	links  int
	before []gleak.Goroutine
	relays bool // some may be left, for a minute
}

func serve(t *testing.T) *proxies {
	t.Helper()
	p := &proxies{t: t, before: gleak.Goroutines()}
	wire.Register()
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(prometheus.NewRegistry()), zerolog.Nop())
	handler, err := wire.Handler(server)
	if err != nil {
		t.Fatal(err)
	}
	api := httptest.NewServer(handler)
	t.Cleanup(func() {
		api.Close()
		for _, link := range server.Collection.Proxies() {
			link.Stop()
			wire.Release(link)
		}
		NewWithT(t).Eventually(p.goroutines, soon).WithArguments("toxics/wire.", "toxiproxy/v2.", "toxiproxy/v2/toxics.").Should(BeEmpty())
	})
	p.Client, p.api = client.NewClient(api.URL), api.URL
	return p
}

// goroutines lists those that were not there before the server and run code of
// one of the packages.
func (p *proxies) goroutines(packages ...string) (out []string) {
	for _, g := range gleak.Goroutines() {
		known := slices.ContainsFunc(p.before, func(b gleak.Goroutine) bool { return b.ID == g.ID })
		runs := slices.ContainsFunc(packages, func(name string) bool { return strings.Contains(g.Backtrace, name) })
		relay := p.relays && strings.Contains(g.Backtrace, "(*hold).relay")
		if runs && !known && !relay {
			out = append(out, g.Backtrace)
		}
	}
	return out
}

// idle waits until no goroutine serves a connection.
func (p *proxies) idle() {
	p.t.Helper()
	NewWithT(p.t).Eventually(p.goroutines, soon).WithArguments("toxics/wire.", "toxiproxy/v2.(*ToxicLink)", "toxiproxy/v2/toxics.").Should(BeEmpty())
}

// link opens a Link to upstream.
func (p *proxies) link(upstream string) *client.Proxy {
	p.t.Helper()
	p.links++
	link, err := p.CreateProxy(fmt.Sprintf("link-%d", p.links), "127.0.0.1:0", upstream)
	if err != nil {
		p.t.Fatal(err)
	}
	return link
}

// add puts a toxic on a stream of a Link, under its own name, and returns what
// takes it away again.
func (p *proxies) add(link *client.Proxy, kind, stream string, attributes client.Attributes) (remove func()) {
	p.t.Helper()
	name := kind + "-" + stream
	within(p.t, func() error { _, err := link.AddToxic(name, kind, stream, 1, attributes); return err })
	return func() {
		p.t.Helper()
		within(p.t, func() error { return link.RemoveToxic(name) })
	}
}

// within fails the test when a call fails, or does not end soon: what hangs is
// the API.
func within(t *testing.T, call func() error) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- call() }()
	select {
	case err := <-done:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(soon):
		t.Fatal("the API hangs")
	}
}

// upstream is a server that runs serve for each connection, until the test ends.
func upstream(t *testing.T, serve func(net.Conn)) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var open []net.Conn
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open = append(open, conn)
			mu.Unlock()
			serving.Go(func() {
				serve(conn)
				_ = conn.Close()
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		mu.Lock()
		for _, c := range open {
			_ = c.Close()
		}
		mu.Unlock()
		serving.Wait()
	})
	return listener.Addr().String()
}

// echo sends back what it gets.
func echo(conn net.Conn) { _, _ = io.Copy(conn, conn) }

// accepted is a server that hands its connections to the test.
func accepted(t *testing.T) (address string, conns <-chan net.Conn) {
	t.Helper()
	out, over := make(chan net.Conn, 64), make(chan struct{})
	address = upstream(t, func(conn net.Conn) {
		_ = conn.SetDeadline(time.Now().Add(soon))
		out <- conn
		<-over
	})
	t.Cleanup(func() { close(over) })
	return address, out
}

// dial opens a connection that ends with the test.
func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(soon)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// ping sends a byte to an echo and waits for it.
func ping(conn net.Conn) error {
	if _, err := conn.Write([]byte{'x'}); err != nil {
		return err
	}
	_, err := io.ReadFull(conn, make([]byte, 1))
	return err
}

// silent fails unless nothing comes from conn, not even its end, while a control
// connection beside it is answered, again and again.
func silent(t *testing.T, conn, control net.Conn) {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	read := make(chan error, 1)
	go func() {
		n, err := conn.Read(make([]byte, 1))
		if n > 0 {
			err = errors.New("a byte")
		}
		read <- err
	}()
	for answers := 0; ; answers++ {
		select {
		case err := <-read:
			if !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatalf("in the dark came %v", err)
			}
			if answers < 3 {
				t.Fatalf("the control was answered %d times meanwhile", answers)
			}
			if err := conn.SetReadDeadline(time.Now().Add(soon)); err != nil {
				t.Fatal(err)
			}
			return
		default:
			if err := ping(control); err != nil {
				t.Fatalf("control: %v", err)
			}
		}
	}
}
