package drills

// fleetFaults are the rows of what befalls Workers.
func fleetFaults() []FaultTraits {
	row := func(kind FaultKind, help, radius, witness, example string, more ...string) FaultTraits {
		return FaultTraits{
			Kind: kind, Group: "fleet", Help: help, Takes: append([]string{"share", "workers"}, more...), usual: FaultSpec{Share: 100},
			Radius:  "The share of the Worker processes of each Fleet of the region, rounded up; which ones is drawn from the seed. " + radius,
			Witness: witness, Example: example,
		}
	}
	loop := row(FleetCrashLoop, "a share of the Workers is killed each time it is back, after a time drawn from the seed",
		"Each gets SIGKILL, is started again, and gets it again.", "The system is asked for each process, and has to say that it is gone, once.",
		"{kind: fleet-crash-loop, region: us-east, up: {least: 500ms, most: 2s}, for: 10s}", "up", "pattern")
	loop.Needs = []string{"up"}
	slow := row(FleetSlowStart, "a share of the Workers is killed, and started again with a slow start",
		"Each gets SIGKILL and is started again at once; it takes so much longer until it polls.",
		"Each process runs again and does not poll yet, by its own word.",
		"{kind: fleet-slow-start, region: us-east, latency: 5s, for: 10s}", "latency")
	slow.Needs = []string{"latency"}
	return []FaultTraits{
		row(FleetKill, "a share of the Workers of a region is killed", "Each gets SIGKILL, and is started again when the fault ends.",
			"The system is asked for each process, and has to say that it is gone.", "{kind: fleet-kill, region: us-east, share: 50%, for: 10s}"),
		row(FleetFreeze, "a share of the Workers of a region stops where it stands, connections stay up", "Each gets SIGSTOP, and SIGCONT when the fault ends.",
			"The system is asked for each process, and has to say that it is stopped.", "{kind: fleet-freeze, region: us-east, for: 10s}"),
		row(FleetIdle, "a share of the Workers lives and is connected, and polls no more", "Their pollers stop; what they are at is finished.",
			"The system says that each process runs, and the Worker itself that it does not poll.", "{kind: fleet-idle, region: us-east, for: 10s}"),
		row(FleetSlots, "a share of the Workers has no free slot, as tasks that hang leave them",
			"All their slots for Workflow Tasks and Activities are taken; a poll that is under way may bring one task more.",
			"The system says that each process runs, and the Worker itself that it gives out no slot.", "{kind: fleet-slots, region: us-east, for: 10s}"),
		loop, slow,
	}
}

// endpointFaults are the rows of what befalls names.
func endpointFaults() []FaultTraits {
	const radius = "The region's name server, of every Namespace Endpoint, for Workers and starters alike. "
	return []FaultTraits{
		{
			Kind: EndpointStale, Group: "endpoint", Help: "a region's name server keeps the answer it gives, whatever it is told",
			Radius:  radius + "What it is told meanwhile holds once the fault ends.",
			Witness: "It is asked for every endpoint and answers as before, and says itself that it is stale: only a move would show more.",
			Example: "{kind: endpoint-stale, region: us-west, for: 20s}",
		},
		{
			Kind: EndpointSilent, Group: "endpoint", Help: "a region's name server does not answer",
			Radius: radius + "Questions are lost; updates are taken.", Witness: "It is asked for every endpoint, and does not answer.",
			Example: "{kind: endpoint-silent, region: us-east, for: 10s}",
		},
		{
			Kind: EndpointBoth, Group: "endpoint", Help: "a region's name server answers with every region at once",
			Radius: radius + "The addresses come in the order of the regions' names.", Witness: "It is asked for every endpoint, and answers with more than one address.",
			Example: "{kind: endpoint-both, region: us-east, for: 10s}",
		},
	}
}

