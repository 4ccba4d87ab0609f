package survive

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/failoverdrill/failoverdrill/drills/record"
)

// Left counts what is there of a run whose harness is not.
type Left struct {
	Processes, Ports, Folders, Journals int
	Contained                           int // containers, volumes, networks and images
}

// sight is what was seen at one moment.
type sight struct {
	processes []process
	ports     []string // in use
	folders   []string
	journals  []string
	contained []string // what an engine has
	addresses []string // ip:port that the run told of, in use or not
	runs      []string // ids
}

func (s sight) count() Left {
	return Left{len(s.processes), len(s.ports), len(s.folders), len(s.journals), len(s.contained)}
}

// findings lists all that must not be there once a run was recovered.
func (s sight) findings() []string {
	var out []string
	for _, p := range s.processes {
		out = append(out, fmt.Sprintf("process %d is there: %s", p.pid, p.command))
	}
	for what, list := range map[string][]string{"port in use": s.ports, "folder": s.folders, "journal": s.journals, "left in the engine": s.contained} {
		for _, one := range list {
			out = append(out, what+": "+one)
		}
	}
	slices.Sort(out)
	return out
}

// look sees what is there of the run at a place: of the processes that its
// harness had started, and any other that is of it. What an earlier look found
// out about its addresses is used again, for a recovery removes the journal.
func (t trial) look(p place, family []process, before *sight) (sight, error) {
	var s sight
	if before != nil {
		s.addresses, s.runs = before.addresses, before.runs
	} else if err := s.read(p); err != nil {
		return s, err
	}
	var err error
	if s.processes, err = of(p.dir, s.runs, family); err != nil {
		return s, err
	}
	if !t.launcher.OnThisMachine() {
		if s.contained, err = inEngine(s.runs); err != nil {
			return s, err
		}
	}
	if s.ports, err = inUse(s.addresses); err != nil {
		return s, err
	}
	if s.folders, err = filepath.Glob(filepath.Join(p.runs, "*", "work")); err != nil {
		return s, err
	}
	begun, err := filepath.Glob(filepath.Join(p.runs, "*"))
	for _, dir := range begun { // a folder in which no run began is none to keep
		if _, err := os.Lstat(filepath.Join(dir, record.DrillFile)); errors.Is(err, fs.ErrNotExist) {
			s.folders = append(s.folders, dir)
		}
	}
	if err != nil {
		return s, err
	}
	s.journals, err = filepath.Glob(filepath.Join(p.state, "*"))
	return s, err
}

// address finds an ip:port of those that runs lease, in whatever text.
var address = regexp.MustCompile(`127\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.\d{1,3}\.\d{1,3}:\d+`)

// read finds the run's id and addresses in its journal, and in what its
// components were told.
func (s *sight) read(p place) error {
	for _, root := range []string{p.state, p.runs} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return nil
			case err != nil || d.IsDir():
				return err
			}
			switch ext := filepath.Ext(path); {
			case ext == ".jsonl" && root == p.state:
				s.runs = append(s.runs, strings.TrimSuffix(filepath.Base(path), ext))
			case ext != ".json":
				return nil
			}
			text, err := os.ReadFile(path)
			for _, found := range address.FindAllString(string(text), -1) {
				if !slices.Contains(s.addresses, found) {
					s.addresses = append(s.addresses, found)
				}
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("look for addresses of the run: %w", err)
		}
	}
	return nil
}

// inUse lists the addresses that answer, or that cannot be bound, and every
// socket that the kernel has in a block of theirs.
func inUse(addresses []string) ([]string, error) {
	blocks := map[string]bool{}
	var out []string
	for _, at := range addresses {
		blocks[at[:strings.LastIndexByte(at, '.')+1]] = true
		conn, err := net.DialTimeout("tcp", at, time.Second)
		if err == nil {
			_ = conn.Close()
			out = append(out, at+" accepts")
		}
		streams, err := net.Listen("tcp", at)
		if err == nil {
			_ = streams.Close()
		}
		packets, failed := net.ListenPacket("udp", at)
		if failed == nil {
			_ = packets.Close()
		}
		if errors.Is(err, syscall.EADDRINUSE) || errors.Is(failed, syscall.EADDRINUSE) {
			out = append(out, at+" cannot be bound")
		}
	}
	sockets, err := listening()
	for _, at := range sockets {
		if blocks[at[:strings.LastIndexByte(at, '.')+1]] {
			out = append(out, at+" has a socket")
		}
	}
	return out, err
}

// list is everything at a place but reports, which are written anew whenever a
// run is judged, and what commands said here.
func list(p place) (string, error) {
	var b strings.Builder
	for _, root := range []string{p.state, p.runs} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) || d != nil && (d.Name() == record.ReportFile || d.Name() == record.JUnitFile) {
				return nil
			}
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			sum := [sha256.Size]byte{}
			if info.Mode().IsRegular() {
				content, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				sum = sha256.Sum256(content)
			}
			fmt.Fprintf(&b, "%s %s %s %x\n", path, info.Mode(), info.ModTime().UTC().Format(time.RFC3339Nano), sum[:8])
			return nil
		})
		if err != nil {
			return "", fmt.Errorf("list what is there: %w", err)
		}
	}
	return b.String(), nil
}
