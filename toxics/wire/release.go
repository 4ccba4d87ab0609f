package wire

import (
	"time"

	"github.com/Shopify/toxiproxy/v2/stream"
	"github.com/Shopify/toxiproxy/v2/toxics"
)

const (
	// stall is how long a removal waits for a receiver that takes nothing, and
	// haste for one that takes a little. New connections of the Link wait too.
	stall = 500 * time.Millisecond
	haste = 10 * time.Second
	// linger is how long a receiver may then leave bytes of a sender that is gone.
	// A dead connection looks the same, so they cannot be kept for ever.
	linger = time.Minute
)

// release hands on what was kept, and takes the hold out of the stub, which is
// about to be removed. toxiproxy holds a lock meanwhile, which everything else
// on the Link needs, the end of a dead connection included. So it must not wait
// for a receiver that does not read: what is left goes by a relay.
func (h *hold) release(stub *toxics.ToxicStub) {
	if h.gate == nil { // never dark
		return
	}
	close(h.stop)
	<-h.done
	stub.Input = h.source
	late := time.Now().Add(haste)
	for len(h.kept) > 0 && h.kept[0] != nil {
		select {
		case stub.Output <- h.kept[0]:
			h.drop()
			continue
		case <-time.After(min(stall, time.Until(late))):
		}
		h.relay(stub)
		break
	}
	if h.ended {
		stub.Close()
	}
}

// relay has what is kept follow in the background, and what comes after it:
//
//	the toxic before ──► relay ──► what the stub wrote to
//
// It takes what comes, a sip at least: toxiproxy drops a chunk that it cannot
// hand on within 5 s. It stays for the rest of the connection, and toxiproxy does
// not know of it: with a toxic *behind* the stub that is removed later, the relay
// is left out too, and what it has is lost.
func (h *hold) relay(stub *toxics.ToxicStub) {
	source, over := make(chan *stream.StreamChunk), make(chan struct{})
	time.AfterFunc(linger, func() { close(over) })
	r := newHold(over)
	r.source, r.gate, r.kept, r.weight, r.ended = source, stub.Output, h.kept, h.weight, h.ended
	stub.Output = source
	go r.run()
}
