package workload

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"

	"github.com/failoverdrill/failoverdrill/drills"
)

type stateRequest struct {
	On bool `json:"on"`
}

// serve answers the harness until ctx ends.
//
//	GET /status    drills.WorkerStatus
//	PUT /idle      {"on": true}   polls no more; false: again
//	PUT /occupied  {"on": true}   has no slot; false: again
func (c *crew) serve(ctx context.Context) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /status", func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(c.status()) })
	turn := func(path string, do func(on bool)) {
		mux.HandleFunc("PUT "+path, func(w http.ResponseWriter, r *http.Request) {
			var wanted stateRequest
			if err := json.NewDecoder(r.Body).Decode(&wanted); err != nil {
				http.Error(w, "want on or off: "+err.Error(), http.StatusBadRequest)
				return
			}
			do(wanted.On)
		})
	}
	turn("/idle", func(on bool) {
		if on {
			c.rest()
			return
		}
		go func() { _ = c.work(ctx) }() // fails only as ctx ends
	})
	turn("/occupied", c.slots.take)
	return serveUntil(ctx, "worker", c.settings.Listen, mux)
}

// WorkerRemote is a client of a Worker's control.
type WorkerRemote struct {
	Address string // ip:port
}

// Status asks a Worker how it is.
func (r WorkerRemote) Status(ctx context.Context) (drills.WorkerStatus, error) {
	var s drills.WorkerStatus
	return s, call(ctx, "worker", r.Address, http.MethodGet, "/status", nil, &s)
}

// Idle has it poll no more, or again.
func (r WorkerRemote) Idle(ctx context.Context, on bool) error { return r.turn(ctx, "/idle", on) }

// Occupy takes all of its slots, or gives them back.
func (r WorkerRemote) Occupy(ctx context.Context, on bool) error {
	return r.turn(ctx, "/occupied", on)
}

func (r WorkerRemote) turn(ctx context.Context, path string, on bool) error {
	body, err := json.Marshal(stateRequest{on})
	if err != nil {
		return err
	}
	return call(ctx, "worker", r.Address, http.MethodPut, path, bytes.NewReader(body), nil)
}
