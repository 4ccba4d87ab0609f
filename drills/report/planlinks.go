package report

import (
	"fmt"
	"strings"

	"github.com/failoverdrill/failoverdrill/drills"
)

// severed is what becomes of Links.
func (p *planner) severed(f drills.FaultSpec, b drills.Blast) string {
	links := b.Links()
	names := make([]string, len(links))
	for i, l := range links {
		names[i] = l.Name()
	}
	if len(links) == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d Links %s: %s", len(links), len(p.topology.Links), onLinks(f), strings.Join(names, ", "))
}

// onLinks is what a fault does to its Links.
func onLinks(f drills.FaultSpec) string {
	switch f.Kind {
	case drills.LinkLatency:
		return fmt.Sprintf("carry everything %s later", short(f.Latency))
	case drills.FalseAlarm:
		return "bring answers too late for the control plane"
	case drills.LinkBandwidth:
		return fmt.Sprintf("carry no more than %d kB/s", f.Bandwidth)
	case drills.LinkSlowClose:
		return fmt.Sprintf("tell of a hang-up %s later", short(f.Latency))
	case drills.LinkReset:
		return fmt.Sprintf("end each connection after %d bytes", f.Bytes)
	case drills.LinkBrownOut:
		return fmt.Sprintf("swallow what passes on %s of their connections", f.Share)
	}
	switch f.Flavour {
	case drills.Freeze, drills.Unplugged:
		return "lead to a process that does not answer"
	case drills.Dark:
		return "swallow what passes, and leave connections up"
	case drills.Reset:
		return "reset their connections, and each new one"
	}
	return "close their connections and refuse new ones"
}
