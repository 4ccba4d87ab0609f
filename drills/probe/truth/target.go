// Package truth holds the measurement of outages against outages that are
// known: a target that stops answering when it is told, for as long as it is
// told, probed by the lanes of a drill and judged by the same rule.
package truth

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/clock"
)

// Mode is how the target does not answer.
type Mode string

// The modes of an outage.
const (
	Silent Mode = "silent" // what arrives is never answered, as when packets are swallowed
	Frozen Mode = "frozen" // what arrives is answered once the outage is over, as when a process is stopped and goes on
	Reset  Mode = "reset"  // connections are closed at once
)

// Modes lists the modes of an outage.
func Modes() []Mode { return []Mode{Silent, Frozen, Reset} }

// target is a server over HTTP whose outage is known.
type target struct {
	clock    clock.Clock
	listener net.Listener
	server   *http.Server
	outage   atomic.Pointer[outage]
}

type outage struct {
	mode Mode
	over chan struct{}
}

// span is when something happened: not before the first, not after the second.
type span struct{ from, to drills.Offset }

func newTarget(base clock.Clock) (*target, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start target: %w", err)
	}
	t := &target{clock: base, listener: listener}
	t.server = &http.Server{Handler: http.HandlerFunc(t.answer), ReadHeaderTimeout: time.Minute}
	go func() { _ = t.server.Serve(listener) }() // ends with close
	return t, nil
}

func (t *target) url() string { return "http://" + t.listener.Addr().String() }

func (t *target) close() error { return t.server.Close() }

func (t *target) answer(w http.ResponseWriter, r *http.Request) {
	if down := t.outage.Load(); down != nil {
		switch down.mode {
		case Frozen:
			select {
			case <-down.over:
			case <-r.Context().Done():
				return
			}
		case Silent:
			<-r.Context().Done()
			return
		case Reset:
			panic(http.ErrAbortHandler)
		}
	}
	w.WriteHeader(http.StatusNoContent)
}

// fail stops answering for a time and tells when that began and when it ended.
func (t *target) fail(ctx context.Context, mode Mode, lasts time.Duration) (began, ended span, err error) {
	down := &outage{mode: mode, over: make(chan struct{})}
	began = t.during(func() { t.outage.Store(down) })
	timer := time.NewTimer(lasts)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	ended = t.during(func() {
		t.outage.Store(nil)
		close(down.over)
	})
	return began, ended, err
}

func (t *target) during(change func()) span {
	from := drills.Offset(t.clock.Now())
	change()
	return span{from, drills.Offset(t.clock.Now())}
}
