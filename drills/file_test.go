package drills_test

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/catalog"
)

// orders is the least that a drill file can say.
const orders = `apiVersion: failoverdrill/v1
name: orders
model: active-hot
regions: [us-east, us-west]
faults: [{kind: region-outage, region: us-east}]
objectives: {recoveryTime: 30s}
`

func TestParseFillsInEveryDefault(t *testing.T) {
	recoveryTime := 30 * time.Second
	fleet := drills.FleetSettings{Workers: 1, Endpoint: drills.RegionalEndpoint, Slots: drills.DefaultSlots}
	want := &drills.Drill{
		Name:        "orders",
		Model:       drills.ActiveHot,
		Regions:     []string{"us-east", "us-west"},
		Network:     drills.Network{InterRegion: drills.Delay{Latency: 35 * time.Millisecond, Jitter: 5 * time.Millisecond}},
		Replication: drills.Replication{Basis: drills.StateBased},
		Endpoint:    drills.EndpointSettings{TTL: 15 * time.Second, MinResolution: 30 * time.Second},
		Forwarding:  drills.Forwarding{PassivePolls: drills.PollsRefuse},
		Codec:       drills.CodecSettings{Cipher: drills.NoCipher},
		Proxy:       drills.ProxySettings{TLS: drills.NoProxy},
		Workload:    drills.Workload{Profile: "orders", Rate: 3},
		Probes:      drills.Probes{Start: 10, Signal: 2, Query: 2, Update: 0.5, Workflow: 0.5},
		Fleets:      map[string]drills.FleetSettings{"us-east": fleet, "us-west": fleet},
		SteadyState: drills.SteadyState{Window: 5 * time.Second, AtMost: 30 * time.Second},
		Failover:    drills.Failover{Mode: drills.Forced, Detect: drills.Detect{Interval: 500 * time.Millisecond, Failures: 3}},
		Failback:    drills.Failback{Mode: drills.FailbackForced},
		Faults:      []drills.FaultSpec{{Kind: drills.RegionOutage, Region: "us-east", Part: drills.WholeRegion, Flavour: drills.Crash, After: drills.SteadyStateReached}},
		Observe:     drills.Observe{Outage: 2 * time.Minute, Drain: time.Minute},
		Objectives:  drills.Objectives{RecoveryTime: &recoveryTime},
		Seed:        1,
	}
	if got := parse(t, orders); !reflect.DeepEqual(got, want) {
		t.Errorf("Parse() = %+v\nwant %+v", got, want)
	}
}

func TestParseReadsEveryKey(t *testing.T) {
	recoveryTime, recoveryPoint := 90*time.Second, time.Duration(0)
	completion, lostAfterHeal := drills.Percent(99.9), 2
	want := &drills.Drill{
		Name:        "0-cold",
		Description: "Two lines, one description.",
		Model:       drills.ActiveCold,
		Regions:     []string{"a", "b"},
		Network:     drills.Network{InterRegion: drills.Delay{Latency: 80 * time.Millisecond, Jitter: 80 * time.Millisecond}},
		Replication: drills.Replication{Basis: drills.EventBased},
		Endpoint:    drills.EndpointSettings{TTL: time.Second, MinResolution: 0},
		Forwarding:  drills.Forwarding{PassivePolls: drills.PollsRefuse},
		Codec:       drills.CodecSettings{Cipher: drills.AESCipher, Regions: []string{"b"}, AfterWorkers: 3 * time.Second},
		Proxy:       drills.ProxySettings{TLS: drills.MutualTLS, Regions: []string{"a"}, Certifies: []string{"b", "a"}},
		Workload:    drills.Workload{Profile: "orders", Rate: 1.5},
		Probes:      drills.Probes{Start: 10, Signal: 0, Query: 2.5, Update: 1, Workflow: 0.5},
		Clients:     drills.Clients{Endpoints: []drills.Endpoint{drills.RegionalEndpoint, drills.NamespaceEndpoint}},
		Starters:    map[string]drills.StarterSettings{"b": {PinnedTo: "a"}},
		Fleets: map[string]drills.FleetSettings{
			"a": {Workers: 8, Endpoint: drills.NamespaceEndpoint, Slots: drills.DefaultSlots},
			"b": {Workers: 1, Endpoint: drills.RegionalEndpoint, Slots: 20},
		},
		Provision:   drills.Provisioning{ImagePull: 8 * time.Second, MachineStart: 1500 * time.Millisecond, WarmUp: 0},
		SteadyState: drills.SteadyState{Window: 10 * time.Second, AtMost: 10 * time.Second},
		Failover:    drills.Failover{Mode: drills.Hybrid, Detect: drills.Detect{Interval: 50 * time.Millisecond, Failures: 100}},
		Failback:    drills.Failback{Mode: drills.FailbackNever},
		Faults: []drills.FaultSpec{{
			Kind: drills.RegionOutage, Region: "a", Part: drills.WholeRegion, Flavour: drills.Crash, After: drills.SteadyStateReached,
			At: 2 * time.Second, Delay: drills.Span{Least: time.Second, Most: 90 * time.Second},
		}},
		Observe: drills.Observe{Outage: 5 * time.Minute, Drain: time.Second},
		Objectives: drills.Objectives{
			RecoveryTime: &recoveryTime, RecoveryPoint: &recoveryPoint,
			Completion: &completion, LostAfterHeal: &lostAfterHeal,
		},
		Seed: 18446744073709551615,
	}
	got := parse(t, `
apiVersion: failoverdrill/v1   # in block style, where orders is in flow style
name: "0-cold"
description: |
  Two lines,
  one description.
model: active-cold
regions:
  - a
  - b
network:
  interRegion:
    latency: 80ms
    jitter: 80ms
replication:
  basis: events
endpoint:
  ttl: 1s
  minResolutionInterval: 0
forwarding:
  passivePolls: refused
codec:
  cipher: aes-gcm
  regions: [b]
  afterWorkers: 3s
proxy:
  tls: mutual
  regions: [a]
  certifies: [b, a]
workload:
  profile: orders
  rate: 90/m
probes:
  start: 10/s
  signal: 0/s
  query: 2.5/s
  update: 60/m
  workflow: 0.5/s
clients:
  endpoints: [regional, namespace]
starters:
  b:
    pinnedTo: a
fleets:
  a:
    workers: 8
  b:
    endpoint: regional
    slots: 20
provisioning:
  imagePull: 8s
  machineStart: 1.5s
  warmUp: 0
steadyState:
  window: 10s
  atMost: 10s
failover:
  mode: hybrid
  detect:
    interval: 50ms
    failures: 100
failback:
  mode: never
faults:
  - kind: region-outage
    region: a
    part: region
    flavour: crash
    after: steady-state
    at: 2s
    delay:
      least: 1s
      most: 1m30s
observe:
  outage: 5m
  drain: 1s
objectives:
  recoveryTime: 1m30s
  recoveryPoint: 0
  completion: 99.9%
  lostAfterHeal: 2
seed: 18446744073709551615
`)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("Parse() = %+v\nwant %+v", got, want)
	}
}

