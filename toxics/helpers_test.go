package toxics_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/toxics"
)

func echoAll(listener net.Listener, serving *sync.WaitGroup, accepted func(net.Conn)) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		accepted(conn)
		serving.Go(func() {
			_, _ = io.Copy(conn, conn)
			_ = conn.Close()
		})
	}
}

// echo is a server in this process that sends back what it gets. It ends with
// the test.
func echo(t *testing.T) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", free(t))
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var open []net.Conn
	var serving sync.WaitGroup
	serving.Go(func() {
		echoAll(listener, &serving, func(c net.Conn) {
			mu.Lock()
			defer mu.Unlock()
			open = append(open, c)
		})
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

// free finds a free ip:port. An address of its own keeps it off the ports that
// connections of other programs take.
func free(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", fmt.Sprintf("127.43.%d.%d:0", rand.IntN(256), 1+rand.IntN(254)))
	if err != nil { // only on Linux are all of 127/8 local
		listener, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	return listener.Addr().String()
}

// server is a links component in this process.
type server struct {
	address string
	links   *toxics.Links
	logs    *bytes.Buffer // to be read once it has ended
	stop    func() error
}

func serve(t *testing.T) *server {
	t.Helper()
	s := &server{address: free(t), logs: new(bytes.Buffer)}
	s.links = toxics.Connect(s.address, drills.NoJournal{})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- toxics.Serve(ctx, s.address, s.logs) }()
	s.stop = func() error {
		cancel()
		select {
		case err := <-ended:
			ended <- err // for the next to ask
			return err
		case <-time.After(soon):
			return errors.New("the server goes on after its context ended")
		}
	}
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	})
	NewWithT(t).Eventually(func() error { _, err := get(s, "/version"); return err }, soon).Should(Succeed())
	return s
}

// get asks toxiproxy's HTTP API as any client would.
func get(s *server, path string) (string, error) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: soon}
	answer, err := client.Get("http://" + s.address + path)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", answer.Status, body)
	}
	return string(body), err
}

// between is a Link with an address to listen on.
func between(t *testing.T, from, to, upstream string, delay drills.Delay) drills.OpenLink {
	t.Helper()
	link := drills.Link{Role: drills.FleetLink, From: from, To: to, Delay: delay}
	return drills.OpenLink{Link: link, Listen: free(t), Upstream: upstream}
}

func plain(links []drills.OpenLink) []drills.Link {
	out := make([]drills.Link, len(links))
	for i, l := range links {
		out[i] = l.Link
	}
	return out
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

// echoes fails unless what a new connection to address sends comes back.
func echoes(address string) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(soon)); err != nil {
		return err
	}
	return ping(conn)
}
