package drills

import "slices"

// The kinds of fault.
const (
	// RegionOutage takes a region away, or a part of it.
	RegionOutage FaultKind = "region-outage"
	// RegionIsolated cuts a region off from the others and from the control plane,
	// and leaves what is within it at work: once the survivor is promoted, both
	// sides accept writes.
	RegionIsolated FaultKind = "region-isolated"
	// LinkPartition severs Links between two ends, both ways or one way.
	LinkPartition FaultKind = "link-partition"
	// LinkLatency makes Links slow.
	LinkLatency FaultKind = "link-latency"
	// LinkBandwidth makes Links narrow.
	LinkBandwidth FaultKind = "link-bandwidth"
	// LinkSlowClose has one end of a Link learn late that the other hung up.
	LinkSlowClose FaultKind = "link-slow-close"
	// LinkReset ends each connection of a Link once so many bytes have passed.
	LinkReset FaultKind = "link-reset"
	// LinkFlapping severs Links again and again.
	LinkFlapping FaultKind = "link-flapping"
	// LinkBrownOut has a share of the connections of Links go dark.
	LinkBrownOut FaultKind = "link-brown-out"
	// FleetKill ends a share of the Workers of a region.
	FleetKill FaultKind = "fleet-kill"
	// FleetFreeze stops a share of the Workers where they stand.
	FleetFreeze FaultKind = "fleet-freeze"
	// FleetIdle has Workers live, connected, and poll no more.
	FleetIdle FaultKind = "fleet-idle"
	// FleetSlots has Workers without a free slot, as tasks that hang leave them.
	FleetSlots FaultKind = "fleet-slots"
	// FleetCrashLoop ends Workers again each time they are back.
	FleetCrashLoop FaultKind = "fleet-crash-loop"
	// FleetSlowStart ends Workers, and has them take long to start again.
	FleetSlowStart FaultKind = "fleet-slow-start"
	// EndpointStale has a region's name server keep the answer it gives.
	EndpointStale FaultKind = "endpoint-stale"
	// EndpointSilent has it answer nothing.
	EndpointSilent FaultKind = "endpoint-silent"
	// EndpointBoth has it answer with every region at once.
	EndpointBoth FaultKind = "endpoint-both"
	// LateDetection has the control plane see nobody's health for a while.
	LateDetection FaultKind = "late-detection"
	// PromoteThroughLost has it ask the lost region's cluster to promote the other.
	PromoteThroughLost FaultKind = "promote-through-lost"
	// FailoverInterrupted has it stop half way: promoted, and nobody told.
	FailoverInterrupted FaultKind = "failover-interrupted"
	// FailoverTwice has it ask for each failover twice.
	FailoverTwice FaultKind = "failover-twice"
	// FalseAlarm has a living region answer the control plane too late.
	FalseAlarm FaultKind = "false-alarm"
	// SurvivorOutage takes away the region that a failover leads to, for a while.
	SurvivorOutage FaultKind = "survivor-outage"
	// FrontendOutage has nobody reach a region's frontend. Everything else of the
	// region runs on.
	FrontendOutage FaultKind = "frontend-outage"
	// HistoryOutage has a region's other services not reach its history service. The
	// frontend answers, as far as it needs no history.
	HistoryOutage FaultKind = "history-outage"
	// SlowPersistence makes a region's database slow.
	SlowPersistence FaultKind = "slow-persistence"
	// ReplicationLag has a region send what it replicates at a low rate.
	ReplicationLag FaultKind = "replication-lag"
	// ReplicationStopped has a region send nothing of what it replicates.
	ReplicationStopped FaultKind = "replication-stopped"
	// CodecRotation has Codec Servers encode with a new key.
	CodecRotation FaultKind = "codec-rotation"
	// CertificateExpired has a region's proxy show a certificate that is over.
	CertificateExpired FaultKind = "certificate-expired"
	// CertificateUnknown has it show one of an authority that nobody knows.
	CertificateUnknown FaultKind = "certificate-unknown"
	// NoFault breaks nothing: a control, of which a drill has nothing to report.
	NoFault FaultKind = "none"
)

