package toxics

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/failoverdrill/failoverdrill/drills"
)

// effect is what a fault does to a Link, and how that is seen from outside.
type effect interface {
	// measure is what the Link does before, of an effect that changes a figure.
	measure(ctx context.Context, e *edge) (measure, error)
	add(ctx context.Context, e *edge) error
	// seen looks once whether the Link is as the fault has it.
	seen(ctx context.Context, e *edge) (bool, string, error)
	// remove takes the effect away; one that is not there is no error.
	remove(ctx context.Context, e *edge) error
}

// effectOf is what a fault does to its Links.
func effectOf(d *drills.Drill, number int) (effect, bool) {
	spec, seed := d.Faults[number], d.FaultSeed(number)
	traits, known := spec.Kind.Traits()
	if !known || len(traits.Flavours) > 0 && !slices.Contains(traits.Flavours, spec.Flavour) {
		return nil, false
	}
	switch spec.Kind {
	case drills.NoFault:
		return nil, spec.Flavour == ""
	case drills.FleetKill, drills.FleetFreeze, drills.FleetIdle, drills.FleetSlots, drills.FleetCrashLoop, drills.FleetSlowStart,
		drills.EndpointStale, drills.EndpointSilent, drills.EndpointBoth,
		drills.LateDetection, drills.PromoteThroughLost, drills.FailoverInterrupted, drills.FailoverTwice,
		drills.CodecRotation, drills.CertificateExpired, drills.CertificateUnknown:
		return nil, true // Links are left alone
	case drills.RegionOutage, drills.RegionIsolated, drills.LinkPartition, drills.FrontendOutage, drills.HistoryOutage, drills.SurvivorOutage:
		return severing(spec.Flavour), true
	case drills.SlowPersistence, drills.ReplicationLag, drills.ReplicationStopped:
		return nil, spec.Flavour == "" // they act on no Link
	case drills.LinkFlapping:
		return &flapping{pattern: spec.Pattern, down: severing(spec.Flavour)}, true
	case drills.LinkLatency:
		return slow{toxic{"latency", attributes{"latency": spec.Latency.Milliseconds(), "jitter": spec.Jitter.Milliseconds()}}, spec.Latency - spec.Jitter}, true
	case drills.FalseAlarm:
		// An answer has to come within the interval of the probes to count.
		late := d.Failover.Detect.Interval * 7 / 5
		return slow{toxic{"latency", attributes{"latency": late.Milliseconds()}}, late}, true
	case drills.LinkBandwidth:
		return narrow{toxic{"bandwidth", attributes{"rate": spec.Bandwidth}}, spec.Bandwidth}, true
	case drills.LinkSlowClose:
		return slowClose{toxic{"slow_close", attributes{"delay": spec.Latency.Milliseconds()}}}, true
	case drills.LinkReset:
		return cutOff{toxic{"limit_data", attributes{"bytes": spec.Bytes}}, spec.Bytes}, true
	case drills.LinkBrownOut:
		// toxiproxy reads numbers as floating point: a seed has to fit one whole.
		return brownOut{toxic{"brownout", attributes{"share": float64(spec.Share) / 100, "seed": seed & (1<<53 - 1)}}}, true
	}
	return nil, false
}

// severing is what a flavour does to a Link.
func severing(f drills.Flavour) effect {
	switch f {
	case drills.Dark:
		return dark{toxic{"dark", nil}}
	case drills.Reset:
		return reset{toxic{"sever", nil}}
	case drills.Freeze:
		return untouched{}
	case drills.Unplugged:
		return unreachable{}
	default:
		return closed{}
	}
}

// measure is a figure of a Link.
type measure float64

const unmeasured = measure(math.MaxFloat64)

// toxic is an effect's toxic, attached to each stream that the fault acts on.
type toxic struct {
	kind  string
	about attributes
}

type attributes = map[string]any

func (t toxic) add(ctx context.Context, e *edge) error {
	for _, stream := range e.streams() {
		if err := e.fault.site.Links.Attach(ctx, e.link, t.name(e, stream), t.kind, stream, t.about); err != nil {
			return err
		}
	}
	return nil
}

func (t toxic) remove(ctx context.Context, e *edge) error {
	for _, stream := range e.streams() {
		if err := e.fault.site.Links.Detach(ctx, e.link, t.name(e, stream)); err != nil {
			return err
		}
	}
	return nil
}

// name tells the toxics of several faults apart.
func (t toxic) name(e *edge, stream drills.Stream) string {
	return fmt.Sprintf("%s-%s-%s", e.fault.name, t.kind, stream)
}

func (t toxic) measure(context.Context, *edge) (measure, error) { return unmeasured, nil }
