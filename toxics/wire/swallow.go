package wire

import (
	"encoding/json"
	"errors"
	"sync/atomic"

	"github.com/Shopify/toxiproxy/v2/stream"
	"github.com/Shopify/toxiproxy/v2/toxics"
)

// Swallow loses what passes in its stream, for good: bytes, and the FIN behind
// them. It is a loss in one direction that outlasts TCP's patience. Senders are
// not told: the proxy's kernel has acknowledged what they sent.
//
// When it is removed, a connection that lost anything ends, for its stream has a
// hole: with a FIN, as toxiproxy closes it. One that lost nothing lives on.
//
// The attribute `after` lets that many bytes of each connection pass first,
// counted from when the toxic was there: a handshake is done, and what is asked
// then is lost. By default nothing passes.
type Swallow struct {
	tenancy
	after atomic.Int64
}

// swallow is the attributes of a Swallow.
type swallow struct {
	After int64 `json:"after"` // bytes
}

// passage is the state of a connection.
type passage struct {
	passed      int64
	lost, ended bool
	tenure      <-chan struct{}
}

// NewState is toxiproxy's: called for each connection.
func (s *Swallow) NewState() any { return &passage{tenure: s.current()} }

// Pipe is toxiproxy's: it runs until the connection ends or it is interrupted.
func (s *Swallow) Pipe(stub *toxics.ToxicStub) {
	p := s.passage(stub)
	for {
		input, over := stub.Input, p.tenure
		if p.ended {
			input = nil
		} else {
			over = nil
		}
		select {
		case <-stub.Interrupt:
			return
		case <-over:
			stub.Close()
			return
		case chunk := <-input:
			left := s.after.Load() - p.passed
			switch {
			case chunk == nil && !p.lost && left > 0:
				stub.Close()
				return
			case chunk == nil:
				p.lost, p.ended = true, true
			default:
				p.pass(stub, chunk, left)
			}
		}
	}
}

// pass hands on what is left to pass. After the first byte that is lost nothing
// does, whoever runs on the stub.
func (p *passage) pass(stub *toxics.ToxicStub, chunk *stream.StreamChunk, left int64) {
	size := int64(len(chunk.Data))
	if some := min(max(left, 0), size); some > 0 {
		stub.Output <- &stream.StreamChunk{Data: chunk.Data[:some], Timestamp: chunk.Timestamp}
		p.passed += some
	}
	if size > left {
		p.lost = true
		stub.Input = sink(stub.Input)
	}
}

// Cleanup is toxiproxy's: called for each connection when the toxic is removed.
func (s *Swallow) Cleanup(stub *toxics.ToxicStub) {
	if s.passage(stub).lost {
		stub.Close()
	}
}

// passage finds the state of a connection, as [Dark] does.
func (s *Swallow) passage(stub *toxics.ToxicStub) *passage {
	p, ok := stub.State.(*passage)
	if !ok {
		p = &passage{tenure: s.current()}
		stub.State = p
	}
	return p
}

// MarshalJSON tells the attributes.
func (s *Swallow) MarshalJSON() ([]byte, error) { return json.Marshal(swallow{s.after.Load()}) }

// UnmarshalJSON changes the attributes that it names. Connections read them
// meanwhile.
func (s *Swallow) UnmarshalJSON(attributes []byte) error {
	next := swallow{s.after.Load()}
	if err := decode(attributes, &next); err != nil {
		return err
	}
	if next.After < 0 {
		return errors.New("after of a swallow is a number of bytes, 0 or more")
	}
	s.after.Store(next.After)
	return nil
}
