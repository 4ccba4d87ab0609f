package workload

import (
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/converter"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/grpc/resolver/dns"
)

// connection is a client of a Namespace, and how payloads are written for it.
type connection struct {
	client.Client
	namespace string
	payloads  converter.DataConverter
}

// codecWithin bounds a call of the Codec Server. One that hangs is to fail the
// task or the call that waits for it, which is tried again.
const codecWithin = 5 * time.Second

// connect makes a client as the environment says (TEMPORAL_ADDRESS,
// TEMPORAL_NAMESPACE, TEMPORAL_CODEC_ENDPOINT, …), which any SDK's envconfig
// reads. It dials at its first call, so that a region may start before its
// cluster answers.
//
// minResolution replaces grpc-go's own floor between two resolutions of a
// name, 30 s; it is set once for the process. The Namespace is the one that the
// environment names. Each of also may change the options before they are used.
func connect(identity string, minResolution time.Duration, also ...func(*client.Options)) (connection, error) {
	profile, err := envconfig.LoadClientConfigProfile(envconfig.LoadClientConfigProfileOptions{})
	if err != nil {
		return connection{}, fmt.Errorf("read connection settings: %w", err)
	}
	options, err := profile.ToClientOptions(envconfig.ToClientOptionsRequest{})
	if err != nil {
		return connection{}, fmt.Errorf("read connection settings: %w", err)
	}
	dns.SetMinResolutionInterval(minResolution)
	options.Identity = identity
	options.Logger = sdklog.NewStructuredLogger(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelInfo})))
	options.DataConverter = converting(profile.Codec, options.Namespace)
	for _, change := range also {
		change(&options)
	}
	c, err := client.NewLazyClient(options)
	if err != nil {
		return connection{}, fmt.Errorf("connect to %s: %w", options.HostPort, err)
	}
	return connection{c, options.Namespace, options.DataConverter}, nil
}

// converting is how payloads are written and read: through the Codec Server that
// the environment names, if any. It takes longer than the SDK allows a Workflow to
// stand still, which is no deadlock.
func converting(c *envconfig.ClientConfigCodec, namespace string) converter.DataConverter {
	plain := converter.GetDefaultDataConverter()
	if c == nil || c.Endpoint == "" {
		return plain
	}
	return workflow.DataConverterWithoutDeadlockDetection(converter.NewRemoteDataConverter(plain, converter.RemoteDataConverterOptions{
		Endpoint: c.Endpoint,
		Client:   http.Client{Timeout: codecWithin},
		ModifyRequest: func(r *http.Request) error {
			r.Header.Set("X-Namespace", namespace)
			if c.Auth != "" {
				r.Header.Set("Authorization", c.Auth)
			}
			return nil
		},
	}))
}
