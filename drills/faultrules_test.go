package drills_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// faulty is a list of faults that is wrong at the place of the mark ▸. It stands
// in orders, or in a ring of three, for its own.
type faulty struct {
	name   string
	faults string
	path   string
	words  []string
}

const outageOf = "{kind: region-outage, region: us-east}"

// ring is orders in a ring of three.
func ring() string {
	return strings.NewReplacer("active-hot", "dual-active", "us-east, us-west", "us-east, us-west, eu-central").Replace(orders)
}

// within puts faults in the place of those of a drill, and beside them what the
// drill has to have for them.
func within(drill, faults string) string {
	for _, t := range drills.FaultCatalogue() {
		if t.Beside != "" && strings.Contains(faults, string(t.Kind)) {
			drill += t.Beside + "\n"
		}
	}
	return strings.Replace(drill, "["+outageOf+"]", "["+faults+"]", 1)
}

func parameterMistakes() []faulty {
	link := func(rest string) string { return "{kind: link-" + rest + "}" }
	return []faulty{
		{"flavour of latency", link("latency, region: us-east, latency: 50ms, flavour: ▸dark"), "faults[0].flavour",
			[]string{"impossible combination with link-latency, which takes latency, jitter, peer, links, direction", "leave it out"}},
		{"part of a partition", link("partition, region: us-east, part: ▸workers"), "faults[0].part", []string{"impossible combination with link-partition"}},
		{"direction of an outage", "{kind: region-outage, region: us-east, direction: ▸out}", "faults[0].direction", []string{"impossible combination with region-outage, which takes part, flavour"}},
		{"peer of an outage", "{kind: region-outage, region: us-east, peer: ▸us-west}", "faults[0].peer", []string{"impossible combination with region-outage"}},
		{"links of an outage", "{kind: region-outage, region: us-east, links: ▸[fleet]}", "faults[0].links", []string{"impossible combination with region-outage"}},
		{"jitter of a slow close", link("slow-close, region: us-east, latency: 1s, jitter: ▸1ms"), "faults[0].jitter", []string{"impossible combination with link-slow-close"}},
		{"latency of a bandwidth", link("bandwidth, region: us-east, bandwidth: 10, latency: ▸1ms"), "faults[0].latency", []string{"impossible combination with link-bandwidth"}},
		{"bandwidth of a reset", link("reset, region: us-east, bytes: 10, bandwidth: ▸1"), "faults[0].bandwidth", []string{"impossible combination with link-reset"}},
		{"share of a partition", link("partition, region: us-east, share: ▸10%"), "faults[0].share", []string{"impossible combination with link-partition"}},
		{"bytes of latency", link("latency, region: us-east, latency: 5ms, bytes: ▸10"), "faults[0].bytes", []string{"impossible combination with link-latency"}},
		{"down of a partition", link("partition, region: us-east, down: ▸1s"), "faults[0].down", []string{"impossible combination with link-partition"}},
		{"up of a brown-out", link("brown-out, region: us-east, share: 10%, up: ▸1s"), "faults[0].up", []string{"impossible combination with link-brown-out"}},
		{"pattern of a partition", link("partition, region: us-east, pattern: ▸[10s]"), "faults[0].pattern", []string{"impossible combination with link-partition"}},
		{"peer of a control", "{kind: none, region: us-east, peer: ▸us-west}", "faults[0].peer", []string{"none, which breaks nothing", "leave it out"}},

		{"no latency", "▸" + link("latency, region: us-east"), "faults[0].latency", []string{"is required of link-latency", "above zero"}},
		{"latency of nothing", link("latency, region: us-east, latency: ▸0s"), "faults[0].latency", []string{"is required of link-latency", "above zero"}},
		{"no latency of a slow close", "▸" + link("slow-close, region: us-east"), "faults[0].latency", []string{"is required of link-slow-close"}},
		{"no bandwidth", "▸" + link("bandwidth, region: us-east"), "faults[0].bandwidth", []string{"is required of link-bandwidth"}},
		{"no bytes", "▸" + link("reset, region: us-east"), "faults[0].bytes", []string{"is required of link-reset"}},
		{"no share", "▸" + link("brown-out, region: us-east"), "faults[0].share", []string{"is required of link-brown-out"}},
		{"share of nothing", link("brown-out, region: us-east, share: ▸0%"), "faults[0].share", []string{"is required of link-brown-out", "above zero"}},
		{"share above all", link("brown-out, region: us-east, share: ▸101%"), "faults[0].share", []string{"is not between 0% and 100%"}},
		{"no down", "▸" + link("flapping, region: us-east, up: 1s"), "faults[0].down", []string{"is required of link-flapping"}},
		{"no up", "▸" + link("flapping, region: us-east, down: 1s"), "faults[0].up", []string{"is required of link-flapping"}},
		{"down for no time", link("flapping, region: us-east, up: 1s, down: ▸0s"), "faults[0].down", []string{"is required of link-flapping", "above zero"}},

		{"latency below a millisecond", link("latency, region: us-east, latency: ▸999us"), "faults[0].latency", []string{"too short", "at least 1ms"}},
		{"jitter above the latency", link("latency, region: us-east, latency: 5ms, jitter: ▸6ms"), "faults[0].jitter", []string{"6ms is more than the latency of 5ms"}},
		{"negative bandwidth", link("bandwidth, region: us-east, bandwidth: ▸-1"), "faults[0].bandwidth", []string{"-1 is not between 1 and 1048576"}},
		{"bandwidth with a unit", link("bandwidth, region: us-east, bandwidth: ▸10kB"), "faults[0].bandwidth", []string{`"10kB" is not a whole number`}},
		{"bytes without end", link("reset, region: us-east, bytes: ▸1073741825"), "faults[0].bytes", []string{"is not between 1 and 1073741824"}},
		{"down too short to be seen", link("flapping, region: us-east, up: 1s, down: {least: ▸99ms, most: 1s}"), "faults[0].down.least", []string{"99ms is too short", "at least 100ms"}},
		{"up that ends before it begins", link("flapping, region: us-east, down: 1s, up: {least: 2s, most: ▸1s}"), "faults[0].up.most", []string{"1s is less than the least of 2s"}},
		{"pattern with a gap", link("flapping, region: us-east, down: 1s, up: 1s, pattern: [10s, ▸0s]"), "faults[0].pattern[1]", []string{"too short"}},
		{"pattern shorter than the fault", link("flapping, region: us-east, down: 1s, up: 1s, for: 10s, pattern: ▸[1s, 1s, 2s]"), "faults[0].pattern", []string{"lasts 4s", "10s"}},
	}
}

