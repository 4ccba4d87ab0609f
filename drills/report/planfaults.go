package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// breaks is the beginning of a fault: what it does, to what, and when.
func (p *planner) breaks(number int) step {
	f := p.decided.Faults[number]
	b := f.Blast(p.topology)
	s := does(p.faultName(number), f.String()+", all of it at once", p.comes(number), p.struck(f, b), p.severed(f, b), insideOf(f), beside(f),
		p.drawn(number), witnessed(b))
	switch {
	case f.For > 0 && len(f.Pattern) > 0:
		s = s.until(p.pattern(number), f.For)
	case f.For > 0:
		s = s.until("it lasts, from its effect on", f.For)
	}
	return s
}

// several reports whether faults have to be told apart.
func (p *planner) several() bool { return len(p.drill.Faults) > 1 }

// faultName is what the steps of a fault are called, with what becomes of it.
func (p *planner) faultName(number int, more ...string) string {
	name := "fault"
	if p.several() {
		name = drills.FaultName(number)
	}
	return strings.Join(append([]string{name}, more...), " ")
}

// comes is when a fault comes, where there are several; of one alone, the steady
// state tells.
func (p *planner) comes(number int) string {
	if !p.several() {
		return ""
	}
	f, decided := p.drill.Faults[number], p.decided.Faults[number].At
	when := "it comes at once after " + string(f.Trigger())
	if decided > 0 {
		when = fmt.Sprintf("it comes %s after %s", short(decided), f.Trigger())
	}
	return when + p.between(f)
}

// between tells of a time that it was drawn, and between what.
func (p *planner) between(f drills.FaultSpec) string {
	if f.Delay == (drills.Span{}) {
		return ""
	}
	return fmt.Sprintf(", drawn from seed %d between %s and %s", p.drill.Seed, short(f.At+f.Delay.Least), short(f.At+f.Delay.Most))
}

// held is for how long the steady state is held before a fault comes; empty for no
// time.
func (p *planner) held() string {
	first := 0
	for i, f := range p.decided.Faults {
		if f.Trigger() == drills.SteadyStateReached && f.At < p.decided.Faults[first].At {
			first = i
		}
	}
	at, drawn := p.decided.Faults[first].At, p.between(p.drill.Faults[first])
	switch {
	case at == 0 && drawn == "":
		return ""
	case p.several():
		return fmt.Sprintf("it is held for %s, until %s comes", short(at), drills.FaultName(first))
	}
	return fmt.Sprintf("it is held for %s%s", short(at), drawn)
}

// misses is a fault that the drill has no time for.
func (p *planner) misses(number int) step {
	f := p.drill.Faults[number]
	return does(p.faultName(number), f.String()+", does not come", p.comes(number),
		fmt.Sprintf("by then the outage is no longer observed: that is for %s at most", short(p.drill.Observe.Outage)))
}

// over is the end of a fault whose time is over.
func (p *planner) over(number int) step {
	f := p.decided.Faults[number]
	return does(p.faultName(number, "ends"), fmt.Sprintf("%s of %s has lasted %s: %s", f.Kind, f.Region, short(f.For), p.undone(f)),
		"what it broke is probed until it works again")
}

// heals is what the drill does of what is still there; nothing where nothing is.
func (p *planner) heals(left []int) []step {
	heal := does("heal")
	if p.lost != "" && p.drill.Failover.Mode != drills.NoFailover {
		heal = p.comeBack()
	}
	var ends step
	for _, number := range slices.Backward(left) {
		f := p.decided.Faults[number]
		switch {
		case p.several() && f.For > 0:
			ends = ends.until(fmt.Sprintf("%s ends, before its time: %s", drills.FaultName(number), p.undone(f)), 0)
		case p.several() || heal.name == "heal":
			ends = ends.until(fmt.Sprintf("%s ends, which lasts until here", p.faultName(number)), 0)
		}
	}
	heal.parts = append(ends.parts, heal.parts...)
	if len(heal.parts) == 0 {
		return nil
	}
	return []step{heal}
}

// undone is how a fault is taken away.
func (p *planner) undone(f drills.FaultSpec) string {
	b := f.Blast(p.topology)
	var out []string
	if names := p.strikes(f.Region, b); len(names) > 0 {
		out = append(out, fmt.Sprintf("%s %s", processes(len(names)), onEnd(f, len(names))))
	}
	if links := b.Links(); len(links) > 0 {
		out = append(out, fmt.Sprintf("%s as before", carry(len(links))))
	}
	switch {
	case len(b.Inside) > 0 && len(b.Edges) == 0:
		out = append(out, "its cluster does as it was started to")
	case b.Names:
		out = append(out, "its name server answers as it was told")
	case b.Conducts:
		out = append(out, "the control plane is as it was")
	case b.Shows:
		out = append(out, "its proxy shows its own certificate")
	case b.Keys:
		out = append(out, "the new key stays")
	}
	return strings.Join(out, "; ")
}

func carry(links int) string {
	if links == 1 {
		return "1 Link carries"
	}
	return fmt.Sprintf("%d Links carry", links)
}

func processes(n int) string {
	if n == 1 {
		return "1 process"
	}
	return fmt.Sprintf("%d processes", n)
}

// strikes names the processes that a fault acts on.
func (p *planner) strikes(region string, b drills.Blast) []string {
	return slices.DeleteFunc(p.topology.Components(region), func(name string) bool { return !b.Strikes(name) })
}

// struck is what becomes of processes; empty where a fault leaves them alone.
func (p *planner) struck(f drills.FaultSpec, b drills.Blast) string {
	names := p.strikes(f.Region, b)
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf("%s %s: %s", processes(len(names)), onProcesses(f, len(names)), strings.Join(names, ", "))
}

// drawn tells which Workers were drawn, and of what is drawn while it lasts.
func (p *planner) drawn(number int) string {
	f, decided := p.drill.Faults[number], p.decided.Faults[number]
	switch {
	case f.Kind == drills.LinkBrownOut:
		return fmt.Sprintf("which of their connections is drawn from seed %d as they are made", p.drill.Seed)
	case len(decided.Workers) > 0 && len(f.Workers) == 0 && f.Share < 100:
		return fmt.Sprintf("which Workers was drawn from seed %d", p.drill.Seed)
	}
	return ""
}

// shownFlaps is how much of a pattern a plan shows.
const shownFlaps = 6

// pattern is when something is down and up, or for how long it is back each time.
func (p *planner) pattern(number int) string {
	f, decided := p.drill.Faults[number], p.decided.Faults[number]
	what, times := "down and up in turn, %d times down", (len(decided.Pattern)+1)/2
	if f.Kind == drills.FleetCrashLoop {
		what, times = "killed again %d times, once they were back for", len(decided.Pattern)
	}
	said := fmt.Sprintf(what+": ", times) + spans(decided.Pattern[:min(shownFlaps, len(decided.Pattern))])
	if len(decided.Pattern) > shownFlaps {
		said += ", …"
	}
	if len(f.Pattern) == 0 {
		said += fmt.Sprintf(", drawn from seed %d", p.drill.Seed)
	}
	return said
}

func spans(list []time.Duration) string {
	out := make([]string, len(list))
	for i, d := range list {
		out[i] = short(d)
	}
	return strings.Join(out, ", ")
}
