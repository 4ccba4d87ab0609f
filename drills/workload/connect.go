package workload

import (
	"fmt"
	"log/slog"
	"os"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	sdklog "go.temporal.io/sdk/log"
	"google.golang.org/grpc/resolver/dns"
)

// connect makes a client as the environment says (TEMPORAL_ADDRESS,
// TEMPORAL_NAMESPACE, …), which any SDK's envconfig reads. It dials at its
// first call, so that a region may start before its cluster answers.
//
// minResolution replaces grpc-go's own floor between two resolutions of a
// name, 30 s; it is set once for the process. The Namespace is the one that the
// environment names. Each of also may change the options before they are used.
func connect(identity string, minResolution time.Duration, also ...func(*client.Options)) (_ client.Client, namespace string, err error) {
	options, err := envconfig.LoadDefaultClientOptions()
	if err != nil {
		return nil, "", fmt.Errorf("read connection settings: %w", err)
	}
	dns.SetMinResolutionInterval(minResolution)
	options.Identity = identity
	options.Logger = sdklog.NewStructuredLogger(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelInfo})))
	for _, change := range also {
		change(&options)
	}
	c, err := client.NewLazyClient(options)
	if err != nil {
		return nil, "", fmt.Errorf("connect to %s: %w", options.HostPort, err)
	}
	return c, options.Namespace, nil
}
