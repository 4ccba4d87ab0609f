// Package harness runs a drill from end to end: it makes the run's folder,
// stands the topology up, drives the drill, tears everything down, judges the
// record and writes the report. It is where the rooms meet; it decides nothing
// of its own.
package harness

import (
	"cmp"
	"context"
	"crypto/rand"
	"debug/buildinfo"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/assess"
	"github.com/failoverdrill/failoverdrill/drills/clock"
	"github.com/failoverdrill/failoverdrill/drills/journal"
	"github.com/failoverdrill/failoverdrill/drills/record"
	"github.com/failoverdrill/failoverdrill/drills/report"
	"github.com/failoverdrill/failoverdrill/fixtures"
	"github.com/failoverdrill/failoverdrill/fixtures/launch"
	"github.com/failoverdrill/failoverdrill/toxics"
)

// Options is how a drill is run, beside what it is.
type Options struct {
	Out      string             // folder that gets one folder for each run
	Binary   string             // the failoverdrill binary, which plays every component
	Progress func(drills.Event) // called for each event as it is recorded; may be nil
	Keep     bool               // keep databases and other working files of components
	State    string             // folder of the journal of what is changed; empty takes the user's
	// Launcher is how components run; empty takes processes. With containers, testcontainers
	// is quiet in all of this process, and goes without its reaper unless its image is here.
	Launcher launch.Kind
	// Orphans lets components outlive a harness that is killed, which Linux does
	// not on its own, so that a recovery can be tested.
	Orphans bool
	// Plant puts a defect between the engine and the world, for a self-test: it
	// returns the world that the drill is to run in. Nil runs in the real one.
	Plant func(Scene) drills.World
}

// Scene is what a drill runs in: the world as the engine sees it, and what it
// is made of.
type Scene struct {
	World drills.World
	Stack *fixtures.Stack
	Links *toxics.Links
	// After calls do, once, beside the drill, when a stage was marked. An error
	// of do ends the run with an error: a defect that was not planted proves
	// nothing.
	After func(stage drills.Stage, do func(context.Context) error)
}

// ErrInterrupted is the cause with which a caller ends a run early. What was
// seen until then is kept and judged inconclusive.
var ErrInterrupted = errors.New("interrupted")

// ErrLeft says that not everything could be undone at the end of a run.
var ErrLeft = errors.New("something is left of run")

// Result is a run that has ended.
type Result struct {
	Dir    string
	Report drills.Report
	// Stopped says that a stop file ended the run. It is meant for all that was
	// to come, too.
	Stopped bool
}

// Timeline reads what was recorded of the run, in order of time.
func (r Result) Timeline() (drills.Timeline, error) {
	saved, err := record.Load(r.Dir)
	if err != nil {
		return nil, fmt.Errorf("read run: %w", err)
	}
	return saved.Timeline, nil
}

// Run runs one drill. A drill that did not go well is a Report with that
// verdict, not an error; an error means that not even a record could be kept,
// that the machine lacks something or that a stop file is there, and nothing
// was started (see journal.StoppedError), or that something is left over.
//
// Every change of the world is in a journal before it is made. When Run returns,
// all are undone; if the process is killed, Recover does it.
func Run(ctx context.Context, d *drills.Drill, o Options) (_ Result, err error) {
	r, ctx, end, err := begin(ctx, d, o)
	defer func() { err = errors.Join(err, end()) }()
	if err != nil {
		return Result{}, err
	}
	outcome := drills.Event{Kind: drills.KindEnd}
	outcome.Name, outcome.Detail = ending(r.execute(ctx))
	outcome.At = r.now()
	r.log.Record(outcome)
	if err := r.log.Close(); err != nil {
		return Result{Dir: r.dir}, fmt.Errorf("keep record in %s: %w", r.dir, err)
	}
	judged, err := Judge(r.dir, nil)
	if err == nil {
		err = Write(r.dir, judged)
	}
	return Result{Dir: r.dir, Report: judged, Stopped: stopped(ctx)}, err
}

