package assess

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// lookLasts covers the time between two looks at a name server, and that between
// a question and its answer. A look is recorded at the time of its question, so
// this close to a move nobody knows on which side of it a look was.
const lookLasts = drills.Offset(time.Second)

// endpointWitness wants that each Namespace Endpoint led where its Namespace was
// active, in every region's name server.
//
//	                 before the fault   rerouted ─► failback   failed back ─►
//	moved            home               the survivor           home
//	never back       home               the survivor ──────────────────────►
//	not moved        home ─────────────────────────────────────────────────►
//	the lost region's name server may say nothing while it is lost, and what it
//	says of a Namespace that moved is not judged before the failback, or before
//	the region is back where there is none; nor is what one says that a fault has
//	answer otherwise, while it does. Where Temporal alone is lost it is one as
//	others are
func (c *docket) endpointWitness() drills.Witness {
	w := drills.Witness{Name: "endpoint"}
	looks := c.looks()
	switch {
	case !c.faulted:
		w.Detail = "no fault took effect"
		return w
	case len(looks) == 0:
		w.Detail = "nobody looked names up"
		return w
	}
	home := c.takenPlace()
	var wrong, right []string
	for _, ns := range c.topology.Namespaces {
		o := c.outage(ns.Name)
		moved := slices.Contains(c.moved, ns.Name)
		if moved && o.rerouted == forever {
			wrong = append(wrong, fmt.Sprintf("nobody marked %s of %s", drills.EndpointRerouted, ns.Name))
		}
		for _, region := range c.topology.Regions {
			seen := looks[nameServer{region, ns.Name}]
			if len(seen) == 0 || seen[0].At > c.requested {
				wrong = append(wrong, fmt.Sprintf("nobody looked %s up in %s before the fault", ns.Name, region))
				continue
			}
			for _, s := range c.led(ns, region, o.rerouted, home) {
				if at, leads, astray := s.astray(seen); astray {
					wrong = append(wrong, c.complaint(region, ns.Name, at, leads, s.to))
					break // what follows from it is not said again
				}
			}
		}
		right = append(right, c.course(ns, moved, home != forever))
	}
	if w.Held = len(wrong) == 0; !w.Held {
		w.Detail = strings.Join(wrong, "; ")
		return w
	}
	w.Detail = "every name server that answered led " + strings.Join(right, "; ")
	return w
}

// nameServer is what one region's name server says of one Namespace.
type nameServer struct{ region, namespace string }

// looks lists what each name server was seen to say, in order of time.
func (c *docket) looks() map[nameServer][]drills.Event {
	out := map[nameServer][]drills.Event{}
	for _, e := range c.inOrder(drills.KindEndpoint) {
		key := nameServer{e.Region, e.Namespace}
		out[key] = append(out[key], e)
	}
	return out
}

// takenPlace is from when on every Namespace is where it stays. One that nobody
// failed back, or that is active elsewhere all the same, is the return witness's
// to report: an endpoint that leads elsewhere then is not stale.
func (c *docket) takenPlace() drills.Offset {
	at, there := c.settled()
	if !there || len(c.elsewhere()) > 0 {
		return forever
	}
	return at
}

// leading is where a name server has to lead an endpoint in a stretch of time.
type leading struct {
	from, until drills.Offset
	to          string // a region
	silent      bool   // it need not answer
}

const always = drills.Offset(math.MinInt64) // from the first look on

// led lists where a region's name server has to lead a Namespace, from the
// earliest stretch to the latest.
func (c *docket) led(ns drills.Namespace, region string, rerouted, home drills.Offset) []leading {
	lost := region == c.lost && c.silenced(region)
	stays, _ := c.stays(ns)
	var out []leading
	if until, misnamed := c.misnamed(region); misnamed {
		return []leading{{from: always, until: c.requested, to: ns.Home}, {from: max(until, home), until: forever, to: ns.Home}}
	}
	switch moved := slices.Contains(c.moved, ns.Name); {
	case moved && lost:
		out = append(out, leading{from: always, until: c.requested, to: ns.Home})
	case moved:
		if rerouted != forever && region == c.lost {
			rerouted += c.newsTakes()
		}
		out = append(out,
			leading{from: always, until: c.requested, to: ns.Home},
			leading{from: rerouted, until: c.leaving(), to: c.promotedIn(ns)})
	case lost:
		out = append(out,
			leading{from: always, until: c.requested, to: ns.Home},
			leading{from: always, until: forever, to: ns.Home, silent: true})
	default:
		return []leading{{from: always, until: forever, to: ns.Home}}
	}
	return append(out, leading{from: home, until: forever, to: stays})
}

