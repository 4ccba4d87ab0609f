package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// step is one thing that happens in a drill.
type step struct {
	name  string
	parts []part
}

// part is a sentence of a step, and the longest that the drill waits for it;
// 0 where the drill declares no limit.
type part struct {
	what   string
	atMost time.Duration
}

func does(name string, sentences ...string) step {
	s := step{name: name}
	for _, what := range sentences {
		if what != "" {
			s.parts = append(s.parts, part{what: what})
		}
	}
	return s
}

func (s step) until(what string, atMost time.Duration) step {
	if what == "" {
		return s
	}
	s.parts = append(s.parts, part{what, atMost})
	return s
}

// order is what happens, step by step, as drills.Run and the control plane do
// it.
func (p *planner) order() {
	p.heading("What happens")
	d := p.drill
	scheduled, left := p.schedule()
	steps := slices.Concat([]step{p.boot(), p.steadyState()}, scheduled, p.conflicts(), []step{p.observation(), p.censusWithout()}, p.heals(left), p.failback())
	where := "at home"
	if d.Failback.Mode == drills.FailbackNever && p.lost != "" {
		where = "where its Namespace stays"
	}
	steps = append(steps,
		does("load stops", p.closed(), "starters rest; every operation is acknowledged or given up"),
		does("drain").until("until no Workflow is open "+where, d.Observe.Drain),
		does("census", fmt.Sprintf("every Workflow is read %s: %s", where, p.census(false))))
	var rows [][]cell
	for i, s := range steps {
		number, name := strconv.Itoa(i+1), s.name
		for _, part := range s.parts {
			limit := ""
			if part.atMost > 0 {
				limit = short(part.atMost)
			}
			rows = append(rows, []cell{{number, dim}, {name, bold}, {text: part.what}, {text: limit}})
			number, name = "", ""
		}
	}
	p.table(indent, []column{{right: true}, {title: "step"}, {title: "what", wrap: true}, {title: "at most", right: true}}, rows, nil)
}

func (p *planner) observation() step {
	d := p.drill
	s := does("observation")
	if slices.ContainsFunc(d.Faults, func(f drills.FaultSpec) bool { return f.For > 0 }) {
		s = s.until("until every fault that ends by itself has", 0)
	}
	return s.
		until(fmt.Sprintf("until completions stay at or above 90 %% of the steady state over %s", short(d.SteadyState.Window)), d.Observe.Outage).
		until(p.watched(), 0).
		until("then until the backlog is gone", d.Observe.Drain)
}

func (p *planner) censusWithout() step {
	return does("census", "every Workflow is read as if "+p.fault.Region+" never returned: "+p.census(true))
}

func (p *planner) boot() step {
	workers, starters := 0, 0
	for _, f := range p.topology.Fleets {
		workers += running(f)
	}
	for _, s := range p.topology.Starters {
		if s.Present {
			starters++
		}
	}
	return does("boot",
		fmt.Sprintf("%d Links open; the cluster and the name server of each of the %d regions start%s",
			len(p.topology.Links), len(p.topology.Regions), p.companionsAtBoot()),
		p.storesAtBoot(),
		fmt.Sprintf("clusters are joined both ways; %s registered", are(len(p.topology.Namespaces), "Namespace")),
		fmt.Sprintf("%s and %s start", count(workers, "Worker"), count(starters, "starter")))
}

// companionsAtBoot tells where proxies and Codec Servers run from the start.
func (p *planner) companionsAtBoot() string {
	return p.atBoot(drills.ProxyRole, "mTLS terminator", "") + p.atBoot(drills.CodecRole, "Codec Server", " with "+string(p.drill.Codec.Cipher))
}

func (p *planner) atBoot(role drills.Role, what, how string) string {
	var at []string
	for _, c := range p.topology.CompanionsOf(role) {
		if c.Present {
			at = append(at, c.Region)
		}
	}
	if len(at) == 0 {
		return ""
	}
	return fmt.Sprintf(", and %s%s: %s", count(len(at), what), how, strings.Join(at, ", "))
}

func are(n int, what string) string {
	if n == 1 {
		return "1 " + what + " is"
	}
	return count(n, what) + " are"
}

