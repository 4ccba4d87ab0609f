package toxics

import (
	"fmt"

	"github.com/failoverdrill/failoverdrill/drills"
)

// NewFault builds the fault that a drill declares.
func NewFault(spec drills.FaultSpec, topology drills.Topology, edges *Links, machines drills.Machines) (drills.Fault, error) {
	outage := newRegionOutage(spec.Region, topology, edges, machines)
	switch {
	case spec.Kind == drills.RegionOutage && spec.Flavour == drills.Crash:
		return outage, nil
	case spec.Kind == drills.NoFault && spec.Flavour == "":
		return none{outage}, nil
	}
	return nil, fmt.Errorf("build fault: no %s of flavour %q", spec.Kind, spec.Flavour)
}