func TestDefaultsYieldToWhatTheFileSays(t *testing.T) {
	d := parse(t, orders+"network: {interRegion: {latency: 2ms}}\nsteadyState: {window: 40s}\n")
	if got := d.Network.InterRegion.Jitter; got != 2*time.Millisecond {
		t.Errorf("jitter %v, want no more than the latency of 2ms", got)
	}
	if got := d.SteadyState.AtMost; got != 80*time.Second {
		t.Errorf("atMost %v, want twice the window of 40s", got)
	}
}

// A control says what is watched, and no flavour: not even the default one.
func TestAControlHasNoFlavour(t *testing.T) {
	src := strings.Replace(orders, "kind: region-outage, region: us-east", "kind: none, region: us-east, delay: {least: 1s, most: 2s}", 1)
	d := parse(t, src)
	want := []drills.FaultSpec{{Kind: drills.NoFault, Region: "us-east", After: drills.SteadyStateReached, Delay: drills.Span{Least: time.Second, Most: 2 * time.Second}}}
	if !reflect.DeepEqual(d.Faults, want) || !d.Control() {
		t.Errorf("read %+v, a control: %v", d.Faults, d.Control())
	}
	if parse(t, orders).Control() {
		t.Error("an outage is taken for a control")
	}
	written, err := d.YAML()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(written), "flavour") {
		t.Errorf("a flavour is written in\n%s", written)
	}
	if read := parse(t, string(written)); !reflect.DeepEqual(read, d) {
		t.Errorf("read back %+v, wrote %+v", read, d)
	}
}

// mistake is one edit that makes a drill file wrong, and what is said of it.
type mistake struct {
	name  string
	old   string // what in orders is replaced; empty appends a line 7
	new   string
	at    string   // line:column
	path  string   // empty for the whole file
	words []string // that the message has
}

func TestParseRefuses(t *testing.T) {
	groups := map[string][]mistake{
		"YAML":       yamlMistakes(),
		"keys":       keyMistakes(),
		"names":      nameMistakes(),
		"quantities": quantityMistakes(),
		"layout":     layoutMistakes(),
		"modes":      modeMistakes(),
	}
	for group, mistakes := range groups {
		for _, m := range mistakes {
			t.Run(group+"/"+m.name, func(t *testing.T) {
				src := orders + m.new
				if m.old != "" {
					if strings.Count(orders, m.old) != 1 {
						t.Fatalf("%q is not unique", m.old)
					}
					src = strings.Replace(orders, m.old, m.new, 1)
				}
				checkMistake(t, src, m)
			})
		}
	}
}

func checkMistake(t *testing.T, src string, m mistake) {
	t.Helper()
	_, err := drills.Parse("orders.yaml", []byte(src))
	if err == nil {
		t.Fatalf("no error for\n%s", src)
	}
	var mistake *drills.FileError
	if !errors.As(err, &mistake) {
		t.Fatalf("%T is not a FileError", err)
	}
	prefix := "orders.yaml:" + m.at + ": "
	if m.path != "" {
		prefix += m.path + ": "
	}
	said := err.Error()
	if !strings.HasPrefix(said, prefix) || mistake.Path != m.path {
		t.Errorf("%s\nwant it to begin with %s", said, prefix)
	}
	for _, w := range m.words {
		if !strings.Contains(said, w) {
			t.Errorf("%s\nwant it to say %q", said, w)
		}
	}
	if lines := strings.Count(said, "\n") + 1; lines != 1 {
		t.Errorf("%d mistakes instead of one:\n%s", lines, said)
	}
}

