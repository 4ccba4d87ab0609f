package toxics

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
)

// outcome is what came of a call over a Link.
type outcome string

const (
	answered outcome = "answered"
	silent   outcome = "not answered"
	broken   outcome = "connection broken"
	refused  outcome = "connection refused"
)

// caller asks for the health of what is behind a Link, over one connection that
// it keeps, as clients do.
type caller struct {
	conn   *grpc.ClientConn
	health healthpb.HealthClient
	dials  atomic.Int64
}

func newCaller(address string) (*caller, error) {
	c := &caller{}
	conn, err := grpc.NewClient("passthrough:///"+address, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, address string) (net.Conn, error) {
			c.dials.Add(1)
			return new(net.Dialer).DialContext(ctx, "tcp", address)
		}))
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", address, err)
	}
	c.conn, c.health = conn, healthpb.NewHealthClient(conn)
	return c, nil
}

// timeFor fails unless ctx leaves a call the whole of its patience: one that ctx
// cuts short looks like silence.
func timeFor(ctx context.Context, patience time.Duration) error {
	if end, bounded := ctx.Deadline(); bounded && time.Until(end) < patience {
		return context.DeadlineExceeded
	}
	return ctx.Err()
}

// ask makes one call, which is given up after patience.
func (c *caller) ask(ctx context.Context, patience time.Duration) (outcome, error) {
	if err := timeFor(ctx, patience); err != nil {
		return "", err
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, err := c.health.Check(limited, &healthpb.HealthCheckRequest{})
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	return classify(err), err
}

// classify tells what came of a call. An error of the one who was asked is an
// answer too: the Link carried it.
func classify(err error) outcome {
	switch status.Code(err) {
	case codes.DeadlineExceeded:
		return silent
	case codes.Unavailable, codes.Canceled, codes.Internal, codes.Unknown:
		return broken
	}
	return answered
}

func (c *caller) close() error { return c.conn.Close() }

// knock connects anew, asks once and hangs up.
func knock(ctx context.Context, address string, patience time.Duration) (outcome, error) {
	if err := timeFor(ctx, patience); err != nil {
		return "", err
	}
	raw, err := (&net.Dialer{Timeout: patience}).DialContext(ctx, "tcp", address)
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case errors.Is(err, syscall.ECONNREFUSED):
		return refused, err
	case err != nil:
		return silent, err
	}
	_ = raw.Close()
	return askOnce(ctx, address, patience)
}

// askOnce asks over a connection of its own.
func askOnce(ctx context.Context, address string, patience time.Duration) (outcome, error) {
	c, err := newCaller(address)
	if err != nil {
		return "", err
	}
	defer func() { _ = c.close() }()
	return c.ask(ctx, patience)
}
