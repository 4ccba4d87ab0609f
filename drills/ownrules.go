package drills

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Defaults of Workers of the user's own.
const (
	// usualReady leaves a runtime the time that it takes to start on a busy machine.
	usualReady = 30 * time.Second
	// usualStop is what orchestrators give a program to end in.
	usualStop = 10 * time.Second
	// leastStop is what a program takes to hear a signal at all.
	leastStop = 100 * time.Millisecond
)

// The limits of a workload of the user's own.
const (
	maxTaskQueues = 8
	maxArguments  = 64
	maxCalls      = 16
)

var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// checkOwn holds a workload of the user's own together: its Workers, its Workflows, and
// what neither can be asked for.
func (d *Drill) checkOwn(l *problemList) {
	if name := d.Workload.Namespace; name != "" && (len(name) > maxName || !kebabCase.MatchString(name)) {
		l.add("workload.namespace", fmt.Sprintf("%q is not a Namespace: write a-z, 0-9 and -, at most %d characters, not beginning with -", name, maxName))
	}
	switch {
	case d.Own():
		d.checkWorkers(l)
		d.checkStarted(l)
		d.checkUnasked(l)
	case d.Workers.On():
		l.add("workers.command", fmt.Sprintf("is an impossible combination with workload.profile %s, which has Workers: leave the profile out, and name what is to be started (workload.workflow)", d.Workload.Profile), "workload.profile")
	case !isZeroWorkers(d.Workers):
		l.add("workers.command", "is required: name the program that runs your Workers, and its arguments, as a list, or the image that it is in (workers.image)")
	case !d.Workload.Starter.On() && (d.Workload.Starter.Dir != "" || len(d.Workload.Starter.Env) > 0):
		d.checkCommanded(l)
	case d.Workload.Starter.On():
		l.add("workload.starter", fmt.Sprintf("is an impossible combination with workload.profile %s: name the Workers that run what it starts (workers.command)", d.Workload.Profile), "workload.profile", "workers")
	case !isZeroWorkflow(d.Workload.Workflow):
		l.add("workload.workflow", fmt.Sprintf("is an impossible combination with workload.profile %s: name the Workers that run it (workers.command)", d.Workload.Profile), "workload.profile", "workers")
	}
}

func isZeroWorkflow(w WorkflowSettings) bool {
	return w.Type == "" && w.TaskQueue == "" && len(w.Input)+len(w.Signals)+len(w.Updates)+len(w.Queries) == 0 && w.TaskTimeout == 0
}

func isZeroWorkers(w WorkerSettings) bool {
	return w.Dir == "" && len(w.Env)+len(w.TaskQueues)+len(w.Regions) == 0 && w.Ready == 0 && w.Stop == 0 && w.Address == ""
}

func (d *Drill) checkWorkers(l *problemList) {
	w := d.Workers
	if !w.On() {
		l.add("workers.command", "is required: name the program that runs your Workers, and its arguments, as a list, or the image that it is in (workers.image)")
	}
	checkProgram(l, "workers", w.WorkerProgram)
	for _, region := range slices.Sorted(maps.Keys(w.Regions)) {
		path := joinPath("workers.regions", region)
		if len(d.Regions) > 0 && !slices.Contains(d.Regions, region) {
			l.add(path, d.notARegion(region), "regions")
		}
		checkProgram(l, path, w.Regions[region])
	}
	if len(w.TaskQueues) == 0 || len(w.TaskQueues) > maxTaskQueues {
		l.add("workers.taskQueues", fmt.Sprintf("names 1 to %d task queues that your Workers poll, not %d", maxTaskQueues, len(w.TaskQueues)))
	}
	for i, queue := range w.TaskQueues {
		path := fmt.Sprintf("workers.taskQueues[%d]", i)
		checkNamed(l, path, queue, "a task queue")
		if slices.Contains(w.TaskQueues[:i], queue) {
			l.add(path, fmt.Sprintf("%q is named twice", queue))
		}
	}
	l.duration("workers.ready", w.Ready, time.Second)
	l.duration("workers.stop", w.Stop, leastStop)
	oneOf(l, "workers.address", w.Address, "a form of address", AddressForms())
	if w.Address == AddressPlain && d.Proxy.On() {
		l.add("workers.address", "is an impossible combination with proxies, whose address is plain as it is: leave it out; your Workers have to send what TEMPORAL_GRPC_META_… says", "proxy.tls")
	}
}

// checkNamed is the rule for a name that a cluster takes.
func checkNamed(l *problemList, path, name, what string) {
	switch {
	case name == "":
		l.add(path, "is required: it is "+what)
	case len(name) > maxText || strings.ContainsFunc(name, unprintable):
		l.add(path, fmt.Sprintf("is not %s: it has control characters, or more than %d bytes", what, maxText))
	}
}