func yamlMistakes() []mistake {
	return []mistake{
		{name: "empty", old: orders, at: "1:1", words: []string{"is empty", "apiVersion: failoverdrill/v1"}},
		{name: "only a comment", old: orders, new: "# orders\n", at: "1:1", words: []string{"is empty"}},
		{name: "only a header", old: orders, new: "---\n", at: "1:1", words: []string{"is empty"}},
		{name: "a list", old: orders, new: "- a\n", at: "1:1", words: []string{"must be a mapping", "not a list"}},
		{name: "a word", old: orders, new: "\n  hello\n", at: "2:3", words: []string{"must be a mapping", "not text"}},
		{name: "null", old: orders, new: "~\n", at: "1:1", words: []string{"has no value"}},
		{name: "two documents", new: "---\n" + orders, at: "7:1", words: []string{"second document"}},
		{name: "an empty second document", new: "---\n", at: "7:1", words: []string{"second document"}},
		{name: "a directive", old: orders, new: "%YAML 1.2\n---\n" + orders, at: "1:1", words: []string{"directives"}},
		{name: "a tab", new: "workload:\n\trate: 5/s\n", at: "8:1", words: []string{"tab", "spaces"}},
		{name: "an open bracket", new: "workload: {rate: 5/s\n", at: "7:11", words: []string{"not YAML"}},
		{name: "a colon too many", new: "workload: rate: 5/s\n", at: "7:11", words: []string{"not YAML"}},
		{name: "no UTF-8", new: "description: na\xefve\n", at: "7:16", words: []string{"UTF-8"}},
		{name: "an anchor", old: "[us-east, us-west]", new: "&r [us-east, us-west]", at: "4:10", path: "regions", words: []string{"anchors", "write the value out"}},
		{name: "an alias", new: "description: *name\n", at: "7:14", path: "description", words: []string{"aliases"}},
		{name: "a merge", new: "workload:\n  <<: {rate: 5/s}\n", at: "8:3", path: "workload.<<", words: []string{"merging", "write the keys out"}},
		{name: "a tag", new: "seed: !!int 5\n", at: "7:7", path: "seed", words: []string{"tags"}},
		{name: "an anchored key", new: "workload: {&k rate: 5/s}\n", at: "7:12", path: "workload.?", words: []string{"plain word"}},
		{name: "too many bytes", new: strings.Repeat("#", 16<<10), at: "1:1", words: []string{"too large", "at most 16384"}},
		{name: "nested without end", old: orders, new: strings.Repeat("[", 10_000), at: "1:1", words: []string{"too large", "4096"}},
	}
}

func keyMistakes() []mistake {
	return []mistake{
		{name: "unknown", new: "colour: red\n", at: "7:1", path: "colour", words: []string{"unknown key (keys here: apiVersion, name, ", "seed)"}},
		{name: "misspelt", new: "steadystate: {window: 5s}\n", at: "7:1", path: "steadystate", words: []string{"did you mean steadyState?"}},
		{name: "misspelt below", new: "network:\n  interRegion: {latncy: 5ms}\n", at: "8:17", path: "network.interRegion.latncy", words: []string{"did you mean latency?", "(keys here: latency, jitter)"}},
		{name: "American", old: "region: us-east}", new: "region: us-east, flavor: crash}", at: "5:49", path: "faults[0].flavor", words: []string{"did you mean flavour?", "kind, region, part, flavour"}},
		{name: "a number", new: "workload: {1: 2}\n", at: "7:12", path: "workload.1", words: []string{"unknown key"}},
		{name: "odd", new: "\"a\\nb\": 2\n", at: "7:1", path: `"a\nb"`, words: []string{"unknown key"}},
		{name: "twice", new: "name: again\n", at: "7:1", path: "name", words: []string{"set twice", "line 2"}},
		{name: "twice below", new: "workload: {rate: 5/s, rate: 6/s}\n", at: "7:23", path: "workload.rate", words: []string{"set twice"}},
		{name: "no value", new: "workload:\n", at: "7:1", path: "workload", words: []string{"has no value"}},
		{name: "no value below", new: "workload: {rate: }\n", at: "7:12", path: "workload.rate", words: []string{"has no value"}},
		{name: "no apiVersion", old: "apiVersion: failoverdrill/v1\n", at: "1:1", path: "apiVersion", words: []string{"required", "failoverdrill/v1"}},
		{name: "another apiVersion", old: "failoverdrill/v1", new: "failoverdrill/v2", at: "1:13", path: "apiVersion", words: []string{`"failoverdrill/v2"`, "failoverdrill/v1"}},
		{name: "no name", old: "name: orders\n", at: "1:1", path: "name", words: []string{"required"}},
		{name: "no model", old: "model: active-hot\n", at: "1:1", path: "model", words: []string{"required", "active-cold, active-hot, active-active, dual-active"}},
		{name: "no regions", old: "regions: [us-east, us-west]\n", at: "1:1", path: "regions", words: []string{"required", "primary region first"}},
		{name: "no faults", old: "faults: [{kind: region-outage, region: us-east}]\n", at: "1:1", path: "faults", words: []string{"1 to 8 faults", "not 0"}},
		{name: "no objectives", old: "objectives: {recoveryTime: 30s}\n", at: "1:1", path: "objectives", words: []string{"at least one objective", "recoveryTime, recoveryPoint, completion, lostAfterHeal"}},
		{name: "no fault's kind", old: "kind: region-outage, ", at: "5:10", path: "faults[0].kind", words: []string{"required", "region-outage"}},
		{name: "no fault's region", old: ", region: us-east", at: "5:10", path: "faults[0].region", words: []string{"required", "(us-east, us-west)"}},
	}
}

