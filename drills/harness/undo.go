package harness

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/journal"
	"github.com/failoverdrill/failoverdrill/drills/record"
	"github.com/failoverdrill/failoverdrill/fixtures"
	"github.com/failoverdrill/failoverdrill/fixtures/launch"
	"github.com/failoverdrill/failoverdrill/toxics"
)

// Step is what came of the undo of one change.
type Step struct {
	Change drills.Change
	Found  bool // there was something left to undo
	Err    error
}

// undoWithin bounds the undo of one change. On the same machine each takes
// milliseconds; a promotion under load may take a second.
const undoWithin = 5 * time.Second

// endWithin bounds the end of everything that is left once each change was undone.
const endWithin = 30 * time.Second

// undoer undoes what one run changed. It is the same for a run that ends and for
// a recovery: what is undone already is found undone.
type undoer struct {
	journal *journal.Journal
	keep    bool          // working folders
	within  time.Duration // bounds each undo; 0 takes undoWithin
	// lost are the blocks of addresses that other runs have leased since: nothing
	// in them is of this run any more.
	lost    []netip.Prefix
	remains *launch.Remains
}

// finish undoes everything but the changes of some kinds, looks whether anything
// is left, and tells what could not be undone or is there all the same.
func (u *undoer) finish(ctx context.Context, but ...drills.ChangeKind) (steps []Step, err error) {
	u.remains = launch.Left(u.journal.Run().ID, changesOf(u.journal.Entries()))
	defer func() { err = errors.Join(err, u.remains.Close()) }()
	release, err := u.lease(ctx)
	defer func() { err = errors.Join(err, release()) }()
	if err != nil {
		return nil, err
	}
	steps = u.all(ctx, but...)
	failed := make([]error, len(steps))
	for i, s := range steps {
		failed[i] = s.Err
	}
	// What components started on their own may not have kept their name.
	limited, cancel := context.WithTimeoutCause(ctx, endWithin, fmt.Errorf("not done within %s", endWithin))
	defer cancel()
	err = u.remains.End(limited)
	return steps, errors.Join(errors.Join(failed...), err, u.verify(limited))
}

func changesOf(entries []journal.Entry) []drills.Change {
	var out []drills.Change
	for _, e := range entries {
		out = append(out, e.Change)
	}
	return out
}

// lease takes the run's block of addresses for the time of the undo, so that no
// new run gets it meanwhile. Where another has it already, nothing in it is of
// this run: who listens there must not be asked to undo anything.
func (u *undoer) lease(ctx context.Context) (release func() error, err error) {
	var held []net.Listener
	release = func() error {
		var failed []error
		for _, l := range held {
			failed = append(failed, l.Close())
		}
		return errors.Join(failed...)
	}
	u.lost = nil
	if err := u.loseBlocks(ctx); err != nil {
		return release, err
	}
	for _, e := range u.journal.Entries() {
		if e.Change.Kind != drills.AddressChange {
			continue
		}
		listener, err := net.Listen("tcp", e.Change.Address)
		switch {
		case err == nil:
			held = append(held, listener)
		case errors.Is(err, syscall.EADDRINUSE):
			if err := u.lose(e.Change.Subject); err != nil {
				return release, err
			}
		}
		// Another error, as of an address that this machine does not have any
		// more, says that nobody can have it.
	}
	return release, nil
}

// loseBlocks looks which networks of the run are gone, or have nobody on them: nobody is
// to be asked there any more.
func (u *undoer) loseBlocks(ctx context.Context) error {
	limited, cancel := context.WithTimeoutCause(ctx, endWithin, fmt.Errorf("not done within %s", endWithin))
	defer cancel()
	gone, err := u.remains.LostBlocks(limited)
	for _, block := range gone {
		err = errors.Join(err, u.lose(block))
	}
	return err
}

// lose notes that a block of addresses is not the run's any more.
func (u *undoer) lose(block string) error {
	prefix, err := netip.ParsePrefix(block)
	if err != nil {
		return fmt.Errorf("read the addresses of run %s: %w", u.journal.Run().ID, err)
	}
	if !slices.Contains(u.lost, prefix) {
		u.lost = append(u.lost, prefix)
	}
	return nil
}

// all undoes every change but those of some kinds, each within undoWithin. What
// fails is tried once more at the end: by then it may be gone with what else
// was undone.
func (u *undoer) all(ctx context.Context, but ...drills.ChangeKind) []Step {
	entries := slices.DeleteFunc(inOrder(u.journal.Entries()), func(e journal.Entry) bool {
		return e.Undone || slices.Contains(but, e.Change.Kind)
	})
	steps := make([]Step, len(entries))
	for i, e := range entries {
		steps[i] = u.undo(ctx, e)
	}
	for i, e := range entries {
		first := steps[i]
		if first.Err == nil {
			continue
		}
		steps[i] = u.undo(ctx, e)
		steps[i].Found = steps[i].Found || first.Found
		if err := steps[i].Err; err != nil && err.Error() != first.Err.Error() {
			steps[i].Err = fmt.Errorf("%w; at first: %w", err, first.Err)
		}
	}
	return steps
}

