package wire

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync/atomic"

	"github.com/Shopify/toxiproxy/v2/toxics"
)

// Brownout has a share of the connections dark, as [Dark] has all of them. Which
// ones is drawn from the seed and the connection's ordinal, so that the same
// seed decides the same for the first, the second and every later connection,
// and for both streams of a Link.
//
// Connections are numbered from zero as the Link accepts them. Those that were
// open when the toxic was added come first, in an order that toxiproxy does not
// tell: how many of them are dark is the seed's decision, not which.
//
// Its attributes may be changed while it is there. A greater share is the same
// connections and more; one that is no longer drawn comes to life.
type Brownout struct {
	tenancy
	accepted atomic.Uint64
	settings atomic.Pointer[brownout]
}

// brownout is the attributes of a Brownout.
type brownout struct {
	Share float64 `json:"share"` // of the connections, 0 to 1
	Seed  uint64  `json:"seed"`
}

// numbered is the state of a connection.
type numbered struct {
	*hold
	ordinal uint64
}

// NewState is toxiproxy's: called for each connection.
func (b *Brownout) NewState() any {
	return numbered{newHold(b.current()), b.accepted.Add(1) - 1}
}

// Pipe is toxiproxy's: it runs until the connection ends or it is interrupted.
func (b *Brownout) Pipe(stub *toxics.ToxicStub) {
	if connection := b.connection(stub); b.now().dims(connection.ordinal) {
		connection.wait(stub)
		return
	}
	new(toxics.NoopToxic).Pipe(stub)
}

// Cleanup is toxiproxy's: called for each connection when the toxic is removed.
func (b *Brownout) Cleanup(stub *toxics.ToxicStub) { b.connection(stub).release(stub) }

// connection finds the state of one, as [Dark] does.
func (b *Brownout) connection(stub *toxics.ToxicStub) numbered {
	c, ok := stub.State.(numbered)
	if !ok {
		c = b.NewState().(numbered)
		stub.State = c
	}
	return c
}

// dims tells whether the connection of that ordinal is dark.
func (b brownout) dims(ordinal uint64) bool {
	return rand.New(rand.NewPCG(b.Seed, ordinal)).Float64() < b.Share
}

func (b *Brownout) now() brownout {
	if s := b.settings.Load(); s != nil {
		return *s
	}
	return brownout{}
}

// MarshalJSON tells the attributes.
func (b *Brownout) MarshalJSON() ([]byte, error) { return json.Marshal(b.now()) }

// UnmarshalJSON changes the attributes that it names. Connections read them
// meanwhile.
func (b *Brownout) UnmarshalJSON(attributes []byte) error {
	next := b.now()
	if err := decode(attributes, &next); err != nil {
		return err
	}
	if !(next.Share >= 0 && next.Share <= 1) {
		return fmt.Errorf("share %v of a brownout is not between 0 and 1", next.Share)
	}
	b.settings.Store(&next)
	return nil
}
