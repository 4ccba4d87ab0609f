package survive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/journal"
	"github.com/failoverdrill/failoverdrill/drills/record"
	"github.com/failoverdrill/failoverdrill/fixtures/launch"
)

// trial runs the binary.
type trial struct {
	binary   string
	drill    string // its file
	launcher launch.Kind
}

// place is where one drill runs: it shares nothing with others, nor with the
// user's own.
type place struct {
	dir   string
	state string
	runs  string
}

func newPlace(dir string) (place, error) {
	p := place{dir: dir, state: filepath.Join(dir, "state"), runs: filepath.Join(dir, "runs")}
	if err := os.MkdirAll(p.runs, 0o755); err != nil {
		return p, fmt.Errorf("make folder of a kill: %w", err)
	}
	return p, nil
}

// command is the binary at a place; what it says goes to a file there.
func (t trial) command(p place, said string, args ...string) (*exec.Cmd, *os.File, error) {
	out, err := os.Create(filepath.Join(p.dir, said))
	if err != nil {
		return nil, nil, fmt.Errorf("keep what %s says: %w", args[0], err)
	}
	cmd := exec.Command(t.binary, args...)
	cmd.Env = append(os.Environ(), journal.FolderVariable+"="+p.state)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt at the terminal is not for it
	return cmd, out, nil
}

// drill starts a drill. exited is closed when it has ended.
func (t trial) start(p place, orphans bool) (cmd *exec.Cmd, exited chan struct{}, err error) {
	args := []string{"run", t.drill, "--out", p.runs, "--launcher", string(t.launcher)}
	if orphans {
		args = append(args, "--orphans")
	}
	cmd, out, err := t.command(p, "run.txt", args...)
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("start a drill: %w", err), out.Close())
	}
	exited = make(chan struct{})
	go func() {
		_ = cmd.Wait() // how it ended is in its state
		_ = out.Close()
		close(exited)
	}()
	return cmd, exited, nil
}

// call runs another command to its end and returns its exit code and output.
func (t trial) call(p place, said string, args ...string) (code int, output string, err error) {
	cmd, out, err := t.command(p, said, args...)
	if err != nil {
		return 0, "", err
	}
	err = cmd.Run()
	var exit *exec.ExitError
	if err = errors.Join(err, out.Close()); err != nil && !errors.As(err, &exit) {
		return 0, "", fmt.Errorf("run %s: %w", args[0], err)
	}
	content, err := os.ReadFile(out.Name())
	return cmd.ProcessState.ExitCode(), string(content), err
}

// whole runs a drill that nobody kills: how long it takes, and that it leaves
// nothing though nobody recovers it.
func (t trial) whole(ctx context.Context, dir string) (Result, error) {
	p, err := newPlace(dir)
	if err != nil {
		return Result{}, err
	}
	began := time.Now()
	cmd, exited, err := t.start(p, false)
	if err != nil {
		return Result{}, err
	}
	select {
	case <-exited:
	case <-ctx.Done():
		return Result{}, interrupt(ctx, cmd, exited)
	}
	r := Result{Moment: time.Since(began), Dir: dir, Stage: stage(p)}
	if code := cmd.ProcessState.ExitCode(); code == drills.ExitUsage || code == drills.Errored.ExitCode() {
		return r, fmt.Errorf("exit code %d: see %s", code, filepath.Join(dir, "run.txt"))
	}
	seen, err := t.look(p, nil, nil)
	r.Wrong = append(r.Wrong, seen.findings()...)
	return r, err
}

// interrupt has a drill heal and end, as its user would.
func interrupt(ctx context.Context, cmd *exec.Cmd, exited <-chan struct{}) error {
	if err := cmd.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return errors.Join(context.Cause(ctx), err)
	}
	<-exited
	return context.Cause(ctx)
}

// killed kills the harness at a moment, and goes through what follows. A drill
// that had ended before is run again, with another draw.
func (t trial) killed(ctx context.Context, home string, r *Result, draw func() time.Duration) error {
	for try := range tries {
		p, err := newPlace(filepath.Join(home, fmt.Sprintf("kill-%02d", r.Number)+strings.Repeat("-again", try)))
		if err != nil {
			return err
		}
		r.Moment, r.Dir = draw(), p.dir
		family, hit, err := t.shoot(ctx, p, *r)
		if err != nil {
			return err
		}
		if hit {
			return t.examine(p, family, r)
		}
	}
	return fmt.Errorf("the drill had ended before its kill, %d times: it is shorter than the whole one was", tries)
}