func placeMistakes() []faulty {
	link := func(rest string) string { return "{kind: link-" + rest + "}" }
	return []faulty{
		{"flavour of a crash on Links", link("partition, region: us-east, flavour: ▸crash"), "faults[0].flavour", []string{`"crash" is not a flavour of link-partition (dark, reset, refused)`}},
		{"flavour of a freeze on Links", link("flapping, region: us-east, down: 1s, up: 1s, flavour: ▸freeze"), "faults[0].flavour", []string{`"freeze" is not a flavour of link-flapping`}},
		{"one way of a reset", link("partition, region: us-east, direction: out, flavour: ▸reset"), "faults[0].flavour", []string{"impossible combination with direction out", "only dark is one way"}},
		{"one way of a refusal", link("partition, region: us-east, flavour: ▸refused, direction: in"), "faults[0].flavour", []string{"impossible combination with direction in", "closed both ways"}},
		{"one way of what refuses by default", "▸" + link("flapping, region: us-east, down: 1s, up: 1s, direction: in"), "faults[0].flavour", []string{"impossible combination with direction in", "only dark is one way"}},
		{"sideways", link("partition, region: us-east, direction: ▸sideways"), "faults[0].direction", []string{`"sideways" is not a direction (both, out, in)`}},
		{"part of nothing", "{kind: region-outage, region: us-east, part: ▸basement}", "faults[0].part", []string{`"basement" is not a part of a region (region, temporal, workers, rest)`}},
		{"no kind of Link", link("partition, region: us-east, links: [fleet, ▸beer]"), "faults[0].links[1]", []string{`"beer" is not a kind of Link (fleet, starter, replication, control, codec, proxy, store, store-replication)`}},
		{"two rotations at once", "{kind: codec-rotation, region: us-east, for: 5s}, ▸{kind: codec-rotation, region: us-west, for: 5s}", "faults[1]", []string{"acts on the key of payloads, and so does faults[0]"}},
		{"a certificate of a proxy that is gone", "{kind: region-outage, region: us-east}, ▸{kind: certificate-expired, region: us-east, for: 5s}", "faults[1]", []string{"acts on the proxy of us-east, and so does faults[0]"}},
		{"Links of no Codec Server", link("partition, region: us-east, peer: us-east, links: [fleet, ▸codec]"), "faults[0].links[1]", []string{`"codec" is an impossible combination with codec.cipher none`}},
		{"Links of no proxy", link("partition, region: us-east, peer: us-east, links: [▸proxy]"), "faults[0].links[0]", []string{`"proxy" is an impossible combination with proxy.tls none`}},
		{"a kind of Link twice", link("partition, region: us-east, links: [fleet, ▸fleet]"), "faults[0].links[1]", []string{`"fleet" is named twice`}},
		{"Links of no store", link("partition, region: us-east, peer: us-west, links: [▸store-replication]"), "faults[0].links[0]", []string{`"store-replication" is an impossible combination with store.engine none`}},
		{"no Links at all", link("partition, region: us-east, links: ▸[]"), "faults[0].links", []string{"at least one kind of Link is required", "fleet, starter, replication, control, codec, proxy, store, store-replication"}},
		{"slow Links of the control plane", link("latency, region: us-east, latency: 1s, links: ▸[control]"), "faults[0].links", []string{`"control" is an impossible combination with link-latency`, "chance", "link-partition"}},
		{"flapping Links of the control plane", link("flapping, region: us-east, down: 1s, up: 1s, links: ▸[fleet, control]"), "faults[0].links", []string{`"control" is an impossible combination with link-flapping`}},
		{"peer that is no region", link("partition, region: us-east, peer: ▸us-est"), "faults[0].peer", []string{`"us-est" is not one of the regions (us-east, us-west)`}},
		{"replication with itself", link("partition, region: us-east, peer: ▸us-east, links: [replication]"), "faults[0].peer", []string{"is the fault's own region", "name fleet or starter Links"}},
		{"replication with itself, by default", link("partition, region: us-east, peer: ▸us-east"), "faults[0].peer", []string{"is the fault's own region"}},
		{"outage of the secondary", "{kind: region-outage, region: ▸us-west}", "faults[0].region", []string{`"us-west" is not the primary region (us-east)`}},
		{"outage of the secondary's Temporal", "{kind: region-outage, region: ▸us-west, part: temporal}", "faults[0].region", []string{`"us-west" is not the primary region (us-east)`}},
		{"secondary out of the control plane's sight", link("partition, region: ▸us-west, links: [control]"), "faults[0].region", []string{`"us-west" is not the primary region (us-east)`}},
	}
}

