package drills

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// problems are the rules that d breaks, in the order of the drill file.
func (d *Drill) problems() []problem {
	var l problemList
	d.checkNames(&l)
	d.checkLabels(&l)
	d.checkRegions(&l)
	d.checkQuantities(&l)
	d.checkCodec(&l)
	d.checkProxy(&l)
	d.checkStore(&l)
	d.checkOwn(&l)
	d.checkClients(&l)
	d.checkFleets(&l)
	d.checkProvisioning(&l)
	d.checkModes(&l)
	d.checkFaults(&l)
	d.checkAborts(&l)
	d.checkObjectives(&l)
	return l
}

var (
	kebabCase = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)
	dnsLabel  = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)
)

func (d *Drill) checkNames(l *problemList) {
	switch {
	case d.Name == "":
		l.add("name", "is required")
	case len(d.Name) > maxName || !kebabCase.MatchString(d.Name):
		l.add("name", fmt.Sprintf("%q is not a name: write a-z, 0-9 and -, at most %d characters, not beginning with -", d.Name, maxName))
	}
	if !utf8.ValidString(d.Description) || strings.ContainsFunc(d.Description, unprintable) || oneLine(d.Description) != d.Description || len(d.Description) > maxText {
		l.add("description", fmt.Sprintf("must be one line of text with single spaces and without control characters, at most %d bytes", maxText))
	}
	oneOf(l, "model", d.Model, "a model", Models())
	oneOf(l, "replication.basis", d.Replication.Basis, "a basis of replication", ReplicationBases())
	if polls := d.Forwarding.PassivePolls; polls != "" {
		oneOf(l, "forwarding.passivePolls", polls, "what becomes of passive polls", PassivePollsModes())
	}
	oneOf(l, "codec.cipher", d.Codec.Cipher, "a cipher", Ciphers())
	oneOf(l, "proxy.tls", d.Proxy.TLS, "a way of Workers and their proxy to know each other", ProxyModes())
	oneOf(l, "store.engine", d.Store.Engine, "an engine", StoreEngines())
	oneOf(l, "workload.profile", d.Workload.Profile, "a workload", Profiles())
}

// unprintable are the characters that YAML cannot carry as they are.
func unprintable(c rune) bool {
	return unicode.IsControl(c) || c == '\ufeff' || c == '\ufffe' || c == '\uffff'
}

func (d *Drill) checkRegions(l *problemList) {
	if len(d.Regions) == 0 {
		l.add("regions", "is required: list the primary region first, then where it fails over to")
		return
	}
	seen := map[string]int{}
	for i, region := range d.Regions {
		path := fmt.Sprintf("regions[%d]", i)
		before, twice := seen[region]
		switch {
		case len(region) > maxName || !dnsLabel.MatchString(region):
			l.add(path, fmt.Sprintf("%q is not a region: write a-z, 0-9 and -, at most %d characters, neither beginning nor ending with -", region, maxName))
		case twice:
			l.add(path, fmt.Sprintf("%q is regions[%d] already", region, before))
		}
		seen[region] = i
	}
	if traits, ok := d.Model.traits(); ok && (len(d.Regions) < traits.minRegions || len(d.Regions) > traits.maxRegions) {
		l.add("regions", fmt.Sprintf("%s needs %s regions, not %d", d.Model, span(traits.minRegions, traits.maxRegions), len(d.Regions)), "model")
	}
}

func span(least, most int) string {
	if least == most {
		return fmt.Sprint(least)
	}
	return fmt.Sprintf("%d to %d", least, most)
}

// checkQuantities are the rules that look at one number each, and the two that
// look at a pair.
func (d *Drill) checkQuantities(l *problemList) {
	for _, q := range []struct {
		path         string
		value, least time.Duration
	}{
		{"network.interRegion.latency", d.Network.InterRegion.Latency, 0},
		{"network.interRegion.jitter", d.Network.InterRegion.Jitter, 0},
		{"endpoint.ttl", d.Endpoint.TTL, time.Second},
		{"endpoint.minResolutionInterval", d.Endpoint.MinResolution, 0},
		{"provisioning.imagePull", d.Provision.ImagePull, 0},
		{"provisioning.machineStart", d.Provision.MachineStart, 0},
		{"provisioning.warmUp", d.Provision.WarmUp, 0},
		{"steadyState.window", d.SteadyState.Window, time.Second},
		{"steadyState.atMost", d.SteadyState.AtMost, time.Second},
		{"failover.detect.interval", d.Failover.Detect.Interval, 50 * time.Millisecond},
		{"observe.outage", d.Observe.Outage, time.Second},
		{"observe.drain", d.Observe.Drain, time.Second},
	} {
		l.duration(q.path, q.value, q.least)
	}
	l.count("failover.detect.failures", d.Failover.Detect.Failures, 1, maxFailures)
	d.checkRate(l)
	d.checkProbes(l)
	if delay := d.Network.InterRegion; delay.Jitter > delay.Latency {
		l.add("network.interRegion.jitter", fmt.Sprintf("%s is more than the latency of %s", formatDuration(delay.Jitter), formatDuration(delay.Latency)), "network.interRegion.latency")
	}
	if steady := d.SteadyState; d.Workload.Rate >= minRate && steady.Window >= time.Second && float64(d.Workload.Rate)*steady.Window.Seconds() < EnoughLoad {
		l.add("steadyState.window", fmt.Sprintf("%s at %v is too little load to be evidence: a window has to hold at least %d orders", formatDuration(steady.Window), d.Workload.Rate, EnoughLoad), "workload.rate")
	}
	if steady := d.SteadyState; steady.AtMost < steady.Window {
		l.add("steadyState.atMost", fmt.Sprintf("%s is less than the window of %s: no steady state could be seen", formatDuration(steady.AtMost), formatDuration(steady.Window)), "steadyState.window")
	}
}