// shoot runs a drill and kills its harness at the moment. It returns the
// processes that the harness had started, and whether it was still there.
func (t trial) shoot(ctx context.Context, p place, r Result) (family []process, hit bool, err error) {
	timer := time.NewTimer(r.Moment)
	defer timer.Stop()
	cmd, exited, err := t.start(p, r.Orphans)
	if err != nil {
		return nil, false, err
	}
	select {
	case <-exited:
		return nil, false, nil
	case <-ctx.Done():
		return nil, false, interrupt(ctx, cmd, exited)
	case <-timer.C:
	}
	family, err = descendants(cmd.Process.Pid)
	if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return nil, false, fmt.Errorf("kill the harness: %w", err)
	}
	<-exited
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	return family, ok && status.Signaled(), err
}

// examine looks at what a kill left, has it recovered, and looks again; then
// once more, after another recovery that has nothing to do.
func (t trial) examine(p place, family []process, r *Result) error {
	r.Stage = stage(p)
	before, err := t.look(p, family, nil)
	if err != nil {
		return err
	}
	r.Left = before.count()
	began := time.Now()
	code, said, err := t.call(p, "recover.txt", "recover")
	if err != nil {
		return err
	}
	if r.Took = time.Since(began); code != 0 {
		r.Wrong = append(r.Wrong, fmt.Sprintf("recover: exit code %d: %s", code, said))
	}
	after, err := t.look(p, family, &before)
	if err != nil {
		return err
	}
	r.Wrong = append(r.Wrong, after.findings()...)
	return errors.Join(t.again(p, family, &before, r), t.judged(p, r))
}

// again recovers once more and holds what is there against what was.
func (t trial) again(p place, family []process, first *sight, r *Result) error {
	before, err := list(p)
	if err != nil {
		return err
	}
	code, said, err := t.call(p, "recover-again.txt", "recover")
	if err != nil {
		return err
	}
	if code != 0 || !strings.HasPrefix(said, "nothing to recover") {
		r.Wrong = append(r.Wrong, fmt.Sprintf("recover again: exit code %d: %s", code, said))
	}
	after, err := list(p)
	if err != nil {
		return err
	}
	if before != after {
		r.Wrong = append(r.Wrong, fmt.Sprintf("recover again changed something: before\n%s\nafter\n%s", before, after))
	}
	seen, err := t.look(p, family, first)
	r.Wrong = append(r.Wrong, seen.findings()...)
	return err
}

// judged has the record judged, if the run began one: without an end it has to
// be inconclusive.
func (t trial) judged(p place, r *Result) error {
	runs, err := record.List(p.runs)
	if err != nil || len(runs) == 0 {
		return err
	}
	saved, err := record.Load(runs[0].Dir)
	if err != nil {
		r.Wrong = append(r.Wrong, fmt.Sprintf("its record cannot be read: %v", err))
		return nil
	}
	code, said, err := t.call(p, "analyze.txt", "analyze", runs[0].Dir)
	if want := drills.Inconclusive.ExitCode(); err == nil && saved.Outcome() == "" && code != want {
		r.Wrong = append(r.Wrong, fmt.Sprintf("its record has no end, and is judged with exit code %d, not %d: %s", code, want, firstLine(said)))
	}
	return err
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// stage is the last that the record tells of.
func stage(p place) string {
	found, err := filepath.Glob(filepath.Join(p.runs, "*", record.EventsFile))
	if err != nil || len(found) == 0 {
		return ""
	}
	content, err := os.ReadFile(found[0])
	if err != nil {
		return ""
	}
	events, _, err := record.ReadEvents(found[0], bytes.NewReader(content))
	if err != nil {
		return ""
	}
	last := ""
	for _, e := range events {
		switch e.Kind {
		case drills.KindMark:
			last = e.Name
		case drills.KindEnd:
			last = "end"
		}
	}
	return last
}
