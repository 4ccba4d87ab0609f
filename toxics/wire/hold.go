package wire

import (
	"time"

	"github.com/Shopify/toxiproxy/v2/stream"
	"github.com/Shopify/toxiproxy/v2/toxics"
)

const (
	// room is what is kept of a connection before its sender is held up, in
	// bytes: of the order of a kernel's send buffer.
	room = 1 << 20
	// burden is what a chunk costs beside its bytes.
	burden = 128
	// sip is the pause between two chunks of a sender that is held up. A toxic
	// before us that is blocked on writing cannot be interrupted, which would hang
	// the API, and one that is removed hands on up to 1,024 chunks. At 32 KiB a
	// chunk, 6 MB a second is the price.
	sip = 5 * time.Millisecond
)

// A hold keeps what a connection sends in one stream, whole and in order. It
// stands before a stub of ours and takes whatever comes, so that the toxics
// before it can be changed:
//
//	the toxic before ──source──► hold ──gate──► stub.Input
//
// A stub that is dark reads nothing of the gate. Whoever runs on the stub next
// reads on where the last one stopped, toxiproxy's own noop included.
type hold struct {
	source <-chan *stream.StreamChunk
	gate   chan<- *stream.StreamChunk // nil until the connection is dark for the first time
	kept   []*stream.StreamChunk      // nil stands for the end, as it does in toxiproxy
	weight int                        // of what is kept
	ended  bool                       // the source has
	tenure <-chan struct{}            // closed when nobody waits for what is kept
	void   chan struct{}              // closed when it was given up
	stop   chan struct{}
	done   chan struct{} // closed when run has returned
}

func newHold(tenure <-chan struct{}) *hold {
	return &hold{tenure: tenure, void: make(chan struct{}), stop: make(chan struct{}), done: make(chan struct{})}
}

// wait keeps the stub's connection dark until the stub is interrupted.
func (h *hold) wait(stub *toxics.ToxicStub) {
	if h.gate == nil {
		gate := make(chan *stream.StreamChunk)
		h.source, h.gate, stub.Input = stub.Input, gate, gate
		go h.run()
	}
	select {
	case <-stub.Interrupt:
	case <-h.void:
		stub.Close()
	}
}

// run takes from the source and hands to whoever reads the gate.
func (h *hold) run() {
	defer close(h.done)
	thirsty := false
	for {
		source, gate, next := h.source, h.gate, (*stream.StreamChunk)(nil)
		var over <-chan struct{}
		var pause <-chan time.Time
		if len(h.kept) == 0 {
			gate = nil
		} else {
			next = h.kept[0]
		}
		if h.ended {
			source, over = nil, h.tenure
		} else if h.weight >= room && !thirsty {
			source, pause = nil, time.After(sip)
		}
		select {
		case <-h.stop:
			return
		case chunk := <-source:
			h.keep(chunk)
			thirsty = false
		case <-pause:
			thirsty = true
		case gate <- next:
			h.drop()
			if next == nil {
				close(h.gate)
				return
			}
		case <-over:
			h.kept = nil
			close(h.gate)
			close(h.void)
			return
		}
	}
}

func (h *hold) keep(chunk *stream.StreamChunk) {
	h.kept = append(h.kept, chunk)
	if chunk == nil {
		h.ended = true
		return
	}
	h.weight += len(chunk.Data) + burden
}

// drop forgets the first of what is kept.
func (h *hold) drop() {
	if first := h.kept[0]; first != nil {
		h.weight -= len(first.Data) + burden
	}
	h.kept[0] = nil
	h.kept = h.kept[1:]
}
