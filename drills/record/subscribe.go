package record

import (
	"slices"

	"github.com/failoverdrill/failoverdrill/drills"
)

// subscriber is a reader of the Timeline with its own place in it.
type subscriber struct {
	next int // index of the event it gets next
	take func(drills.Event)
}

// Subscribe has take called for every event of the run in order: first those
// recorded already, so that waiting for an event cannot miss it, then each as
// it is recorded. The returned function ends the subscription; a call that has
// begun by then still finishes.
//
// Calls never overlap. They are made by whichever goroutine records while no
// other delivers, so Record may return before its own event was delivered, and
// take should be quick. It may record and subscribe itself: what it records is
// delivered after it returns.
func (w *Writer) Subscribe(take func(drills.Event)) (stop func()) {
	s := &subscriber{take: take}
	w.mu.Lock()
	w.subscribers = append(w.subscribers, s)
	w.mu.Unlock()
	w.deliver()
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.subscribers = slices.DeleteFunc(w.subscribers, func(other *subscriber) bool { return other == s })
	}
}

// deliver brings every subscriber up to date, unless another call is at it
// already: that one then delivers what is new as well.
func (w *Writer) deliver() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.delivering {
		return
	}
	w.delivering = true
	defer func() { w.delivering = false }()
	for s := w.behind(); s != nil; s = w.behind() {
		e := w.events[s.next]
		s.next++
		w.call(s, e)
	}
}

// call runs a subscriber without the lock, and takes the lock again even if
// the subscriber panics.
func (w *Writer) call(s *subscriber, e drills.Event) {
	w.mu.Unlock()
	defer w.mu.Lock()
	s.take(e)
}

// behind is the subscriber that waits for the oldest event.
func (w *Writer) behind() *subscriber {
	var last *subscriber
	for _, s := range w.subscribers {
		if s.next < len(w.events) && (last == nil || s.next < last.next) {
			last = s
		}
	}
	return last
}
