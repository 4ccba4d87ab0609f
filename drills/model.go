package drills

import "strings"

// Model is a Worker deployment model for High Availability: where Fleets run
// and which region processes Workflows at any moment.
type Model string

// The deployment models, as the field names them.
const (
	ActiveCold   Model = "active-cold"
	ActiveHot    Model = "active-hot"
	ActiveActive Model = "active-active"
	DualActive   Model = "dual-active"
)

// Models lists every deployment model, in the order of their steady-state cost.
func Models() []Model { return []Model{ActiveCold, ActiveHot, ActiveActive, DualActive} }

// modelTraits is one row of the table of models.
type modelTraits struct {
	secondary    FleetState // the Fleet in the secondary region before a fault
	endpoint     Endpoint   // what starters dial, and Fleets unless the drill says otherwise
	forwardPolls bool       // whether a passive replica forwards Worker polls
	perRegion    bool       // one Namespace per region, each at home there
	shareLoad    bool       // starters run in both regions and share the rate
	addCapacity  bool       // the survivor's Fleet grows on failover
	minRegions   int
	maxRegions   int
}

// traits is the table of models: what makes each what it is. A drill file may
// override endpoints and what becomes of passive polls, never the rest.
func (m Model) traits() (modelTraits, bool) {
	t, ok := map[Model]modelTraits{
		ActiveCold:   {secondary: FleetAbsent, endpoint: NamespaceEndpoint, forwardPolls: true, minRegions: 2, maxRegions: 2},
		ActiveHot:    {secondary: FleetStandby, endpoint: RegionalEndpoint, minRegions: 2, maxRegions: 2},
		ActiveActive: {secondary: FleetActive, endpoint: RegionalEndpoint, forwardPolls: true, shareLoad: true, addCapacity: true, minRegions: 2, maxRegions: 2},
		DualActive:   {secondary: FleetStandby, endpoint: RegionalEndpoint, perRegion: true, minRegions: 2, maxRegions: 5},
	}[m]
	return t, ok
}

// Valid reports whether m is a known model.
func (m Model) Valid() bool {
	_, ok := m.traits()
	return ok
}

// names joins the names of a closed set for an error message.
func names[T ~string](set []T) string {
	out := make([]string, len(set))
	for i, s := range set {
		out[i] = string(s)
	}
	return strings.Join(out, ", ")
}
