package drills

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Load reads the drill file at path. See Parse for its errors; a file that
// cannot be read is a *FileError too, which names the path and wraps the cause.
// Folders that it names are of the folder that it is in.
func Load(path string) (*Drill, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	d, err := Parse(path, src)
	if err != nil {
		return nil, err
	}
	folder, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return nil, unreadable(path, err)
	}
	d.Anchor(folder)
	return d, nil
}

func unreadable(path string, err error) error {
	reason := err
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		reason = pathError.Err // without the path, which File names
	}
	return &FileError{File: path, Message: fmt.Sprintf("read drill file: %v", reason), cause: err}
}

// Parse reads a drill file and fills in every default. It is strict: an
// unknown key, a wrong unit or an impossible combination is an error. All the
// mistakes that can be found in one go are joined, each a *FileError with name
// as its File.
func Parse(name string, src []byte) (*Drill, error) {
	r := &fileReader{file: name, at: map[string]place{}, broken: map[string]bool{}}
	d := defaults()
	if root, ok := r.root(src); ok {
		r.read(schema(d), "", root, startOf(root))
		if !r.broken[""] {
			r.judge(d)
		}
	}
	if len(r.mistakes) > 0 {
		return nil, joinSorted(r.mistakes)
	}
	return d.resolved(), nil
}

// judge holds what was read against the rules, at the places it was read from.
func (r *fileReader) judge(d *Drill) {
	if !r.has("apiVersion") {
		r.note("apiVersion", r.placeOf("apiVersion"), "is required: write apiVersion: "+APIVersion)
	}
	r.fillDependentDefaults(d)
	for _, p := range d.problems() {
		if !r.isBroken(p.path, p.needs...) {
			r.note(p.path, r.placeOf(p.path), p.message)
		}
	}
}

// defaults is a drill of which nothing was said: what a file leaves out.
func defaults() *Drill {
	return &Drill{
		Network:     Network{InterRegion: Delay{Latency: 35 * time.Millisecond, Jitter: 5 * time.Millisecond}},
		Replication: Replication{Basis: StateBased},
		Endpoint:    EndpointSettings{TTL: 15 * time.Second, MinResolution: 30 * time.Second},
		Codec:       CodecSettings{Cipher: NoCipher},
		Proxy:       ProxySettings{TLS: NoProxy},
		Store:       StoreSettings{Engine: NoStore, Promotion: PromoteAfter, Fencing: EpochFencing},
		Workload:    Workload{Profile: Profiles()[0], Rate: 3},
		Probes:      Probes{Start: 10, Signal: 2, Query: 2, Update: 0.5, Workflow: 0.5},
		SteadyState: SteadyState{Window: 5 * time.Second, AtMost: 30 * time.Second},
		Failover:    Failover{Mode: Forced, Detect: Detect{Interval: 500 * time.Millisecond, Failures: 3}},
		Failback:    Failback{Mode: FailbackForced},
		Observe:     Observe{Outage: 120 * time.Second, Drain: 60 * time.Second},
		Seed:        1,
	}
}

// New is a drill with the defaults of a drill file, for a Go program to fill in: what is
// broken, and the objectives. Validate holds it against the rules of the file.
func New(name string, model Model, regions ...string) *Drill {
	d := defaults()
	d.Name, d.Model, d.Regions = name, model, regions
	return d
}

// fillDependentDefaults bends the defaults that another field of the file
// would contradict: nobody is told off for a value they did not write.
func (r *fileReader) fillDependentDefaults(d *Drill) {
	if delay := &d.Network.InterRegion; !r.has("network.interRegion.jitter") {
		delay.Jitter = min(delay.Jitter, delay.Latency)
	}
	if steady := &d.SteadyState; !r.has("steadyState.atMost") && steady.Window <= maxDuration/2 {
		steady.AtMost = max(steady.AtMost, 2*steady.Window)
	}
	for i := range d.Faults {
		f := &d.Faults[i]
		path := func(key string) string { return fmt.Sprintf("faults[%d].%s", i, key) }
		f.fill(func(key string) bool { return r.has(path(key)) && !r.isBroken(path(key)) })
		d.fillPeer(f)
		switch {
		case d.answered(*f) || f.Kind == NoFault || r.has(path("for")):
		case len(f.Pattern) > 0:
			f.For = sum(f.Pattern)
		default:
			f.For = max(usualFor, f.Down.Most+f.Up.Most)
		}
	}
	d.fillOwn(r.has)
}

// usualFor is how long a fault lasts that ends by itself, unless the drill says
// otherwise.
const usualFor = 10 * time.Second
