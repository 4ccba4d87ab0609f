package toxics

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// names is a region's name server that answers otherwise than it was told.
type names struct {
	fault  *fault
	how    drills.NameFault
	before map[string][]string // what it answered, by Namespace
}

// misnaming is what each fault of an endpoint does to a name server.
func misnaming() map[drills.FaultKind]drills.NameFault {
	return map[drills.FaultKind]drills.NameFault{
		drills.EndpointStale: drills.NameStale, drills.EndpointSilent: drills.NameSilent, drills.EndpointBoth: drills.NameBoth,
	}
}

// nameTimeout is long for a name server on the same machine.
const nameTimeout = 500 * time.Millisecond

func (n *names) answers(ctx context.Context, namespace string) ([]string, error) {
	limited, cancel := context.WithTimeout(ctx, nameTimeout)
	defer cancel()
	return n.fault.site.Names.Answers(limited, n.fault.spec.Region, namespace)
}

func (n *names) setUp(ctx context.Context) error {
	n.before = map[string][]string{}
	for _, ns := range n.fault.topology.Namespaces {
		was, err := n.answers(ctx, ns.Name)
		if err != nil {
			return fmt.Errorf("look %s up in %s before the fault: %w", ns.Name, n.fault.spec.Region, err)
		}
		n.before[ns.Name] = was
	}
	return nil
}

func (n *names) inject(ctx context.Context) error {
	return n.fault.site.Names.Misname(ctx, n.fault.spec.Region, n.how)
}

// look asks for every Namespace. That an answer is stale can be seen only once it
// should be another: until then the server's own word has to do.
func (n *names) look(ctx context.Context) ([]drills.Probe, error) {
	at := time.Now()
	how, err := n.fault.site.Names.Misnames(ctx, n.fault.spec.Region)
	if err != nil {
		return nil, err
	}
	broken, detail := how == n.how, fmt.Sprintf("it says that it is %q", how)
	for _, ns := range n.fault.topology.Namespaces {
		leads, err := n.answers(ctx, ns.Name)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		switch n.how {
		case drills.NameSilent:
			broken = broken && err != nil
		case drills.NameBoth:
			broken = broken && len(leads) > 1
		default:
			broken = broken && slices.Equal(leads, n.before[ns.Name])
		}
		detail += fmt.Sprintf("; %s leads to %v", ns.Name, leads)
	}
	return []drills.Probe{{Subject: drills.NameServerName(n.fault.spec.Region), Broken: broken, Detail: detail, At: at}}, nil
}

func (n *names) recover(ctx context.Context) error {
	return n.fault.site.Names.Misname(ctx, n.fault.spec.Region, "")
}

// works fails until it leads every Namespace to one region.
func (n *names) works(ctx context.Context) error {
	for _, ns := range n.fault.topology.Namespaces {
		leads, err := n.answers(ctx, ns.Name)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil || len(leads) != 1 {
			return notYet(fmt.Sprintf("the name server of %s leads %s to %v", n.fault.spec.Region, ns.Name, leads))
		}
	}
	return nil
}

// cleanUp also finds a server that is gone: with it went what it was told.
func (n *names) cleanUp(ctx context.Context) error {
	if state, err := n.fault.site.Machines.State(drills.NameServerName(n.fault.spec.Region)); err == nil && state == drills.ProcessGone {
		return nil
	}
	return n.recover(ctx)
}
