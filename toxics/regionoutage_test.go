package toxics_test

import (
	"io"
	"net"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/drills"
)

func outage(part drills.Part, flavour drills.Flavour) drills.FaultSpec {
	return drills.FaultSpec{Kind: drills.RegionOutage, Region: "us-east", Part: part, Flavour: flavour}
}

// taken is what a part of us-east takes along.
type taken struct {
	processes []string
	links     []string // that are severed
	silent    []string // that nobody answers on while it is frozen
}

func parts(w *world) map[drills.Part]taken {
	leadThere := w.names("to-us-east")
	return map[drills.Part]taken{
		drills.WholeRegion:  {[]string{eastCluster, eastWorker, eastStarter}, w.names("us-east"), leadThere},
		drills.TemporalOnly: {[]string{eastCluster}, append(w.names("replication-us-east"), leadThere...), leadThere},
		drills.WorkersOnly:  {[]string{eastWorker}, w.names("fleet-us-east"), nil},
		drills.AllButIt:     {[]string{eastWorker, eastStarter}, w.names("fleet-us-east", "starter-us-east"), nil},
	}
}

// Every flavour of every part: seen from outside, and seen by its own probes; and
// everything as before when it has ended.
func TestRegionOutage(t *testing.T) {
	for _, flavour := range []drills.Flavour{drills.Crash, drills.Stop, drills.Freeze, drills.Dark, drills.Reset, drills.Refused} {
		t.Run(string(flavour), func(t *testing.T) {
			t.Parallel()
			var faults []drills.FaultSpec
			for _, part := range drills.Parts() {
				faults = append(faults, outage(part, flavour))
			}
			w := newWorld(t, []string{eastWorker, eastStarter, westWorker}, faults...)
			for number, part := range drills.Parts() {
				t.Run(string(part), func(t *testing.T) { checkOutage(t, w, number, parts(w)[part]) })
			}
		})
	}
}

func checkOutage(t *testing.T, w *world, number int, takes taken) {
	g := NewWithT(t)
	alone := *w.drill // whose other faults are no business of this one
	alone.Faults = w.drill.Faults[number : number+1]
	one := *w
	one.drill = &alone
	flavour := alone.Faults[0].Flavour
	severed, struck := takes.links, takes.processes
	switch flavour {
	case drills.Freeze:
		severed = takes.silent
	case drills.Dark, drills.Reset, drills.Refused:
		struck = nil
	}
	everybody := []string{eastCluster, eastWorker, eastStarter, westCluster, westWorker}
	spared := append(slices.DeleteFunc(slices.Clone(everybody), func(n string) bool { return slices.Contains(struck, n) }), w.others(severed)...)
	kept := w.clients(t, w.names("")...)

	fault := one.fault(t, 0)
	expectAll(t, injected(t, fault), append(slices.Clone(struck), severed...), spared)
	for _, name := range everybody {
		state, err := w.machines.State(name)
		g.Expect(err).NotTo(HaveOccurred())
		want := drills.ProcessRuns
		if slices.Contains(struck, name) {
			want = map[drills.Flavour]drills.ProcessState{drills.Crash: drills.ProcessGone, drills.Stop: drills.ProcessGone, drills.Freeze: drills.ProcessFrozen}[flavour]
		}
		g.Expect(state).To(Equal(want), name)
	}
	checkSevered(t, w, flavour, severed, kept)
	w.answers(t, w.others(severed)...)

	healed(t, fault)
	w.untouched(t)
	g.Expect(w.machines.Running("us-east")).To(ConsistOf(eastCluster, eastWorker, eastStarter))
	if flavour == drills.Dark || flavour == drills.Freeze { // a connection that nobody closed goes on
		for name, c := range kept {
			g.Expect(c.ask(soon)).To(Succeed(), name)
			g.Expect(c.dials.Load()).To(BeEquivalentTo(1), name)
		}
	}
}

// checkSevered looks at Links as their clients do.
func checkSevered(t *testing.T, w *world, flavour drills.Flavour, names []string, kept map[string]*talker) {
	t.Helper()
	g := NewWithT(t)
	var asking sync.WaitGroup
	for _, name := range names {
		asking.Go(func() {
			err := kept[name].ask(hush)
			switch flavour {
			case drills.Dark, drills.Freeze:
				g.Expect(silence(err)).To(BeTrue(), "%s: %v", name, err)
			default:
				g.Expect(err).To(HaveOccurred(), name)
			}
			g.Expect(newly(w.listen[name])).To(MatchError(ContainSubstring(map[drills.Flavour]string{
				drills.Crash: "refused", drills.Stop: "refused", drills.Refused: "refused", drills.Reset: "reset", drills.Dark: "timeout", drills.Freeze: "timeout",
			}[flavour])), name)
		})
	}
	asking.Wait()
}

// newly connects anew and waits for the first that a server says.
func newly(address string) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetReadDeadline(time.Now().Add(hush)); err != nil {
		return err
	}
	_, err = conn.Read(make([]byte, 1))
	return err
}

// A part of a region that runs nothing has nothing that could be struck.
func TestAnOutageOfNobodyIsAnError(t *testing.T) {
	t.Parallel()
	for _, flavour := range []drills.Flavour{drills.Crash, drills.Freeze} {
		t.Run(string(flavour), func(t *testing.T) {
			g := NewWithT(t)
			w := newWorld(t, nil, outage(drills.WorkersOnly, flavour))
			fault := w.fault(t, 0)
			g.Expect(fault.SetUp(t.Context())).To(Succeed())
			g.Expect(fault.Inject(t.Context())).To(Succeed())
			_, err := fault.AwaitEffect(t.Context())
			g.Expect(err).To(MatchError(ContainSubstring("region us-east runs no worker")))
		})
	}
}

// A cluster that is killed takes its connections along, whatever the Links do.
func TestACrashEndsConnections(t *testing.T) {
	t.Parallel()
	g := NewWithT(t)
	w := newWorld(t, nil, outage(drills.WholeRegion, drills.Crash))
	conn := dial(t, w.machines.all[eastCluster].address)
	injected(t, w.fault(t, 0))
	_, err := io.Copy(io.Discard, conn)
	g.Expect(err).To(Or(Not(HaveOccurred()), MatchError(syscall.ECONNRESET)))
	g.Expect(answers(w.machines.all[eastCluster].address)).To(MatchError(ContainSubstring("refused")))
}