func timeMistakes() []faulty {
	slow := func(rest string) string { return "{kind: link-latency, region: us-east, latency: 50ms" + rest + "}" }
	afar := func(rest string) string {
		return "{kind: link-latency, region: us-west, peer: us-west, links: [fleet], latency: 50ms" + rest + "}"
	}
	return []faulty{
		{"end of a lost region", "{kind: region-outage, region: us-east, for: ▸10s}", "faults[0].for", []string{"impossible combination with region-outage", "returns when the drill heals it", "leave it out"}},
		{"end of a region out of sight", "{kind: link-partition, region: us-east, links: [control], for: ▸10s}", "faults[0].for", []string{"impossible combination with link-partition", "loses its region"}},
		{"end of a control", "{kind: none, region: us-east, for: ▸10s}", "faults[0].for", []string{"impossible combination with none"}},
		{"no end", slow(", for: ▸0s"), "faults[0].for", []string{"is required of link-latency", "nothing would recover before it ends"}},
		{"no end of Workers", "{kind: region-outage, region: us-east, part: workers, for: ▸0s}", "faults[0].for", []string{"is required of region-outage"}},
		{"end after what is observed", slow(", for: ▸2m1s"), "faults[0].for", []string{"2m1s is longer than the outage is observed (observe.outage, 2m)"}},
		{"negative time", slow(", at: ▸-1s"), "faults[0].at", []string{"negative"}},
		{"in two days", slow(", at: ▸25h"), "faults[0].at", []string{"at most 24h"}},
		{"in two days by the seed", slow(", at: ▸23h, delay: {least: 0s, most: 2h}"), "faults[0].at", []string{"25h", "at most 24h"}},
		{"less than once down and up", "{kind: link-flapping, region: us-east, down: 1s, up: {least: 1s, most: 3s}, for: ▸3999ms}", "faults[0].for", []string{"3.999s is less than once down and up (4s)", "nothing would flap"}},
		{"more flaps than can be written down", "{kind: link-flapping, region: us-east, down: 100ms, up: 100ms, for: ▸2m}", "faults[0].for", []string{"up to 600 flaps", "at most 300 in a drill"}},

		{"the first fault waits", slow(", after: ▸fault-requested"), "faults[0].after", []string{`"fault-requested" is not steady-state`, "the first fault is the one that times count from"}},
		{"a stage that no fault can wait for", outageOf + ", " + afar(", after: ▸healed"), "faults[1].after", []string{`"healed" is no stage that a fault can wait for (steady-state, fault-requested, fault-effective, detected, promoted, endpoint-rerouted, traffic-moved)`}},
		{"a stage that is none", outageOf + ", " + afar(", after: ▸lunch"), "faults[1].after", []string{`"lunch" is no stage`}},
		{"a stage that never comes", slow("") + ", " + afar(", after: ▸promoted"), "faults[1].after", []string{`"promoted" never comes`, "no namespace fails over"}},
	}
}

