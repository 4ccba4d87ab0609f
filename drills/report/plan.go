package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// Plan writes what a drill would start, break and judge, in that order; it
// starts nothing. Lines keep to 120 columns for usual data. An invalid drill
// is an error like that of drills.Drill.Validate, any other that of w.
func Plan(w io.Writer, d *drills.Drill, options ...Option) error {
	if err := d.Validate(); err != nil {
		return err
	}
	p := &planner{printer: newPrinter(options), drill: d, decided: d.Decided(), topology: d.Topology(), fault: d.Faults[0]}
	if slices.ContainsFunc(d.Faults, drills.FaultSpec.Loses) {
		p.lost = p.fault.Region
	}
	for _, section := range []func(){
		p.head, p.regions, p.namespaces, p.fleets, p.own, p.starters, p.links, p.order, p.objectives,
	} {
		section()
	}
	if _, err := io.WriteString(w, p.out.String()); err != nil {
		return fmt.Errorf("write plan of %s: %w", d.Name, err)
	}
	return nil
}

// planner prints one drill's plan.
type planner struct {
	*printer
	drill    *drills.Drill
	decided  *drills.Drill // with what its seed decides
	topology drills.Topology
	fault    drills.FaultSpec // the first, which times count from
	lost     string           // its region, where the control plane loses it; empty where it does not
}

func (p *planner) head() {
	p.line(fmt.Sprintf("%s  %s · %s", p.paint("▷ PLAN", bold), p.paint(clean(p.drill.Name), bold), clean(string(p.drill.Model))))
	for _, line := range wrap(clean(p.drill.Description), width-len(indent)) {
		if line != "" {
			p.line(indent + line)
		}
	}
	about := []string{
		"seed " + strconv.FormatUint(p.drill.Seed, 10), "workload " + p.drill.Workload.Profile,
		rate(p.drill.Workload.Rate) + " for each Namespace", basis(p.drill.Replication.Basis), "nothing is started",
	}
	p.line(p.paint(indent+strings.Join(about, between), dim))
}

func (p *planner) regions() {
	p.heading("Regions")
	var rows [][]cell
	for _, region := range p.topology.Regions {
		var primary, secondary []string
		for _, ns := range p.topology.Namespaces {
			switch region {
			case ns.Home:
				primary = append(primary, ns.Name)
			case ns.Replica:
				secondary = append(secondary, ns.Name)
			}
		}
		row := cells(region, listed(primary), listed(secondary), p.brief(region))
		if region == p.lost {
			row[3].in = red
		}
		rows = append(rows, row)
	}
	p.table(indent, []column{{title: "region"}, {title: "primary of"}, {title: "secondary of"}, {title: "fault", wrap: true}}, rows, nil)
}

// brief is what befalls a region, each fault in a word or two.
func (p *planner) brief(region string) string {
	var out []string
	for _, f := range p.drill.Faults {
		switch {
		case f.Region != region:
		case f.Kind == drills.NoFault:
			out = append(out, "none, but watched")
		case f.Flavour == "":
			out = append(out, string(f.Kind))
		default:
			out = append(out, fmt.Sprintf("%s, %s", f.Kind, f.Flavour))
		}
	}
	if len(out) == 0 {
		return none
	}
	return strings.Join(out, between)
}

// basis names how the regions replicate.
func basis(b drills.ReplicationBasis) string {
	if b == drills.EventBased {
		return "event-based replication"
	}
	return "state-based replication"
}

// listed is a list of names, or a dash for an empty one.
func listed(names []string) string {
	if len(names) == 0 {
		return none
	}
	return strings.Join(names, ", ")
}

func (p *planner) namespaces() {
	p.heading("Namespaces")
	var rows [][]cell
	for _, ns := range p.topology.Namespaces {
		forwarded := "forwarded to " + ns.Home
		if !ns.ForwardPolls {
			forwarded = "not forwarded"
		}
		fate := "stays in " + ns.Home
		switch p.lost {
		case ns.Home:
			if p.leaves(ns) {
				fate = "moves to " + ns.Replica
			}
		case ns.Replica:
			fate += ", without a replica"
		}
		rows = append(rows, cells(ns.Name, ns.Home, ns.Replica, forwarded, fate))
	}
	when := "when " + p.lost + " is lost"
	switch {
	case p.lost == "":
		when = p.afterwards()
	case p.goesOn(p.lost):
		when = "when " + p.lost + " is cut off"
	}
	p.table(indent, []column{
		{title: "namespace"}, {title: "home"}, {title: "replica"}, {title: "polls of the replica"}, {title: when},
	}, rows, nil)
}