// clusterFaults are the rows of what befalls a part of a region's Temporal.
func clusterFaults() []FaultTraits {
	flavours := []Flavour{Dark, Reset, Refused}
	const called = "Each of these Links is called: refused: a new connection is refused. dark: neither a new connection nor one from before is answered, " +
		"and the old one stays up. reset: both break."
	return []FaultTraits{
		{
			Kind: FrontendOutage, Group: "cluster", Help: "nobody reaches a region's frontend; its other services run on",
			Takes: []string{"flavour"}, Flavours: flavours, usual: FaultSpec{Flavour: Dark},
			Radius:  "Every Link that leads to the region's cluster, also that of the control plane, which loses the region and fails its Namespaces over. Processes run on, and so do the region's own streams to others.",
			Witness: called, Example: "{kind: frontend-outage, region: us-east, flavour: dark, delay: {least: 13s, most: 23s}}",
		},
		{
			Kind: HistoryOutage, Group: "cluster", Help: "a region's frontend answers, its history service cannot be reached",
			Takes: []string{"flavour"}, Flavours: flavours, usual: FaultSpec{Flavour: Dark},
			Radius:  "The Link within the region over which its services reach history. The frontend answers health checks, so that nobody fails over.",
			Witness: called, Example: "{kind: history-outage, region: us-east, flavour: refused, for: 8s}",
		},
		{
			Kind: SlowPersistence, Group: "cluster", Help: "each call of a region's services to their database takes longer",
			Takes: []string{"latency"}, Needs: []string{"latency"},
			Radius:  "The database calls of the region's cluster.",
			Witness: "The cluster measures a call to its own database: it takes longer than before.", Example: "{kind: slow-persistence, region: us-east, latency: 100ms, for: 8s}",
		},
		{
			Kind: ReplicationLag, Group: "cluster", Help: "a region's history is sent to the others at a low rate, and falls behind",
			Takes: []string{"rate"}, Needs: []string{"rate"},
			Radius:  "The sender of replication tasks in the region's cluster; its Links are as before.",
			Witness: "The cluster's own account of what it made and what others acknowledged: they fall behind.", Example: "{kind: replication-lag, region: us-east, rate: 2/s, for: 10s}",
		},
		{
			Kind: ReplicationStopped, Group: "cluster", Help: "none of a region's history is sent to the others, while connections stay up",
			Radius:  "The sender of replication tasks in the region's cluster; its Links are as before.",
			Witness: "The cluster's own account of what it made and what others acknowledged: nothing more is.", Example: "{kind: replication-stopped, region: us-east, for: 10s}",
		},
	}
}

// controlFaults are the rows of what befalls the control plane.
func controlFaults() []FaultTraits {
	const lost = "{kind: region-outage, region: us-east, at: 15s}\n"
	row := func(kind FaultKind, help, radius, example string) FaultTraits {
		return FaultTraits{
			Kind: kind, Group: "control plane", Help: help, Radius: "The control plane alone, of a drill in which a region is lost. " + radius,
			Witness: "By the control plane's own word; the marks of the failover show what came of it.", Example: lost + example,
		}
	}
	return []FaultTraits{
		row(LateDetection, "the control plane sees nobody's health for a while, so that a loss is noticed late",
			"Its probes go on, and what they find is not taken.", "{kind: late-detection, region: us-east, after: fault-requested, for: 8s}"),
		row(PromoteThroughLost, "the control plane asks the cluster of the lost region, not the survivor's, to promote",
			"It asks until it is answered there, or the fault ends.", "{kind: promote-through-lost, region: us-east, after: fault-requested, for: 8s}"),
		row(FailoverInterrupted, "the control plane stops half way: the survivor is promoted, endpoints and traffic stay where they are",
			"It goes on when the fault ends.", "{kind: failover-interrupted, region: us-east, after: fault-requested, for: 8s}"),
		row(FailoverTwice, "each failover is asked for twice, as by two people at once",
			"The second asks for what is so already.", "{kind: failover-twice, region: us-east, after: fault-requested, for: 8s}"),
		{
			Kind: FalseAlarm, Group: "control plane", Help: "a living region answers the control plane too late, and is declared lost",
			Radius:  "The Link from the control plane to the region: answers take longer by 1.4 times the interval of its probes. It is the loss of a region: Namespaces fail over.",
			Witness: "The Link is called over a connection from before the fault: the quickest of five answers takes longer by at least 80 % of what was added.",
			Example: "{kind: false-alarm, region: us-east, delay: {least: 13s, most: 23s}}",
		},
		survivorRow(),
	}
}
