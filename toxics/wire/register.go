// Package wire holds toxics of our own for toxiproxy: what a network does to
// connections that are open, and toxiproxy's own toxics do not.
//
//	dark       nothing passes; what is sent is kept, and arrives when the toxic is removed
//	swallow    what is sent is lost for good
//	brownout   a share of the connections is dark, drawn from a seed
//	sever      every connection is reset
//	meter      everything passes, and is counted
//
// Each is of one stream of a Link, as every toxic is:
//
//	           ┌─────────────── upstream ───────────────►┐
//	client ────┤              toxics, in a chain         ├──── server
//	           └◄────────────── downstream ──────────────┘
//
// toxiproxy cannot add, change or remove a toxic, whosever it is, while a
// receiver reads nothing and the buffers before it are full: it cannot interrupt
// a toxic that is blocked on writing. The call hangs then, and the Link's others.
//
// Leave toxicity at 1. toxiproxy draws by it from a random source without a
// seed, for every connection anew whenever a toxic beside it comes, goes or
// changes. A share of the connections is what brownout is for.
package wire

import "github.com/Shopify/toxiproxy/v2/toxics"

// Register makes our toxics known to toxiproxy, whose registry is one for the
// whole process. It may be called again, also at the same time.
//
// A server needs [Handler] too: toxiproxy does not tell a toxic whose it is.
func Register() {
	toxics.Register("dark", new(Dark))
	toxics.Register("swallow", new(Swallow))
	toxics.Register("brownout", new(Brownout))
	toxics.Register("sever", new(Sever))
	toxics.Register("meter", new(Meter))
}
