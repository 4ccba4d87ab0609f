package wire

import (
	"sync"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/Shopify/toxiproxy/v2/toxics"
)

// A tenancy lasts until the proxy closes its connections. To a toxic that looks
// as if both peers had closed in the dark, which it would keep to itself for
// ever, and the connection's goroutines with it.
type tenancy struct {
	mu   sync.Mutex
	over chan struct{}
}

// current is closed when the tenancy of a connection that opens now is over.
func (t *tenancy) current() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over == nil {
		t.over = make(chan struct{})
	}
	return t.over
}

func (t *tenancy) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over != nil {
		close(t.over)
		t.over = nil
	}
}

// Release has our toxics let go of the connections that p had, once p was
// stopped. [Handler] does that for what is stopped over the API. It does not wait
// for them, nor for toxiproxy's lock, which a call that hangs may hold.
func Release(p *toxiproxy.Proxy) {
	go each(p, func(t interface{ end() }) { t.end() })
}

// each calls do for every toxic of p that is a T.
func each[T any](p *toxiproxy.Proxy, do func(T)) {
	for _, toxic := range p.Toxics.GetToxicArray() {
		if t, ok := toxic.(*toxics.ToxicWrapper).Toxic.(T); ok {
			do(t)
		}
	}
}