func nameMistakes() []mistake {
	return []mistake{
		{name: "upper case", old: "name: orders", new: "name: Orders", at: "2:7", path: "name", words: []string{`"Orders"`, "a-z"}},
		{name: "leading hyphen", old: "name: orders", new: "name: -orders", at: "2:7", path: "name", words: []string{`"-orders"`}},
		{name: "long name", old: "name: orders", new: "name: " + strings.Repeat("o", 64), at: "2:7", path: "name", words: []string{"at most 63"}},
		{name: "empty name", old: "name: orders", new: "name: ''", at: "2:7", path: "name", words: []string{"required"}},
		{name: "name is a number", old: "name: orders", new: "name: 2026", at: "2:7", path: "name", words: []string{"must be text", "2026", "quotes"}},
		{name: "name is a list", old: "name: orders", new: "name: [orders]", at: "2:7", path: "name", words: []string{"must be text, not a list"}},
		{name: "control character", new: "description: \"a\\x00b\"\n", at: "7:14", path: "description", words: []string{"control characters"}},
		{name: "long description", new: "description: " + strings.Repeat("o", 1001), at: "7:14", path: "description", words: []string{"1000"}},
		{name: "no basis of replication", new: "replication: {basis: rows}\n", at: "7:22", path: "replication.basis", words: []string{`"rows"`, "(state, events)"}},
		{name: "no cipher", new: "codec: {cipher: rot13}\n", at: "7:17", path: "codec.cipher", words: []string{`"rot13"`, "(none, aes-gcm)"}},
		{name: "unknown way of passive polls", new: "forwarding: {passivePolls: \"off\"}\n", at: "7:28", path: "forwarding.passivePolls", words: []string{`"off"`, "(forwarded, refused)"}},
		{name: "unknown model", old: "active-hot", new: "active-warm", at: "3:8", path: "model", words: []string{`"active-warm" is not a model`, "active-cold, active-hot, active-active, dual-active"}},
		{name: "unknown profile", new: "workload: {profile: payments}\n", at: "7:21", path: "workload.profile", words: []string{`"payments"`, "(orders)"}},
		{name: "unknown fault", old: "kind: region-outage", new: "kind: flood", at: "5:17", path: "faults[0].kind", words: []string{`"flood"`, "(region-outage, region-isolated, link-partition, "}},
		{name: "unknown flavour", old: "region: us-east}", new: "region: us-east, flavour: salty}", at: "5:58", path: "faults[0].flavour", words: []string{`"salty"`, "(crash, freeze, dark, reset, refused)"}},
		{name: "flavour of nothing", old: "region-outage, region: us-east}", new: "none, region: us-east, flavour: crash}", at: "5:49", path: "faults[0].flavour", words: []string{"none", "breaks nothing", "leave it out"}},
		{name: "unknown flavour of nothing", old: "region-outage, region: us-east}", new: "none, region: us-east, flavour: salty}", at: "5:49", path: "faults[0].flavour", words: []string{"breaks nothing", "leave it out"}},
		{name: "nothing, nowhere", old: "{kind: region-outage, region: us-east}", new: "{kind: none}", at: "5:10", path: "faults[0].region", words: []string{"required", "(us-east, us-west)"}},
		{name: "unknown endpoint", new: "fleets: {us-east: {endpoint: global}}\n", at: "7:30", path: "fleets.us-east.endpoint", words: []string{`"global"`, "(namespace, regional)"}},
	}
}

