package drills

import (
	"fmt"
	"strings"
)

// Role is what a component does in its region.
type Role string

// The roles of components.
const (
	ClusterRole    Role = "cluster"
	NameServerRole Role = "dns"
	WorkerRole     Role = "worker"
	StarterRole    Role = "starter"
	ProberRole     Role = "prober"
	CodecRole      Role = "codec"
	ProxyRole      Role = "proxy"
	StoreRole      Role = "store"
)

// Roles lists the roles of a region's components.
func Roles() []Role {
	return []Role{ClusterRole, NameServerRole, WorkerRole, StarterRole, ProberRole, CodecRole, ProxyRole, StoreRole}
}

// ClusterName is the name of a region's Temporal cluster.
func ClusterName(region string) string { return region + "/" + string(ClusterRole) }

// NameServerName is the name of a region's name server.
func NameServerName(region string) string { return region + "/" + string(NameServerRole) }

// CodecName is the name of a region's Codec Server.
func CodecName(region string) string { return region + "/" + string(CodecRole) }

// ProxyName is the name of a region's proxy.
func ProxyName(region string) string { return region + "/" + string(ProxyRole) }

// StoreName is the name of a region's store: its external database.
func StoreName(region string) string { return region + "/" + string(StoreRole) }

// WorkerName is the name of one Worker process of a Fleet, counted from 0.
func WorkerName(f Fleet, number int) string {
	return fmt.Sprintf("%s/%s-%s-%d", f.Region, WorkerRole, f.Namespace, number)
}

// StarterName is the name of a region's starter for a Namespace.
func StarterName(s Starter) string {
	return fmt.Sprintf("%s/%s-%s", s.Region, StarterRole, s.Namespace)
}

// ProberName is the name of a region's prober for a Namespace.
func ProberName(p Prober) string {
	name := fmt.Sprintf("%s/%s-%s", p.Region, ProberRole, p.Namespace)
	if p.Beside {
		name += "-" + string(p.Endpoint)
	}
	return name
}

// RoleOf is the role of a component by its name, such as us-east/cluster; empty
// for one of no region.
func RoleOf(component string) Role {
	_, name, ok := strings.Cut(component, "/")
	if !ok {
		return ""
	}
	role, _, _ := strings.Cut(name, "-")
	return Role(role)
}

// Components lists the names of the processes of a region that run before a
// fault, cluster and name server first.
func (t Topology) Components(region string) []string {
	out := []string{ClusterName(region), NameServerName(region)}
	for _, c := range t.Companions {
		if c.Region == region && c.Present {
			out = append(out, c.Name())
		}
	}
	for _, f := range t.Fleets {
		if f.Region != region || f.State == FleetAbsent {
			continue
		}
		for n := range f.Workers {
			out = append(out, WorkerName(f, n))
		}
	}
	for _, s := range t.Starters {
		if s.Region == region && s.Present {
			out = append(out, StarterName(s))
		}
	}
	for _, p := range t.Probers {
		if p.Region == region {
			out = append(out, ProberName(p))
		}
	}
	return out
}
