package main

import (
	"bytes"
	"context"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/catalog"
	"github.com/failoverdrill/failoverdrill/drills/record"
)

// runFolder is the folder of a run that goes on.
func runFolder(t *testing.T, out, id string) string {
	t.Helper()
	d, err := catalog.Get("active-hot")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(out, "20260102-150405-active-hot-"+id)
	w, err := record.Create(dir, d, id)
	if err != nil {
		t.Fatal(err)
	}
	w.Record(drills.Event{Kind: drills.KindBegin, Begin: &drills.Begin{RunID: id, Drill: d.Name, StartedAt: time.Unix(0, 0)}})
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// waits has a run wait for a person, and returns what comes of that.
func waits(t *testing.T, dir, region string) <-chan error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	done := make(chan error, 1)
	go func() { done <- record.AwaitApproval(ctx, dir, region) }()
	for {
		regions, err := record.Awaited(dir)
		if err != nil {
			t.Fatal(err)
		}
		if len(regions) > 0 {
			return done
		}
		select {
		case err := <-done:
			t.Fatalf("it waits for nobody: %v", err)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func TestApproveFindsTheRunThatIsMeant(t *testing.T) {
	out := t.TempDir()
	one, other := runFolder(t, out, "0000000a"), runFolder(t, out, "0000000b")
	for name, args := range map[string][]string{
		"the only one": nil, "by its id": {"0000000a"}, "by its folder": {one},
	} {
		t.Run(name, func(t *testing.T) {
			done := waits(t, one, "us-east")
			if name != "the only one" {
				waits(t, other, "us-east")
			}
			code, stdout, stderr := command(t, append([]string{"approve", "--out", out}, args...)...)
			if code != 0 || stderr != "" || stdout != "approved: active-hot of run 0000000a fails over from us-east\n" {
				t.Errorf("exit code %d, %s\n%s", code, stderr, stdout)
			}
			if err := <-done; err != nil {
				t.Error(err)
			}
			if left, err := record.Awaited(other); name != "the only one" && len(left) != 1 || err != nil {
				t.Errorf("the other run went on: %q, %v", left, err)
			}
		})
	}
}

func TestApproveRefusesWhatIsNotMeant(t *testing.T) {
	out := t.TempDir()
	one, other, idle := runFolder(t, out, "0000000a"), runFolder(t, out, "0000000b"), runFolder(t, out, "0000000c")
	waits(t, one, "us-east")
	waits(t, other, "us-west")
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"several wait":         {[]string{"--out", out}, `(?s)several runs wait.*0000000a  active-hot, failover from us-east, in .*\n.*0000000b  active-hot, failover from us-west`},
		"an id that is none":   {[]string{"--out", out, "0000000d"}, `"0000000d" is neither the folder of a run nor the id of one`},
		"one that waits not":   {[]string{"--out", out, "0000000c"}, `run 0000000c waits for nobody`},
		"a folder that is not": {[]string{idle}, `run 0000000c waits for nobody`},
		"no folder of runs":    {[]string{"--out", filepath.Join(out, "none")}, `no run is kept in .*none; --out names another`},
		"none at all":          {[]string{"--out", t.TempDir()}, `no run in .* waits for a person`},
		"two at once":          {[]string{one, other}, `accepts at most 1 arg`},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := command(t, append([]string{"approve"}, c.args...)...)
			if code != drills.ExitUsage || stdout != "" || !regexp.MustCompile(c.says).MatchString(stderr) {
				t.Errorf("exit code %d, want %q of\n%s%s", code, c.says, stderr, stdout)
			}
		})
	}
	for _, dir := range []string{one, other} {
		if left, err := record.Awaited(dir); len(left) != 1 || err != nil {
			t.Errorf("%s went on: %q, %v", dir, left, err)
		}
	}
}

// Who watches a drill is told what to type, as a shell takes it.
func TestProgressTellsAPersonWhatToType(t *testing.T) {
	d, err := catalog.Get("active-hot")
	if err != nil {
		t.Fatal(err)
	}
	for out, want := range map[string]string{
		"runs":           "failoverdrill approve 1a2b3c4d\n",
		"/tmp/my-runs":   "failoverdrill approve --out /tmp/my-runs 1a2b3c4d\n",
		"Bob's runs; rm": `failoverdrill approve --out 'Bob'\''s runs; rm' 1a2b3c4d` + "\n",
	} {
		var shown bytes.Buffer
		p := newProgress(&shown, d, runFlags{out: out, runs: 1}, 0)
		p.take(drills.Event{Kind: drills.KindBegin, Begin: &drills.Begin{RunID: "1a2b3c4d"}})
		p.take(drills.Event{Kind: drills.KindMark, Name: string(drills.Detected)})
		if strings.Contains(shown.String(), "approve") {
			t.Errorf("it asks before anybody has to be asked:\n%s", shown.String())
		}
		p.take(drills.Event{Kind: drills.KindMark, Name: string(drills.ApprovalRequested)})
		p.close()
		if !strings.HasSuffix(shown.String(), want) {
			t.Errorf("got\n%swant it to end in %s", shown.String(), want)
		}
	}
}
