package record_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

func TestASubscriberGetsEveryEventInOrderAndMayRecord(t *testing.T) {
	w := create(t)
	w.Record(begin())
	var seen []string
	w.Subscribe(func(e drills.Event) {
		seen = append(seen, string(e.Kind)+" "+e.Name)
		if e.Name == string(drills.Detected) {
			w.Record(mark(2, drills.Promoted))
			seen = append(seen, "answered")
		}
	})
	w.Record(mark(1, drills.Detected))
	want := []string{"begin ", "mark detected", "answered", "mark promoted"}
	if !reflect.DeepEqual(seen, want) {
		t.Errorf("got %q, want %q", seen, want)
	}
}

func TestAStoppedSubscriberGetsNothingMore(t *testing.T) {
	w := create(t)
	var first, second int
	stop := w.Subscribe(func(drills.Event) { first++ })
	w.Subscribe(func(drills.Event) {
		second++
		stop()
	})
	w.Record(begin())
	w.Record(mark(1, drills.Detected))
	if first != 1 || second != 2 {
		t.Errorf("delivered %d and %d, want 1 and 2", first, second)
	}
}

func TestASubscriberMaySubscribe(t *testing.T) {
	w := create(t)
	var inner int
	var once bool
	w.Subscribe(func(drills.Event) {
		if !once {
			once = true
			w.Subscribe(func(drills.Event) { inner++ })
		}
	})
	w.Record(begin())
	w.Record(mark(1, drills.Detected))
	if inner != 2 {
		t.Errorf("delivered %d, want 2", inner)
	}
}

func TestAPanickingSubscriberLeavesTheRecordUsable(t *testing.T) {
	w := create(t)
	w.Subscribe(func(e drills.Event) {
		if e.Kind == drills.KindBegin {
			panic("boom")
		}
	})
	func() {
		defer func() { _ = recover() }()
		w.Record(begin())
	}()
	done := make(chan struct{})
	w.Subscribe(func(e drills.Event) {
		if e.Kind == drills.KindMark {
			close(done)
		}
	})
	w.Record(mark(1, drills.Detected))
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		t.Fatal("nothing was delivered after the panic")
	}
}
