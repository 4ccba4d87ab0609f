//go:build race

package wire_test

// racing tells that the race detector is on. It finds that toxiproxy changes a
// toxic without a lock, while connections read its toxicity and attributes.
const racing = true
