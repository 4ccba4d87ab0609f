package drills_test

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// fullFaults is one list of faults for each kind that has every key that the kind
// takes, and what is read from it.
func fullFaults() map[string]drills.FaultSpec {
	const ms, s = time.Millisecond, time.Second
	links := []drills.LinkRole{drills.ReplicationLink, drills.FleetLink}
	const when = "after: steady-state, at: 1500ms, delay: {least: 1s, most: 2s}"
	at := func(f drills.FaultSpec) drills.FaultSpec {
		f.Region, f.After, f.At, f.Delay = "us-east", drills.SteadyStateReached, 1500*ms, drills.Span{Least: s, Most: 2 * s}
		return f
	}
	on := func(f drills.FaultSpec) drills.FaultSpec {
		f.Peer, f.Links, f.Direction, f.For = "us-west", links, drills.Outwards, 20*s
		return at(f)
	}
	const where = "region: us-east, peer: us-west, links: [replication, fleet], direction: out, for: 20s, " + when
	fleet := func(f drills.FaultSpec) drills.FaultSpec {
		f.Share, f.Workers, f.For = 50, []int{0, 2}, 9*s
		return at(f)
	}
	const some = "region: us-east, share: 50%, workers: [0, 2], for: 9s, " + when
	named := func(kind drills.FaultKind) drills.FaultSpec { return at(drills.FaultSpec{Kind: kind, For: 9 * s}) }
	const names = "region: us-east, for: 9s, " + when
	return map[string]drills.FaultSpec{
		"{kind: fleet-kill, " + some + "}":   fleet(drills.FaultSpec{Kind: drills.FleetKill}),
		"{kind: fleet-freeze, " + some + "}": fleet(drills.FaultSpec{Kind: drills.FleetFreeze}),
		"{kind: fleet-idle, " + some + "}":   fleet(drills.FaultSpec{Kind: drills.FleetIdle}),
		"{kind: fleet-slots, " + some + "}":  fleet(drills.FaultSpec{Kind: drills.FleetSlots}),
		"{kind: fleet-crash-loop, up: 2s, pattern: [4s, 5s], " + some + "}": fleet(drills.FaultSpec{
			Kind: drills.FleetCrashLoop, Up: drills.Span{Least: 2 * s, Most: 2 * s}, Pattern: []time.Duration{4 * s, 5 * s},
		}),
		"{kind: fleet-slow-start, latency: 3s, " + some + "}":                                 fleet(drills.FaultSpec{Kind: drills.FleetSlowStart, Latency: 3 * s}),
		"{kind: history-outage, flavour: refused, " + names + "}":                             at(drills.FaultSpec{Kind: drills.HistoryOutage, Flavour: drills.Refused, For: 9 * s}),
		"{kind: slow-persistence, latency: 100ms, " + names + "}":                             at(drills.FaultSpec{Kind: drills.SlowPersistence, Latency: 100 * ms, For: 9 * s}),
		"{kind: replication-lag, rate: 2/s, " + names + "}":                                   at(drills.FaultSpec{Kind: drills.ReplicationLag, Rate: 2, For: 9 * s}),
		"{kind: replication-stopped, " + names + "}":                                          named(drills.ReplicationStopped),
		"{kind: frontend-outage, flavour: dark, region: us-east, " + when + "}":               at(drills.FaultSpec{Kind: drills.FrontendOutage, Flavour: drills.Dark}),
		"{kind: endpoint-stale, " + names + "}":                                               named(drills.EndpointStale),
		"{kind: endpoint-silent, " + names + "}":                                              named(drills.EndpointSilent),
		"{kind: endpoint-both, " + names + "}":                                                named(drills.EndpointBoth),
		"{kind: region-outage, region: us-east}, {kind: late-detection, " + names + "}":       named(drills.LateDetection),
		"{kind: region-outage, region: us-east}, {kind: promote-through-lost, " + names + "}": named(drills.PromoteThroughLost),
		"{kind: region-outage, region: us-east}, {kind: failover-interrupted, " + names + "}": named(drills.FailoverInterrupted),
		"{kind: region-outage, region: us-east}, {kind: failover-twice, " + names + "}":       named(drills.FailoverTwice),
		"{kind: region-outage, region: us-east}, {kind: survivor-outage, region: us-west, peer: us-east, flavour: reset, after: detected, at: 1s, for: 9s}": {
			Kind: drills.SurvivorOutage, Region: "us-west", Peer: "us-east", Flavour: drills.Reset, After: drills.Detected, At: s, For: 9 * s,
		},
		"{kind: false-alarm, region: us-east, " + when + "}": at(drills.FaultSpec{Kind: drills.FalseAlarm}),
		"{kind: region-outage, region: us-east, part: workers, flavour: freeze, for: 3s, " + when + "}": at(
			drills.FaultSpec{Kind: drills.RegionOutage, Part: drills.WorkersOnly, Flavour: drills.Freeze, For: 3 * s}),
		"{kind: region-outage, region: us-east, part: temporal, flavour: dark, " + when + "}": at(
			drills.FaultSpec{Kind: drills.RegionOutage, Part: drills.TemporalOnly, Flavour: drills.Dark}),
		"{kind: region-isolated, region: us-east, flavour: reset, conflicts: 6, " + when + "}": at(
			drills.FaultSpec{Kind: drills.RegionIsolated, Flavour: drills.Reset, Conflicts: 6}),
		"{kind: link-partition, flavour: dark, " + where + "}": on(drills.FaultSpec{Kind: drills.LinkPartition, Flavour: drills.Dark}),
		"{kind: link-latency, latency: 80ms, jitter: 20ms, " + where + "}": on(
			drills.FaultSpec{Kind: drills.LinkLatency, Latency: 80 * ms, Jitter: 20 * ms}),
		"{kind: link-bandwidth, bandwidth: 64, " + where + "}":                on(drills.FaultSpec{Kind: drills.LinkBandwidth, Bandwidth: 64}),
		"{kind: link-slow-close, latency: 2s, " + where + "}":                 on(drills.FaultSpec{Kind: drills.LinkSlowClose, Latency: 2 * s}),
		"{kind: link-reset, bytes: 4096, " + where + "}":                      on(drills.FaultSpec{Kind: drills.LinkReset, Bytes: 4096}),
		"{kind: link-brown-out, share: 12.5%, " + where + "}":                 on(drills.FaultSpec{Kind: drills.LinkBrownOut, Share: 12.5}),
		"{kind: codec-rotation, region: us-east, for: 3s, " + when + "}":      at(drills.FaultSpec{Kind: drills.CodecRotation, For: 3 * s}),
		"{kind: certificate-expired, region: us-east, for: 3s, " + when + "}": at(drills.FaultSpec{Kind: drills.CertificateExpired, For: 3 * s}),
		"{kind: certificate-unknown, region: us-east, for: 3s, " + when + "}": at(drills.FaultSpec{Kind: drills.CertificateUnknown, For: 3 * s}),
		"{kind: none, region: us-east, " + when + "}":                         at(drills.FaultSpec{Kind: drills.NoFault}),
		"{kind: link-flapping, flavour: dark, down: {least: 1s, most: 2s}, up: 3s, " + where + ", pattern: [6s, 5s, 4s, 3s, 2s]}": on(
			drills.FaultSpec{
				Kind: drills.LinkFlapping, Flavour: drills.Dark, Down: drills.Span{Least: s, Most: 2 * s}, Up: drills.Span{Least: 3 * s, Most: 3 * s},
				Pattern: []time.Duration{6 * s, 5 * s, 4 * s, 3 * s, 2 * s},
			}),
	}
}

