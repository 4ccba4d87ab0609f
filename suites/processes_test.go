package suites

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	. "github.com/onsi/gomega"
)

// process is one process as the kernel shows it.
type process struct {
	pid     int
	parent  int
	state   string
	command string
}

// children lists the processes that this one started and that still run.
func children() []string { return commands(descendants(os.Getpid())) }

func commands(list []process) []string {
	var out []string
	for _, p := range list {
		out = append(out, fmt.Sprintf("%d %s", p.pid, p.command))
	}
	return out
}

// descendants lists the processes below pid.
func descendants(pid int) []process {
	below := map[int][]process{}
	for _, p := range all() {
		below[p.parent] = append(below[p.parent], p)
	}
	var out []process
	for queue := below[pid]; len(queue) > 0; queue = queue[1:] {
		out = append(out, queue[0])
		queue = append(queue, below[queue[0].pid]...)
	}
	return out
}

// running lists those of the processes that still run.
func running(list []process) []string {
	var out []process
	for _, now := range all() {
		for _, then := range list {
			// A zombie has ended; whoever inherited it has yet to notice.
			if now.pid == then.pid && now.command == then.command && now.state != "Z" {
				out = append(out, now)
			}
		}
	}
	return commands(out)
}

// all lists the processes of this machine, from the kernel's files.
func all() []process {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	Expect(err).NotTo(HaveOccurred())
	var out []process
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue // it ended while we looked
		}
		command, err := os.ReadFile(filepath.Join(filepath.Dir(path), "cmdline"))
		if err != nil {
			continue
		}
		p := process{command: strings.ReplaceAll(string(command), "\x00", " ")}
		// pid (name) state parent …: the name may hold anything, even ") ".
		text := string(stat)
		rest := text[strings.LastIndexByte(text, ')')+1:]
		if _, err := fmt.Sscan(text, &p.pid); err != nil {
			continue
		}
		if _, err := fmt.Sscan(rest, &p.state, &p.parent); err != nil {
			continue
		}
		out = append(out, p)
	}
	return out
}
