package wire

import (
	"encoding/binary"
	"encoding/json"
	"sync/atomic"

	"github.com/Shopify/toxiproxy/v2/toxics"
)

// Meter counts what passes in its stream, and changes nothing: the bytes and, of
// HTTP/2, the calls that were begun there, all connections together. It has no
// attributes; what it has counted is what it tells in their place. toxiproxy's own
// metrics count a connection when it ends, and those of gRPC hardly do.
type Meter struct {
	bare
	bytes atomic.Int64
	calls atomic.Int64
}

// Metered is what a Meter has counted, since it was there.
type Metered struct {
	Bytes int64 `json:"bytes"`
	Calls int64 `json:"calls"` // of a stream that a client sends
}

// NewState is toxiproxy's: called for each connection.
func (*Meter) NewState() any { return &frames{} }

// Pipe is toxiproxy's: it runs until the connection ends or it is interrupted.
func (m *Meter) Pipe(stub *toxics.ToxicStub) {
	seen, ok := stub.State.(*frames)
	if !ok {
		seen = &frames{}
		stub.State = seen
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
			m.bytes.Add(int64(len(chunk.Data)))
			m.calls.Add(int64(seen.scan(chunk.Data)))
			stub.Output <- chunk
		}
	}
}

// MarshalJSON tells what was counted.
func (m *Meter) MarshalJSON() ([]byte, error) {
	return json.Marshal(Metered{Bytes: m.bytes.Load(), Calls: m.calls.Load()})
}

// Of HTTP/2 (RFC 9113): how a client's connection begins, and its frames.
const (
	preface      = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
	frameHeader  = 9
	headersFrame = 1
)

// frames follows the frames of a connection through chunks that end anywhere.
type frames struct {
	began int    // bytes of the preface that were seen
	plain bool   // it is no HTTP/2: nothing is counted
	skip  uint32 // bytes of a frame that are still to come
	head  []byte // of the next frame, as far as it came
	last  uint32 // stream of the newest call
}

// scan counts the calls that a chunk begins: a header on a stream that is new.
func (f *frames) scan(data []byte) (calls int) {
	for ; !f.plain && f.began < len(preface) && len(data) > 0; data = data[1:] {
		f.plain = data[0] != preface[f.began]
		f.began++
	}
	for !f.plain && len(data) > 0 {
		if f.skip > 0 {
			n := min(f.skip, uint32(len(data)))
			f.skip, data = f.skip-n, data[n:]
			continue
		}
		n := min(frameHeader-len(f.head), len(data))
		f.head, data = append(f.head, data[:n]...), data[n:]
		if len(f.head) < frameHeader {
			return calls
		}
		f.skip = uint32(f.head[0])<<16 | uint32(f.head[1])<<8 | uint32(f.head[2])
		stream := binary.BigEndian.Uint32(f.head[5:]) & (1<<31 - 1)
		if f.head[3] == headersFrame && stream > f.last {
			f.last = stream
			calls++
		}
		f.head = f.head[:0]
	}
	return calls
}