// begin makes ready what a run of a drill needs before anything is started: the drill as
// it is decided, a machine that has what it takes, a journal, a folder and a record. What
// it did is ended by end, also where there is an error. The context ends with a stop.
func begin(ctx context.Context, d *drills.Drill, o Options) (_ *run, running context.Context, end func() error, err error) {
	var ends []func() error
	end = func() error {
		var failed []error
		for _, one := range slices.Backward(ends) {
			failed = append(failed, one())
		}
		return errors.Join(failed...)
	}
	if err := d.Validate(); err != nil {
		return nil, ctx, end, err
	}
	d = d.Decided()
	if err := o.resolve(); err != nil {
		return nil, ctx, end, err
	}
	here, err := os.Getwd()
	if err != nil {
		return nil, ctx, end, fmt.Errorf("find folder of %s: %w", d.Name, err)
	}
	d.Anchor(here) // of a drill that was built in Go
	if err := preflight(ctx, d, o); err != nil {
		return nil, ctx, end, fmt.Errorf("check this machine before %s, nothing was started: %w", d.Name, err)
	}
	id, err := newRunID()
	if err != nil {
		return nil, ctx, end, err
	}
	base := clock.New()
	started := base.Wall(0).UTC()
	dir := filepath.Join(o.Out, fmt.Sprintf("%s-%s-%s", started.Format("20060102-150405"), d.Name, id))
	changes, err := journal.Create(o.State, journal.Run{ID: id, Drill: d.Name, Dir: dir, PID: os.Getpid(), Started: started})
	if err != nil {
		return nil, ctx, end, err
	}
	undo := &undoer{journal: changes}
	ends = append(ends, func() error { return settle(ctx, undo) })
	// Looked for once the journal is held: either this sees the stop, or who
	// makes it sees this run.
	if err := journal.CheckStop(o.State); err != nil {
		return nil, ctx, end, err
	}
	running, unwatch := watchStop(ctx, o.State)
	ends = append(ends, func() error { unwatch(); return nil })
	launcher, err := o.Launcher.New(running, launch.Settings{
		Binary: o.Binary, Dir: filepath.Join(dir, workFolder), Run: id, Journal: changes, Orphans: o.Orphans, Keep: o.Keep,
	})
	if err != nil {
		return nil, running, end, fmt.Errorf("make ready for %s, nothing of it was started: %w", d.Name, cause(running, err))
	}
	ends = append(ends, func() error { return launcher.Close(context.WithoutCancel(ctx)) })
	name := d.Name
	d, insteadOf, err := ready(running, launcher, d)
	if err != nil {
		return nil, running, end, fmt.Errorf("make ready for %s, nothing of it was started: %w", name, cause(running, err))
	}
	if _, err := changes.Begin(drills.Change{Kind: drills.RecordChange, Subject: dir}); err != nil {
		return nil, running, end, err
	}
	log, err := record.Create(dir, d, id)
	if err != nil {
		return nil, running, end, err
	}
	if o.Progress != nil {
		log.Subscribe(o.Progress)
	}
	log.Record(drills.Event{Kind: drills.KindBegin, Begin: &drills.Begin{
		RunID: id, Drill: d.Name, StartedAt: started, Environment: environment(o, insteadOf),
	}})
	return &run{drill: d, options: o, launcher: launcher, id: id, clock: base, dir: dir, log: log, undo: undo}, running, end, nil
}

// resolve makes every path absolute: components run in folders of their own,
// where a relative one would miss, and a journal is read from anywhere.
func (o *Options) resolve() (err error) {
	if o.State, err = stateFolder(o.State); err != nil {
		return err
	}
	o.Launcher = cmp.Or(o.Launcher, launch.AsProcesses)
	if err := o.Launcher.Check(); err != nil {
		return err
	}
	for _, path := range []*string{&o.Out, &o.Binary, &o.State} {
		if *path, err = filepath.Abs(*path); err != nil {
			return fmt.Errorf("find %s: %w", *path, err)
		}
	}
	return nil
}

// settle undoes what is left at the end of a run, and ends its journal. What
// cannot be undone stays in it.
func settle(ctx context.Context, undo *undoer) error {
	_, err := undo.finish(context.WithoutCancel(ctx))
	if err == nil {
		err = undo.journal.Remove()
	}
	if err = errors.Join(err, undo.journal.Close()); err != nil {
		return fmt.Errorf("%w %s, `failoverdrill recover` tries again: %w", ErrLeft, undo.journal.Run().ID, err)
	}
	return nil
}

// Judge reads the run in dir and measures it. Objectives other than the run's
// own replace them; nil keeps them.
func Judge(dir string, objectives *drills.Objectives) (drills.Report, error) {
	saved, err := record.Load(dir)
	if err != nil {
		return drills.Report{}, err
	}
	if objectives != nil {
		saved.Drill.Objectives = *objectives
	}
	return assess.Judge(assess.Evidence{
		Drill: saved.Drill, Timeline: saved.Timeline, Ledger: saved.Ledger, Probes: saved.Probes, Warnings: saved.Warnings,
	}, time.Now()), nil
}

// Write puts a run's report into its folder.
func Write(dir string, r drills.Report) error {
	asJSON, err := report.JSON(r)
	if err != nil {
		return err
	}
	asJUnit, err := report.JUnit(r)
	if err != nil {
		return err
	}
	return record.WriteReport(dir, asJSON, asJUnit)
}

