package drills

import (
	"maps"
	"path/filepath"
	"slices"
	"time"
)

// WorkerSettings is a Worker program of the user's own, which every Fleet runs in the
// place of the Workers that ship. It is told where to connect by the variables, and by
// the profile in a file, that every SDK's envconfig reads.
type WorkerSettings struct {
	WorkerProgram
	TaskQueues []string      // that it has to poll
	Ready      time.Duration // how long it may take, from its start, until it is heard to poll
	Stop       time.Duration // how long it may take to end once it was told to (SIGTERM)
	Address    AddressForm
	Regions    map[string]WorkerProgram // what a region runs otherwise than the others
}

// WorkerProgram is what is run.
type WorkerProgram struct {
	Image   string            // that it is in, where components run in containers; empty for a program of this machine
	Command []string          // the program and its arguments; of an image, in place of what that runs
	Dir     string            // that it runs in: absolute, or of the drill file's folder; of an image, in place of its own
	Env     map[string]string // beside what tells it where to connect
}

// On reports whether there is one.
func (p WorkerProgram) On() bool { return len(p.Command) > 0 || p.Image != "" }

// On reports whether Workers are the user's own.
func (w WorkerSettings) On() bool { return w.WorkerProgram.On() }

// In is what a region runs: what it says for itself, and the rest as everywhere.
func (w WorkerSettings) In(region string) WorkerProgram {
	out := WorkerProgram{Image: w.Image, Command: w.Command, Dir: w.Dir, Env: maps.Clone(w.Env)}
	here := w.Regions[region]
	if here.Image != "" {
		out.Image = here.Image
	}
	if len(here.Command) > 0 {
		out.Command = here.Command
	}
	if here.Dir != "" {
		out.Dir = here.Dir
	}
	for name, value := range here.Env {
		if out.Env == nil {
			out.Env = map[string]string{}
		}
		out.Env[name] = value
	}
	return out
}

// Anchor has the folders that Workers of the user's own run in, as far as they are
// relative, be so to a folder: Load does so to that of the drill file.
func (d *Drill) Anchor(folder string) {
	w := &d.Workers
	if !w.On() {
		return
	}
	if starter := &d.Workload.Starter; d.Reports() && starter.Image == "" && !filepath.IsAbs(starter.Dir) {
		starter.Dir = filepath.Join(folder, starter.Dir)
	}
	if w.Image == "" && !filepath.IsAbs(w.Dir) {
		w.Dir = filepath.Join(folder, w.Dir)
	}
	w.Regions = maps.Clone(w.Regions)
	for region, here := range w.Regions {
		if d.Workers.In(region).Image == "" && here.Dir != "" && !filepath.IsAbs(here.Dir) {
			here.Dir = filepath.Join(folder, here.Dir)
			w.Regions[region] = here
		}
	}
}

// AddressForm is how a Worker of the user's own is told its endpoint.
type AddressForm string

// The forms of an address.
const (
	// AddressByDNS is a name and the name server that knows it (dns://server/name:port),
	// which the Go SDK and others on gRPC resolve by themselves.
	AddressByDNS AddressForm = "dns"
	// AddressPlain is ip:port of a relay in the region, for SDKs that have the operating
	// system resolve names: it looks the name up as a resolver with a cache does.
	AddressPlain AddressForm = "plain"
)

// AddressForms lists the forms of an address.
func AddressForms() []AddressForm { return []AddressForm{AddressByDNS, AddressPlain} }

// The workloads.
const (
	OrdersProfile = "orders" // which ships, with its Workers
	OwnProfile    = "own"    // Workflows of the user's Workers
)

// ownNamespace is the Namespace of a workload of the user's own, unless the drill says
// otherwise: the one that every SDK takes for granted.
const ownNamespace = "default"

// Own reports whether Workers and Workflows are the user's.
func (d *Drill) Own() bool { return d.Workload.Profile == OwnProfile }

// Scheduled reports whether Namespaces start Workflows by themselves, too: those that the
// Workers that ship run.
func (d *Drill) Scheduled() bool { return !d.Own() }

// Reports reports whether a starter of the user's own tells which operations were
// acknowledged.
func (d *Drill) Reports() bool { return d.Own() && d.Workload.Starter.On() }

// Programs lists the programs of the user's own: Workers region by region, and a starter.
func (d *Drill) Programs() []WorkerProgram {
	var out []WorkerProgram
	if !d.Own() {
		return nil
	}
	for _, region := range d.Regions {
		out = append(out, d.Workers.In(region))
	}
	if d.Reports() {
		out = append(out, d.Workload.Starter)
	}
	return out
}

// StartedAs is how the ids of all Workflows begin that starters of a run start in a
// Namespace.
func StartedAs(namespace, run string) string { return namespace + "-" + run + "-" }

// TaskQueues lists those that the Workers of a drill have to poll; none where they are
// the ones that ship, which poll what they should.
func (d *Drill) TaskQueues() []string {
	if !d.Own() {
		return nil
	}
	return slices.Clone(d.Workers.TaskQueues)
}

// WorkflowSettings is a Workflow of the user's own: what a starter starts, and what
// follows each start.
type WorkflowSettings struct {
	Type        string
	TaskQueue   string        // empty takes the first that its Workers poll
	Input       []string      // templates of its arguments, in JSON; see ParseInput
	TaskTimeout time.Duration // of its Workflow Tasks; 0 takes the server's 10 s
	Signals     []CallSettings
	Updates     []CallSettings
	Queries     []CallSettings
}

// CallSettings is a call that follows the start of a Workflow, once that was
// acknowledged.
type CallSettings struct {
	Name  string   // of the signal, Update or query
	After Span     // how long after the start was acknowledged, drawn from the seed
	Input []string // templates of its arguments, in JSON; see ParseInput
	Share Percent  // of the Workflows that it is sent to, drawn from the seed; 0 is all
}
