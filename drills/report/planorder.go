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
	steps := []step{p.boot(), p.steadyState()}
	if p.lost == "" {
		steps = append(steps, p.nothing(), p.observation(), p.censusWithout())
	} else {
		steps = append(steps,
			p.outage(),
			p.detection(),
			does("promotion", p.eachMoved(func(ns drills.Namespace) string {
				return fmt.Sprintf("%s becomes active in %s, %s: by the surviving cluster, without waiting for %s",
					ns.Name, ns.Replica, d.Failover.Mode, ns.Home)
			})...),
			p.endpoint(),
			does("survivor", p.eachMoved(p.takeOver)...),
			p.observation(),
			p.censusWithout(),
			p.comeBack(),
			does("failback", p.eachMoved(p.moveHome)...).
				until("until completions stay up at home", d.Observe.Outage))
	}
	steps = append(steps,
		does("load stops", "starters rest; every operation is acknowledged or given up"),
		does("drain").until("until no Workflow is open at home", d.Observe.Drain),
		does("census", "every Workflow is read at home: "+p.census(false)))
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
	return does("observation").
		until(fmt.Sprintf("until completions stay at or above 90 %% of the steady state over %s", short(d.SteadyState.Window)), d.Observe.Outage).
		until(p.watched(), 0).
		until("then until the backlog is gone", d.Observe.Drain)
}

func (p *planner) censusWithout() step {
	return does("census", "every Workflow is read as if "+p.fault.Region+" never returned: "+p.census(true))
}

// moved lists the Namespaces that the fault moves.
func (p *planner) moved() []drills.Namespace { return p.topology.HomedIn(p.fault.Region) }

func (p *planner) eachMoved(say func(drills.Namespace) string) []string {
	var out []string
	for _, ns := range p.moved() {
		out = append(out, say(ns))
	}
	return out
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
		fmt.Sprintf("%d Links open; the cluster and the name server of each of the %d regions start",
			len(p.topology.Links), len(p.topology.Regions)),
		fmt.Sprintf("clusters are joined both ways; %s registered", are(len(p.topology.Namespaces), "Namespace")),
		fmt.Sprintf("%s and %s start", count(workers, "Worker"), count(starters, "starter")))
}

func are(n int, what string) string {
	if n == 1 {
		return "1 " + what + " is"
	}
	return count(n, what) + " are"
}

func (p *planner) steadyState() step {
	steady := p.drill.SteadyState
	return does("steady state", "starters begin, on a fixed schedule whatever the answers").
		until(fmt.Sprintf("until completions of every Namespace are at or above 90 %% of %s over %s",
			rate(p.drill.Workload.Rate), short(steady.Window)), steady.AtMost).
		until("else the drill ends here, inconclusive, and nothing is broken", 0).
		until(p.held(), 0)
}

// held is what the seed says of the time before the fault; empty for none.
func (p *planner) held() string {
	delay := p.drill.FaultDelay(0)
	if delay == 0 {
		return ""
	}
	return fmt.Sprintf("it is held for %s, drawn from seed %d between %s and %s",
		short(delay), p.drill.Seed, short(p.fault.Delay.Least), short(p.fault.Delay.Most))
}

func (p *planner) outage() step {
	processes, links := p.processes(), p.refused()
	names := make([]string, len(links))
	for i, l := range links {
		names[i] = l.Name()
	}
	return does("fault",
		fmt.Sprintf("%s of %s by %s, all of it at once", p.fault.Kind, p.fault.Region, p.fault.Flavour),
		fmt.Sprintf("%d processes get SIGKILL: %s", len(processes), strings.Join(processes, ", ")),
		fmt.Sprintf("%d of %d Links close their connections and refuse new ones: %s",
			len(links), len(p.topology.Links), strings.Join(names, ", ")),
		"each process and each Link is probed; the fault is effective when all are severed")
}

func (p *planner) detection() step {
	detect := p.drill.Failover.Detect
	return does("detection", fmt.Sprintf("%d health probes of %s fail in a row, one every %s: within %d × %s = %s",
		detect.Failures, p.fault.Region, short(detect.Interval),
		detect.Failures, short(detect.Interval), short(detect.Within())))
}

// processes are those of the lost region, under the names that fixtures gives
// them: probes and logs have the same.
func (p *planner) processes() []string {
	out := []string{"cluster", "dns"}
	for _, f := range p.topology.Fleets {
		if f.Region != p.fault.Region {
			continue
		}
		for n := range running(f) {
			out = append(out, fmt.Sprintf("worker-%s-%d", f.Namespace, n))
		}
	}
	for _, s := range p.topology.Starters {
		if s.Region == p.fault.Region && s.Present {
			out = append(out, "starter-"+s.Namespace)
		}
	}
	for _, pr := range p.topology.Probers {
		if pr.Region == p.fault.Region {
			out = append(out, "prober-"+pr.Namespace)
		}
	}
	for i, name := range out {
		out[i] = p.fault.Region + "/" + name
	}
	return out
}

func (p *planner) refused() []drills.Link {
	var out []drills.Link
	for _, l := range p.topology.Links {
		if l.Touches(p.fault.Region) {
			out = append(out, l)
		}
	}
	return out
}

// endpoint tells who waits for the Namespace Endpoint to move, and what that
// costs: often nobody.
func (p *planner) endpoint() step {
	s := does("endpoint", p.eachMoved(func(ns drills.Namespace) string {
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
	for _, ns := range p.moved() {
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
		return fmt.Sprintf("%s; %s", p.provisioned(count(fleet.Workers, "Worker")+" and a starter start"), traffic)
	case fleet.Reserve > 0:
		return fmt.Sprintf("%s; %s", traffic, p.provisioned(count(fleet.Reserve, "more Worker")+" "+agree(fleet.Reserve, "start")))
	default:
		return "there is nothing to start; " + traffic
	}
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
		at := ns.Home
		if without && at == p.fault.Region {
			at = ns.Replica
		}
		out = append(out, ns.Name+" in "+at)
	}
	return strings.Join(out, ", ")
}

// comeBack is the return of the lost region: as a secondary one, as its
// Namespaces are active elsewhere until they are failed back.
func (p *planner) comeBack() step {
	returns := func(region, namespace string) bool {
		ns, _ := p.topology.Namespace(namespace)
		return region == p.fault.Region && p.fleetOf(ns, ns.Replica).State != drills.FleetAbsent
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
	if workers > 0 {
		clients = fmt.Sprintf("%s and %s of %s start", count(workers, "Worker"), count(starters, "starter"), p.fault.Region)
	}
	return does("return",
		fmt.Sprintf("%d Links accept again; cluster and name server of %s start on the data they had", len(p.refused()), p.fault.Region),
		clients,
		"until it knows where its Namespaces are active and replication has caught up in both directions")
}

// moveHome is one Namespace's way back: the survivor's extra capacity goes
// last, so a planned move has no cold start.
func (p *planner) moveHome(ns drills.Namespace) string {
	at := p.fleetOf(ns, ns.Replica)
	said := []string{fmt.Sprintf("%s becomes active in %s again, asked of %s; its Namespace Endpoint follows", ns.Name, ns.Home, ns.Replica)}
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
