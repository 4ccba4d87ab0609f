package harness

import (
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
	"github.com/failoverdrill/failoverdrill/fixtures"
	"github.com/failoverdrill/failoverdrill/fixtures/launch"
	"github.com/failoverdrill/failoverdrill/fixtures/store"
)

// What a machine needs for a drill.
const (
	mebibyte = 1 << 20
	// leastDisk is free where runs are kept. A run takes some 50 MiB while it
	// lasts; a disk that fills up in the middle has databases fail as an outage
	// would, and a log or a core file of another program grows fast.
	leastDisk = 1 << 30
	// leastFiles is how many files a process may have open: a proxy has two for
	// each connection through a Link, and the default of old shells is 256.
	leastFiles = 4096
	// regionMemory is what a region takes under the load of the shipped drills,
	// Workers included; harnessMemory is for the rest.
	regionMemory  = 250 * mebibyte
	harnessMemory = 100 * mebibyte
)

// preflight looks whether this machine has what a drill needs, before anything
// is started: what is missing would look like a fault of what is tested. Every
// failed check is told, with what to do.
func preflight(ctx context.Context, d *drills.Drill, o Options) error {
	return errors.Join(
		checkLauncher(ctx, d, o.Launcher),
		checkDisk(o.Out),
		raiseFiles(leastFiles),
		checkMemory(memoryFile, len(d.Regions)),
		checkBinary(ctx, o.Binary),
		checkStore(d, o.Launcher),
	)
}

// checkLauncher fails unless this machine can run the components of a drill in the way
// that is asked for.
func checkLauncher(ctx context.Context, d *drills.Drill, kind launch.Kind) error {
	if err := kind.Suits(d); err != nil {
		return err
	}
	count, err := fixtures.CountAddresses(d)
	if err != nil {
		return err
	}
	return kind.Preflight(ctx, count)
}

// checkStore fails unless the engine of the drill's stores is there, where components have
// it from this machine.
func checkStore(d *drills.Drill, kind launch.Kind) error {
	if d.Store.Engine != drills.PostgreSQL || !kind.OnThisMachine() {
		return nil
	}
	_, err := store.FindPostgreSQL()
	return err
}

// checkDisk fails unless there is room below a folder, which may not be there yet.
func checkDisk(folder string) error {
	there, err := existing(folder)
	if err != nil {
		return err
	}
	var s syscall.Statfs_t
	if err := syscall.Statfs(there, &s); err != nil {
		return fmt.Errorf("look for free disk in %s: %w", there, err)
	}
	return enough("disk in "+there, s.Bavail*uint64(s.Bsize), leastDisk, "free some, or keep runs elsewhere (--out)")
}

// existing is the folder, or the first above it that there is.
func existing(folder string) (string, error) {
	for {
		_, err := os.Stat(folder)
		if err == nil {
			return folder, nil
		}
		above := filepath.Dir(folder)
		if !errors.Is(err, os.ErrNotExist) || above == folder {
			return "", fmt.Errorf("look for the folder of runs: %w", err)
		}
		folder = above
	}
}

// raiseFiles has this process and its children open as many files as they are
// allowed to, and fails unless that is enough.
func raiseFiles(least uint64) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("look for the limit of open files: %w", err)
	}
	if limit.Cur >= least {
		return nil
	}
	if limit.Max >= least {
		limit.Cur = limit.Max
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err == nil {
			return nil
		}
	}
	return fmt.Errorf("open files: %d allowed, %d are needed: `ulimit -n %d`, or raise the hard limit first", limit.Cur, least, least)
}

// memoryFile is where Linux tells its memory.
const memoryFile = "/proc/meminfo"

// checkMemory fails unless there is room for the regions. A system that does
// not tell as Linux does is not asked.
func checkMemory(file string, regions int) error {
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for free memory: %w", err)
	}
	available, told := memoryIn(string(text))
	if !told {
		return nil // a kernel before 3.14
	}
	return enough("memory", available, uint64(regions)*regionMemory+harnessMemory,
		fmt.Sprintf("end other programs, or drill fewer than %d regions", regions))
}

// memoryIn reads what can be had without swapping, in bytes.
func memoryIn(meminfo string) (available uint64, told bool) {
	for line := range strings.Lines(meminfo) {
		value, found := strings.CutPrefix(line, "MemAvailable:")
		if !found {
			continue
		}
		var kib uint64
		_, err := fmt.Sscan(value, &kib)
		return kib << 10, err == nil
	}
	return 0, false
}

func enough(what string, available, least uint64, remedy string) error {
	if available >= least {
		return nil
	}
	return fmt.Errorf("%s: %d MiB free, %d are needed: %s", what, available/mebibyte, least/mebibyte, remedy)
}

// binaryWithin is long for a program that prints its usage.
const binaryWithin = 15 * time.Second

// checkBinary fails unless the binary runs, and plays components.
func checkBinary(ctx context.Context, binary string) error {
	ctx, cancel := context.WithTimeout(ctx, binaryWithin)
	defer cancel()
	said, err := exec.CommandContext(ctx, binary, "component", "--help").CombinedOutput()
	if err == nil && !strings.Contains(string(said), "cluster") {
		err = errors.New("it knows of no component")
	}
	if err != nil {
		return fmt.Errorf("run the failoverdrill binary %s: %w: build it, and name it by %s:\n%s", binary, err, BinaryVariable, firstLines(said))
	}
	return nil
}

// firstLines is as much of what a program said as an error should show.
func firstLines(said []byte) string {
	const most = 300
	text := strings.TrimSpace(string(said))
	if len(text) > most {
		text = text[:most] + "…"
	}
	return text
}