func quantityMistakes() []mistake {
	duration := func(name, line, at, path string, words ...string) mistake {
		return mistake{name: name, new: line + "\n", at: at, path: path, words: words}
	}
	return []mistake{
		{name: "bare number", old: "30s", new: "30", at: "6:28", path: "objectives.recoveryTime", words: []string{`"30" has no unit`, "500ms"}},
		{name: "bare fraction", old: "30s", new: "'1.5'", at: "6:28", path: "objectives.recoveryTime", words: []string{"has no unit"}},
		{name: "unknown unit", old: "30s", new: "30sec", at: "6:28", path: "objectives.recoveryTime", words: []string{`"30sec" is not a duration`, "ms, s, m, h"}},
		{name: "negative objective", old: "30s", new: "-30s", at: "6:28", path: "objectives.recoveryTime", words: []string{"negative"}},
		{name: "long objective", old: "30s", new: "25h", at: "6:28", path: "objectives.recoveryTime", words: []string{"at most 24h"}},
		{name: "objective above what is observed", old: "30s", new: "3m", at: "6:28", path: "objectives.recoveryTime", words: []string{"3m can't be judged", "observed for 2m", "observe.outage"}},
		{name: "no duration at all", old: "30s", new: "{}", at: "6:28", path: "objectives.recoveryTime", words: []string{"must be a duration", "not a mapping"}},
		{name: "beyond counting", old: "30s", new: "9999999999h", at: "6:28", path: "objectives.recoveryTime", words: []string{"is not a duration"}},
		duration("latency without unit", "network: {interRegion: {latency: 35}}", "7:34", "network.interRegion.latency", "has no unit"),
		duration("jitter over latency", "network: {interRegion: {latency: 5ms, jitter: 6ms}}", "7:47", "network.interRegion.jitter", "6ms", "latency of 5ms"),
		duration("jitter over the default latency", "network: {interRegion: {jitter: 40ms}}", "7:33", "network.interRegion.jitter", "latency of 35ms"),
		duration("short TTL", "endpoint: {ttl: 999ms}", "7:17", "endpoint.ttl", "at least 1s"),
		duration("negative resolution", "endpoint: {minResolutionInterval: -1s}", "7:35", "endpoint.minResolutionInterval", "negative"),
		duration("short window", "steadyState: {window: 999ms}", "7:23", "steadyState.window", "at least 1s"),
		duration("atMost below window", "steadyState: {window: 5s, atMost: 4s}", "7:35", "steadyState.atMost", "4s", "window of 5s"),
		duration("short detection", "failover: {detect: {interval: 49ms}}", "7:31", "failover.detect.interval", "at least 50ms"),
		duration("no failures", "failover: {detect: {failures: 0}}", "7:31", "failover.detect.failures", "between 1 and 100"),
		duration("many failures", "failover: {detect: {failures: 101}}", "7:31", "failover.detect.failures", "between 1 and 100"),
		duration("half a failure", "failover: {detect: {failures: 1.5}}", "7:31", "failover.detect.failures", `"1.5" is not a whole number`),
		duration("short outage", "observe: {outage: 0}", "7:19", "observe.outage", "at least 1s"),
		duration("short drain", "observe: {drain: 1ms}", "7:18", "observe.drain", "at least 1s"),
		duration("no rate", "workload: {rate: 0/s}", "7:18", "workload.rate", "above 0"),
		duration("negative rate", "workload: {rate: -5/s}", "7:18", "workload.rate", "-5/s", "above 0"),
		duration("NaN rate", "workload: {rate: NaN/s}", "7:18", "workload.rate", `"NaN" is not a number`),
		duration("infinite rate", "workload: {rate: +Inf/s}", "7:18", "workload.rate", "is not a number"),
		duration("YAML's NaN", "workload: {rate: .nan}", "7:18", "workload.rate", "is not a rate"),
		duration("bare rate", "workload: {rate: 5}", "7:18", "workload.rate", "is not a rate", "10/s"),
		duration("rate per hour", "workload: {rate: 5/h}", "7:18", "workload.rate", "/s or /m"),
		duration("high rate", "workload: {rate: 50.1/s}", "7:18", "workload.rate", "at most 50/s"),
		duration("low rate", "workload: {rate: 1e-300/s}", "7:18", "workload.rate", "too low"),
		duration("rate below evidence", "workload: {rate: 0.9/s}", "1:1", "steadyState.window", "5s at 0.9/s is too little load", "at least 5 orders"),
		duration("negative probes", "probes: {query: -1/s}", "7:17", "probes.query", "-1/s is negative"),
		duration("many probes", "probes: {start: 51/s}", "7:17", "probes.start", "at most 50/s"),
		duration("probes without a unit", "probes: {signal: 2}", "7:18", "probes.signal", "is not a rate"),
		duration("negative seed", "seed: -1", "7:7", "seed", "0 or above"),
		duration("large seed", "seed: 18446744073709551616", "7:7", "seed", "too large"),
		duration("seed is a word", "seed: random", "7:7", "seed", "whole number"),
		duration("no Workers", "fleets: {us-east: {workers: 0}}", "7:29", "fleets.us-east.workers", "between 1 and 8"),
		duration("many Workers", "fleets: {us-east: {workers: 9}}", "7:29", "fleets.us-east.workers", "between 1 and 8"),
		duration("no slots", "fleets: {us-east: {slots: 0}}", "7:27", "fleets.us-east.slots", "between 1 and 1000"),
		{name: "completion is no share", old: "recoveryTime: 30s", new: "completion: 100", at: "6:26", path: "objectives.completion", words: []string{`"100" is not a share`, "99.9%"}},
		{name: "completion over 100 %", old: "recoveryTime: 30s", new: "completion: 101%", at: "6:26", path: "objectives.completion", words: []string{"between 0% and 100%"}},
		{name: "negative loss", old: "recoveryTime: 30s", new: "lostAfterHeal: -1", at: "6:29", path: "objectives.lostAfterHeal", words: []string{"negative"}},
	}
}

