package wire

import (
	"sync/atomic"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/Shopify/toxiproxy/v2/toxics"
)

// Sever resets every connection of the Link, on both sides: those that are open
// when it is added, and every new one once it is accepted and the server
// dialled. Removed, it lets new ones through. It has no attributes.
//
// Either stream will do. Under load add it to both: a toxiproxy that cannot
// write leaves two goroutines behind in a stream that has more to say.
//
// toxiproxy's reset_peer leaves a connection that is open as it is until the
// next byte, and then closes it with a FIN.
//
// Without [Handler] it does not know the sockets, and ends connections when it
// is removed.
type Sever struct {
	bare
	proxy atomic.Pointer[toxiproxy.Proxy] // whose connections it resets
}

// attach tells the toxic whose it is, and resets what is open.
func (s *Sever) attach(p *toxiproxy.Proxy) {
	s.proxy.Store(p)
	reset(p)
}

// Pipe is toxiproxy's: it runs until the connection ends or it is interrupted.
// What a client sends in the last moment goes nowhere.
func (s *Sever) Pipe(stub *toxics.ToxicStub) {
	// Otherwise attach resets it: toxiproxy has a connection on its list by now.
	if p := s.proxy.Load(); p != nil {
		reset(p)
	}
	for {
		select {
		case <-stub.Interrupt:
			return
		case chunk := <-stub.Input:
			if chunk == nil {
				stub.Close()
				return
			}
		}
	}
}

// Cleanup is toxiproxy's: called for each connection when the toxic is removed.
func (s *Sever) Cleanup(stub *toxics.ToxicStub) {
	stub.Input = sink(stub.Input)
	stub.Close()
}
