package wire

import "github.com/Shopify/toxiproxy/v2/toxics"

// Dark keeps everything from passing in its stream, for as long as it is there:
// no byte, no FIN and no reset. Nothing is closed. What is sent meanwhile is
// kept, as TCP would send it again, and arrives whole and in order when the
// toxic is removed; the connection goes on. It has no attributes.
//
// A proxy is not a wire, so this is what it cannot do:
//
//   - The kernel accepts a connection before a proxy can swallow its SYN. A
//     connection opened in the dark is accepted and silent: it tests a deadline
//     of a call, never one of a dial.
//   - toxiproxy dials the server at once, so the server sees a silent connection
//     too. If it refuses that one, toxiproxy closes the client's: the one sign
//     that comes through the dark.
//   - The proxy's kernel acknowledges what is sent, and answers keepalives of
//     TCP. A sender does not send again, back off or give up (ETIMEDOUT, or
//     TCP_USER_TIMEOUT), and what is kept arrives at once, not with its next
//     retransmission. Keepalives of gRPC are bytes like others, and are kept.
//   - A reset that came in the dark arrives as a FIN, behind the bytes before it.
//   - A sender is held up, as by a full send buffer, once some 1 MiB is kept.
//   - One stream alone is dark. toxiproxy closes both directions of a connection
//     that ends in the other one.
//
// A heal takes what receivers take to accept what was kept, but no longer than
// half a second for one that accepts nothing; its bytes then follow later. A
// toxic that was added to the stream after the dark is better removed before it,
// or not while such a connection lives: toxiproxy would lose what still follows.
type Dark struct {
	bare
	tenancy
}

// NewState is toxiproxy's: called for each connection.
func (d *Dark) NewState() any { return newHold(d.current()) }

// Pipe is toxiproxy's: it runs until the connection ends or it is interrupted.
func (d *Dark) Pipe(stub *toxics.ToxicStub) { d.hold(stub).wait(stub) }

// Cleanup is toxiproxy's: called for each connection when the toxic is removed.
func (d *Dark) Cleanup(stub *toxics.ToxicStub) { d.hold(stub).release(stub) }

// hold finds the state of a connection. toxiproxy may run a toxic on a stub of
// another one, of a connection that is about to end.
func (d *Dark) hold(stub *toxics.ToxicStub) *hold {
	h, ok := stub.State.(*hold)
	if !ok {
		h = newHold(d.current())
		stub.State = h
	}
	return h
}
