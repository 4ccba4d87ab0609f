package toxics

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/failoverdrill/failoverdrill/drills"
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
type caller interface {
	// ask asks once, and gives up after patience.
	ask(ctx context.Context, patience time.Duration) (outcome, error)
	// load asks with so many bytes; that ctx leaves it the time is the caller's to see.
	load(ctx context.Context, patience time.Duration, size int) (outcome, error)
	// dialled counts how often it has connected.
	dialled() int64
	close() error
}

// newCaller speaks as those do who use the Link.
func newCaller(site Site, link drills.Link) (caller, error) {
	if link.Role == drills.StoreLink || link.Role == drills.StoreReplicationLink {
		return &greeter{address: site.Listen(link), speaks: dialects(site.Drill.Store.Engine, link.Role)}, nil
	}
	return newHealthCaller(site.Listen(link))
}

// healthCaller asks by gRPC.
type healthCaller struct {
	conn   *grpc.ClientConn
	health healthpb.HealthClient
	dials  atomic.Int64
}

func newHealthCaller(address string) (*healthCaller, error) {
	c := &healthCaller{}
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
func (c *healthCaller) ask(ctx context.Context, patience time.Duration) (outcome, error) {
	if err := timeFor(ctx, patience); err != nil {
		return "", err
	}
	return c.load(ctx, patience, 0)
}

// load makes a call with a name of that many bytes. That no such service is known is an
// answer.
func (c *healthCaller) load(ctx context.Context, patience time.Duration, size int) (outcome, error) {
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, err := c.health.Check(limited, &healthpb.HealthCheckRequest{Service: strings.Repeat("x", size)})
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

func (c *healthCaller) dialled() int64 { return c.dials.Load() }

func (c *healthCaller) close() error { return c.conn.Close() }

// knock connects anew, asks once and hangs up.
func knock(ctx context.Context, site Site, link drills.Link) (outcome, error) {
	patience := patience(link)
	if err := timeFor(ctx, patience); err != nil {
		return "", err
	}
	raw, err := (&net.Dialer{Timeout: patience}).DialContext(ctx, "tcp", site.Listen(link))
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case errors.Is(err, syscall.ECONNREFUSED):
		return refused, err
	case err != nil:
		return silent, err
	}
	_ = raw.Close()
	return askOnce(ctx, site, link)
}

// askOnce asks over a connection of its own.
func askOnce(ctx context.Context, site Site, link drills.Link) (outcome, error) {
	c, err := newCaller(site, link)
	if err != nil {
		return "", err
	}
	defer func() { _ = c.close() }()
	return c.ask(ctx, patience(link))
}
