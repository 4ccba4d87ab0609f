package drills

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Inside is something that a region's cluster does. A fault can act on it and leave
// the cluster's process, and its Links to others, alone.
type Inside string

// What a cluster does.
const (
	Replicating Inside = "replication" // it sends its history to the others
	Persisting  Inside = "persistence" // it reads and writes its database
	Recalling   Inside = "history"     // its services ask its history service
)

// InsideName names what a cluster does, such as us-east/cluster: replication.
func InsideName(region string, in Inside) string {
	return fmt.Sprintf("%s: %s", ClusterName(region), in)
}

// within is the blast radius of what happens within a region's cluster, or at its
// door.
func (f FaultSpec) within(t Topology) Blast {
	b := Blast{Region: f.Region}
	switch f.Kind {
	case ReplicationLag, ReplicationStopped:
		b.Inside = []Inside{Replicating}
	case SlowPersistence:
		b.Inside = []Inside{Persisting}
	case HistoryOutage:
		b.Inside = []Inside{Recalling}
	}
	for _, link := range t.Links {
		leads := f.Kind == FrontendOutage && link.OfCluster() && link.Role != HistoryLink || f.Kind == HistoryOutage && link.Role == HistoryLink
		if leads && link.To == f.Region {
			b.Edges = append(b.Edges, Edge{link, Upstream}, Edge{link, Downstream})
		}
	}
	return b
}

// maxSendingRate is what a cluster of ours sends when nothing is wrong.
const maxSendingRate = 1000

// checkSendingRate wants a rate that the server can be told, which counts in whole
// tasks a second.
func checkSendingRate(l *problemList, path string, f FaultSpec) {
	if r := f.Rate; !(r >= 1 && r <= maxSendingRate) || r != Rate(int(r)) {
		l.add(path, fmt.Sprintf("%v is no rate that a shard can be told: a whole number of tasks a second, from 1/s to %v; for none at all there is %s", r, Rate(maxSendingRate), ReplicationStopped), parentPath(path)+".kind")
	}
}

// maxPersistenceLatency stays below the 5 s after which the server gives up a call
// to its database: beyond, that would not be slow but gone.
const maxPersistenceLatency = 2 * time.Second

func checkPersistenceLatency(l *problemList, path string, f FaultSpec) {
	if f.Kind == SlowPersistence && f.Latency > maxPersistenceLatency && f.Latency <= maxDuration {
		l.add(path, fmt.Sprintf("%s is longer than %s: a call to the database makes several round trips and is given up after 5s, so that it would not be slow but gone", formatDuration(f.Latency), formatDuration(maxPersistenceLatency)), parentPath(path)+".kind")
	}
}

// witnessing is how long it may take to see what a fault does within a cluster.
const witnessing = 5 * time.Second

// inside names what two faults both act on within a cluster; empty for nothing. A
// cluster that is lost may have been told something before: what it was told goes
// with its process. But that has to have been seen by then.
func inside(a, b FaultSpec, mine, others Blast) string {
	for _, in := range mine.Inside {
		if a.Region == b.Region && slices.Contains(others.Inside, in) {
			return fmt.Sprintf("the %s of %s", in, a.Region)
		}
	}
	if hides(others, mine) && !seenBefore(a, b) {
		return a.hidden(mine)
	}
	if hides(mine, others) && !seenBefore(b, a) {
		return b.hidden(others)
	}
	return ""
}

func (f FaultSpec) hidden(b Blast) string {
	return fmt.Sprintf("the %s of %s, which takes %s to be seen", strings.ReplaceAll(names(b.Inside), ", ", " and the "), f.Region, formatDuration(witnessing))
}

// hides reports whether a blast radius takes away what shows the other's effect
// within a cluster: its process or, of replication, the Links of the others to it.
func hides(by, of Blast) bool {
	if len(of.Inside) == 0 {
		return false
	}
	if by.Region == of.Region && slices.Contains(by.Processes, ClusterRole) {
		return true
	}
	return slices.Contains(of.Inside, Replicating) && slices.ContainsFunc(by.Edges, func(e Edge) bool {
		return e.Link.Role == ReplicationLink && e.Link.To == of.Region
	})
}

// seenBefore reports whether a fault was seen for sure before the other comes.
func seenBefore(first, then FaultSpec) bool {
	return first.Trigger() == then.Trigger() && first.At+first.Delay.Most+witnessing <= then.At+then.Delay.Least
}