func (p *planner) steadyState() step {
	steady := p.drill.SteadyState
	return does("steady state", "starters begin, on a fixed schedule whatever the answers", p.opened()).
		until(fmt.Sprintf("until completions of every Namespace are at or above 90 %% of %s over %s",
			rate(p.drill.Workload.Rate), short(steady.Window)), steady.AtMost).
		until(fmt.Sprintf("until each region is at most %s behind in replication, and every Worker was heard to poll", short(drills.MostLag)), 0).
		until("else the drill ends here, inconclusive, and nothing is broken", 0).
		until(p.held(), 0)
}

func (p *planner) detection() step {
	detect := p.drill.Failover.Detect
	return does("detection", fmt.Sprintf("%d health probes of %s fail in a row, one every %s: within %d × %s = %s",
		detect.Failures, p.fault.Region, short(detect.Interval),
		detect.Failures, short(detect.Interval), short(detect.Within())))
}

// endpoint tells who waits for the Namespace Endpoint to move, and what that
// costs: often nobody.
func (p *planner) endpoint() step {
	s := does("endpoint", p.each(func(ns drills.Namespace) string {
		return fmt.Sprintf("every other region's name server leads the Namespace Endpoint of %s to %s, TTL %s",
			ns.Name, ns.Replica, short(p.drill.Endpoint.TTL))
	})...)
	if p.followed() {
		return s.until(fmt.Sprintf("clients that dial it resolve it again no sooner than %s after the last time",
			short(p.drill.Endpoint.MinResolution)), 0)
	}
	return s.until("no client dials it: none has to resolve it again", 0)
}

// followed reports whether a client of a moved Namespace dials its Namespace
// Endpoint.
func (p *planner) followed() bool {
	for _, ns := range p.topology.HomedIn(p.fault.Region) {
		fleet := func(f drills.Fleet) bool { return f.Namespace == ns.Name && f.Endpoint == drills.NamespaceEndpoint }
		starter := func(s drills.Starter) bool { return s.Namespace == ns.Name && s.Endpoint == drills.NamespaceEndpoint }
		if slices.ContainsFunc(p.topology.Fleets, fleet) || slices.ContainsFunc(p.topology.Starters, starter) {
			return true
		}
	}
	return false
}

func (p *planner) fleetOf(ns drills.Namespace, region string) drills.Fleet {
	i := slices.IndexFunc(p.topology.Fleets, func(f drills.Fleet) bool { return f.Namespace == ns.Name && f.Region == region })
	return p.topology.Fleets[i] // a Namespace has a Fleet in both of its regions
}

// takeOver is what the survivor is given.
func (p *planner) takeOver(ns drills.Namespace) string {
	fleet := p.fleetOf(ns, ns.Replica)
	traffic := fmt.Sprintf("the starter of %s carries %s", ns.Replica, rate(p.drill.Workload.Rate))
	switch {
	case fleet.State == drills.FleetAbsent:
		start := count(fleet.Workers, "Worker") + " and a starter start"
		start = p.withCompanions(ns.Replica, start)
		return fmt.Sprintf("%s; %s", p.provisioned(start), traffic)
	case fleet.Reserve > 0:
		return fmt.Sprintf("%s; %s", traffic, p.provisioned(count(fleet.Reserve, "more Worker")+" "+agree(fleet.Reserve, "start")))
	default:
		return "there is nothing to start; " + traffic
	}
}

// withCompanions is what a region starts on failover: what Workers need before them,
// or later, or not at all.
func (p *planner) withCompanions(region, start string) string {
	_, proxy := p.topology.Companion(drills.ProxyRole, region)
	_, codec := p.topology.Companion(drills.CodecRole, region)
	late := p.drill.Codec.AfterWorkers
	switch {
	case proxy && codec && late == 0:
		start = "a proxy and a Codec Server start, and then " + start
	case proxy:
		start = "a proxy starts, and then " + start
	case codec && late == 0:
		start = "a Codec Server starts, and then " + start
	}
	if codec && late > 0 {
		start += fmt.Sprintf(", and %s later a Codec Server", short(late))
	}
	if p.drill.Codec.On() && !codec {
		start += ", and no Codec Server"
	}
	if p.drill.Proxy.On() && !proxy {
		start += ", and no proxy"
	}
	return start
}

// agree is what n of something do: one stops, two stop.
func agree(n int, verb string) string {
	if n == 1 {
		return verb + "s"
	}
	return verb
}