// inOrder is the order of undoing: the last change first, but for what a fault
// did, which comes before all else. A Namespace is moved home once its home can
// be reached again, as in a drill.
func inOrder(entries []journal.Entry) []journal.Entry {
	out := slices.Clone(entries)
	slices.SortStableFunc(out, func(a, b journal.Entry) int {
		return cmp.Or(rank(a.Change.Kind)-rank(b.Change.Kind), b.Number-a.Number)
	})
	return out
}

func rank(kind drills.ChangeKind) int {
	switch kind {
	case drills.FrozenChange, drills.PausedChange, drills.UnpluggedChange, drills.RefusalChange, drills.ToxicChange:
		return 0
	case drills.FailoverChange, drills.EndpointChange:
		return 1
	}
	return 2
}

func (u *undoer) undo(ctx context.Context, e journal.Entry) Step {
	limited, cancel := u.limit(ctx)
	defer cancel()
	var found bool
	var err error
	if e.Change.Address != "" { // by now, whom to ask may be gone, and the address another's
		err = u.loseBlocks(ctx)
	}
	if err == nil {
		found, err = u.change(limited, e.Change)
	}
	if err == nil {
		u.journal.Undone(e.Number)
	}
	return Step{Change: e.Change, Found: found, Err: err}
}

// limit bounds one step.
func (u *undoer) limit(ctx context.Context) (context.Context, func()) {
	within := cmp.Or(u.within, undoWithin)
	return context.WithTimeoutCause(ctx, within, fmt.Errorf("not done within %s", within))
}

// change undoes one change. Found tells whether there was anything left.
func (u *undoer) change(ctx context.Context, c drills.Change) (found bool, err error) {
	if u.strange(c.Address) {
		return false, nil
	}
	if found, known, err := u.remains.Undo(ctx, c); known {
		return found, err
	}
	switch c.Kind {
	case drills.FolderChange:
		return u.folder(c)
	case drills.RecordChange:
		return record.Sweep(c.Subject)
	case drills.LinkChange, drills.RefusalChange, drills.ToxicChange:
		return toxics.Undo(ctx, c)
	case drills.EndpointChange, drills.FailoverChange:
		return fixtures.Undo(ctx, c)
	}
	return false, fmt.Errorf("undo %s: this version does not know how", c)
}

// strange reports whether an address belongs to another run by now.
func (u *undoer) strange(address string) bool {
	at, err := netip.ParseAddrPort(address)
	return err == nil && slices.ContainsFunc(u.lost, func(b netip.Prefix) bool { return b.Contains(at.Addr()) })
}

// workFolder is where components run, within the folder of a run.
const workFolder = "work"

// folder removes working files, if they are what the harness makes: a journal
// is a file like any other, and must not have anything else removed.
func (u *undoer) folder(c drills.Change) (found bool, err error) {
	if c.Keep || u.keep {
		return false, nil
	}
	if c.Subject != filepath.Join(u.journal.Run().Dir, workFolder) {
		return false, fmt.Errorf("remove folder %s: it is not that of the run in %s: remove it by hand", c.Subject, u.journal.Run().Dir)
	}
	if _, err := os.Lstat(c.Subject); errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err := os.RemoveAll(c.Subject); err != nil {
		return true, fmt.Errorf("remove working files: %w", err)
	}
	return true, nil
}

// verify looks whether anything of the run is left, whatever became of the
// steps: a process, a port on which one listens, or a folder.
func (u *undoer) verify(ctx context.Context) error {
	var wrong []error
	for _, e := range u.journal.Entries() {
		wrong = append(wrong, u.silent(e.Change.Ports))
		if e.Change.Kind == drills.FolderChange && !e.Change.Keep && !u.keep {
			if _, err := os.Lstat(e.Change.Subject); !errors.Is(err, os.ErrNotExist) {
				wrong = append(wrong, fmt.Errorf("folder %s is still there", e.Change.Subject))
			}
		}
	}
	if err := errors.Join(append(wrong, u.remains.Verify(ctx))...); err != nil {
		return fmt.Errorf("verify that nothing is left of run %s: %w", u.journal.Run().ID, err)
	}
	return nil
}

// silent fails if anything listens on the ports, by listening there itself.
func (u *undoer) silent(ports []string) error {
	var wrong []error
	for _, port := range ports {
		if u.strange(port) {
			continue
		}
		streams, err := net.Listen("tcp", port)
		if err == nil {
			err = streams.Close()
		}
		packets, failed := net.ListenPacket("udp", port)
		if failed == nil {
			failed = packets.Close()
		}
		// Another error, as of an address that this machine does not have any
		// more, is no listener's.
		if errors.Is(err, syscall.EADDRINUSE) || errors.Is(failed, syscall.EADDRINUSE) {
			wrong = append(wrong, fmt.Errorf("port %s is still in use", port))
		}
	}
	return errors.Join(wrong...)
}
