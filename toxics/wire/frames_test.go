package wire

import "testing"

// frame is a frame of HTTP/2 with a payload of zeros.
func frame(kind byte, stream byte, size int) []byte {
	head := []byte{byte(size >> 16), byte(size >> 8), byte(size), kind, 0, 0, 0, 0, stream}
	return append(head, make([]byte, size)...)
}

// However a connection is cut into chunks, the same calls are counted.
func TestCallsAreCountedThroughChunksThatEndAnywhere(t *testing.T) {
	const data, settings = 0, 4
	sent := []byte(preface)
	for _, f := range [][]byte{
		frame(settings, 0, 6), frame(headersFrame, 1, 300), frame(data, 1, 70_000), frame(headersFrame, 3, 0), frame(headersFrame, 1, 4), frame(headersFrame, 5, 20), frame(data, 5, 1),
	} {
		sent = append(sent, f...)
	}
	for _, size := range []int{1, 2, 8, 9, 10, 24, 25, 1000, len(sent)} {
		f, calls := frames{}, 0
		for rest := sent; len(rest) > 0; {
			n := min(size, len(rest))
			calls += f.scan(rest[:n])
			rest = rest[n:]
		}
		if calls != 3 {
			t.Errorf("in chunks of %d bytes it counts %d calls, want 3", size, calls)
		}
	}
}

func TestWhatIsNoHTTP2HasNoCalls(t *testing.T) {
	f := frames{}
	if calls := f.scan([]byte("PRI * HTTP/1.1\r\n\r\n")) + f.scan(frame(headersFrame, 1, 3)); calls != 0 {
		t.Errorf("it counts %d", calls)
	}
}

func FuzzFrames(f *testing.F) {
	f.Add([]byte(preface), uint8(3))
	f.Add(append([]byte(preface), frame(headersFrame, 1, 5)...), uint8(7))
	f.Fuzz(func(t *testing.T, sent []byte, size uint8) {
		whole, cut, calls := frames{}, frames{}, 0
		want := whole.scan(sent)
		for rest := sent; len(rest) > 0; {
			n := min(int(size)+1, len(rest))
			calls += cut.scan(rest[:n])
			rest = rest[n:]
		}
		if calls != want {
			t.Errorf("%d calls in chunks of %d, %d as a whole", calls, int(size)+1, want)
		}
	})
}