func (p *planner) fleets() {
	p.heading("Fleets")
	var rows [][]cell
	for _, f := range p.topology.Fleets {
		slots := strconv.Itoa(f.Slots)
		if p.drill.Own() { // which nobody can tell them
			slots = none
		}
		rows = append(rows, cells(f.Region, f.Namespace, string(f.State), strconv.Itoa(running(f)), slots,
			p.fleetAfter(f), dialled(f.Endpoint)))
	}
	p.table(indent, []column{
		{title: "region"}, {title: "namespace"}, {title: "before the fault"}, {title: "workers", right: true},
		{title: "slots each", right: true}, {title: p.afterwards()}, {title: "dials"},
	}, rows, nil)
}

// running is how many Workers of a Fleet there are before the fault.
func running(f drills.Fleet) int {
	if f.State == drills.FleetAbsent {
		return 0
	}
	return f.Workers
}

// added is how many Workers the survivor is given when it takes over.
func added(f drills.Fleet) int {
	if f.State == drills.FleetAbsent {
		return f.Workers
	}
	return f.Reserve
}

func (p *planner) fleetAfter(f drills.Fleet) string {
	ns, _ := p.topology.Namespace(f.Namespace)
	switch {
	case p.goesOn(f.Region):
		return "goes on, cut off"
	case f.Region == p.lost:
		return "lost"
	case ns.Home != p.lost || !p.leaves(ns):
		return "as before"
	case added(f) > 0:
		return fmt.Sprintf("active, %d more", added(f))
	default:
		return "active"
	}
}

func (p *planner) starters() {
	p.heading("Starters")
	var rows [][]cell
	for _, s := range p.topology.Starters {
		before, carries := "absent", none
		if s.Present {
			before, carries = "runs", rate(p.share(s))
		}
		rows = append(rows, cells(s.Region, s.Namespace, before, carries, p.starterAfter(s, carries), pinned(s)))
	}
	p.table(indent, []column{
		{title: "region"}, {title: "namespace"}, {title: "before the fault"}, {title: "carries", right: true},
		{title: p.afterwards(), right: true}, {title: "dials"},
	}, rows, nil)
}

// pinned is what a starter dials.
func pinned(s drills.Starter) string {
	if s.PinnedTo != "" {
		return dialled(s.Endpoint) + " of " + s.PinnedTo
	}
	return dialled(s.Endpoint)
}

// share is the rate that a starter carries in normal operation.
func (p *planner) share(s drills.Starter) drills.Rate {
	return drills.Rate(s.Share) * p.drill.Workload.Rate
}

func (p *planner) starterAfter(s drills.Starter, before string) string {
	ns, _ := p.topology.Namespace(s.Namespace)
	switch {
	case p.goesOn(s.Region):
		return "goes on, cut off"
	case s.Region == p.lost:
		return "lost"
	case ns.Home == p.lost && p.leaves(ns):
		return rate(p.drill.Workload.Rate)
	default:
		return before
	}
}

// dialled is the kind of endpoint; the row tells of which region or Namespace.
func dialled(e drills.Endpoint) string {
	if e == drills.RegionalEndpoint {
		return "Regional Endpoint"
	}
	return "Namespace Endpoint"
}

// bundle is the Links of one role and delay, which a plan shows as one.
type bundle struct {
	role  drills.LinkRole
	delay drills.Delay
	links []drills.Link
}