func (d *Drill) checkRate(l *problemList) {
	rate, path := d.Workload.Rate, "workload.rate"
	switch {
	case math.IsNaN(float64(rate)):
		l.add(path, "is not a number")
	case rate <= 0:
		l.add(path, fmt.Sprintf("%v is no load: the rate must be above 0/s", rate))
	case rate < minRate:
		l.add(path, fmt.Sprintf("%v is too low: at least one an hour", rate))
	case rate > maxRate:
		l.add(path, fmt.Sprintf("%v is too high: at most %v for each Namespace", rate, maxRate))
	}
}

// checkProbes keeps probes from being a load of their own. To leave a lane out
// is no mistake.
func (d *Drill) checkProbes(l *problemList) {
	for _, p := range []struct {
		path string
		rate Rate
	}{
		{"probes.start", d.Probes.Start},
		{"probes.signal", d.Probes.Signal},
		{"probes.query", d.Probes.Query},
		{"probes.update", d.Probes.Update},
		{"probes.workflow", d.Probes.Workflow},
	} {
		switch {
		case math.IsNaN(float64(p.rate)):
			l.add(p.path, "is not a number")
		case p.rate < 0:
			l.add(p.path, fmt.Sprintf("%v is negative", p.rate))
		case p.rate > 0 && p.rate < minRate:
			l.add(p.path, fmt.Sprintf("%v is too low: at least one an hour, or 0/s for none", p.rate))
		case p.rate > maxRate:
			l.add(p.path, fmt.Sprintf("%v is too high: at most %v", p.rate, maxRate))
		}
	}
}

func (d *Drill) checkFleets(l *problemList) {
	for _, region := range slices.Sorted(maps.Keys(d.Fleets)) {
		path, settings := joinPath("fleets", region), d.Fleets[region]
		if len(d.Regions) > 0 && !slices.Contains(d.Regions, region) {
			l.add(path, d.notARegion(region), "regions")
		}
		l.count(path+".workers", settings.Workers, 1, maxWorkers)
		l.count(path+".slots", settings.Slots, 1, maxSlots)
		if settings.Endpoint != "" {
			oneOf(l, path+".endpoint", settings.Endpoint, "an endpoint", Endpoints())
		}
	}
}

func (d *Drill) notARegion(region string) string {
	return fmt.Sprintf("%q is not one of the regions (%s)", region, strings.Join(d.Regions, ", "))
}

// checkProvisioning refuses delays that nothing would ever wait for: only a
// model that starts Workers on failover has a machine to provision.
func (d *Drill) checkProvisioning(l *problemList) {
	traits, ok := d.Model.traits()
	if !ok || traits.secondary == FleetAbsent || traits.addCapacity {
		return
	}
	for _, p := range d.Provision.delays() {
		if p.value > 0 {
			l.add(p.path, fmt.Sprintf("%s is an impossible combination with %s, which starts no Workers on failover: leave it out", formatDuration(p.value), d.Model), "model")
		}
	}
}

func (d *Drill) checkObjectives(l *problemList) {
	o := d.Objectives
	if o.Empty() {
		l.add("objectives", "at least one objective is required (recoveryTime, recoveryPoint, completion, lostAfterHeal, storeRecoveryPoint)",
			"objectives.recoveryTime", "objectives.recoveryPoint", "objectives.completion", "objectives.lostAfterHeal", "objectives.storeRecoveryPoint")
	}
	if o.RecoveryTime != nil {
		l.duration("objectives.recoveryTime", *o.RecoveryTime, 0)
		if t := *o.RecoveryTime; t > d.Observe.Outage && t <= maxDuration && d.Observe.Outage > 0 {
			l.add("objectives.recoveryTime", fmt.Sprintf("%s can't be judged: the outage is observed for %s (observe.outage)",
				formatDuration(*o.RecoveryTime), formatDuration(d.Observe.Outage)), "observe.outage")
		}
	}
	if o.RecoveryPoint != nil {
		l.duration("objectives.recoveryPoint", *o.RecoveryPoint, 0)
	}
	if o.Completion != nil && !(*o.Completion >= 0 && *o.Completion <= 100) { // NaN is neither
		l.add("objectives.completion", fmt.Sprintf("%v is not between 0%% and 100%%", *o.Completion))
	}
	if o.LostAfterHeal != nil && *o.LostAfterHeal < 0 {
		l.add("objectives.lostAfterHeal", fmt.Sprintf("%d is negative", *o.LostAfterHeal))
	}
	if o.StoreRecoveryPoint != nil {
		l.duration("objectives.storeRecoveryPoint", *o.StoreRecoveryPoint, 0)
	}
}