func checkProgram(l *problemList, path string, p WorkerProgram) {
	for i, argument := range p.Command {
		at := fmt.Sprintf("%s.command[%d]", path, i)
		switch {
		case i == 0 && argument == "":
			l.add(at, "is empty: it is the program that is run")
		case strings.ContainsRune(argument, 0):
			l.add(at, "has a NUL in it, which no program can be told")
		}
	}
	if len(p.Command) > maxArguments {
		l.add(path+".command", fmt.Sprintf("has %d words, at most %d", len(p.Command), maxArguments))
	}
	if strings.ContainsFunc(p.Image, func(r rune) bool { return unprintable(r) || unicode.IsSpace(r) }) {
		l.add(path+".image", fmt.Sprintf("%q is no image: write it as docker pull takes it, such as registry.example/payments:1.4", p.Image))
	}
	if p.Image != "" && p.Dir != "" && !strings.HasPrefix(p.Dir, "/") {
		l.add(path+".dir", fmt.Sprintf("%q has to be absolute: it is a folder of the image", p.Dir), path+".image")
	}
	if strings.ContainsFunc(p.Dir, unprintable) {
		l.add(path+".dir", "is no folder: it has control characters")
	}
	for _, name := range slices.Sorted(maps.Keys(p.Env)) {
		at := joinPath(path+".env", name)
		switch {
		case !variable.MatchString(name):
			l.add(at, "is no name of a variable: write letters, digits and _, not beginning with a digit")
		case name == "FAILOVERDRILL_RUN" || name == "FAILOVERDRILL_COMPONENT":
			l.add(at, "is how processes of a run are found again: name it otherwise")
		case strings.HasPrefix(name, "TEMPORAL_"):
			l.add(at, "is what the drill tells Workers: it leads each region's to its own endpoint")
		case strings.ContainsRune(p.Env[name], 0):
			l.add(at, "has a NUL in it, which no program can be told")
		}
	}
}

// checkCommanded refuses half a starter.
func (d *Drill) checkCommanded(l *problemList) {
	if s := d.Workload.Starter; !s.On() && (s.Dir != "" || len(s.Env) > 0) {
		l.add("workload.starter.command", "is required: name the program that starts your Workflows, and its arguments, as a list")
	}
}

// checkStarted wants one who starts Workflows: a starter of the user's own, or ours.
func (d *Drill) checkStarted(l *problemList) {
	if !d.Reports() {
		d.checkCommanded(l)
		d.checkWorkflow(l)
		return
	}
	checkProgram(l, "workload.starter", d.Workload.Starter)
	if d.Workers.Address == AddressPlain {
		l.add("workload.starter", "is an impossible combination with workers.address plain: a starter is told a name and the name server that knows it", "workers.address")
	}
	workflow := d.Workload.Workflow
	workflow.TaskQueue = "" // which has a default
	if !isZeroWorkflow(workflow) {
		l.add("workload.workflow", "is an impossible combination with workload.starter, which starts what it likes: leave one of the two out", "workload.starter")
	}
}

func (d *Drill) checkWorkflow(l *problemList) {
	w := d.Workload.Workflow
	checkNamed(l, "workload.workflow.type", w.Type, "the Workflow type that is started")
	if w.TaskQueue != "" && len(d.Workers.TaskQueues) > 0 && !slices.Contains(d.Workers.TaskQueues, w.TaskQueue) {
		l.add("workload.workflow.taskQueue", fmt.Sprintf("%q is not one that the Workers poll (%s)", w.TaskQueue, strings.Join(d.Workers.TaskQueues, ", ")), "workers.taskQueues")
	}
	if w.TaskTimeout != 0 {
		l.duration("workload.workflow.taskTimeout", w.TaskTimeout, time.Second)
	}
	d.checkInput(l, "workload.workflow.input", w.Input)
	for _, calls := range []struct {
		kind string
		list []CallSettings
	}{{"signals", w.Signals}, {"updates", w.Updates}, {"queries", w.Queries}} {
		path := "workload.workflow." + calls.kind
		if len(calls.list) > maxCalls {
			l.add(path, fmt.Sprintf("are %d, at most %d", len(calls.list), maxCalls))
		}
		for i, c := range calls.list {
			d.checkCall(l, fmt.Sprintf("%s[%d]", path, i), c)
		}
	}
}

func (d *Drill) checkCall(l *problemList, path string, c CallSettings) {
	checkNamed(l, path+".name", c.Name, "what is called")
	l.span(path+".after", c.After, 0)
	d.checkInput(l, path+".input", c.Input)
	if !(c.Share > 0 && c.Share <= 100) { // NaN is neither
		l.add(path+".share", fmt.Sprintf("%v is no share: above 0%%, at most 100%%", c.Share))
	}
}