func togetherMistakes() []faulty {
	slow := func(rest string) string { return "{kind: link-latency, region: us-east, latency: 50ms" + rest + "}" }
	nine := strings.Repeat(slow(", for: 1s, links: [fleet]")+", ", 9)
	for i := range 9 {
		nine = strings.Replace(nine, "for: 1s,", fmt.Sprintf("at: %ds, for: 1s ,", 3*i), 1)
	}
	return []faulty{
		{"none", "", "faults", []string{"1 to 8 faults are required, not 0"}},
		{"nine", nine, "faults", []string{"1 to 8 faults are required, not 9"}},
		{"the same Links", slow("") + ", ▸{kind: link-bandwidth, region: us-east, bandwidth: 10, links: [fleet]}", "faults[1]",
			[]string{"acts on Link fleet-us-", "so does faults[0] (link-latency) at the same time", "move one, or end it before"}},
		{"the same Links, from the other end", slow("") + ", ▸{kind: link-latency, region: us-west, latency: 10ms}", "faults[1]", []string{"acts on Link"}},
		{"the same Links, the other way", slow(", direction: out") + ", ▸" + slow(", direction: in"), "faults[1]", []string{"acts on Link"}},
		{"the same Links, too soon after", slow(", for: 5s") + ", ▸" + slow(", at: 6999ms"), "faults[1]", []string{"acts on Link"}},
		{"the same Links, too soon if the seed says so", slow(", for: 5s, delay: {least: 0s, most: 1s}") + ", ▸" + slow(", at: 7s"), "faults[1]", []string{"acts on Link"}},
		{"the same Links, after another stage", slow(", for: 1s") + ", ▸" + slow(", at: 30s, after: fault-requested"), "faults[1]", []string{"acts on Link"}},
		{"Links of a region that is lost", outageOf + ", ▸" + slow(", at: 1m"), "faults[1]", []string{"acts on Link"}},
		{"Links to what is frozen", "{kind: region-outage, region: us-east, flavour: freeze}, ▸" + slow(""), "faults[1]", []string{"acts on Link"}},
		{"the same processes", "{kind: region-outage, region: us-east, part: workers, flavour: freeze}, ▸{kind: region-outage, region: us-east, part: rest, flavour: freeze}", "faults[1]",
			[]string{"acts on each worker of us-east", "so does faults[0]"}},
		{"a control and a fault", "▸{kind: none, region: us-east}, " + slow(""), "faults[0]", []string{"none breaks nothing", "a control has no other fault"}},
		{"a fault and a control", slow("") + ", ▸{kind: none, region: us-east}", "faults[1]", []string{"none breaks nothing", "a control has no other fault"}},
		{"a lost region second", slow("") + ", ▸" + outageOf, "faults[1]", []string{"region-outage loses a region, so that times count from it: list it first"}},
		{"a region out of sight second", slow("") + ", ▸{kind: link-partition, region: us-east, links: [control]}", "faults[1]", []string{"link-partition loses a region", "list it first"}},
	}
}