// links are shown in bundles, shortest first: a ring of regions has too many
// to be read one by one.
func (p *planner) links() {
	p.heading("Links")
	var rows [][]cell
	for _, b := range bundles(p.topology.Links) {
		rows = append(rows, cells(string(b.role), p.ends(b.links), delay(b.delay), strconv.Itoa(len(b.links))))
	}
	p.table(indent, []column{
		{title: "role"}, {title: "from and to", wrap: true}, {title: "added one-way"}, {title: "links", right: true},
	}, rows, cells("total", "", "", strconv.Itoa(len(p.topology.Links))))
}

func bundles(links []drills.Link) []bundle {
	var out []bundle
	for _, l := range links {
		i := slices.IndexFunc(out, func(b bundle) bool { return b.role == l.Role && b.delay == l.Delay })
		if i < 0 {
			i = len(out)
			out = append(out, bundle{role: l.Role, delay: l.Delay})
		}
		out[i].links = append(out[i].links, l)
	}
	slices.SortStableFunc(out, func(a, b bundle) int { return cmp.Compare(a.delay.Latency, b.delay.Latency) })
	return out
}

// ends tells where Links lead from and to: a pair that is linked both ways
// once, in the order of the regions; those within a region together.
func (p *planner) ends(links []drills.Link) string {
	var out, guarded, within []string
	for i, l := range links {
		back := func(other drills.Link) bool { return other.From == l.To && other.To == l.From }
		switch {
		case l.From == "":
			guarded = append(guarded, l.To)
		case l.From == l.To:
			within = append(within, l.To)
		case slices.ContainsFunc(links[:i], back): // shown with the one that leads the other way
		case slices.ContainsFunc(links[i:], back):
			pair := []string{l.From, l.To}
			slices.SortFunc(pair, func(a, b string) int {
				return cmp.Compare(slices.Index(p.topology.Regions, a), slices.Index(p.topology.Regions, b))
			})
			out = append(out, strings.Join(pair, " ⇄ "))
		default:
			out = append(out, l.From+" → "+l.To)
		}
	}
	if len(guarded) > 0 {
		out = append(out, "control plane → "+strings.Join(guarded, ", "))
	}
	if len(within) > 0 {
		out = append(out, "within "+strings.Join(within, ", "))
	}
	return strings.Join(out, between)
}

func delay(d drills.Delay) string {
	switch {
	case d == drills.Delay{}:
		return "none"
	case d.Jitter == 0:
		return short(d.Latency)
	default:
		return short(d.Latency) + " ± " + short(d.Jitter)
	}
}

func (p *planner) objectives() {
	p.heading("Objectives")
	declared := p.drill.Objectives
	var rows [][]cell
	if o := declared.RecoveryTime; o != nil {
		rows = append(rows, cells("recoveryTime", "≤ "+short(*o), "from the fault's effect until completions stay at or above 90 % of the steady state"))
	}
	if o := declared.RecoveryPoint; o != nil {
		rows = append(rows, cells("recoveryPoint", "≤ "+short(*o), "acknowledged operations that are lost if "+p.fault.Region+" never returns"))
	}
	if o := declared.Completion; o != nil {
		rows = append(rows, cells("completion", "≥ "+o.String(), "of the Workflows acknowledged and not lost"))
	}
	if o := declared.LostAfterHeal; o != nil {
		rows = append(rows, cells("lostAfterHeal", "≤ "+strconv.Itoa(*o),
			"acknowledged operations that are still lost after "+p.fault.Region+" returned and conflicts were resolved"))
	}
	if o := declared.StoreRecoveryPoint; o != nil {
		rows = append(rows, cells("storeRecoveryPoint", "≤ "+short(*o), "acknowledged writes to the store that are lost if "+p.fault.Region+" never returns"))
	}
	p.table(indent, []column{{title: "objective"}, {title: "declared"}, {title: "of what", wrap: true}}, rows, nil)
	p.line("")
	sign, in := verdictLook(drills.Inconclusive)
	p.bullet(sign, in, "a run without a steady state, or whose model or fault was not witnessed, is inconclusive whatever it measured")
}

// short is a declared duration as a drill file has it: 2m, not 2m0s.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// rate is a declared rate, or a share of one, to four digits.
func rate(r drills.Rate) string { return strconv.FormatFloat(float64(r), 'g', 4, 64) + "/s" }