// FaultTraits is one row of the catalogue of faults.
type FaultTraits struct {
	Kind  FaultKind
	Group string // what kind of thing it breaks
	Help  string // one line for a reader
	// Radius is its blast radius, and Witness how it is seen from outside, in
	// words; Example is one as a drill file of us-east and us-west has it, and Beside
	// what that has to say too.
	Radius, Witness, Example, Beside string
	// Takes names the keys of a drill file that it takes beside those of every
	// fault; Needs, those of them that have no default.
	Takes, Needs []string
	Flavours     []Flavour // that it comes in; none where it has no flavour
	usual        FaultSpec // the defaults of what it takes
}

// onLinks begins the blast radius of what acts on Links.
const onLinks = "The Links of these kinds between the region and its peer, whichever end they begin at, in the direction that is named; no process."

// linkKeys say which Links a fault acts on.
func linkKeys(more ...string) []string { return append(more, "peer", "links", "direction") }

// FaultCatalogue lists every kind of fault, group by group.
func FaultCatalogue() []FaultTraits {
	between := FaultSpec{Links: []LinkRole{FleetLink, StarterLink, ReplicationLink}, Direction: BothWays}
	with := func(flavour Flavour) FaultSpec { f := between; f.Flavour = flavour; return f }
	first := []FaultTraits{
		{
			Kind: RegionOutage, Group: "region", Help: "a region is gone, or its Temporal, its Workers, or all but Temporal",
			Takes: []string{"part", "flavour"}, Flavours: Flavours(),
			usual: FaultSpec{Part: WholeRegion, Flavour: Crash},
			Radius: "The processes of the part (region: all of them; temporal: the cluster; workers; rest: all but the cluster) and the Links " +
				"that begin or end in what is gone. crash takes both: processes get SIGKILL, Links close. stop does so in order: processes get SIGTERM, and " +
				"10 s, before Links close. freeze takes the processes (SIGSTOP), and Links lead to what does not answer; so do they with unplugged, which has " +
				"processes run on with no network (--launcher container). dark, reset and refused take the Links alone.",
			Witness: "The system is asked for each process: gone, stopped, or on no network. Each Link is called: over a new connection and, but for crash, stop and refused, " +
				"over one from before the fault. crash, stop, refused: the new one is refused. freeze, dark: neither is answered, and the old one stays up; unplugged: nor is the old one, " +
				"and a new one is hung up on, or not answered. reset: both break.",
			Example: "{kind: region-outage, region: us-east, flavour: freeze, delay: {least: 13s, most: 23s}}",
		},
		{
			Kind: RegionIsolated, Group: "region", Help: "a region is cut off and lives on, so that two sides accept writes",
			Takes: []string{"flavour", "conflicts"}, Flavours: []Flavour{Dark, Reset, Refused}, usual: FaultSpec{Flavour: Dark, Conflicts: 4},
			Radius: "Every Link that crosses the region's border, and that of the control plane to it, which fails its Namespaces over. No process, and no Link " +
				"within the region: its starters and Workers go on there, as nobody can tell them otherwise. Of each conflict, both sides start, signal, " +
				"update and complete Workflows of the same ids, once both accept writes.",
			Witness: "Each of these Links is called: refused: a new connection is refused. dark: neither a new connection nor one from before is answered, " +
				"and the old one stays up. reset: both break. What is within the region has to answer as before. Both sides have to acknowledge what they were asked.",
			Example: "{kind: region-isolated, region: us-east, conflicts: 4, delay: {least: 13s, most: 23s}}",
		},
		{
			Kind: LinkPartition, Group: "link", Help: "Links are severed, both ways or one way",
			Takes: linkKeys("flavour"), Flavours: []Flavour{Dark, Reset, Refused}, usual: with(Dark),
			Radius: onLinks + " Only dark is one way: a connection is closed both ways. With control Links the control plane loses the region, and fails its Namespaces over.",
			Witness: "Each Link is called. refused: a new connection is refused. dark: neither a new connection nor one from before is answered, and the old " +
				"one stays up. reset: both break.",
			Example: "{kind: link-partition, region: us-east, peer: us-west, links: [replication], direction: out, for: 20s}",
		},
		{
			Kind: LinkLatency, Group: "link", Help: "Links are slow",
			Takes: linkKeys("latency", "jitter"), Needs: []string{"latency"}, usual: between,
			Radius:  onLinks + " What passes comes later, each way that is slow.",
			Witness: "Each Link is called over a connection from before the fault: the quickest of five answers takes longer than before by at least 80 % of what was added.",
			Example: "{kind: link-latency, region: us-east, links: [replication], latency: 300ms, jitter: 50ms, for: 20s}",
		},
		{
			Kind: LinkBandwidth, Group: "link", Help: "Links are narrow",
			Takes: linkKeys("bandwidth"), Needs: []string{"bandwidth"}, usual: between,
			Radius: onLinks + " No more passes in a second, each way that is narrow.",
			Witness: "A request that fills half a second of it is sent over each Link, and takes as long. Of a Link that is narrow from the cluster " +
				"to its client alone, the proxy's own word has to do.",
			Example: "{kind: link-bandwidth, region: us-east, links: [replication], bandwidth: 64, for: 20s}",
		},
		{
			Kind: LinkSlowClose, Group: "link", Help: "one end of a Link learns late that the other hung up",
			Takes: linkKeys("latency"), Needs: []string{"latency"}, usual: between,
			Radius:  onLinks + " A hang-up passes later, each way that is slow; all else passes as before.",
			Witness: "A new connection over each Link is hung up: the other end hangs up later than before by at least 80 % of what was added.",
			Example: "{kind: link-slow-close, region: us-east, links: [fleet, starter], latency: 2s, for: 20s}",
		},
		{
			Kind: LinkReset, Group: "link", Help: "each connection of a Link ends once so many bytes have passed",
			Takes: linkKeys("bytes"), Needs: []string{"bytes"}, usual: between,
			Radius:  onLinks + " Each connection ends once so many bytes have passed it, each way counted by itself.",
			Witness: "Requests are sent over a new connection of each Link, until it ends.",
			Example: "{kind: link-reset, region: us-east, peer: us-east, links: [fleet], bytes: 65536, for: 20s}",
		},
		{
			Kind: LinkFlapping, Group: "link", Help: "Links are severed again and again, on a schedule of the seed",
			Takes: linkKeys("flavour", "down", "up", "pattern"), Needs: []string{"down", "up"},
			Flavours: []Flavour{Dark, Reset, Refused}, usual: with(Refused),
			Radius:  onLinks + " All of them at the same times.",
			Witness: "Each Link is called while it is down, as those of link-partition are.",
			Example: "{kind: link-flapping, region: us-east, links: [replication], down: {least: 500ms, most: 2s}, up: 3s, for: 20s}",
		},
		{
			Kind: LinkBrownOut, Group: "link", Help: "a share of the connections of Links goes dark, which ones is drawn from the seed",
			Takes: linkKeys("share"), Needs: []string{"share"}, usual: between,
			Radius:  onLinks + " Of their connections, old and new, the share swallows what passes one way; the others carry on.",
			Witness: "Up to 60 new connections are made over each Link, until one is not answered and, below 100 %, another is.",
			Example: "{kind: link-brown-out, region: us-east, peer: us-east, links: [starter], share: 30%, for: 20s}",
		},
	}
	return slices.Concat(first, clusterFaults(), fleetFaults(), endpointFaults(), controlFaults(), codecFaults(), proxyFaults(), []FaultTraits{{
		Kind: NoFault, Group: "control", Help: "nothing is broken: a control, of which there must be nothing to report",
		Radius:  "None. What an outage of the region would take is looked at instead.",
		Witness: "Each process and each Link of the region is probed, once, and has to be alive.",
		Example: "{kind: none, region: us-east}",
	}})
}

// FaultKinds lists the faults a drill may name.
func FaultKinds() []FaultKind {
	var out []FaultKind
	for _, t := range FaultCatalogue() {
		out = append(out, t.Kind)
	}
	return out
}

// Traits is the row of the catalogue of a kind, and whether there is one.
func (k FaultKind) Traits() (FaultTraits, bool) {
	rows := FaultCatalogue()
	i := slices.IndexFunc(rows, func(t FaultTraits) bool { return t.Kind == k })
	if i < 0 {
		return FaultTraits{}, false
	}
	return rows[i], true
}