func survivorMistakes() []faulty {
	const slow = "{kind: link-latency, region: us-east, peer: us-east, links: [fleet], latency: 50ms}"
	gone := func(rest string) string { return "{kind: survivor-outage, " + rest + ", for: 5s}" }
	behind := func(rest string) string { return outageOf + ", " + gone(rest) }
	return []faulty{
		{"a survivor of nothing", "{kind: ▸survivor-outage, region: us-west}", "faults[0].kind", []string{"no namespace fails over in this drill", "behind a fault that loses a region"}},
		{"a survivor of slow Links", slow + ", {kind: ▸survivor-outage, region: us-west, after: fault-requested}", "faults[1].kind", []string{"no namespace fails over"}},
		{"a survivor of slow Links, once that is detected", slow + ", " + gone("region: us-west, after: ▸detected"), "faults[1].after", []string{`"detected" never comes`}},
		{"a survivor that comes first", gone("region: us-west") + ", ▸" + outageOf, "faults[1]", []string{"list it first"}},
		{"the lost region as its own survivor", behind("region: ▸us-east, after: detected"), "faults[1].region", []string{`"us-east" is lost already, by faults[0]`, "the region that takes over (us-west)"}},
		{"a survivor that is no region", behind("region: ▸us-est, after: detected"), "faults[1].region", []string{`"us-est" is not one of the regions`}},
		{"a survivor that is lost before anything is", behind("region: us-west, after: ▸steady-state"), "faults[1].after", []string{"is before anything is lost", "(fault-requested, fault-effective, detected, promoted, endpoint-rerouted, traffic-moved)"}},
		{"a survivor that is lost at no stage", outageOf + ", ▸" + gone("region: us-west"), "faults[1].after", []string{`"steady-state" is before anything is lost`}},
		{"a survivor for good", outageOf + ", {kind: survivor-outage, region: us-west, after: detected, for: ▸0s}", "faults[1].for", []string{"is required of survivor-outage"}},
		{"a crash of the survivor", behind("region: us-west, after: detected, flavour: ▸crash"), "faults[1].flavour", []string{`"crash" is not a flavour of survivor-outage (dark, reset, refused)`}},
		{"another peer of the survivor", behind("region: us-west, after: detected, peer: ▸us-west"), "faults[1].peer", []string{"no region whose Links with us-west are severed already"}},
		{"a peer whose Links are up", "{kind: false-alarm, region: us-east}, " + gone("region: us-west, after: detected, peer: ▸us-east"), "faults[1].peer", []string{"leave it out"}},
		{"a survivor whose Links are severed in part", "{kind: frontend-outage, region: us-east}, ▸" + gone("region: us-west, after: detected"), "faults[1]", []string{"acts on Link", "so does faults[0]"}},
		{"a survivor with slow Links", behind("region: us-west, after: detected") + ", ▸{kind: link-latency, region: us-west, peer: us-west, links: [fleet], latency: 50ms}", "faults[2]", []string{"acts on Link fleet-us-west-to-us-west"}},
	}
}

func faultMistakes() map[string][]faulty {
	return map[string][]faulty{
		"parameters": parameterMistakes(), "places": placeMistakes(), "times": timeMistakes(), "together": togetherMistakes(), "survivor": survivorMistakes(),
	}
}