// newRunID names a run. It is no decision of the drill, so not of its seed.
func newRunID() (string, error) {
	var b [4]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", fmt.Errorf("name run: %w", err)
	}
	return hex.EncodeToString(b[:]), nil
}

// ending is how the last event tells what came of a run.
func ending(err error) (name, detail string) {
	switch {
	case err == nil:
		return drills.OutcomeFinished, ""
	case errors.Is(err, drills.ErrNoSteadyState):
		return drills.OutcomeNoSteady, err.Error()
	case errors.Is(err, ErrInterrupted):
		return drills.OutcomeInterrupted, err.Error()
	default:
		return drills.OutcomeError, err.Error()
	}
}

// run is one drill on its way.
type run struct {
	drill    *drills.Drill
	options  Options
	launcher launch.Launcher
	id       string
	clock    clock.Clock
	dir      string
	log      *record.Writer
	undo     *undoer
	edges    *toxics.Links // once the topology has any
}

func (r *run) now() drills.Offset { return drills.Offset(r.clock.Now()) }

func (r *run) phase(name string, began drills.Offset) {
	at := r.now()
	r.log.Record(drills.Event{At: at, Kind: drills.KindPhase, Name: name, Value: (at - began).Seconds()})
}

// bootWithin bounds the start of a topology, which takes some seconds.
const bootWithin = 2 * time.Minute

// execute stands the topology up, drives the drill and tears everything down,
// however it went.
func (r *run) execute(ctx context.Context) (err error) {
	stack, tearDown, err := r.stand(ctx)
	defer func() { err = errors.Join(err, tearDown()) }()
	if err != nil {
		return err
	}
	return cause(ctx, r.drive(ctx, stack))
}

// stand starts the topology. What it did is undone by tearDown, also where there is an
// error.
func (r *run) stand(ctx context.Context) (stack *fixtures.Stack, tearDown func() error, err error) {
	work := filepath.Join(r.dir, workFolder)
	logs := filepath.Join(r.dir, record.LogsFolder)
	changes := r.undo.journal
	nothing := func() error { return nil }
	if _, err := changes.Begin(drills.Change{Kind: drills.FolderChange, Subject: work, Keep: r.options.Keep}); err != nil {
		return nil, nothing, err
	}
	for _, dir := range []string{work, logs} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, nothing, fmt.Errorf("make folder of run: %w", err)
		}
	}
	began := r.now()
	booting, booted := context.WithTimeoutCause(ctx, bootWithin, fmt.Errorf("not up within %s", bootWithin))
	defer booted()
	stack, err = fixtures.Start(booting, r.drill, fixtures.Options{
		Launcher: r.launcher,
		Links: func(address string) drills.LinkOpener {
			r.edges = toxics.Connect(address, changes)
			return r.edges
		},
		Recorder: r.log, Journal: changes, Clock: r.clock, Logs: logs, RunID: r.id, Person: person{r.dir},
	})
	tearDown = func() error {
		began := r.now()
		err := errors.Join(stack.Close(), r.collect(stack), r.launcher.Close(context.WithoutCancel(ctx)))
		// Most is undone by now; the rest is, and it is looked whether all is. The
		// record goes on.
		_, left := r.undo.finish(context.WithoutCancel(ctx), drills.RecordChange)
		r.phase(drills.PhaseTeardown, began)
		return errors.Join(err, left)
	}
	if err != nil {
		return stack, tearDown, cause(ctx, err)
	}
	r.phase(drills.PhaseBoot, began)
	return stack, tearDown, nil
}

// person is who approves failovers, by the files of a run's folder.
type person struct{ dir string }

func (p person) Approve(ctx context.Context, region string) error {
	return record.AwaitApproval(ctx, p.dir, region)
}

// cause tells a run that its caller ended from one that went wrong: what fails
// because ctx is over is an interruption, for whatever reason it is over.
func cause(ctx context.Context, err error) error {
	why := context.Cause(ctx)
	switch {
	case err == nil || why == nil:
		return err
	case errors.Is(why, ErrInterrupted):
		return why
	}
	return fmt.Errorf("%w: %w", ErrInterrupted, why)
}

