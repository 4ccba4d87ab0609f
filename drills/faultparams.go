package drills

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// parameter is one thing that a fault of some kinds can be told, under its key of
// the drill file.
type parameter struct {
	key   string
	isSet func(FaultSpec) bool
	says  func(FaultSpec) string // how a reader is told; nil where it is told otherwise
	take  func(to *FaultSpec, from FaultSpec)
	check func(l *problemList, path string, f FaultSpec, t FaultTraits)
}

// The bounds of what a fault can be told.
const (
	maxBandwidth = 1 << 20 // kilobytes a second: a gigabyte
	maxBytes     = 1 << 30
	maxConflicts = 100
	leastFlap    = 100 * time.Millisecond // below, a Link is not seen down
)

func parameters() []parameter {
	return []parameter{
		{
			key: "part", isSet: func(f FaultSpec) bool { return f.Part != "" },
			take: func(to *FaultSpec, from FaultSpec) { to.Part = from.Part },
			check: func(l *problemList, path string, f FaultSpec, _ FaultTraits) {
				oneOf(l, path, f.Part, "a part of a region", Parts())
			},
		},
		{
			key: "flavour", isSet: func(f FaultSpec) bool { return f.Flavour != "" },
			says: func(f FaultSpec) string { return string(f.Flavour) },
			take: func(to *FaultSpec, from FaultSpec) { to.Flavour = from.Flavour },
			check: func(l *problemList, path string, f FaultSpec, t FaultTraits) {
				oneOf(l, path, f.Flavour, "a flavour of "+string(f.Kind), t.Flavours)
				oneWay := slices.Contains(t.Takes, "direction") && f.Direction != "" && f.Direction != BothWays
				if oneWay && f.Flavour != Dark && slices.Contains(t.Flavours, f.Flavour) {
					l.add(path, fmt.Sprintf("%q is an impossible combination with direction %s: a connection is closed both ways, only %s is one way", f.Flavour, f.Direction, Dark), parentPath(path)+".direction")
				}
			},
		},
		{key: "peer", isSet: func(f FaultSpec) bool { return f.Peer != "" }, take: func(to *FaultSpec, from FaultSpec) { to.Peer = from.Peer }},
		{
			key: "links", isSet: func(f FaultSpec) bool { return len(f.Links) > 0 },
			take:  func(to *FaultSpec, from FaultSpec) { to.Links = slices.Clone(from.Links) },
			check: checkRoles,
		},
		{
			key: "direction", isSet: func(f FaultSpec) bool { return f.Direction != "" },
			take: func(to *FaultSpec, from FaultSpec) { to.Direction = from.Direction },
			check: func(l *problemList, path string, f FaultSpec, _ FaultTraits) {
				oneOf(l, path, f.Direction, "a direction", Directions())
			},
		},
		{
			key: "latency", isSet: func(f FaultSpec) bool { return f.Latency != 0 },
			says: func(f FaultSpec) string { return formatDuration(f.Latency) + " later" },
			check: func(l *problemList, path string, f FaultSpec, _ FaultTraits) {
				l.duration(path, f.Latency, time.Millisecond)
				checkPersistenceLatency(l, path, f)
			},
		},
		{
			key: "jitter", isSet: func(f FaultSpec) bool { return f.Jitter != 0 },
			says: func(f FaultSpec) string { return "± " + formatDuration(f.Jitter) },
			check: func(l *problemList, path string, f FaultSpec, _ FaultTraits) {
				l.duration(path, f.Jitter, 0)
				if f.Jitter > f.Latency {
					l.add(path, fmt.Sprintf("%s is more than the latency of %s", formatDuration(f.Jitter), formatDuration(f.Latency)), parentPath(path)+".latency")
				}
			},
		},
		{
			key: "bandwidth", isSet: func(f FaultSpec) bool { return f.Bandwidth != 0 },
			says: func(f FaultSpec) string { return fmt.Sprintf("%d kB/s", f.Bandwidth) },
			check: func(l *problemList, path string, f FaultSpec, _ FaultTraits) {
				l.count(path, f.Bandwidth, 1, maxBandwidth)
			},
		},
		{
			key: "bytes", isSet: func(f FaultSpec) bool { return f.Bytes != 0 },
			says:  func(f FaultSpec) string { return fmt.Sprintf("after %d bytes", f.Bytes) },
			check: func(l *problemList, path string, f FaultSpec, _ FaultTraits) { l.count(path, f.Bytes, 1, maxBytes) },
		},
		{
			key: "share", isSet: func(f FaultSpec) bool { return f.Share != 0 },
			says: func(f FaultSpec) string { return f.Share.String() },
			take: func(to *FaultSpec, from FaultSpec) { to.Share = from.Share },
			check: func(l *problemList, path string, f FaultSpec, _ FaultTraits) {
				if !(f.Share > 0 && f.Share <= 100) { // NaN is neither
					l.add(path, fmt.Sprintf("%v is no share: above 0%%, at most 100%%", f.Share))
				}
			},
		},
		{
			key: "workers", isSet: func(f FaultSpec) bool { return len(f.Workers) > 0 },
			check: func(l *problemList, path string, f FaultSpec, _ FaultTraits) {
				for i, n := range f.Workers {
					l.count(fmt.Sprintf("%s[%d]", path, i), n, 0, maxWorkers-1)
				}
			},
		},
		{
			key: "rate", isSet: func(f FaultSpec) bool { return f.Rate != 0 },
			says:  func(f FaultSpec) string { return fmt.Sprintf("%v for each shard", f.Rate) },
			check: func(l *problemList, path string, f FaultSpec, _ FaultTraits) { checkSendingRate(l, path, f) },
		},
		{
			key: "conflicts", isSet: func(f FaultSpec) bool { return f.Conflicts != 0 },
			says: func(f FaultSpec) string { return fmt.Sprintf("%d conflicts", f.Conflicts) },
			take: func(to *FaultSpec, from FaultSpec) { to.Conflicts = from.Conflicts },
			check: func(l *problemList, path string, f FaultSpec, _ FaultTraits) {
				l.count(path, f.Conflicts, 0, maxConflicts)
			},
		},
		{
			key: "down", isSet: func(f FaultSpec) bool { return f.Down != Span{} },
			says:  func(f FaultSpec) string { return "down " + f.Down.String() },
			check: func(l *problemList, path string, f FaultSpec, _ FaultTraits) { l.span(path, f.Down, leastFlap) },
		},
		{
			key: "up", isSet: func(f FaultSpec) bool { return f.Up != Span{} },
			says:  func(f FaultSpec) string { return "up " + f.Up.String() },
			check: func(l *problemList, path string, f FaultSpec, _ FaultTraits) { l.span(path, f.Up, leastFlap) },
		},
		{
			key: "pattern", isSet: func(f FaultSpec) bool { return len(f.Pattern) > 0 },
			check: func(l *problemList, path string, f FaultSpec, _ FaultTraits) {
				for i, d := range f.Pattern {
					l.duration(fmt.Sprintf("%s[%d]", path, i), d, 1)
				}
				if lasts := sum(f.Pattern); lasts != f.For && f.For > 0 {
					l.add(path, fmt.Sprintf("lasts %s in all, and the fault %s: the two have to be the same", formatDuration(lasts), formatDuration(f.For)), parentPath(path)+".for")
				}
			},
		},
	}
}