func TestParseRefusesFaults(t *testing.T) {
	for group, mistakes := range faultMistakes() {
		for _, m := range mistakes {
			t.Run(group+"/"+m.name, func(t *testing.T) {
				src := within(orders, m.faults)
				at, _, marked := strings.Cut(src, "▸")
				line, column := 5, 9 // of the whole list
				if marked {
					line, column = strings.Count(at, "\n")+1, len([]rune(at[strings.LastIndex(at, "\n")+1:]))+1
				}
				checkMistake(t, strings.Replace(src, "▸", "", 1), mistake{at: fmt.Sprintf("%d:%d", line, column), path: m.path, words: m.words})
			})
		}
	}
}

func TestTwoLostRegionsLeaveNoSurvivor(t *testing.T) {
	src := within(ring(), outageOf+", {kind: region-outage, region: us-west}")
	checkMistake(t, src, mistake{at: "5:50", path: "faults[1]", words: []string{"loses a region, and faults[0] does already: a survivor has to be left"}})
}

func TestOnlyTheRegionThatTakesOverIsASurvivor(t *testing.T) {
	src := within(ring(), outageOf+", {kind: survivor-outage, region: eu-central, after: detected}")
	at, _, _ := strings.Cut(strings.Split(src, "\n")[4], "eu-central, after")
	checkMistake(t, src, mistake{at: fmt.Sprintf("5:%d", len(at)+1), path: "faults[1].region", words: []string{`no namespace of us-east moves to "eu-central"`, "(us-west)"}})
}

// allowed are lists of faults that go together.
func allowedFaults() []faulty {
	slow := func(rest string) string { return "{kind: link-latency, region: us-east, latency: 50ms" + rest + "}" }
	return []faulty{
		{name: "every kind of Link", faults: slow(", links: [fleet, starter, replication]")},
		{name: "the control plane among others", faults: "{kind: link-partition, region: us-east, links: [control, replication]}"},
		{name: "one way in the dark", faults: "{kind: link-partition, region: us-east, direction: out}"},
		{name: "flapping one way in the dark", faults: "{kind: link-flapping, region: us-east, direction: out, flavour: dark, down: 1s, up: 1s}"},
		{name: "clients cut off their own cluster", faults: "{kind: link-partition, region: us-east, peer: us-east, links: [fleet, starter]}"},
		{name: "jitter as large as the latency", faults: slow(", jitter: 50ms")},
		{name: "once down and up", faults: "{kind: link-flapping, region: us-east, down: 1s, up: {least: 1s, most: 3s}, for: 4s}"},
		{name: "as long as is observed", faults: slow(", for: 2m")},
		{name: "slow Links of the secondary", faults: "{kind: link-latency, region: us-west, latency: 50ms}"},
		{name: "Workers of the secondary", faults: "{kind: region-outage, region: us-west, part: workers, for: 5s}"},
		{name: "control of the secondary", faults: "{kind: none, region: us-west}"},
		{name: "the same Links, one after the other", faults: slow(", for: 5s") + ", " + slow(", at: 7s")},
		{name: "the same Links, after all that the seed may say", faults: slow(", for: 5s, delay: {least: 0s, most: 1s}") + ", " + slow(", at: 8s")},
		{name: "other Links at the same time", faults: slow(", links: [fleet]") + ", " + slow(", links: [starter]")},
		{name: "other processes at the same time", faults: "{kind: region-outage, region: us-east, part: temporal, flavour: crash}, {kind: region-outage, region: us-west, part: workers, flavour: freeze, for: 5s}"},
		{name: "a survivor that is gone too", faults: outageOf + ", {kind: survivor-outage, region: us-west, after: detected, for: 6s}"},
		{name: "a survivor that is gone twice", faults: outageOf + ", {kind: survivor-outage, region: us-west, after: detected, for: 6s}, {kind: survivor-outage, region: us-west, after: detected, at: 10s, for: 6s}"},
		{name: "a survivor of a false alarm", faults: "{kind: false-alarm, region: us-east}, {kind: survivor-outage, region: us-west, after: fault-requested}"},
		{name: "after a promotion", faults: outageOf + ", {kind: link-latency, region: us-west, peer: us-west, links: [fleet], latency: 50ms, after: promoted, at: 1s}"},
	}
}

