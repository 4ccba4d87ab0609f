package report

import (
	"fmt"

	"github.com/failoverdrill/failoverdrill/drills"
)

// insideOf is what else there is to know of a fault whose processes run on; empty
// for nothing.
func insideOf(f drills.FaultSpec) string {
	switch f.Kind {
	case drills.ReplicationLag:
		return fmt.Sprintf("each shard of %s sends no more than %s of its history to each other region; connections stay up", f.Region, tasks(f.Rate))
	case drills.ReplicationStopped:
		return fmt.Sprintf("%s sends nothing of its history to other regions; connections stay up, and what Namespaces are is still told", f.Region)
	case drills.SlowPersistence:
		return fmt.Sprintf("each call of the services of %s to their database takes %s longer", f.Region, short(f.Latency))
	case drills.HistoryOutage:
		return fmt.Sprintf("the frontend of %s serves, and cannot answer what needs the history service", f.Region)
	case drills.RegionIsolated:
		return isolated(f)
	case drills.FrontendOutage:
		return fmt.Sprintf("the processes of %s run on, and it goes on reaching other regions", f.Region)
	case drills.SurvivorOutage:
		return fmt.Sprintf("the processes of %s run on; a failover that leads there waits until it is back, and nothing moves on from there", f.Region)
	}
	return ""
}

// beside is what a fault does beyond processes, Links and clusters; empty for
// nothing.
func beside(f drills.FaultSpec) string {
	switch f.Kind {
	case drills.EndpointStale, drills.EndpointSilent, drills.EndpointBoth,
		drills.LateDetection, drills.PromoteThroughLost, drills.FailoverInterrupted, drills.FailoverTwice,
		drills.CodecRotation, drills.CertificateExpired, drills.CertificateUnknown:
		traits, _ := f.Kind.Traits()
		return traits.Help
	}
	return ""
}

// onProcesses is what a fault does to n processes.
func onProcesses(f drills.FaultSpec, n int) string {
	gets := agree(n, "get")
	switch f.Kind {
	case drills.FleetIdle:
		return fmt.Sprintf("%s on, and %s no more", agree(n, "run"), agree(n, "poll"))
	case drills.FleetSlots:
		return agree(n, "run") + " on without a free slot"
	case drills.FleetSlowStart:
		return fmt.Sprintf("%s SIGKILL, %s again, and %s %s longer to poll", gets, agree(n, "start"), agree(n, "take"), short(f.Latency))
	}
	switch {
	case f.Kind == drills.FleetFreeze || f.Flavour == drills.Freeze:
		return gets + " SIGSTOP"
	case f.Flavour == drills.Stop:
		return gets + " SIGTERM, and 10 s to end"
	case f.Flavour == drills.Unplugged:
		return agree(n, "run") + " on without a network"
	}
	return gets + " SIGKILL"
}

// onEnd is what becomes of n of them when the fault is taken away.
func onEnd(f drills.FaultSpec, n int) string {
	switch f.Kind {
	case drills.FleetIdle:
		return agree(n, "poll") + " again"
	case drills.FleetSlots:
		return agree(n, "get") + " the slots back"
	case drills.FleetSlowStart:
		return agree(n, "start") + " as soon as before, from the next time on"
	}
	switch {
	case f.Kind == drills.FleetFreeze || f.Flavour == drills.Freeze:
		return agree(n, "get") + " SIGCONT"
	case f.Flavour == drills.Unplugged:
		return agree(n, "get") + " the network back"
	}
	return agree(n, "start") + " again"
}

func tasks(r drills.Rate) string {
	if r == 1 {
		return "one task a second"
	}
	return fmt.Sprintf("%g tasks a second", float64(r))
}

// witnessed is how a fault is seen to take effect.
func witnessed(b drills.Blast) string {
	switch {
	case b.Names:
		return "the name server is asked for each endpoint, and each process and each Link probed: the fault is effective when it shows, and nothing else is broken"
	case b.Shows:
		return "the proxy is asked as Workers do, and each process and each Link probed: the fault is effective when its certificate is refused, and nothing else is broken"
	case b.Keys:
		return "each Codec Server that runs is asked for its key, and each process and each Link probed: the fault is effective when all name the new one, and nothing is broken"
	case b.Conducts:
		return "the control plane is asked, and each process and each Link probed: the fault is effective when it says so, and nothing else is broken"
	case len(b.Inside) == 0:
		return "each process and each Link of it is probed, and all others: the fault is effective when all of it is broken"
	case len(b.Edges) == 0:
		return "the cluster is measured before and during it, and each process and each Link probed: the fault is effective when it shows, and nothing else is broken"
	}
	return "each Link of it is probed, the cluster asked, and all others probed: the fault is effective when all of it is broken"
}