// provisioned is a start of Workers with the declared delays before and
// behind it.
func (p *planner) provisioned(start string) string {
	declared := p.drill.Provision
	if declared.BeforeProcess() > 0 {
		start = fmt.Sprintf("after a declared image pull of %s and machine start of %s, %s",
			short(declared.ImagePull), short(declared.MachineStart), start)
	}
	if declared.WarmUp > 0 {
		start += fmt.Sprintf(" (Workers poll after a declared warm-up of %s)", short(declared.WarmUp))
	}
	return start
}

// census tells where each Namespace is read, with or without the lost region.
func (p *planner) census(without bool) string {
	var out []string
	for _, ns := range p.topology.Namespaces {
		at := p.active(ns)
		if without && ns.Home == p.fault.Region {
			at = ns.Replica
		}
		out = append(out, ns.Name+" in "+at)
	}
	return strings.Join(out, ", ")
}

// comeBack is the return of the lost region: as a secondary one, as its
// Namespaces are active elsewhere until they are failed back.
func (p *planner) comeBack() step {
	if len(p.fault.Blast(p.topology).Processes) == 0 || p.fault.Flavour.GoesOn() {
		return does("return", p.restored(), "until it knows where its Namespaces are active and replication has caught up in both directions")
	}
	returns := func(region, namespace string) bool {
		ns, _ := p.topology.Namespace(namespace)
		there := ns.Home == region && !p.leaves(ns) || p.fleetOf(ns, ns.Replica).State != drills.FleetAbsent
		return region == p.fault.Region && there
	}
	workers, starters := 0, 0
	for _, f := range p.topology.Fleets {
		if returns(f.Region, f.Namespace) {
			workers += f.Workers
		}
	}
	for _, s := range p.topology.Starters {
		if returns(s.Region, s.Namespace) {
			starters++
		}
	}
	clients := "its Workers and starters stay away until failback"
	if p.drill.Failback.Mode == drills.FailbackNever {
		clients = "its Workers and starters stay away"
	}
	if workers > 0 {
		clients = fmt.Sprintf("%s and %s of %s start", count(workers, "Worker"), count(starters, "starter"), p.fault.Region)
	}
	return does("return",
		p.restored(),
		clients,
		"until it knows where its Namespaces are active and replication has caught up in both directions")
}

// moveHome is one Namespace's way back: the survivor's extra capacity goes
// last, so a planned move has no cold start.
func (p *planner) moveHome(ns drills.Namespace) string {
	at := p.fleetOf(ns, ns.Replica)
	how := fmt.Sprintf("%s becomes active in %s again, asked of %s", ns.Name, ns.Home, ns.Replica)
	if p.drill.Failback.Mode.Way().Handover {
		how = handover(ns.Name, ns.Replica, ns.Home)
	}
	said := []string{how + "; its Namespace Endpoint follows"}
	if p.drill.Store.On() && p.drill.Store.Promotion != drills.PromoteNever {
		said = append(said, fmt.Sprintf("its store is handed over to %s", ns.Home))
	}
	if at.State == drills.FleetAbsent {
		said = append(said, fmt.Sprintf("%s and a starter start there", count(p.fleetOf(ns, ns.Home).Workers, "Worker")))
	}
	said = append(said, "traffic moves once its Fleet polls")
	switch {
	case at.State == drills.FleetAbsent:
		said = append(said, fmt.Sprintf("%s and the starter of %s stop", count(at.Workers, "Worker"), at.Region))
	case at.Reserve > 0:
		said = append(said, fmt.Sprintf("%s of %s %s", count(at.Reserve, "added Worker"), at.Region, agree(at.Reserve, "stop")))
	}
	return strings.Join(said, "; ")
}

// restored is how the lost region is there again.
func (p *planner) restored() string {
	switch p.fault.Flavour {
	case drills.Freeze:
		return "the processes of " + p.fault.Region + " go on where they stood (SIGCONT)"
	case drills.Unplugged:
		return "the processes of " + p.fault.Region + " have their network again"
	}
	out := carry(len(p.fault.Blast(p.topology).Links())) + " again"
	if len(p.fault.Blast(p.topology).Processes) > 0 {
		out += fmt.Sprintf("; cluster and name server of %s start on the data they had", p.fault.Region)
	}
	return out
}
