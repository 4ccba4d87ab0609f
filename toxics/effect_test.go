package toxics_test

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/toxics"
)

// missing waits for the effect of a fault in vain, and returns what was seen alive.
// It has time for more than one look, of which the longest takes some 3 s.
func missing(t *testing.T, fault drills.Fault) (alive []string, said string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 6*time.Second)
	defer cancel()
	probes, err := fault.AwaitEffect(ctx)
	NewWithT(t).Expect(err).To(MatchError(context.DeadlineExceeded))
	return told(probes).alive, err.Error()
}

// Half a fault is not effective, and what is not broken is named.
func TestHalfAFaultIsNotEffective(t *testing.T) {
	tests := []struct {
		name string
		spec drills.FaultSpec
		half func(*testing.T, *world) // before it is injected
		mend func(*testing.T, *world)
		want string
	}{
		{
			"a process that lives", outage(drills.WholeRegion, drills.Crash),
			func(_ *testing.T, w *world) { w.machines.deaf = true }, nil, eastCluster,
		},
		{
			"a process that goes on", outage(drills.TemporalOnly, drills.Freeze),
			func(_ *testing.T, w *world) { w.machines.deaf = true }, nil, eastCluster,
		},
		{
			"a Link that accepts", outage(drills.WholeRegion, drills.Refused), nil,
			func(t *testing.T, w *world) { restore(t, w, "replication-us-west-to-us-east") }, "replication-us-west-to-us-east",
		},
		{
			"a direction that carries", partition(drills.Dark), nil,
			func(t *testing.T, w *world) { detach(t, w, eastToWest, "dark") }, eastToWest,
		},
		{
			"a Link without its reset", partition(drills.Reset), nil,
			func(t *testing.T, w *world) { detach(t, w, westToEast, "sever") }, westToEast,
		},
		{
			"a Link that is fast", slowLinks(), nil,
			func(t *testing.T, w *world) { detach(t, w, eastToWest, "latency") }, eastToWest,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			g := NewWithT(t)
			w := newWorld(t, nil, test.spec)
			fault := w.fault(t, 0)
			g.Expect(fault.SetUp(t.Context())).To(Succeed())
			if test.half != nil {
				test.half(t, w)
			}
			g.Expect(fault.Inject(t.Context())).To(Succeed())
			if test.mend != nil {
				test.mend(t, w)
			}
			alive, said := missing(t, fault)
			g.Expect(alive).To(ContainElement(test.want))
			g.Expect(said).To(And(ContainSubstring("await "), ContainSubstring(test.want)))
			if test.mend != nil {
				g.Expect(alive).To(ConsistOf(test.want))
			}
		})
	}
}

// A look that time cut short has seen nothing: a slow Link is not alive because it
// was not called five times.
func TestALookThatIsCutShortSeesNothing(t *testing.T) {
	t.Parallel()
	g := NewWithT(t)
	w := newWorld(t, nil, slowLinks())
	fault := w.fault(t, 0)
	g.Expect(fault.SetUp(t.Context())).To(Succeed())
	g.Expect(fault.Inject(t.Context())).To(Succeed())
	// Enough for the first of the calls, which may take 2.1 s, and too little for all.
	ctx, cancel := context.WithTimeout(t.Context(), 2300*ms)
	defer cancel()
	probes, err := fault.AwaitEffect(ctx)
	g.Expect(err).To(MatchError(context.DeadlineExceeded))
	g.Expect(probes).To(BeEmpty())
}

// fewLooks are machines of which only so many can be looked at before time is up.
type fewLooks struct {
	drills.Machines
	left int
	up   func()
}

func (m *fewLooks) State(name string) (drills.ProcessState, error) {
	if m.left--; m.left == 0 {
		m.up()
		<-time.After(30 * ms) // the next look is due
	}
	return m.Machines.State(name)
}

// What was missing is named wherever time ran out: between two looks or in one.
func TestWhatIsMissingIsNamedWhereverTimeRanOut(t *testing.T) {
	t.Parallel()
	g := NewWithT(t)
	w := newWorld(t, []string{eastWorker}, outage(drills.WorkersOnly, drills.Freeze))
	site, machines := w.site(), &fewLooks{Machines: w.machines}
	site.Machines = machines
	fault, err := toxics.NewFault(0, site)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(fault.SetUp(t.Context())).To(Succeed())
	w.machines.deaf = true
	g.Expect(fault.Inject(t.Context())).To(Succeed())
	for range 20 { // which of the two it is, is chance
		ctx, cancel := context.WithCancel(t.Context())
		machines.left, machines.up = 3, cancel
		probes, err := fault.AwaitEffect(ctx)
		g.Expect(err).To(MatchError(context.Canceled))
		g.Expect(err).To(MatchError(ContainSubstring(eastWorker + ": the process is running")))
		g.Expect(told(probes).alive).To(ConsistOf(eastWorker))
	}
}

