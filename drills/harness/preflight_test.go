package harness

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills/catalog"
	"github.com/failoverdrill/failoverdrill/fixtures/launch"
)

func TestPreflight(t *testing.T) {
	d, err := catalog.Get("active-hot")
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "not", "there", "yet")
	if err := preflight(t.Context(), d, Options{Out: out, Binary: os.Args[0], Launcher: launch.AsProcesses}); err != nil {
		t.Errorf("this machine: %v", err)
	}
	if _, err := os.Stat(filepath.Dir(out)); err == nil {
		t.Error("it made the folder of runs")
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	err = preflight(t.Context(), d, Options{Out: filepath.Join(file, "runs"), Binary: "/no/such/binary", Launcher: launch.AsProcesses})
	for _, says := range []string{"not a directory", "run the failoverdrill binary /no/such/binary", BinaryVariable} {
		if err == nil || !strings.Contains(err.Error(), says) { // all that is wrong is told at once
			t.Errorf("it does not say %q: %v", says, err)
		}
	}
}

func TestMemoryIsHeldAgainstRegions(t *testing.T) {
	for name, c := range map[string]struct {
		meminfo string
		regions int
		says    string
	}{
		"enough":        {"MemTotal: 8000000 kB\nMemAvailable:     614400 kB\n", 2, ""}, // 600 MiB
		"one kB less":   {"MemTotal: 8000000 kB\nMemAvailable:     614399 kB\n", 2, "599 MiB free, 600 are needed"},
		"three regions": {"MemAvailable: 700000 kB\n", 3, "850 are needed: end other programs, or drill fewer than 3 regions"},
		"not told":      {"MemTotal: 100 kB\n", 3, ""},
		"told wrongly":  {"MemAvailable: much\n", 3, ""},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "meminfo")
			if err := os.WriteFile(file, []byte(c.meminfo), 0o600); err != nil {
				t.Fatal(err)
			}
			err := checkMemory(file, c.regions)
			if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("it says %v", err)
			}
		})
	}
	if err := checkMemory(filepath.Join(t.TempDir(), "none"), 100); err != nil {
		t.Errorf("a system that does not tell: %v", err)
	}
}

func TestOpenFiles(t *testing.T) {
	if err := raiseFiles(16); err != nil {
		t.Error(err)
	}
	if err := raiseFiles(math.MaxInt64); err == nil || !strings.Contains(err.Error(), "ulimit -n") {
		t.Errorf("more than any machine allows: %v", err)
	}
}

func TestTheBinaryHasToPlayComponents(t *testing.T) {
	if err := checkBinary(t.Context(), os.Args[0]); err != nil {
		t.Errorf("the test binary: %v", err)
	}
	for binary, says := range map[string]string{"/bin/true": "it knows of no component", "/bin/false": "exit status 1", os.TempDir(): "permission denied"} {
		if err := checkBinary(t.Context(), binary); err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), binary) {
			t.Errorf("%s: %v", binary, err)
		}
	}
}
