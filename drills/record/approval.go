package record

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A failover that waits for a person has two files in the folder of its run. The
// request is locked for as long as somebody waits, and the kernel drops the lock
// with the process: a run that was killed waits for nobody.
//
//	harness:  request, locked ──────────────── finds it ─► removes both
//	person:                     approval, whole ──┘
const (
	requestSuffix  = ".request"
	approvalSuffix = ".approval"
	approvalPrefix = "failover-from-"
)

// approvalEvery is how often an approval is looked for.
const approvalEvery = 100 * time.Millisecond

// AwaitApproval returns once a person has approved, by Approve, that the
// Namespaces of region leave it, in the run whose folder is dir. An approval that
// was given to an earlier request counts for nothing.
func AwaitApproval(ctx context.Context, dir, region string) (err error) {
	request, approval := approvalFiles(dir, region)
	if err := os.Remove(approval); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("request approval: %w", err)
	}
	file, err := os.OpenFile(request, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return fmt.Errorf("request approval: %w", err)
	}
	defer func() { err = errors.Join(err, os.Remove(request), file.Close()) }()
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fmt.Errorf("request approval: lock %s: %w", request, err)
	}
	tick := time.NewTicker(approvalEvery)
	defer tick.Stop()
	for {
		if _, err := os.Stat(approval); err == nil {
			return os.Remove(approval)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("await approval of the failover from %s: %w", region, context.Cause(ctx))
		case <-tick.C:
		}
	}
}

// Awaited lists the regions of a run whose failover waits for a person now.
func Awaited(dir string) ([]string, error) {
	requests, err := filepath.Glob(filepath.Join(quoted(dir), approvalPrefix+"*"+requestSuffix))
	if err != nil {
		return nil, fmt.Errorf("look for failovers that wait: %w", err)
	}
	var regions []string
	for _, request := range requests {
		waits, err := locked(request)
		if err != nil {
			return nil, fmt.Errorf("look for failovers that wait: %w", err)
		}
		if waits {
			name := strings.TrimPrefix(filepath.Base(request), approvalPrefix)
			regions = append(regions, strings.TrimSuffix(name, requestSuffix))
		}
	}
	slices.Sort(regions)
	return regions, nil
}

// Approve has the failover from region go on that waits for a person in the run
// whose folder is dir.
func Approve(dir, region string) error {
	_, approval := approvalFiles(dir, region)
	if err := WriteFile(approval, []byte("approved\n")); err != nil {
		return fmt.Errorf("approve failover from %s: %w", region, err)
	}
	return nil
}

func approvalFiles(dir, region string) (request, approval string) {
	base := filepath.Join(dir, approvalPrefix+region)
	return base + requestSuffix, base + approvalSuffix
}

// locked reports whether somebody holds a file. One that is gone, nobody does.
func locked(path string) (bool, error) {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { _ = file.Close() }() // which drops a lock that was free
	switch err := syscall.Flock(int(file.Fd()), syscall.LOCK_SH|syscall.LOCK_NB); {
	case err == nil:
		return false, nil
	case errors.Is(err, syscall.EWOULDBLOCK):
		return true, nil
	default:
		return false, fmt.Errorf("look at the lock of %s: %w", path, err)
	}
}

// quoted is a folder's name as a pattern that matches it alone.
func quoted(dir string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(dir)
}