func slowLinks() drills.FaultSpec {
	spec := partition("")
	spec.Kind, spec.Latency = drills.LinkLatency, 60*ms
	return spec
}

func restore(t *testing.T, w *world, link string) {
	t.Helper()
	if err := w.links.Restore(t.Context(), []drills.Link{w.link(t, link)}); err != nil {
		t.Fatal(err)
	}
}

// detach takes the toxics of a fault off a Link, by their kind.
func detach(t *testing.T, w *world, link, kind string) {
	t.Helper()
	for _, stream := range []string{"upstream", "downstream"} {
		if err := w.links.Detach(t.Context(), w.link(t, link), "faults[0]-"+kind+"-"+stream); err != nil {
			t.Fatal(err)
		}
	}
}

// What was seen broken, and is taken away by another hand, is not seen broken any
// more.
func TestAnEffectThatIsTakenAwayIsMissed(t *testing.T) {
	narrow, brown := slowLinks(), slowLinks()
	narrow.Kind, narrow.Latency, narrow.Bandwidth, narrow.Direction = drills.LinkBandwidth, 0, 100, drills.Inwards
	brown.Kind, brown.Latency, brown.Share = drills.LinkBrownOut, 0, 50
	tests := []struct {
		name string
		spec drills.FaultSpec
		take func(*testing.T, *world)
		want string
	}{
		{"refusal", partition(drills.Refused), func(t *testing.T, w *world) { restore(t, w, eastToWest) }, eastToWest},
		{"dark", partition(drills.Dark), func(t *testing.T, w *world) { detach(t, w, eastToWest, "dark") }, eastToWest},
		{"latency", slowLinks(), func(t *testing.T, w *world) { detach(t, w, eastToWest, "latency") }, eastToWest},
		{"bandwidth of answers", narrow, func(t *testing.T, w *world) { detach(t, w, eastToWest, "bandwidth") }, eastToWest + " downstream"},
		{"brown-out", brown, func(t *testing.T, w *world) { detach(t, w, westToEast, "brownout") }, westToEast},
		{"freeze", outage(drills.TemporalOnly, drills.Freeze), func(t *testing.T, w *world) {
			if err := w.machines.Thaw(t.Context(), []string{eastCluster}); err != nil {
				t.Fatal(err)
			}
		}, eastCluster},
		{"crash", outage(drills.TemporalOnly, drills.Crash), func(t *testing.T, w *world) {
			if err := w.machines.Restart(t.Context(), "us-east"); err != nil {
				t.Fatal(err)
			}
		}, eastCluster},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil, test.spec)
			fault := w.fault(t, 0)
			injected(t, fault)
			test.take(t, w)
			alive, _ := missing(t, fault)
			NewWithT(t).Expect(alive).To(ContainElement(test.want))
		})
	}
}

// A connection that a Link lost before the fault is no proof that it is not dark:
// what counts is the one that there was when the fault came.
func TestDarkIsSeenOfALinkThatWasLateToAnswer(t *testing.T) {
	t.Parallel()
	g := NewWithT(t)
	w := newWorld(t, nil, partition(drills.Dark))
	link := w.link(t, eastToWest)
	g.Expect(w.links.Refuse(t.Context(), []drills.Link{link})).To(Succeed())
	fault := w.fault(t, 0)
	ready := make(chan error, 1)
	go func() { ready <- fault.SetUp(t.Context()) }()
	g.Consistently(ready, 100*ms).ShouldNot(Receive())
	restore(t, w, eastToWest)
	g.Eventually(ready, soon).Should(Receive(BeNil()))
	g.Expect(fault.Inject(t.Context())).To(Succeed())
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	_, err := fault.AwaitEffect(ctx)
	g.Expect(err).NotTo(HaveOccurred())
}

// Nothing is broken by a fault that was not injected.
func TestNothingIsBrokenWithoutInjection(t *testing.T) {
	t.Parallel()
	for _, flavour := range []drills.Flavour{drills.Dark, drills.Reset, drills.Refused} {
		t.Run(string(flavour), func(t *testing.T) {
			g := NewWithT(t)
			w := newWorld(t, nil, partition(flavour))
			fault := w.fault(t, 0)
			g.Expect(fault.SetUp(t.Context())).To(Succeed())
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			probes, err := fault.AwaitEffect(ctx)
			g.Expect(err).To(MatchError(context.DeadlineExceeded))
			g.Expect(told(probes).alive).To(ConsistOf(eastToWest, westToEast))
		})
	}
}

