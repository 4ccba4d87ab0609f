package toxics

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// enough of what a fault adds has to be seen: a machine that is busy adds more,
// never less, but clocks and buffers are not exact.
const enough = 0.8

// looks is how many calls tell how long one takes: the shortest counts.
const looks = 5

// slow adds latency.
type slow struct {
	toxic
	least time.Duration // one way
}

func (s slow) measure(ctx context.Context, e *edge) (measure, error) {
	return shortest(func() error {
		came, err := e.kept.ask(ctx, e.patient(2*s.least+time.Second))
		if came == answered {
			return nil
		}
		return err
	})
}

func (s slow) seen(ctx context.Context, e *edge) (bool, string, error) {
	now, err := s.measure(ctx, e)
	return e.longer(now, time.Duration(len(e.streams()))*s.least, "an answer", err)
}

// patient is how long an answer over an impaired Link may take.
func (e *edge) patient(more time.Duration) time.Duration { return patience(e.link) + more }

// longer holds a time against that from before the fault. A call that failed is
// no measurement: it is tried again. One for which there was no time is not even a
// look, and leaves what the last one saw.
func (e *edge) longer(now measure, added time.Duration, what string, err error) (bool, string, error) {
	if cutShort(err) {
		return false, "", err
	}
	if why := reason(err); why != "" {
		return false, why, nil
	}
	grown := time.Duration(now - e.before)
	return grown >= time.Duration(enough*float64(added)),
		fmt.Sprintf("%s takes %s, %s before the fault", what, time.Duration(now).Round(time.Millisecond), time.Duration(e.before).Round(time.Millisecond)), nil
}