func TestParseReadsEveryKeyOfAFault(t *testing.T) {
	all := ""
	met := map[drills.FaultKind]bool{}
	for src, want := range fullFaults() {
		d := parse(t, within(orders, src))
		if got := d.Faults[len(d.Faults)-1]; !reflect.DeepEqual(got, want) {
			t.Errorf("%s is read as\n%+v\nwant\n%+v", src, got, want)
		}
		checkReadBack(t, d)
		all, met[want.Kind] = all+src, true
	}
	for _, kind := range drills.FaultKinds() {
		if !met[kind] {
			t.Errorf("no %s", kind)
		}
	}
	for _, key := range faultKeys(t) {
		if !strings.Contains(all, key+": ") {
			t.Errorf("nothing has the key %s", key)
		}
	}
}

// faultKeys asks the parser which keys a fault has.
func faultKeys(t *testing.T) []string {
	t.Helper()
	_, err := drills.Parse("orders.yaml", []byte(within(orders, "{kind: none, region: us-east, sesame: open}")))
	keys := regexp.MustCompile(`keys here: (.*)\)`).FindStringSubmatch(fmt.Sprint(err))
	if len(keys) != 2 {
		t.Fatalf("no keys in %v", err)
	}
	return strings.Split(keys[1], ", ")
}

