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
		Store:       drills.StoreSettings{Engine: drills.NoStore, Promotion: drills.PromoteAfter, Fencing: drills.EpochFencing},
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
	recoveryTime, recoveryPoint, storeRecoveryPoint := 90*time.Second, time.Duration(0), 2*time.Second
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
		Store:       drills.StoreSettings{Engine: drills.NATSStore, Promotion: drills.PromoteBefore, Fencing: drills.NoFencing},
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
			Completion: &completion, LostAfterHeal: &lostAfterHeal, StoreRecoveryPoint: &storeRecoveryPoint,
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
store:
  engine: nats
  promotion: before-namespace
  fencing: none
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
  storeRecoveryPoint: 2s
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
			"faults[0].flavour: is required: name a flavour of region-outage (crash, stop, freeze, unplugged, dark, reset, refused)"},
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
			"objectives: at least one objective is required (recoveryTime, recoveryPoint, completion, lostAfterHeal, storeRecoveryPoint)"},
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
	f.Add([]byte(payments))
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
