package toxics_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	"github.com/failoverdrill/failoverdrill/drills"
)

// machineRole has the test binary play a component: it serves gRPC health on that
// address until it is killed, or the test that started it is gone.
const machineRole = "TOXICS_TEST_LISTEN"

func TestMain(m *testing.M) {
	if address := os.Getenv(machineRole); address != "" {
		os.Exit(play(address))
	}
	os.Exit(m.Run())
}

func play(address string) int {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	server := grpc.NewServer()
	healthpb.RegisterHealthServer(server, health.NewServer())
	go func() { _ = server.Serve(listener) }()
	_, _ = io.Copy(io.Discard, os.Stdin)
	return 0
}

// machine is a component in a process of its own.
type machine struct {
	address string
	cmd     *exec.Cmd
	stdin   io.Closer
	gone    chan struct{} // closed when it was waited for
}

func (m *machine) start() error {
	m.cmd = exec.Command(os.Args[0])
	m.cmd.Env = append(os.Environ(), machineRole+"="+m.address)
	m.cmd.Stderr = os.Stderr
	m.cmd.SysProcAttr = childAttributes()
	var err error
	if m.stdin, err = m.cmd.StdinPipe(); err != nil {
		return err
	}
	if err := m.cmd.Start(); err != nil {
		return err
	}
	m.gone = make(chan struct{})
	go func(cmd *exec.Cmd, gone chan<- struct{}) {
		_ = cmd.Wait() // tells that it was killed
		close(gone)
	}(m.cmd, m.gone)
	return nil
}

func (m *machine) state() (drills.ProcessState, error) {
	select {
	case <-m.gone:
		return drills.ProcessGone, nil
	default:
	}
	stopped, err := stopped(m.cmd.Process.Pid)
	if stopped {
		return drills.ProcessFrozen, err
	}
	return drills.ProcessRuns, err
}

// stopped asks the kernel, or else ps, for the state of a process: T is stopped.
func stopped(pid int) (bool, error) {
	if runtime.GOOS != "linux" {
		state, err := exec.Command("ps", "-o", "state=", "-p", strconv.Itoa(pid)).Output()
		return strings.HasPrefix(strings.TrimSpace(string(state)), "T"), err
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
		return false, nil
	}
	_, behind, _ := strings.Cut(string(stat), ") ")
	return strings.HasPrefix(behind, "T"), err
}

// machines is the power switch of the regions that a test plays.
type machines struct {
	fork chan func() // what forks, on one thread: children end with theirs
	deaf bool        // it does nothing that it is told

	mu  sync.Mutex
	all map[string]*machine // by component
}

// newMachines starts components, and returns when each answers.
func newMachines(t *testing.T, names ...string) *machines {
	t.Helper()
	m := &machines{fork: make(chan func()), all: map[string]*machine{}}
	for _, name := range names {
		m.all[name] = &machine{address: free(t)}
	}
	forked := make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer close(forked)
		for start := range m.fork {
			start()
		}
	}()
	t.Cleanup(func() {
		m.deaf = false
		if err := m.Kill(context.Background(), names); err != nil {
			t.Error(err)
		}
		close(m.fork)
		<-forked
	})
	for _, name := range names {
		if err := m.start(m.all[name]); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range names {
		NewWithT(t).Eventually(func() error { return answers(m.all[name].address) }, soon).Should(Succeed())
	}
	return m
}

func (m *machines) start(machine *machine) error {
	failed := make(chan error, 1)
	m.fork <- func() { failed <- machine.start() }
	return <-failed
}

func (m *machines) named(names []string) []*machine {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []*machine
	for _, name := range names {
		if machine, known := m.all[name]; known && machine.cmd != nil {
			out = append(out, machine)
		}
	}
	return out
}

func (m *machines) Running(region string) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(m.all)) {
		if state, _ := m.State(name); strings.HasPrefix(name, region+"/") && state != drills.ProcessGone {
			out = append(out, name)
		}
	}
	return out
}

func (m *machines) State(name string) (drills.ProcessState, error) {
	for _, machine := range m.named([]string{name}) {
		return machine.state()
	}
	return drills.ProcessGone, nil
}

// signal sends a signal to machines that are not gone.
func (m *machines) signal(names []string, s syscall.Signal) error {
	if m.deaf {
		return nil
	}
	var failed []error
	for _, machine := range m.named(names) {
		if state, _ := machine.state(); state != drills.ProcessGone {
			failed = append(failed, machine.cmd.Process.Signal(s))
		}
	}
	return errors.Join(failed...)
}

func (m *machines) Kill(_ context.Context, names []string) error {
	err := m.signal(names, syscall.SIGKILL)
	for _, machine := range m.named(names) {
		if !m.deaf {
			<-machine.gone
		}
	}
	return err
}

func (m *machines) Freeze(_ context.Context, names []string) error {
	return m.signal(names, syscall.SIGSTOP)
}

func (m *machines) Shut(_ context.Context, names []string) error {
	err := m.signal(names, syscall.SIGTERM)
	for _, machine := range m.named(names) {
		if !m.deaf {
			<-machine.gone
		}
	}
	return err
}

// Unplug and Plug need a network for each machine, which processes have not.
func (*machines) Unplug(context.Context, []string) error { return errors.ErrUnsupported }
func (*machines) Plug(context.Context, []string) error   { return errors.ErrUnsupported }

func (m *machines) Thaw(_ context.Context, names []string) error {
	return m.signal(names, syscall.SIGCONT)
}

func (m *machines) Restart(_ context.Context, region string) error {
	for name, machine := range m.all {
		if state, err := machine.state(); err != nil || state != drills.ProcessGone || !strings.HasPrefix(name, region+"/") {
			continue
		}
		if err := m.start(machine); err != nil {
			return err
		}
	}
	return nil
}

func (m *machines) CaughtUp(ctx context.Context, region string) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for _, name := range m.Running(region) {
		for {
			err := answers(m.all[name].address)
			if err == nil {
				break
			}
			select {
			case <-ctx.Done():
				return errors.Join(ctx.Err(), err)
			case <-tick.C:
			}
		}
	}
	return nil
}

// Tune, Untune and Measure are of faults within a cluster, of which a machine of
// these tests has none.
func (m *machines) Tune(context.Context, string, drills.Setting, string) error {
	return errors.New("it has no settings")
}

func (m *machines) Untune(context.Context, string, drills.Setting) error { return nil }

func (m *machines) Measure(context.Context, string, drills.Figure) (float64, error) {
	return 0, errors.New("it has no figures")
}
