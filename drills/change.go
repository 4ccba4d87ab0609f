package drills

import (
	"errors"
	"fmt"
	"net"
	"path/filepath"
)

// ChangeKind is what kind of thing a run changes in the world, and so what
// undoes it.
type ChangeKind string

// The kinds of Change, and their undo.
const (
	ProcessChange  ChangeKind = "process"  // a component is started: its processes are killed
	FrozenChange   ChangeKind = "frozen"   // a component is stopped where it stands: it goes on
	FolderChange   ChangeKind = "folder"   // a folder of working files is made: it is removed
	RecordChange   ChangeKind = "record"   // the folder of a run is made: it is kept, if it holds a run
	LinkChange     ChangeKind = "link"     // a Link is made: it is deleted
	RefusalChange  ChangeKind = "refusal"  // a Link is made to refuse: it accepts again
	ToxicChange    ChangeKind = "toxic"    // a toxic is put on a Link: it is removed
	EndpointChange ChangeKind = "endpoint" // a name server leads a Namespace Endpoint elsewhere: it leads where it did
	FailoverChange ChangeKind = "failover" // a Namespace is moved: it is active where it was
	AddressChange  ChangeKind = "address"  // a block of addresses is leased: the lease goes with its process

	ContainerChange ChangeKind = "container" // a component is started in a container: that is removed, with its volume
	PausedChange    ChangeKind = "paused"    // a component's container is stopped where it stands: it goes on
	UnpluggedChange ChangeKind = "unplugged" // a component's container is taken off its networks: it is on them again
	NetworkChange   ChangeKind = "network"   // a network is made: it is removed
	ImageChange     ChangeKind = "image"     // an image is built: it is removed
)

// Change is one change that a run makes in the world, as plain data: whoever
// reads it can undo it with nothing else in hand. Which fields are set depends
// on Kind.
type Change struct {
	Kind ChangeKind `json:"kind"`
	// Subject is what is changed: a component, Link or Namespace by its name, a
	// folder by its path, a block of addresses in the notation ip/bits.
	Subject string `json:"subject"`
	// Address, an ip:port, is who is asked to undo it: the toxiproxy API that has
	// the Link, the name server, a cluster of the Namespace; of a lease, the
	// address that holds it.
	Address string   `json:"address,omitempty"`
	Toxic   string   `json:"toxic,omitempty"`  // its name on the Link
	Before  string   `json:"before,omitempty"` // region that an endpoint led to, or a Namespace was active in
	Home    string   `json:"home,omitempty"`   // ip:port of the cluster of Before
	Ports   []string `json:"ports,omitempty"`  // ip:port of all that a component or Link listens on
	// PID and Born tell a process from others, where no environment shows whose
	// it is. They are known, and noted, once it was started.
	PID  int    `json:"pid,omitempty"`
	Born string `json:"born,omitempty"` // when it was started, as the system writes it
	Keep bool   `json:"keep,omitempty"` // of a folder: its user wants it to stay
	// Engine is where the Docker engine answers that an image is in, and all that is made of
	// it: a URL such as unix:///var/run/docker.sock.
	Engine string `json:"engine,omitempty"`
	// Block is the addresses of a network, in the notation ip/bits.
	Block string `json:"block,omitempty"`
	// Addresses are those that a component had on its networks.
	Addresses []string `json:"addresses,omitempty"`
}

// String says what is changed.
func (c Change) String() string {
	if c.Kind == ToxicChange {
		return fmt.Sprintf("%s %s on %s", c.Kind, c.Toxic, c.Subject)
	}
	return fmt.Sprintf("%s %s", c.Kind, c.Subject)
}

// Check fails for a change that could not be undone: it lacks what its undo
// needs to know.
func (c Change) Check() error {
	missing := c.parameters()
	if c.Subject == "" {
		missing = errors.Join(errors.New("subject is empty"), missing)
	}
	if missing != nil {
		return fmt.Errorf("change %q cannot be undone: %w", c, missing)
	}
	for _, address := range append([]string{c.Address, c.Home}, c.Ports...) {
		if _, _, err := net.SplitHostPort(address); address != "" && err != nil {
			return fmt.Errorf("change %q cannot be undone: %w", c, err)
		}
	}
	return nil
}

// parameters checks what each kind needs beside its subject.
func (c Change) parameters() error {
	switch c.Kind {
	case ProcessChange, FrozenChange, ContainerChange, PausedChange, UnpluggedChange:
		return nil
	case ImageChange:
		return need("engine", c.Engine)
	case NetworkChange:
		return need("block", c.Block)
	case FolderChange, RecordChange:
		if !filepath.IsAbs(c.Subject) {
			return errors.New("the path of a folder has to be absolute")
		}
		return nil
	case LinkChange, RefusalChange, AddressChange:
		return need("address", c.Address)
	case ToxicChange:
		return errors.Join(need("address", c.Address), need("toxic", c.Toxic))
	case EndpointChange:
		return errors.Join(need("address", c.Address), need("before", c.Before))
	case FailoverChange:
		return errors.Join(need("address", c.Address), need("before", c.Before), need("home", c.Home))
	}
	return errors.New("its kind is not known")
}

func need(name, value string) error {
	if value == "" {
		return fmt.Errorf("%s is empty", name)
	}
	return nil
}

// Journal has every change on disk, with its undo, before it is made. It is
// safe for use by several goroutines.
type Journal interface {
	// Begin returns once all changes are on disk. They must not be made when it
	// returns an error. Of each it returns a function, in the same order, that
	// notes that this change was undone; to call it again does no harm.
	Begin(changes ...Change) (undone []func(), err error)
}

// BeginOne is Begin of a single change.
func BeginOne(j Journal, c Change) (undone func(), err error) {
	all, err := j.Begin(c)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// NoJournal keeps nothing: for a topology whose owner undoes everything. What a
// kill of its process leaves, nobody can recover.
type NoJournal struct{}

// Begin keeps nothing.
func (NoJournal) Begin(changes ...Change) ([]func(), error) {
	out := make([]func(), len(changes))
	for i := range out {
		out[i] = func() {}
	}
	return out, nil
}