func (r *run) drive(ctx context.Context, stack *fixtures.Stack) error {
	world := drills.World{Traffic: stack.Traffic(), Control: stack.Control(), Watcher: stack.Watcher(), Gates: stack}
	if r.drill.Conflicts() > 0 {
		world.Contest = stack.Contest()
	}
	if r.drill.Store.On() {
		world.Stores = stack
	}
	var err error
	if world.Faults, err = r.faults(stack); err != nil {
		return err
	}
	faults := slices.Clone(world.Faults) // as they are, whatever is planted
	ctx, fail := context.WithCancelCause(ctx)
	var planting, metering sync.WaitGroup
	defer planting.Wait()
	defer metering.Wait()
	defer fail(nil)
	if r.options.Plant != nil {
		world = r.options.Plant(Scene{World: world, Stack: stack, Links: r.edges, After: func(stage drills.Stage, do func(context.Context) error) {
			r.after(stage, func() {
				planting.Go(func() {
					if err := do(ctx); err != nil && ctx.Err() == nil {
						fail(fmt.Errorf("plant a defect after %s: %w", stage, err))
					}
				})
			})
		}})
	}
	meter := func() { metering.Go(func() { r.meter(ctx) }) }
	r.after(drills.LoadStarted, meter)
	r.once(func(e drills.Event) bool { // whichever fault comes first
		return e.Kind == drills.KindFault && e.Name == drills.FaultIsRequested || e.Kind == drills.KindMark && e.Name == string(drills.FaultRequested)
	}, meter)
	sampling, stop := context.WithCancel(ctx)
	sampled := make(chan struct{})
	go func() {
		defer close(sampled)
		stack.Sample(sampling)
	}()
	err = drills.Run(ctx, r.drill, world, r.log, r.clock.Now)
	if err != nil {
		r.heal(ctx, faults)
	}
	stop()
	<-sampled
	return err
}

// faults are those of the drill, in a topology that stands.
func (r *run) faults(stack *fixtures.Stack) ([]drills.Fault, error) {
	site := toxics.Site{Drill: r.drill, Links: r.edges, Machines: stack, Fleets: stack, Names: stack, Control: stack, Codecs: stack, Proxies: stack, Listen: stack.Listen}
	var out []drills.Fault
	for number := range r.drill.Faults {
		fault, err := toxics.NewFault(number, site)
		if err != nil {
			return nil, err
		}
		out = append(out, fault)
	}
	return out, nil
}

// meter records what has passed the Links between regions. Where it cannot be read,
// nobody knows.
func (r *run) meter(ctx context.Context) {
	at := r.now()
	passed, err := r.edges.Metered(ctx)
	if err != nil {
		r.log.Record(drills.Event{At: at, Kind: drills.KindNote, Detail: err.Error()})
		return
	}
	for _, link := range slices.Sorted(maps.Keys(passed)) {
		e := drills.Event{At: at, Kind: drills.KindTraffic, Name: drills.TrafficBytes, Subject: link, Value: float64(passed[link].Bytes)}
		r.log.Record(e)
		e.Name, e.Value = drills.TrafficCalls, float64(passed[link].Calls)
		r.log.Record(e)
	}
}

// after calls do, once, when a stage was marked.
func (r *run) after(stage drills.Stage, do func()) {
	r.once(func(e drills.Event) bool { return e.Kind == drills.KindMark && e.Name == string(stage) }, do)
}

// once calls do at the first event of some.
func (r *run) once(of func(drills.Event) bool, do func()) {
	var first sync.Once
	r.log.Subscribe(func(e drills.Event) {
		if of(e) {
			first.Do(do)
		}
	})
}

// collect takes into the record what components wrote on their own.
func (r *run) collect(stack *fixtures.Stack) error {
	seen, failed := record.MergeObservations(r.log, stack.Observations())
	booked, err := record.MergeLedgers(r.log, stack.Ledgers())
	failed = errors.Join(failed, err)
	sounded, err := record.MergeProbes(r.log, stack.Soundings())
	for _, cut := range slices.Concat(seen, booked, sounded) {
		r.log.Record(drills.Event{At: r.now(), Kind: drills.KindNote, Detail: cut})
	}
	return errors.Join(failed, err)
}

// environment is what a figure depends on beside the drill.
func environment(o Options, insteadOf string) map[string]string {
	out := map[string]string{
		"os": runtime.GOOS, "arch": runtime.GOARCH, "cpus": strconv.Itoa(runtime.NumCPU()),
		"go": runtime.Version(), "launcher": string(o.Launcher),
	}
	if insteadOf != "" {
		out[drills.StoreInsteadOf] = insteadOf
	}
	info, err := buildinfo.ReadFile(o.Binary)
	if err != nil {
		return out // a binary that does not tell its modules runs all the same
	}
	wanted := map[string]string{
		"go.temporal.io/server": "temporal-server", "go.temporal.io/sdk": "temporal-sdk", "github.com/Shopify/toxiproxy/v2": "toxiproxy",
	}
	for _, module := range info.Deps {
		if name, ok := wanted[module.Path]; ok {
			out[name] = module.Version
		}
	}
	return out
}