func (d *Drill) checkInput(l *problemList, path string, templates []string) {
	if len(templates) > maxArguments {
		l.add(path, fmt.Sprintf("has %d arguments, at most %d", len(templates), maxArguments))
	}
	for i, text := range templates {
		at := path
		if len(templates) > 1 {
			at = fmt.Sprintf("%s[%d]", path, i)
		}
		if err := d.tryInput(text); err != nil {
			l.add(at, err.Error())
		}
	}
}

// tryInput renders a template as each starter of the drill will: what it draws, and where,
// may lead it to one branch or another.
func (d *Drill) tryInput(text string) error {
	in, err := ParseInput(text)
	if err != nil {
		return err
	}
	if !d.laidOut() {
		return nil // which is a problem of its own
	}
	for _, s := range d.Topology().Starters {
		values := InputValues{ID: StartedAs(s.Namespace, "1a2b3c4d-0") + s.Region + "-00002", Number: 2, Region: s.Region, Namespace: s.Namespace}
		for seed := range uint64(inputTrials) {
			if _, err := in.Render(values, rand.New(rand.NewPCG(seed, 1))); err != nil {
				return fmt.Errorf("of %s in %s %w", s.Namespace, s.Region, err)
			}
		}
	}
	return nil
}

// checkUnasked refuses what only the Workers that ship can be told, or run.
func (d *Drill) checkUnasked(l *problemList) {
	const theirs = "only the Workers that ship"
	for _, p := range []struct {
		path string
		rate Rate
	}{{"probes.query", d.Probes.Query}, {"probes.update", d.Probes.Update}, {"probes.workflow", d.Probes.Workflow}} {
		if p.rate != 0 {
			l.add(p.path, "is an impossible combination with Workers of your own: "+theirs+" answer it; declare calls of your Workflow (workload.workflow)", "workers.command")
		}
	}
	if d.Store.On() {
		l.add("store.engine", "is an impossible combination with Workers of your own: "+theirs+" write to it", "workers.command")
	}
	if d.Provision.WarmUp > 0 {
		l.add("provisioning.warmUp", "is an impossible combination with Workers of your own, which take the time that they take: leave it out", "workers.command")
	}
	for _, region := range slices.Sorted(maps.Keys(d.Fleets)) {
		if slots := d.Fleets[region].Slots; slots != DefaultSlots {
			l.add(joinPath("fleets", region)+".slots", "is an impossible combination with Workers of your own: "+theirs+" can be told; leave it out", "workers.command")
		}
	}
	for i, f := range d.Faults {
		path := fmt.Sprintf("faults[%d]", i)
		switch f.Kind {
		case FleetIdle, FleetSlots, FleetSlowStart:
			l.add(path+".kind", fmt.Sprintf("%s is an impossible combination with Workers of your own: %s can be told to", f.Kind, theirs), "workers.command")
		}
		if f.Conflicts > 0 {
			l.add(path+".conflicts", "is an impossible combination with Workers of your own: "+theirs+" run Workflows that both sides act on; leave it out", "workers.command")
		}
	}
}

// fillOwn gives a workload of the user's own its defaults, but for the keys that are said.
func (d *Drill) fillOwn(said func(path string) bool) {
	if d.Workers.On() && !said("workload.profile") {
		d.Workload.Profile = OwnProfile
	}
	if !d.Own() {
		return
	}
	w := &d.Workers
	if w.Ready == 0 && !said("workers.ready") {
		w.Ready = usualReady
	}
	if w.Stop == 0 && !said("workers.stop") {
		w.Stop = usualStop
	}
	if w.Address == "" {
		w.Address = AddressByDNS
	}
	for _, p := range []struct {
		path string
		rate *Rate
	}{{"probes.query", &d.Probes.Query}, {"probes.update", &d.Probes.Update}, {"probes.workflow", &d.Probes.Workflow}} {
		if !said(p.path) {
			*p.rate = 0
		}
	}
	workflow := &d.Workload.Workflow
	if workflow.TaskQueue == "" && len(w.TaskQueues) > 0 && !d.Reports() {
		workflow.TaskQueue = w.TaskQueues[0]
	}
	for kind, calls := range map[string]*[]CallSettings{"signals": &workflow.Signals, "updates": &workflow.Updates, "queries": &workflow.Queries} {
		*calls = slices.Clone(*calls)
		for i := range *calls {
			if c := &(*calls)[i]; c.Share == 0 && !said(fmt.Sprintf("workload.workflow.%s[%d].share", kind, i)) {
				c.Share = 100
			}
		}
	}
	for i := range d.Faults {
		if !said(fmt.Sprintf("faults[%d].conflicts", i)) {
			d.Faults[i].Conflicts = 0
		}
	}
}
