package wire_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"sync/atomic"
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

// flow is bytes on their way from one connection to another, or back to the
// same one, all of them drawn from a seed.
type flow struct {
	sent, arrived atomic.Int64
	done          chan error
}

// send begins a flow of size bytes, in pieces of many sizes.
func send(from io.Writer, to io.Reader, size int, seed uint64) *flow {
	f := &flow{done: make(chan error, 2)}
	go func() { f.done <- f.write(from, drawn(seed, size), rand.New(rand.NewPCG(seed, 1))) }()
	go func() { f.done <- f.check(to, drawn(seed, size)) }()
	return f
}

func drawn(seed uint64, size int) []byte {
	draw, out := rand.New(rand.NewPCG(seed, 0)), make([]byte, size)
	for i := range out {
		out[i] = byte(draw.Uint32())
	}
	return out
}

func (f *flow) write(to io.Writer, data []byte, draw *rand.Rand) error {
	for len(data) > 0 {
		n, err := to.Write(data[:min(len(data), 1+draw.IntN(1<<draw.IntN(17)))])
		if err != nil {
			return fmt.Errorf("send after %d bytes: %w", f.sent.Load(), err)
		}
		f.sent.Add(int64(n))
		data = data[n:]
	}
	return nil
}

func (f *flow) check(from io.Reader, want []byte) error {
	buffer := make([]byte, 64<<10)
	for len(want) > 0 {
		n, err := from.Read(buffer[:min(len(buffer), len(want))])
		if !bytes.Equal(buffer[:n], want[:n]) {
			return fmt.Errorf("other bytes arrived than were sent, %d bytes after the first", f.arrived.Load())
		}
		f.arrived.Add(int64(n))
		if want = want[n:]; err != nil && len(want) > 0 {
			return fmt.Errorf("receive after %d bytes: %w", f.arrived.Load(), err)
		}
	}
	return nil
}

// reach waits until that many bytes have arrived.
func (f *flow) reach(t *testing.T, size int64) {
	t.Helper()
	NewWithT(t).Eventually(f.arrived.Load, soon).Should(BeNumerically(">=", size))
}

// pressed waits until the sender is held up: it has sent something, and next to
// nothing more while a control connection is answered a hundred times.
func (f *flow) pressed(t *testing.T, control net.Conn) {
	t.Helper()
	NewWithT(t).Eventually(func() bool {
		before := f.sent.Load()
		for range 100 {
			if err := ping(control); err != nil {
				t.Fatal(err)
			}
		}
		return before > 0 && f.sent.Load()-before < 1<<20
	}, soon, time.Millisecond).Should(BeTrue())
}

// whole waits until everything has arrived.
func (f *flow) whole(t *testing.T) {
	t.Helper()
	for range 2 {
		select {
		case err := <-f.done:
			if err != nil {
				t.Fatal(err)
			}
		case <-time.After(soon):
			t.Fatalf("%d of %d bytes sent arrived", f.arrived.Load(), f.sent.Load())
		}
	}
}