// reason is what an error says; empty for none.
func reason(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func shortest(call func() error) (measure, error) {
	least := unmeasured
	for range looks {
		began := time.Now()
		if err := call(); err != nil {
			return unmeasured, err
		}
		least = min(least, measure(time.Since(began)))
	}
	return least, nil
}

// narrow limits the bandwidth, in kilobytes a second.
type narrow struct {
	toxic
	rate int
}

// Bounds of what is sent to see a bandwidth: half a second of it.
const (
	leastLoad = 16 << 10
	mostLoad  = 1 << 20
)

func (n narrow) load() int { return max(leastLoad, min(mostLoad, n.rate*1000/2)) }

func (n narrow) took() time.Duration {
	return time.Duration(float64(n.load()) / float64(n.rate*1000) * float64(time.Second))
}

// measure sends a request of some size upstream. One that fails, at once or late,
// tells nothing of how fast the Link is: it did not carry the whole of it.
func (n narrow) measure(ctx context.Context, e *edge) (measure, error) {
	if err := timeFor(ctx, e.patient(n.took())); err != nil {
		return unmeasured, err
	}
	began := time.Now()
	if came, err := e.kept.load(ctx, e.patient(2*n.took()), n.load()); came != answered {
		return unmeasured, err
	}
	return measure(time.Since(began)), nil
}

// seen times a request upstream. Nothing that a client can ask for makes an answer
// large, so that of a Link which is narrow downstream alone the proxy's own word
// has to do.
func (n narrow) seen(ctx context.Context, e *edge) (bool, string, error) {
	if streams := e.streams(); len(streams) == 1 && streams[0] == drills.Downstream {
		return n.attached(ctx, e)
	}
	now, err := n.measure(ctx, e)
	return e.longer(now, n.took()-time.Duration(e.before), fmt.Sprintf("a request of %d kB", n.load()/1000), err)
}

// attached asks the proxy for the toxics that it has.
func (t toxic) attached(ctx context.Context, e *edge) (bool, string, error) {
	have, err := e.fault.site.Links.Toxics(ctx, e.link)
	if err != nil {
		return false, "", err
	}
	for _, stream := range e.streams() {
		if !have[t.name(e, stream)] {
			return false, fmt.Sprintf("the proxy has no %s %s", t.kind, stream), nil
		}
	}
	return true, fmt.Sprintf("the proxy has %s on %d directions", t.kind, len(e.streams())), nil
}

// slowClose delays the end of a connection.
type slowClose struct{ toxic }

func (s slowClose) delay() time.Duration {
	return time.Duration(s.about["delay"].(int64)) * time.Millisecond
}

// measure hangs up, and waits for the other end to do the same.
func (s slowClose) measure(ctx context.Context, e *edge) (measure, error) {
	began := time.Now()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", e.fault.site.Listen(e.link))
	if err != nil {
		return unmeasured, err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		return unmeasured, err
	}
	if err := conn.SetReadDeadline(began.Add(e.patient(2 * s.delay()))); err != nil {
		return unmeasured, err
	}
	if _, err = io.Copy(io.Discard, conn); err != nil {
		return unmeasured, err
	}
	return measure(time.Since(began)), nil
}

func (s slowClose) seen(ctx context.Context, e *edge) (bool, string, error) {
	now, err := s.measure(ctx, e)
	return e.longer(now, time.Duration(len(e.streams()))*s.delay(), "a hang-up", err)
}

// cutOff ends each connection once so many bytes have passed.
type cutOff struct {
	toxic
	bytes int
}

// seen talks over a new connection until it ends. A request upstream is larger
// than what may pass; answers are small, so that many are asked for.
func (c cutOff) seen(ctx context.Context, e *edge) (bool, string, error) {
	talker, err := newCaller(e.fault.site, e.link)
	if err != nil {
		return false, "", err
	}
	defer func() { _ = talker.close() }()
	const answer = 10 // bytes that one brings, at least
	size := min(c.bytes, mostLoad)
	for asked := range c.bytes/answer + 1 {
		came, err := talker.load(ctx, patience(e.link), size)
		switch came {
		case "":
			return false, "", err
		case broken:
			return true, fmt.Sprintf("a connection ended at its request number %d of %d kB", asked+1, size/1000), nil
		case silent:
			return false, "a request was not answered", nil
		}
	}
	return false, "a connection went on after more than that", nil
}

// brownOut has a share of the connections go dark, in one direction of the Link:
// a connection whose answers do not come is as dark as one both ways, and two
// draws would take more than the share.
type brownOut struct{ toxic }

func (b brownOut) one(e *edge) *edge {
	one := *e
	streams := e.streams()
	blast := e.fault.blast
	blast.Edges = []drills.Edge{{Link: e.link, Stream: streams[len(streams)-1]}}
	f := *e.fault
	f.blast = blast
	one.fault = &f
	return &one
}

func (b brownOut) add(ctx context.Context, e *edge) error { return b.toxic.add(ctx, b.one(e)) }

func (b brownOut) remove(ctx context.Context, e *edge) error { return b.toxic.remove(ctx, b.one(e)) }

// callsAtOnce and rounds bound how many connections are made to see a share of
// them dark.
const (
	callsAtOnce = 10
	rounds      = 6
)

// seen wants connections of both kinds, unless all are to be dark.
func (b brownOut) seen(ctx context.Context, e *edge) (bool, string, error) {
	counts := map[outcome]int{}
	for range rounds {
		var asking sync.WaitGroup
		came, failed := make(chan outcome, callsAtOnce), make(chan error, callsAtOnce)
		for range callsAtOnce {
			asking.Go(func() {
				o, err := askOnce(ctx, e.fault.site, e.link)
				if o == "" {
					failed <- err
				}
				came <- o
			})
		}
		asking.Wait()
		if len(failed) > 0 {
			return false, "", <-failed // not every connection was looked at
		}
		for range callsAtOnce {
			counts[<-came]++
		}
		if counts[silent] > 0 && (counts[answered] > 0 || b.about["share"].(float64) >= 1) {
			break
		}
	}
	held := counts[silent] > 0 && (counts[answered] > 0 || b.about["share"].(float64) >= 1)
	return held, fmt.Sprintf("%d new connections not answered, %d answered", counts[silent], counts[answered]), nil
}

// flapping severs a Link and restores it, in turn, at the times that the seed
// decided.
type flapping struct {
	pattern []time.Duration // down, up, down, …
	down    effect
}

func (f *flapping) measure(context.Context, *edge) (measure, error) { return unmeasured, nil }

func (f *flapping) add(ctx context.Context, e *edge) error {
	if err := f.down.add(ctx, e); err != nil {
		return err
	}
	flap, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	e.stop = func() error { cancel(); return <-ended }
	go func() { ended <- f.flap(flap, e) }()
	return nil
}

func (f *flapping) flap(ctx context.Context, e *edge) error {
	for i, d := range f.pattern {
		timer := time.NewTimer(d)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
		change := f.down.add
		switch {
		case i%2 == 0:
			change = f.down.remove
		case i == len(f.pattern)-1:
			return nil // it ends up
		}
		if err := change(ctx, e); err != nil && ctx.Err() == nil {
			return err
		}
	}
	return nil
}

func (f *flapping) remove(ctx context.Context, e *edge) error {
	var err error
	if e.stop != nil {
		err = e.stop()
		e.stop = nil
	}
	return errors.Join(err, f.down.remove(ctx, e))
}

func (f *flapping) seen(ctx context.Context, e *edge) (bool, string, error) {
	return f.down.seen(ctx, e)
}
