// Package toxics makes Links and Faults: every proxied edge of a topology, and
// what can be done to it.
package toxics

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/failoverdrill/failoverdrill/toxics/wire"
)

// Serve runs a toxiproxy server with its usual HTTP API and our own toxics beside
// its own on listen, an ip:port, until ctx ends. toxiproxy-cli works against it.
// Its log goes to logs.
func Serve(ctx context.Context, listen string, logs io.Writer) error {
	wire.Register()
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return fmt.Errorf("serve links: %w", err)
	}
	logger := zerolog.New(logs).Level(zerolog.WarnLevel).With().Timestamp().Logger()
	proxies := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(prometheus.NewRegistry()), logger)
	handler, err := wire.Handler(proxies)
	if err != nil {
		_ = listener.Close()
		return fmt.Errorf("serve links: %w", err)
	}
	api := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = api.Close() })
	defer stop()
	err = api.Serve(listener)
	for _, p := range proxies.Collection.Proxies() {
		p.Stop()
		wire.Release(p)
	}
	if !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve links: %w", err)
	}
	return nil
}