func layoutMistakes() []mistake {
	const regions, region = "[us-east, us-west]", "region: us-east}"
	return []mistake{
		{name: "no region", old: regions, new: "[]", at: "4:10", path: "regions", words: []string{"required", "primary region first"}},
		{name: "regions are text", old: regions, new: "us-east", at: "4:10", path: "regions", words: []string{"must be a list, not text"}},
		{name: "region is a number", old: regions, new: "[us-east, 7]", at: "4:20", path: "regions[1]", words: []string{"must be text", "quotes"}},
		{name: "one region", old: regions, new: "[us-east]", at: "4:10", path: "regions", words: []string{"active-hot needs 2 regions, not 1"}},
		{name: "three regions", old: regions, new: "[us-east, us-west, eu]", at: "4:10", path: "regions", words: []string{"active-hot needs 2 regions, not 3"}},
		{name: "same region", old: regions, new: "[us-east, us-east]", at: "4:20", path: "regions[1]", words: []string{`"us-east" is regions[0] already`}},
		{name: "no DNS label", old: regions, new: "[us-east, us_west]", at: "4:20", path: "regions[1]", words: []string{`"us_west" is not a region`, "a-z"}},
		{name: "hyphen at the end", old: regions, new: "[us-east, us-]", at: "4:20", path: "regions[1]", words: []string{`"us-"`, "ending with -"}},
		{name: "hyphen in front", old: regions, new: "[us-east, -us]", at: "4:20", path: "regions[1]", words: []string{`"-us"`, "beginning"}},
		{name: "long region", old: regions, new: "[us-east, " + strings.Repeat("w", 64) + "]", at: "4:20", path: "regions[1]", words: []string{"at most 63"}},
		{name: "fault elsewhere", old: region, new: "region: us-est}", at: "5:40", path: "faults[0].region", words: []string{`"us-est" is not one of the regions (us-east, us-west)`}},
		{name: "fault in the secondary", old: region, new: "region: us-west}", at: "5:40", path: "faults[0].region", words: []string{`"us-west" is not the primary region (us-east)`, "active-hot"}},
		{name: "delay that ends before it begins", old: region, new: "region: us-east, delay: {least: 2s, most: 1s}}", at: "5:74", path: "faults[0].delay.most", words: []string{"1s is less than the least of 2s"}},
		{name: "negative delay", old: region, new: "region: us-east, delay: {least: -1s}}", at: "5:64", path: "faults[0].delay.least", words: []string{`"-1s" is negative`}},
		{name: "no fault in the list", old: "[{kind: region-outage, region: us-east}]", new: "[]", at: "5:9", path: "faults", words: []string{"1 to 8 faults"}},
		{name: "two faults", old: "us-east}]", new: "us-east}, {kind: region-outage, region: us-east}]", at: "5:50", path: "faults[1]", words: []string{"loses a region", "faults[0] does already"}},
		{name: "fault is a word", old: "[{kind: region-outage, region: us-east}]", new: "[region-outage]", at: "5:10", path: "faults[0]", words: []string{"must be a mapping", "not text"}},
		{name: "fleet elsewhere", new: "fleets: {us-est: {workers: 2}}\n", at: "7:18", path: "fleets.us-est", words: []string{"is not one of the regions (us-east, us-west)"}},
		{name: "no objective in the mapping", old: "{recoveryTime: 30s}", new: "{}", at: "6:13", path: "objectives", words: []string{"at least one objective"}},
		{name: "codec elsewhere", new: "codec: {cipher: aes-gcm, regions: [us-east, us-est]}\n", at: "7:45", path: "codec.regions[1]", words: []string{`"us-est" is not one of the regions (us-east, us-west)`}},
		{name: "codec twice", new: "codec: {cipher: aes-gcm, regions: [us-east, us-east]}\n", at: "7:45", path: "codec.regions[1]", words: []string{"named twice"}},
		{name: "regions of no codec", new: "codec: {regions: [us-east]}\n", at: "7:18", path: "codec.regions", words: []string{"impossible combination", "no Codec Server"}},
		{name: "lateness of no codec", new: "codec: {afterWorkers: 1s}\n", at: "7:23", path: "codec.afterWorkers", words: []string{"impossible combination", "no Codec Server"}},
		{name: "lateness of what runs already", new: "codec: {cipher: aes-gcm, afterWorkers: 1s}\n", at: "7:40", path: "codec.afterWorkers", words: []string{"impossible combination", "active-hot"}},
		{name: "clients by no endpoint", new: "clients: {endpoints: [global]}\n", at: "7:23", path: "clients.endpoints[0]", words: []string{`"global"`, "(namespace, regional)"}},
		{name: "clients by one endpoint twice", new: "clients: {endpoints: [regional, regional]}\n", at: "7:33", path: "clients.endpoints[1]", words: []string{"named twice"}},
		{name: "clients that probe nothing", new: "clients: {endpoints: [regional]}\nprobes: {start: 0/s, signal: 0/s, query: 0/s, update: 0/s, workflow: 0/s}\n", at: "7:22", path: "clients.endpoints", words: []string{"impossible combination", "no Client"}},
		{name: "starters elsewhere", new: "starters: {us-est: {pinnedTo: us-east}}\n", at: "7:20", path: "starters.us-est", words: []string{"is not one of the regions (us-east, us-west)"}},
		{name: "starters pinned elsewhere", new: "starters: {us-west: {pinnedTo: us-est}}\n", at: "7:32", path: "starters.us-west.pinnedTo", words: []string{`"us-est" is not one of the regions (us-east, us-west)`}},
		{name: "starters pinned nowhere", new: "starters: {us-west: {}}\n", at: "7:21", path: "starters.us-west.pinnedTo", words: []string{"is required", "(us-east, us-west)"}},
		{name: "a proxy that knows nobody", new: "proxy: {tls: some}\n", at: "7:14", path: "proxy.tls", words: []string{`"some"`, "(none, mutual)"}},
		{name: "proxy elsewhere", new: "proxy: {tls: mutual, regions: [us-est]}\n", at: "7:32", path: "proxy.regions[0]", words: []string{`"us-est" is not one of the regions (us-east, us-west)`}},
		{name: "regions of no proxy", new: "proxy: {regions: [us-east]}\n", at: "7:18", path: "proxy.regions", words: []string{"impossible combination", "no proxy"}},
		{name: "certificate of no proxy", new: "proxy: {certifies: [us-east]}\n", at: "7:20", path: "proxy.certifies", words: []string{"impossible combination", "no proxy"}},
		{name: "certificate that nobody shows", old: region, new: region + ", {kind: certificate-expired, region: us-west, for: 5s}", at: "5:57", path: "faults[1].kind", words: []string{"impossible combination", "proxy.tls"}},
		{name: "rotation of no key", old: region, new: region + ", {kind: codec-rotation, region: us-west, for: 5s}", at: "5:57", path: "faults[1].kind", words: []string{"impossible combination", "codec.cipher"}},
		{name: "provisioning of what runs already", new: "provisioning: {warmUp: 2s}\n", at: "7:24", path: "provisioning.warmUp", words: []string{"impossible combination", "active-hot"}},
	}
}