// String is a span as a reader is told: a range, or the one time that it is.
func (s Span) String() string {
	if s.Least == s.Most {
		return formatDuration(s.Least)
	}
	return formatDuration(s.Least) + "–" + formatDuration(s.Most)
}

// span is the rule for a time that is drawn.
func (l *problemList) span(path string, s Span, least time.Duration) {
	l.duration(path+".least", s.Least, least)
	l.duration(path+".most", s.Most, least)
	if s.Most < s.Least {
		l.add(path+".most", fmt.Sprintf("%s is less than the least of %s", formatDuration(s.Most), formatDuration(s.Least)), path+".least")
	}
}

// LinkRoles lists the kinds of traffic that a fault may name.
func LinkRoles() []LinkRole {
	return []LinkRole{FleetLink, StarterLink, ReplicationLink, ControlLink, CodecLink, ProxyLink, StoreLink, StoreReplicationLink}
}

// checkRoles also wants Links of the control plane severed alone: it tells a lost
// region from a living one, and half a loss is neither.
func checkRoles(l *problemList, path string, f FaultSpec, _ FaultTraits) {
	if len(f.Links) == 0 {
		l.add(path, fmt.Sprintf("at least one kind of Link is required (%s)", names(LinkRoles())))
	}
	seen := map[LinkRole]bool{}
	for i, role := range f.Links {
		at := fmt.Sprintf("%s[%d]", path, i)
		oneOf(l, at, role, "a kind of Link", LinkRoles())
		if seen[role] {
			l.add(at, fmt.Sprintf("%q is named twice", role))
		}
		seen[role] = true
	}
	if seen[ControlLink] && f.Kind != LinkPartition {
		l.add(path, fmt.Sprintf("%q is an impossible combination with %s: whether the control plane declares the region lost would be chance; sever it (%s)", ControlLink, f.Kind, LinkPartition), parentPath(path)+".kind")
	}
}

// fill gives the fault the defaults of its kind, but for the keys that are said.
func (f *FaultSpec) fill(said func(key string) bool) {
	traits, ok := f.Kind.Traits()
	if !ok {
		return
	}
	for _, p := range parameters() {
		if slices.Contains(traits.Takes, p.key) && !p.isSet(*f) && p.take != nil && !said(p.key) {
			p.take(f, traits.usual)
		}
	}
}

// checkParameters wants what the fault's kind needs, and nothing that it does not
// take.
func checkParameters(l *problemList, path string, f FaultSpec) {
	traits, ok := f.Kind.Traits()
	if !ok {
		return
	}
	for _, p := range parameters() {
		at := path + "." + p.key
		takes, needs := slices.Contains(traits.Takes, p.key), slices.Contains(traits.Needs, p.key)
		switch {
		case p.isSet(f) && f.Kind == NoFault:
			l.add(at, fmt.Sprintf("is an impossible combination with %s, which breaks nothing: leave it out", f.Kind), path+".kind")
		case p.isSet(f) && !takes:
			l.add(at, fmt.Sprintf("is an impossible combination with %s, which takes %s: leave it out", f.Kind, strings.Join(traits.Takes, ", ")), path+".kind")
		case !p.isSet(f) && needs:
			l.add(at, fmt.Sprintf("is required of %s, and above zero", f.Kind), path+".kind")
		case takes && p.check != nil && p.isSet(f):
			p.check(l, at, f, traits)
		case takes && !p.isSet(f) && p.take != nil && p.check != nil && p.isSet(traits.usual):
			p.check(l, at, f, traits) // of a drill that was built in Go
		}
	}
}
