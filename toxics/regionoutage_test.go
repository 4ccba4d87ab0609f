package toxics_test

import (
	"context"
	"net"
	"syscall"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/toxics"
)

func outage(region string) drills.FaultSpec {
	return drills.FaultSpec{Kind: drills.RegionOutage, Region: region, Flavour: drills.Crash}
}

// world is a topology of two regions with its Links open: us-east is a process
// of its own, us-west is not touched.
type world struct {
	*server
	topology drills.Topology
	machines *machines
	listen   map[string]string // by name of the Link
	fault    drills.Fault
}

func newWorld(t *testing.T) *world {
	t.Helper()
	d := &drills.Drill{
		Model: drills.ActiveHot, Regions: []string{"us-east", "us-west"}, Workload: drills.Workload{Profile: "orders", Rate: 1},
		Network: drills.Network{InterRegion: drills.Delay{Latency: time.Millisecond}},
	}
	w := &world{server: serve(t), topology: d.Topology(), machines: newMachines(t), listen: map[string]string{}}
	upstreams := map[string]string{"us-east": w.machines.machine.address, "us-west": echo(t)}
	var links []drills.OpenLink
	for _, link := range w.topology.Links {
		w.listen[link.Name()] = free(t)
		links = append(links, drills.OpenLink{Link: link, Listen: w.listen[link.Name()], Upstream: upstreams[link.To]})
	}
	if err := w.links.Open(t.Context(), links); err != nil {
		t.Fatal(err)
	}
	var err error
	if w.fault, err = toxics.NewFault(outage("us-east"), w.topology, w.links, w.machines); err != nil {
		t.Fatal(err)
	}
	return w
}

// touched lists the Links that begin or end in us-east, and the others.
func (w *world) touched() (lost, kept []string) {
	for _, link := range w.topology.Links {
		if link.Touches("us-east") {
			lost = append(lost, link.Name())
		} else {
			kept = append(kept, link.Name())
		}
	}
	return lost, kept
}

// standing are the subjects of probes that were not severed.
func standing(probes []drills.Probe) []string {
	var out []string
	for _, p := range probes {
		if !p.Severed {
			out = append(out, p.Subject)
		}
	}
	return out
}

func subjects(probes []drills.Probe) []string {
	var out []string
	for _, p := range probes {
		out = append(out, p.Subject)
	}
	return out
}

func TestRegionOutage(t *testing.T) {
	g := NewWithT(t)
	w := newWorld(t)
	lost, kept := w.touched()
	g.Expect(lost).To(HaveLen(9))
	g.Expect(kept).To(HaveLen(3))
	conns := map[string]net.Conn{}
	for name, address := range w.listen {
		conns[name] = dial(t, address)
		g.Expect(ping(conns[name])).To(Succeed())
	}

	g.Expect(w.fault.Inject(t.Context())).To(Succeed())
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	probes, err := w.fault.AwaitEffect(ctx)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(standing(probes)).To(BeEmpty())
	g.Expect(subjects(probes)).To(ConsistOf(append(lost, "us-east/cluster")))
	for _, p := range probes[1:] {
		g.Expect(p.Detail).To(ContainSubstring("refused"))
	}
	g.Expect(echoes(w.machines.machine.address)).To(MatchError(syscall.ECONNREFUSED))
	for _, name := range lost {
		g.Expect(ping(conns[name])).NotTo(Succeed())
		g.Expect(echoes(w.listen[name])).To(MatchError(syscall.ECONNREFUSED))
	}
	for _, name := range kept {
		g.Expect(ping(conns[name])).To(Succeed())
		g.Expect(echoes(w.listen[name])).To(Succeed())
	}

	g.Expect(w.fault.Recover(t.Context())).To(Succeed())
	g.Expect(w.fault.AwaitHealed(ctx)).To(Succeed())
	for _, address := range w.listen {
		g.Expect(echoes(address)).To(Succeed())
	}
}

// A Link leads to nobody while its machine is down, and is severed only when
// it refuses.
func TestAwaitEffectNamesALinkThatAccepts(t *testing.T) {
	g := NewWithT(t)
	w := newWorld(t)
	g.Expect(w.fault.Inject(t.Context())).To(Succeed())
	open := drills.Link{Role: drills.ReplicationLink, From: "us-west", To: "us-east"}
	g.Expect(w.links.Restore(t.Context(), []drills.Link{open})).To(Succeed())

	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	probes, err := w.fault.AwaitEffect(ctx)
	g.Expect(err).To(MatchError(context.DeadlineExceeded))
	g.Expect(err).To(MatchError(ContainSubstring("await outage of region us-east")))
	lost, _ := w.touched()
	g.Expect(probes).To(HaveLen(len(lost) + 1))
	g.Expect(standing(probes)).To(ConsistOf(open.Name()), "%v", probes)

	g.Expect(w.links.Refuse(t.Context(), []drills.Link{open})).To(Succeed())
	probes, err = w.fault.AwaitEffect(t.Context())
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(standing(probes)).To(BeEmpty())
}

func TestAwaitEffectNamesAProcessThatRuns(t *testing.T) {
	g := NewWithT(t)
	w := newWorld(t)
	w.machines.immune = true
	g.Expect(w.fault.Inject(t.Context())).To(Succeed())
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	probes, err := w.fault.AwaitEffect(ctx)
	g.Expect(err).To(MatchError(context.DeadlineExceeded))
	g.Expect(standing(probes)).To(ConsistOf("us-east/cluster"), "%v", probes)
}

// Nothing is severed by a fault that was not injected.
func TestAwaitEffectWithoutInject(t *testing.T) {
	g := NewWithT(t)
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { _, err := w.fault.AwaitEffect(ctx); ended <- err }()
	g.Consistently(ended, 100*time.Millisecond).ShouldNot(Receive())
	cancel()
	var err error
	g.Eventually(ended, soon).Should(Receive(&err))
	g.Expect(err).To(MatchError(context.Canceled))
}

func TestFaultWithAnUnknownLink(t *testing.T) {
	g := NewWithT(t)
	w := newWorld(t)
	w.topology.Links = append(w.topology.Links, drills.Link{Role: drills.FleetLink, From: "us-east", To: "mars"})
	fault, err := toxics.NewFault(outage("us-east"), w.topology, w.links, w.machines)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(fault.Inject(t.Context())).To(MatchError(ContainSubstring("refuse link fleet-us-east-to-mars: ")))
	_, err = fault.AwaitEffect(t.Context())
	g.Expect(err).To(MatchError(And(ContainSubstring("look up link fleet-us-east-to-mars"), ContainSubstring("not found"))))
	g.Expect(fault.Recover(t.Context())).To(MatchError(ContainSubstring("end outage of region us-east: restore link fleet-us-east-to-mars: ")))
}

func TestNewFaultKnowsItsKinds(t *testing.T) {
	for _, spec := range []drills.FaultSpec{
		{}, {Kind: drills.RegionOutage, Region: "us-east"}, {Kind: drills.NoFault, Region: "us-east", Flavour: drills.Crash}, {Kind: "earthquake", Region: "us-east", Flavour: drills.Crash},
	} {
		if fault, err := toxics.NewFault(spec, drills.Topology{}, nil, nil); err == nil || fault != nil {
			t.Errorf("%v made %v, %v", spec, fault, err)
		}
	}
}