func TestModelsDecideWhatGoesTogether(t *testing.T) {
	edit := func(model, regions, region, more string) string {
		return strings.NewReplacer("active-hot", model, "us-east, us-west", regions, "region: us-east", "region: "+region).Replace(orders) + more
	}
	provisioning := "provisioning: {imagePull: 1s}\n"
	tests := []struct {
		name, src string
		want      string // in the error; empty for none
	}{
		{"dual-active may lose any region", edit("dual-active", "a, b", "b", ""), ""},
		{"dual-active runs as a ring", edit("dual-active", "a, b, c, d, e", "c", ""), ""},
		{"dual-active ends at five regions", edit("dual-active", "a, b, c, d, e, f", "a", ""), "dual-active needs 2 to 5 regions, not 6"},
		{"dual-active provisions nothing", edit("dual-active", "a, b", "a", provisioning), "impossible combination"},
		{"active-cold provisions", edit("active-cold", "a, b", "a", provisioning), ""},
		{"active-active provisions what it adds", edit("active-active", "a, b", "a", provisioning), ""},
		{"provisioning of zero is none", edit("active-hot", "a, b", "a", "provisioning: {imagePull: 0, warmUp: 0s}\n"), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := drills.Parse("orders.yaml", []byte(tt.src))
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("unexpected: %v", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestParseCollectsEveryMistake(t *testing.T) {
	_, err := drills.Parse("orders.yaml", []byte(`apiVersion: failoverdrill/v1
nam: orders
model: active-warm
regions: [us-east, us_west]
workload: {rate: 5, profile: payments}
faults: [{kind: flood, region: us-est}]
objectives: {recoveryTime: 30}
`))
	want := []string{
		"orders.yaml:1:1: name: ", "orders.yaml:2:1: nam: ", "orders.yaml:3:8: model: ",
		"orders.yaml:4:20: regions[1]: ", "orders.yaml:5:18: workload.rate: ", "orders.yaml:5:30: workload.profile: ",
		"orders.yaml:6:17: faults[0].kind: ", "orders.yaml:6:32: faults[0].region: ", "orders.yaml:7:28: objectives.recoveryTime: ",
	}
	if err == nil {
		t.Fatal("no error")
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != len(want) {
		t.Fatalf("%d mistakes, want %d:\n%v", len(lines), len(want), err)
	}
	for i, line := range lines {
		if !strings.HasPrefix(line, want[i]) {
			t.Errorf("%s\nwant it to begin with %s", line, want[i])
		}
	}
}

func TestAMarkAtTheBeginningOfTheFileIsNoKey(t *testing.T) {
	parse(t, "\ufeff"+orders)
	parse(t, strings.ReplaceAll(orders, "\n", "\r\n"))
	parse(t, "---\n"+orders+"...\n")
}

func TestLoadNamesTheFile(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "missing.yaml")
	_, err := drills.Load(missing)
	var mistake *drills.FileError
	if !errors.As(err, &mistake) || mistake.File != missing || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Load of a missing file: %v", err)
	}
	if _, err := drills.Load(dir); err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Errorf("Load of a directory: %v", err)
	}
	wrong := filepath.Join(dir, "wrong.yaml")
	if err := os.WriteFile(wrong, []byte("name: X\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := drills.Load(wrong); err == nil || !strings.Contains(err.Error(), wrong+":1:7: name: ") {
		t.Errorf("Load of a wrong file: %v", err)
	}
	right := filepath.Join(dir, "right.yaml")
	if err := os.WriteFile(right, []byte(orders), 0o600); err != nil {
		t.Fatal(err)
	}
	if d, err := drills.Load(right); err != nil || d.Name != "orders" {
		t.Errorf("Load() = %v, %v", d, err)
	}
}

func TestValidateNamesTheFieldOfADrillBuiltInGo(t *testing.T) {
	tests := []struct {
		name   string
		change func(*drills.Drill)
		want   string // the error; empty for none
	}{
		{"as read", func(*drills.Drill) {}, ""},
		{"fleets of the model", func(d *drills.Drill) { d.Fleets = nil }, ""},
		{"fleet with defaults", func(d *drills.Drill) { d.Fleets = map[string]drills.FleetSettings{"us-east": {}} }, ""},
		{"fault", func(d *drills.Drill) { d.Faults[0].Region = "us-est" },
			`faults[0].region: "us-est" is not one of the regions (us-east, us-west)`},
		{"flavour of nothing", func(d *drills.Drill) { d.Faults[0].Kind = drills.NoFault },
			"faults[0].part: is an impossible combination with none, which breaks nothing: leave it out\n" +
				"faults[0].flavour: is an impossible combination with none, which breaks nothing: leave it out"},
		{"outage without a flavour", func(d *drills.Drill) { d.Faults[0].Flavour = "" },
			"faults[0].flavour: is required: name a flavour of region-outage (crash, freeze, dark, reset, refused)"},
		{"regions", func(d *drills.Drill) { d.Regions = nil },
			"regions: is required: list the primary region first, then where it fails over to"},
		{"rate", func(d *drills.Drill) { d.Workload.Rate = drills.Rate(math.NaN()) }, "workload.rate: is not a number"},
		{"latency", func(d *drills.Drill) {
			d.Network.InterRegion = drills.Delay{Latency: -time.Second, Jitter: -time.Second}
		},
			"network.interRegion.latency: -1s is negative\nnetwork.interRegion.jitter: -1s is negative"},
		{"workers", func(d *drills.Drill) { d.Fleets["us-east"] = drills.FleetSettings{Workers: -1} },
			"fleets.us-east.workers: -1 is not between 1 and 8"},
		{"completion", func(d *drills.Drill) { p := drills.Percent(math.NaN()); d.Objectives.Completion = &p },
			"objectives.completion: NaN% is not between 0% and 100%"},
		{"description", func(d *drills.Drill) { d.Description = "two\nlines" },
			"description: must be one line of text with single spaces and without control characters, at most 1000 bytes"},
		{"objectives", func(d *drills.Drill) { d.Objectives = drills.Objectives{} },
			"objectives: at least one objective is required (recoveryTime, recoveryPoint, completion, lostAfterHeal)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := parse(t, orders)
			tt.change(d)
			said := ""
			if err := d.Validate(); err != nil {
				said = err.Error()
			}
			if said != tt.want {
				t.Errorf("Validate() says\n%s\nwant\n%s", said, tt.want)
			}
			if _, err := d.YAML(); (err != nil) != (tt.want != "") {
				t.Errorf("YAML() = %v", err)
			}
		})
	}
	if err := new(drills.Drill).Validate(); err == nil {
		t.Error("a drill that says nothing is valid")
	}
}

func TestYAMLQuotesWhatYAMLWouldTakeForSomethingElse(t *testing.T) {
	names := []string{"12", "1e5", "0x1f", "0b1", "0o7", "true", "null", "yes", "n", "2026-01-02", "7-", "inf", "nan"}
	for _, text := range append(names, "", "- x", "a: b", "# no", `"quoted" 'twice' \ back`, "ünï → ∞ 👩‍🚒", "~", "*a &b !c %d @e",
		"{x}, [y]", "|", ">", "? y", "=", "<<", "---", "...", "yes: no", "a #b", "x:") {
		d := parse(t, orders)
		d.Description, d.Seed = text, 42
		checkRoundTrip(t, d)
	}
	for _, name := range names {
		d := parse(t, orders)
		d.Name = name
		d.Regions = []string{name + "x", "us-west"}
		d.Faults[0].Region = name + "x"
		d.Fleets = map[string]drills.FleetSettings{"us-west": {Workers: 2}}
		checkRoundTrip(t, d)
	}
}

// checkRoundTrip compares through YAML twice, as d may leave defaults out.
func checkRoundTrip(t *testing.T, d *drills.Drill) {
	t.Helper()
	first, err := d.YAML()
	if err != nil {
		t.Errorf("%+v: %v", d, err)
		return
	}
	got := parse(t, string(first))
	if got.Name != d.Name || got.Description != d.Description || got.Seed != d.Seed || !slices.Equal(got.Regions, d.Regions) {
		t.Errorf("wrote %+v, read %+v from\n%s", d, got, first)
	}
	second, err := got.YAML()
	if err != nil || string(first) != string(second) {
		t.Errorf("wrote\n%s\nthen %v\n%s", first, err, second)
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range catalog.Names() {
		src, err := catalog.Source(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	f.Add([]byte(strings.Replace(orders, "region-outage", "none", 1)))
	for _, src := range faultSeeds() {
		f.Add([]byte(src))
	}
	for _, group := range [][]mistake{yamlMistakes(), keyMistakes(), nameMistakes(), quantityMistakes(), layoutMistakes()} {
		for _, m := range group {
			if len(m.new) < 2000 { // large seeds only slow the search down
				f.Add([]byte(orders + m.new))
			}
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		d, err := drills.Parse("fuzz.yaml", src)
		if err != nil {
			var mistake *drills.FileError
			if !errors.As(err, &mistake) || mistake.Line < 1 || mistake.Column < 1 {
				t.Fatalf("%#v has no place", err)
			}
			return
		}
		if err := d.Validate(); err != nil {
			t.Fatalf("parsed, yet not valid: %v", err)
		}
		written, err := d.YAML()
		if err != nil {
			t.Fatal(err)
		}
		read, err := drills.Parse("written.yaml", written)
		if err != nil {
			t.Fatalf("%v in\n%s", err, written)
		}
		if !reflect.DeepEqual(read, d) {
			t.Fatalf("read back %+v, wrote %+v", read, d)
		}
		checkReadBack(t, d.Decided())
	})
}

func parse(t *testing.T, src string) *drills.Drill {
	t.Helper()
	d, err := drills.Parse("orders.yaml", []byte(src))
	if err != nil {
		t.Fatalf("%v in\n%s", err, src)
	}
	return d
}