// silenced reports whether a lost region's name server is lost too, or hears no news.
func (c *docket) silenced(region string) bool {
	return slices.ContainsFunc(c.Drill.Faults, func(spec drills.FaultSpec) bool {
		blast := spec.Blast(c.topology)
		return blast.Strikes(drills.NameServerName(region)) || slices.ContainsFunc(blast.Links(), func(link drills.Link) bool {
			return link.Role == drills.FleetLink && link.From == region && link.BetweenRegions()
		})
	})
}

// newsLasts is what the tries take by which it is seen that a lost region lives.
const newsLasts = drills.Offset(7 * time.Second)

// newsTakes is how long news may take to a lost region that lives: it is told once it is
// known that it does, by a few round trips over a way that may be long.
func (c *docket) newsTakes() drills.Offset {
	d := c.Drill.Network.InterRegion
	return newsLasts + drills.Offset(8*(d.Latency+d.Jitter))
}

// misnamed reports whether a fault has a region's name server answer otherwise
// than it was told, and until when that is.
func (c *docket) misnamed(region string) (until drills.Offset, ok bool) {
	for number, spec := range c.Drill.Faults {
		if spec.Region == region && spec.Blast(c.topology).Names {
			until, ok = max(until, c.faultAt(number, drills.FaultIsHealed)), true
		}
	}
	return until, ok
}

// leaving is until when the Namespaces that moved are the survivor's: until
// their failback is asked for, or the region's return, where that is all that
// is known. They are for good where they never come back.
func (c *docket) leaving() drills.Offset {
	if !c.returns() {
		return forever
	}
	for _, stage := range []drills.Stage{drills.FailbackRequested, drills.HealRequested} {
		if at, ok := c.Timeline.Mark(stage); ok {
			return at
		}
	}
	return forever
}

// promotedIn is where the failover made a Namespace active.
func (c *docket) promotedIn(ns drills.Namespace) string {
	for _, e := range c.Timeline {
		if e.Kind == drills.KindMark && e.Name == string(drills.Promoted) && e.Namespace == ns.Name && e.At >= c.requested {
			return e.Region
		}
	}
	return ns.Replica
}

// astray finds the first time in a stretch at which a name server led elsewhere.
// What it said when the stretch began counts, once the looks have caught up.
func (l leading) astray(seen []drills.Event) (at drills.Offset, leads string, found bool) {
	if l.from == forever {
		return 0, "", false
	}
	first, last := l.from, l.until
	if first != always {
		first += lookLasts
	}
	if last != forever {
		last -= lookLasts
	}
	for i, e := range seen {
		if e.At > last || first > last {
			break
		}
		replaced := i+1 < len(seen) && seen[i+1].At <= first
		bears := e.Name == l.to || l.silent && e.Name == ""
		if !replaced && !bears {
			return max(e.At, l.from), e.Name, true
		}
	}
	return 0, "", false
}

func (c *docket) complaint(region, namespace string, at drills.Offset, leads, active string) string {
	when := fmt.Sprintf("from %+.1f s after the fault", c.since(at).Seconds())
	if c.since(at) < 0 {
		when = fmt.Sprintf("from %.1f s before the fault", -c.since(at).Seconds())
	}
	if leads == "" {
		return fmt.Sprintf("the name server of %s does not answer for %s %s, though it is active in %s", region, namespace, when, active)
	}
	return fmt.Sprintf("the name server of %s leads %s to %s %s, though it is active in %s", region, namespace, leads, when, active)
}

// course tells where an endpoint led that was never astray.
func (c *docket) course(ns drills.Namespace, moved, home bool) string {
	switch {
	case moved && !c.returns():
		return fmt.Sprintf("%s home, and to %s since the failover", ns.Name, ns.Replica)
	case !moved:
		return ns.Name + " home all along"
	case home:
		return fmt.Sprintf("%s home, to %s in the outage, and home again", ns.Name, ns.Replica)
	}
	return fmt.Sprintf("%s home, and to %s in the outage", ns.Name, ns.Replica)
}
