package record_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/record"
)

const drillFile = `apiVersion: failoverdrill/v1
name: orders-active-hot
model: active-hot
regions: [us-east, us-west]
workload: {profile: orders, rate: 10/s}
steadyState: {window: 5s}
failover: {mode: forced, detect: {interval: 500ms, failures: 3}}
faults: [{kind: region-outage, region: us-east, flavour: crash}]
objectives: {recoveryTime: 30s}
`

const runID = "orders-active-hot-7"

func sampleDrill(t testing.TB) *drills.Drill {
	t.Helper()
	d, err := drills.Parse("drill.yaml", []byte(drillFile))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func seconds(s float64) drills.Offset { return drills.Offset(s * float64(time.Second)) }

func begin() drills.Event {
	return drills.Event{Kind: drills.KindBegin, Begin: &drills.Begin{
		RunID: runID, Drill: "orders-active-hot",
		StartedAt:   time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
		Environment: map[string]string{"cpus": "2"},
	}}
}

func mark(at float64, name drills.Stage) drills.Event {
	return drills.Event{At: seconds(at), Kind: drills.KindMark, Name: string(name)}
}

func end(at float64, outcome string) drills.Event {
	return drills.Event{At: seconds(at), Kind: drills.KindEnd, Name: outcome}
}

// create begins a record in a new folder; it is closed with the test.
func create(t testing.TB) *record.Writer {
	t.Helper()
	w, err := record.Create(filepath.Join(t.TempDir(), "run"), sampleDrill(t), runID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w
}

// recorded is the folder of a closed run with these events after begin.
func recorded(t testing.TB, events ...drills.Event) string {
	t.Helper()
	w := create(t)
	w.Record(begin())
	for _, e := range events {
		w.Record(e)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.Dir()
}

func write(t testing.TB, path, content string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t testing.TB, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// wantError fails unless err says every one of the parts.
func wantError(t testing.TB, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("got no error, want one with %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not say %q", err, part)
		}
	}
}