func TestSetUpFailsWhereALinkDoesNotAnswerBeforeTheFault(t *testing.T) {
	t.Parallel()
	for name, breaks := range map[string]func(*testing.T, *world){
		"it refuses": func(t *testing.T, w *world) {
			if err := w.links.Refuse(t.Context(), []drills.Link{w.link(t, eastToWest)}); err != nil {
				t.Fatal(err)
			}
		},
		"its cluster is frozen": func(t *testing.T, w *world) {
			if err := w.machines.Freeze(t.Context(), []string{westCluster}); err != nil {
				t.Fatal(err)
			}
			// Its threads stop one by one, each when it next runs.
			NewWithT(t).Eventually(func() bool { return silence(answers(w.machines.all[westCluster].address)) }, soon).Should(BeTrue())
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			w := newWorld(t, nil, partition(drills.Dark))
			breaks(t, w)
			ctx, cancel := context.WithTimeout(t.Context(), 1500*ms)
			defer cancel()
			err := w.fault(t, 0).SetUp(ctx)
			g.Expect(err).To(MatchError(context.DeadlineExceeded))
			g.Expect(err).To(MatchError(And(ContainSubstring("look at link fleet-us-east-to-us-west before the fault"), Not(ContainSubstring(westToEast)))))
		})
	}
}

// mute takes connections and says nothing, until the test ends.
func mute(t *testing.T) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", free(t))
	if err != nil {
		t.Fatal(err)
	}
	var taking sync.WaitGroup
	taking.Go(func() {
		var open []net.Conn
		for {
			conn, err := listener.Accept()
			if err != nil {
				break
			}
			open = append(open, conn)
		}
		for _, conn := range open {
			_ = conn.Close()
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		taking.Wait()
	})
	return listener.Addr().String()
}

// A Link that never answers does not have a drill wait for ever: the set-up fails
// by itself, and says where to look.
func TestSetUpIsBoundedWhereALinkNeverAnswers(t *testing.T) {
	t.Parallel()
	g := NewWithT(t)
	w := newWorld(t, nil, partition(drills.Dark))
	site, nobody := w.site(), mute(t)
	site.AnswerWithin = 500 * ms
	site.Listen = func(l drills.Link) string {
		if l.Name() == eastToWest {
			return nobody
		}
		return w.listen[l.Name()]
	}
	fault, err := toxics.NewFault(0, site)
	g.Expect(err).NotTo(HaveOccurred())
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- fault.SetUp(ctx) }()
	g.Eventually(ended, soon).Should(Receive(&err))
	g.Expect(err).To(MatchError(And(
		ContainSubstring("look at link "+eastToWest+" before the fault: not answered, for "),
		ContainSubstring("look in the log of "+westCluster), Not(ContainSubstring(westToEast)))))
	g.Expect(fault.CleanUp(t.Context())).To(Succeed())
}

func TestAFaultOfAnUnknownLink(t *testing.T) {
	t.Parallel()
	g := NewWithT(t)
	w := newWorld(t, nil, partition(drills.Refused))
	w.drill.Regions = []string{"us-east", "mars"} // as if the world had been made for another drill
	w.drill.Faults[0].Peer = "mars"
	fault, err := toxics.NewFault(0, w.site())
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(fault.Inject(t.Context())).To(MatchError(And(ContainSubstring("refuse link fleet-us-east-to-mars: "), ContainSubstring("not found"))))
	g.Expect(fault.Recover(t.Context())).To(MatchError(ContainSubstring("end link-partition of us-east")))
}

func TestNewFaultKnowsItsKinds(t *testing.T) {
	for _, spec := range []drills.FaultSpec{
		{}, {Kind: "earthquake", Region: "us-east", Flavour: drills.Crash},
		{Kind: drills.RegionOutage, Region: "us-east"}, {Kind: drills.RegionOutage, Region: "us-east", Flavour: "salty"},
		{Kind: drills.LinkPartition, Region: "us-east", Flavour: drills.Crash}, {Kind: drills.NoFault, Region: "us-east", Flavour: drills.Crash},
	} {
		d := &drills.Drill{Model: drills.ActiveHot, Regions: []string{"us-east", "us-west"}, Faults: []drills.FaultSpec{spec}}
		if fault, err := toxics.NewFault(0, toxics.Site{Drill: d}); err == nil || fault != nil {
			t.Errorf("%v made %v, %v", spec, fault, err)
		}
	}
}

// A fault is effective when the last of it was seen broken, and no earlier.
func TestTheEffectIsDatedByItsProbes(t *testing.T) {
	t.Parallel()
	g := NewWithT(t)
	w := newWorld(t, nil, partition(drills.Refused))
	fault := w.fault(t, 0)
	g.Expect(fault.SetUp(t.Context())).To(Succeed())
	g.Expect(fault.Inject(t.Context())).To(Succeed())
	restore(t, w, eastToWest)
	var late time.Time
	time.AfterFunc(hush, func() {
		late = time.Now()
		if err := w.links.Refuse(context.Background(), []drills.Link{w.link(t, eastToWest)}); err != nil {
			t.Error(err)
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	probes, err := fault.AwaitEffect(ctx)
	g.Expect(err).NotTo(HaveOccurred())
	for _, p := range probes {
		switch p.Subject {
		case eastToWest:
			g.Expect(p.At).To(BeTemporally(">=", late))
		case westToEast:
			g.Expect(p.At).To(BeTemporally("<", late))
		}
	}
}