// checkReadBack wants Parse to read the same drill from what YAML writes of it.
func checkReadBack(t *testing.T, d *drills.Drill) {
	t.Helper()
	written, err := d.YAML()
	if err != nil {
		t.Fatalf("%+v: %v", d, err)
	}
	if read := parse(t, string(written)); !reflect.DeepEqual(read, d) {
		t.Errorf("read back\n%+v\nwrote\n%+v\nas\n%s", read, d, written)
	}
}

// What a kind takes and the file leaves out has the default of the catalogue, and
// is written out.
func TestWhatAFaultLeavesOutIsWrittenOut(t *testing.T) {
	between := []drills.LinkRole{drills.FleetLink, drills.StarterLink, drills.ReplicationLink}
	tests := map[string]drills.FaultSpec{
		"{kind: link-partition, region: us-east}": {
			Kind: drills.LinkPartition, Region: "us-east", Flavour: drills.Dark, Links: between, Direction: drills.BothWays,
			After: drills.SteadyStateReached, For: 10 * time.Second,
		},
		"{kind: link-flapping, region: us-east, down: 1s, up: {least: 1s, most: 2s}}": {
			Kind: drills.LinkFlapping, Region: "us-east", Flavour: drills.Refused, Links: between, Direction: drills.BothWays,
			Down: drills.Span{Least: time.Second, Most: time.Second}, Up: drills.Span{Least: time.Second, Most: 2 * time.Second},
			After: drills.SteadyStateReached, For: 10 * time.Second,
		},
		"{kind: link-flapping, region: us-east, down: 1s, up: 1s, pattern: [1s, 2s, 1s]}": {
			Kind: drills.LinkFlapping, Region: "us-east", Flavour: drills.Refused, Links: between, Direction: drills.BothWays,
			Down: drills.Span{Least: time.Second, Most: time.Second}, Up: drills.Span{Least: time.Second, Most: time.Second},
			After: drills.SteadyStateReached, For: 4 * time.Second, Pattern: []time.Duration{time.Second, 2 * time.Second, time.Second},
		},
		"{kind: region-outage, region: us-east, part: rest}": {
			Kind: drills.RegionOutage, Region: "us-east", Part: drills.AllButIt, Flavour: drills.Crash,
			After: drills.SteadyStateReached, For: 10 * time.Second,
		},
		outageOf + ", {kind: survivor-outage, region: us-west, after: detected}": {
			Kind: drills.SurvivorOutage, Region: "us-west", Peer: "us-east", Flavour: drills.Dark, After: drills.Detected, For: 10 * time.Second,
		},
		"{kind: false-alarm, region: us-east}, {kind: survivor-outage, region: us-west, after: detected}": { // whose Links are all up
			Kind: drills.SurvivorOutage, Region: "us-west", Flavour: drills.Dark, After: drills.Detected, For: 10 * time.Second,
		},
	}
	for src, want := range tests {
		d := parse(t, within(orders, src))
		if got := d.Faults[len(d.Faults)-1]; !reflect.DeepEqual(got, want) {
			t.Errorf("%s is read as\n%+v\nwant\n%+v", src, got, want)
		}
		checkReadBack(t, d)
	}
}

// A span may be one time. It is written as a span.
func TestASpanMayBeOneTime(t *testing.T) {
	d := parse(t, within(orders, "{kind: region-outage, region: us-east, delay: 3s}"))
	if want := (drills.Span{Least: 3 * time.Second, Most: 3 * time.Second}); d.Faults[0].Delay != want {
		t.Errorf("read %+v", d.Faults[0].Delay)
	}
	checkReadBack(t, d)
}

// faultSeeds are drill files with faults of every kind and key, right and wrong.
func faultSeeds() []string {
	var out []string
	for src := range fullFaults() {
		out = append(out, within(orders, src), within(ring(), src))
	}
	for _, mistakes := range faultMistakes() {
		for _, m := range mistakes {
			out = append(out, within(orders, strings.Replace(m.faults, "▸", "", 1)))
		}
	}
	for _, m := range allowedFaults() {
		out = append(out, within(orders, m.faults))
	}
	return out
}
