package drills

import "slices"

// Companion is a component of a region that others there need beside Temporal: a
// Codec Server, the proxy between Workers and Temporal, or the store that Activities
// write to.
type Companion struct {
	Role    Role
	Region  string
	Present bool // whether the process runs before the fault
}

// Name is the name of its process, such as us-east/codec.
func (c Companion) Name() string { return c.Region + "/" + string(c.Role) }

// Companion finds that of a region, and tells whether the region has one.
func (t Topology) Companion(role Role, region string) (Companion, bool) {
	i := slices.IndexFunc(t.Companions, func(c Companion) bool { return c.Role == role && c.Region == region })
	if i < 0 {
		return Companion{}, false
	}
	return t.Companions[i], true
}

// CompanionsOf lists those of a role, region by region.
func (t Topology) CompanionsOf(role Role) []Companion {
	return slices.DeleteFunc(slices.Clone(t.Companions), func(c Companion) bool { return c.Role != role })
}

// companion is the role of what a kind of Link leads to, where it is no cluster;
// empty where it is.
func (r LinkRole) companion() Role {
	switch r {
	case CodecLink:
		return CodecRole
	case ProxyLink:
		return ProxyRole
	case StoreLink, StoreReplicationLink:
		return StoreRole
	}
	return ""
}

// leadsTo is the role of what a kind of Link leads to.
func (r LinkRole) leadsTo() Role {
	if role := r.companion(); role != "" {
		return role
	}
	return ClusterRole
}

// LeadsNowhere reports whether nothing is behind a Link before the fault: a companion
// that is started on failover, or that its region does not have.
func (t Topology) LeadsNowhere(l Link) bool {
	role := l.Role.companion()
	c, _ := t.Companion(role, l.To)
	return role != "" && !c.Present
}

// layCompanions gives each region a Link to each companion that the drill has, and
// the companion itself where the drill has it in that region. It runs where Workers
// do: what they need has to be there before them. Stores are a matter of their own.
func (d *Drill) layCompanions(t *Topology) {
	for _, kind := range []struct {
		has     bool
		role    Role
		link    LinkRole
		regions []string // none named are all
	}{
		{d.Proxy.On(), ProxyRole, ProxyLink, d.Proxy.Regions},
		{d.Codec.On(), CodecRole, CodecLink, d.Codec.Regions},
	} {
		for _, region := range d.Regions {
			if !kind.has {
				continue
			}
			t.Links = append(t.Links, Link{Role: kind.link, From: region, To: region})
			if len(kind.regions) > 0 && !slices.Contains(kind.regions, region) {
				continue
			}
			t.Companions = append(t.Companions, Companion{Role: kind.role, Region: region, Present: slices.ContainsFunc(t.Fleets, func(f Fleet) bool {
				return f.Region == region && f.State != FleetAbsent
			})})
		}
	}
	d.layStores(t)
}