func TestParseAllowsFaults(t *testing.T) {
	for _, m := range allowedFaults() {
		t.Run(m.name, func(t *testing.T) {
			d := parse(t, within(orders, m.faults))
			checkRoundTrip(t, d)
			checkRoundTrip(t, d.Decided())
		})
	}
}

// Nobody is told off for what follows from another mistake.
func TestOneMistakeOfAFaultIsToldOnce(t *testing.T) {
	later := outageOf + ", {kind: link-latency, region: us-west, peer: us-west, links: [fleet], latency: 50ms, after: promoted}"
	tests := []struct{ name, src, at, path string }{
		{"no such model", strings.Replace(within(orders, later), "active-hot", "active-warm", 1), "3:8", "model"},
		{"no such region", within(orders, strings.Replace(later, "us-east", "us-est", 1)), "5:40", "faults[0].region"},
		{"no such kind", within(orders, strings.Replace(later, "region-outage", "flood", 1)), "5:17", "faults[0].kind"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { checkMistake(t, test.src, mistake{at: test.at, path: test.path}) })
	}
}

func TestEndOfAFaultIsTenSecondsOrOnceDownAndUp(t *testing.T) {
	tests := []struct {
		faults string
		want   time.Duration
	}{
		{"{kind: link-latency, region: us-east, latency: 50ms}", 10 * time.Second},
		{"{kind: region-outage, region: us-east, part: workers}", 10 * time.Second},
		{"{kind: link-flapping, region: us-east, down: 1s, up: 2s}", 10 * time.Second},
		{"{kind: link-flapping, region: us-east, down: {least: 1s, most: 6s}, up: 7s}", 13 * time.Second},
		{"{kind: link-partition, region: us-east, links: [control]}", 0},
		{outageOf, 0},
		{"{kind: none, region: us-east}", 0},
	}
	for _, test := range tests {
		if got := parse(t, within(orders, test.faults)).Faults[0].For; got != test.want {
			t.Errorf("%s lasts %s, want %s", test.faults, got, test.want)
		}
	}
}

func TestValidateOfFaultsBuiltInGo(t *testing.T) {
	link := drills.FaultSpec{Kind: drills.LinkLatency, Region: "us-east", Links: []drills.LinkRole{drills.FleetLink}, Direction: drills.BothWays, Latency: time.Second, For: time.Second}
	tests := []struct {
		name   string
		change func(*drills.FaultSpec)
		want   string
	}{
		{"as it has to be", func(*drills.FaultSpec) {}, ""},
		{"no Links", func(f *drills.FaultSpec) { f.Links = nil }, "faults[0].links: at least one kind of Link is required (fleet, starter, replication, control, codec, proxy, store, store-replication)"},
		{"no direction", func(f *drills.FaultSpec) { f.Direction = "" }, "faults[0].direction: is required: name a direction (both, out, in)"},
		{"no latency", func(f *drills.FaultSpec) { f.Latency = 0 }, "faults[0].latency: is required of link-latency, and above zero"},
		{"negative end", func(f *drills.FaultSpec) { f.For = -time.Second }, "faults[0].for: -1s is negative"},
		{"no end", func(f *drills.FaultSpec) { f.For = 0 }, "faults[0].for: is required of link-latency: no failover answers it, so that nothing would recover before it ends"},
		{"no kind", func(f *drills.FaultSpec) { *f = drills.FaultSpec{Region: "us-east"} },
			"faults[0].kind: is required: name a fault (" + kinds() + ")"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := parse(t, orders)
			d.Faults[0] = link
			test.change(&d.Faults[0])
			said := ""
			if err := d.Validate(); err != nil {
				said = err.Error()
			}
			if said != test.want {
				t.Errorf("Validate() says\n%s\nwant\n%s", said, test.want)
			}
		})
	}
}

func kinds() string {
	var out []string
	for _, k := range drills.FaultKinds() {
		out = append(out, string(k))
	}
	return strings.Join(out, ", ")
}
