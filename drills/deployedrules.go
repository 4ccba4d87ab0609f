package drills

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// checkCodec refuses what is said of Codec Servers that there are none of, and a
// region that starts late where none is started on failover.
func (d *Drill) checkCodec(l *problemList) {
	const regions, after = "codec.regions", "codec.afterWorkers"
	late := d.Codec.AfterWorkers
	l.duration(after, late, 0)
	if !d.Codec.On() {
		if len(d.Codec.Regions) > 0 {
			l.add(regions, "is an impossible combination with codec.cipher none: there is no Codec Server", "codec.cipher")
		}
		if late > 0 {
			l.add(after, "is an impossible combination with codec.cipher none: there is no Codec Server", "codec.cipher")
		}
		return
	}
	d.checkAmongRegions(l, regions, d.Codec.Regions)
	if traits, ok := d.Model.traits(); ok && late > 0 && traits.secondary != FleetAbsent {
		l.add(after, fmt.Sprintf("%s is an impossible combination with %s, which starts no Codec Server on failover: leave it out", formatDuration(late), d.Model), "model")
	}
}

// checkProxy refuses what is said of proxies that there are none of.
func (d *Drill) checkProxy(l *problemList) {
	for _, list := range []struct {
		path    string
		regions []string
	}{{"proxy.regions", d.Proxy.Regions}, {"proxy.certifies", d.Proxy.Certifies}} {
		if !d.Proxy.On() && len(list.regions) > 0 {
			l.add(list.path, "is an impossible combination with proxy.tls none: there is no proxy", "proxy.tls")
			continue
		}
		d.checkAmongRegions(l, list.path, list.regions)
	}
}

// checkClients wants each endpoint once, and starters pinned to a region that there is.
func (d *Drill) checkClients(l *problemList) {
	for i, e := range d.Clients.Endpoints {
		at := fmt.Sprintf("clients.endpoints[%d]", i)
		oneOf(l, at, e, "an endpoint", Endpoints())
		if slices.Contains(d.Clients.Endpoints[:i], e) {
			l.add(at, fmt.Sprintf("%q is named twice", e))
		}
	}
	if len(d.Clients.Endpoints) > 0 && !d.Probes.Any() {
		l.add("clients.endpoints", "is an impossible combination with probes of which none is sent: there is no Client that would dial them", "probes.start")
	}
	for _, region := range slices.Sorted(maps.Keys(d.Starters)) {
		path, pinned := joinPath("starters", region), d.Starters[region].PinnedTo
		switch {
		case len(d.Regions) == 0: // which is a problem of its own
		case !slices.Contains(d.Regions, region):
			l.add(path, d.notARegion(region), "regions")
		case pinned == "":
			l.add(path+".pinnedTo", fmt.Sprintf("is required: name one of the regions (%s)", strings.Join(d.Regions, ", ")), "regions")
		case !slices.Contains(d.Regions, pinned):
			l.add(path+".pinnedTo", d.notARegion(pinned), "regions")
		case d.laidOut():
			d.checkPinned(l, path+".pinnedTo", region, pinned)
		}
	}
}

// checkPinned wants every Namespace that a region has starters for to be where they
// are pinned to.
func (d *Drill) checkPinned(l *problemList, path, region, pinned string) {
	t := d.Topology()
	for _, s := range t.Starters {
		if ns, _ := t.Namespace(s.Namespace); s.Region == region && pinned != ns.Home && pinned != ns.Replica {
			l.add(path, fmt.Sprintf("%q does not have %s, which starters of %s start Workflows of: that is in %s and %s", pinned, ns.Name, region, ns.Home, ns.Replica), "model", "regions")
			return
		}
	}
}

// checkAmongRegions wants each to be one of the drill's regions, once.
func (d *Drill) checkAmongRegions(l *problemList, path string, list []string) {
	for i, region := range list {
		at := fmt.Sprintf("%s[%d]", path, i)
		switch {
		case len(d.Regions) > 0 && !slices.Contains(d.Regions, region):
			l.add(at, d.notARegion(region), "regions")
		case slices.Contains(list[:i], region):
			l.add(at, fmt.Sprintf("%q is named twice", region))
		}
	}
}
