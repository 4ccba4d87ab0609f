package workload

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// Status is what a starter tells of itself.
type Status struct {
	Acknowledged int64 `json:"acknowledged"` // operations
	Pending      int64 `json:"pending"`      // orders not yet settled with the cluster
	Contesting   int64 `json:"contesting"`   // contested Workflows that it still acts on
}

type rateRequest struct {
	Rate *drills.Rate `json:"rate"` // to leave it out is a mistake, not a rest
}

// serve answers the harness until ctx ends.
//
//	PUT /rate    {"rate": 5}   starts per second from now on; 0 rests
//	PUT /contest Contest       act on contested Workflows; each step once
//	GET /status  Status
func (s *starter) serve(ctx context.Context) error {
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /rate", func(w http.ResponseWriter, r *http.Request) {
		var wanted rateRequest
		err := json.NewDecoder(r.Body).Decode(&wanted)
		switch {
		case err != nil:
			http.Error(w, fmt.Sprintf("want a rate: %v", err), http.StatusBadRequest)
			return
		case wanted.Rate == nil:
			http.Error(w, "want a rate: it is missing", http.StatusBadRequest)
			return
		case *wanted.Rate < 0:
			http.Error(w, fmt.Sprintf("want a rate of 0 or more, not %s", *wanted.Rate), http.StatusBadRequest)
			return
		}
		select {
		case s.rate <- *wanted.Rate:
		case <-ctx.Done():
		}
	})
	mux.HandleFunc("PUT /contest", func(w http.ResponseWriter, r *http.Request) {
		var wanted Contest
		err := json.NewDecoder(r.Body).Decode(&wanted)
		if err == nil {
			err = s.contend(ctx, wanted)
		}
		if err != nil {
			http.Error(w, fmt.Sprintf("want a step of a contest: %v", err), http.StatusBadRequest)
		}
	})
	mux.HandleFunc("GET /status", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(Status{
			Acknowledged: s.acked.Load(), Pending: s.pending.Load(), Contesting: s.contest.acting.Load(),
		})
	})
	return serveUntil(ctx, "starter", s.settings.Listen, mux)
}

// serveUntil serves a component's control until ctx ends.
func serveUntil(ctx context.Context, what, listen string, handler http.Handler) error {
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return fmt.Errorf("serve %s control: %w", what, err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve %s control: %w", what, err)
	}
	return nil
}

// Remote is a client of a starter's control.
type Remote struct {
	Address string // ip:port
}

// SetRate has the starter send at rate from now on.
func (r Remote) SetRate(ctx context.Context, rate drills.Rate) error {
	body, err := json.Marshal(rateRequest{Rate: &rate})
	if err != nil {
		return fmt.Errorf("set rate: %w", err)
	}
	return call(ctx, "starter", r.Address, http.MethodPut, "/rate", bytes.NewReader(body), nil)
}

// Contend has the starter carry out a step of a contest. Its Status tells when it
// is done.
func (r Remote) Contend(ctx context.Context, c Contest) error {
	body, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("contend: %w", err)
	}
	return call(ctx, "starter", r.Address, http.MethodPut, "/contest", bytes.NewReader(body), nil)
}

// Status asks the starter for its counts.
func (r Remote) Status(ctx context.Context) (Status, error) {
	var s Status
	return s, call(ctx, "starter", r.Address, http.MethodGet, "/status", nil, &s)
}

// call asks a component's control.
func call(ctx context.Context, what, address, method, path string, body io.Reader, into any) error {
	request, err := http.NewRequestWithContext(ctx, method, "http://"+address+path, body)
	if err != nil {
		return fmt.Errorf("call %s: %w", what, err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("call %s: %w", what, err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(answer.Body, 1024))
		return fmt.Errorf("call %s: %s %s: %s: %s", what, method, path, answer.Status, bytes.TrimSpace(text))
	}
	if into == nil {
		return nil
	}
	if err := json.NewDecoder(answer.Body).Decode(into); err != nil {
		return fmt.Errorf("call %s: %w", what, err)
	}
	return nil
}
