package wire

import "github.com/Shopify/toxiproxy/v2/stream"

// sink takes what the source sends until it ends, so that nobody is blocked on
// writing to it. All it gives is that end.
func sink(source <-chan *stream.StreamChunk) <-chan *stream.StreamChunk {
	end := make(chan *stream.StreamChunk)
	go func() {
		defer close(end)
		for chunk := range source {
			if chunk == nil {
				return
			}
		}
	}()
	return end
}
