package survive

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// process is one as the kernel shows it.
type process struct {
	pid, parent int
	state       string
	born        string // in ticks since the machine started: with the id, it is no other
	command     string
	folder      string // that it works in
	environment []string
}

func (p process) is(other process) bool { return p.pid == other.pid && p.born == other.born }

// all lists the processes of this machine but this one. Those that have ended
// and that nobody has waited for are not there any more.
func all() ([]process, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, fmt.Errorf("look at processes: %w", err)
	}
	var out []process
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		if p, there := read(pid); there && p.state != "Z" && p.state != "X" {
			out = append(out, p)
		}
	}
	return out, nil
}

// read looks at one process; it may be gone meanwhile.
func read(pid int) (process, bool) {
	dir := filepath.Join("/proc", strconv.Itoa(pid))
	stat, err := os.ReadFile(filepath.Join(dir, "stat"))
	if err != nil {
		return process{}, false
	}
	// pid (name) state parent …: the name may hold anything, even ") ".
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	const state, parent, born = 0, 1, 19
	if len(fields) <= born {
		return process{}, false
	}
	p := process{pid: pid, state: fields[state], born: fields[born]}
	p.parent, _ = strconv.Atoi(fields[parent])
	// What follows is not shown of processes of others.
	command, _ := os.ReadFile(filepath.Join(dir, "cmdline"))
	p.command = strings.ReplaceAll(strings.TrimRight(string(command), "\x00"), "\x00", " ")
	p.folder, _ = os.Readlink(filepath.Join(dir, "cwd"))
	environment, _ := os.ReadFile(filepath.Join(dir, "environ"))
	p.environment = strings.Split(string(environment), "\x00")
	return p, true
}

// descendants lists the processes below pid.
func descendants(pid int) ([]process, error) {
	list, err := all()
	below := map[int][]process{}
	for _, p := range list {
		below[p.parent] = append(below[p.parent], p)
	}
	var out []process
	for queue := below[pid]; len(queue) > 0; queue = queue[1:] {
		out = append(out, queue[0])
		queue = append(queue, below[queue[0].pid]...)
	}
	return out, err
}

// of lists the processes of a run: those of its family that are still there, and
// all that work below a folder, were told of it, or say whose they are.
func of(dir string, runs []string, family []process) ([]process, error) {
	list, err := all()
	return slices.DeleteFunc(list, func(p process) bool {
		mine := slices.ContainsFunc(family, p.is) || strings.HasPrefix(p.folder, dir+"/") || strings.Contains(p.command, dir+"/") ||
			slices.ContainsFunc(runs, func(id string) bool { return slices.Contains(p.environment, "FAILOVERDRILL_RUN="+id) })
		return !mine
	}), err
}

// listening lists the ip:port of all sockets, as the kernel has them, that are
// there to be reached: TCP that listens, and UDP.
func listening() ([]string, error) {
	const listens = "0A"
	var out []string
	for name, wanted := range map[string]string{"tcp": listens, "udp": ""} {
		file, err := os.Open("/proc/net/" + name)
		if err != nil {
			return nil, fmt.Errorf("look at sockets: %w", err)
		}
		lines := bufio.NewScanner(file)
		for lines.Scan() {
			// sl local_address rem_address st …, addresses in the byte order of the machine
			fields := strings.Fields(lines.Text())
			if len(fields) < 4 || wanted != "" && fields[3] != wanted {
				continue
			}
			if at, ok := decode(fields[1]); ok {
				out = append(out, at)
			}
		}
		err = lines.Err()
		_ = file.Close()
		if err != nil {
			return nil, fmt.Errorf("look at sockets: %w", err)
		}
	}
	return out, nil
}

// decode reads an address as 0200407F:1C41.
func decode(text string) (string, bool) {
	ip, port, _ := strings.Cut(text, ":")
	raw, err := hex.DecodeString(ip)
	number, failed := strconv.ParseUint(port, 16, 16)
	if err != nil || failed != nil || len(raw) != net.IPv4len {
		return "", false
	}
	address := make(net.IP, net.IPv4len)
	binary.BigEndian.PutUint32(address, binary.NativeEndian.Uint32(raw))
	return net.JoinHostPort(address.String(), strconv.FormatUint(number, 10)), true
}
