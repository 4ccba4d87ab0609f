package journal_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/journal"
)

func TestAJournalIsReadAsItWasWritten(t *testing.T) {
	state := filepath.Join(t.TempDir(), "not", "there", "yet")
	j := create(t, state)
	all := []drills.Change{
		process("us-east/cluster"), folder("/runs/1/work"),
		{Kind: drills.ProcessChange, Subject: "links", PID: 7, Born: "Sun Mar  1 12:00:00 2026"},
		{Kind: drills.ToxicChange, Subject: "fleet-a-to-b", Address: "127.64.0.2:8474", Toxic: "slow <&>"},
		{Kind: drills.EndpointChange, Subject: "orders", Address: "127.64.0.3:7053", Before: "us-east"},
		{Kind: drills.FailoverChange, Subject: "orders", Address: "127.64.0.4:7233", Before: "us-east", Home: "127.64.0.5:7233"},
		{Kind: drills.FolderChange, Subject: "/runs/2/work", Keep: true},
	}
	first := begin(t, j, all[0])
	rest := begin(t, j, all[1:]...)
	first[0]()
	rest[2]()
	rest[2]() // once is enough
	var want []journal.Entry
	for i, c := range all {
		want = append(want, journal.Entry{Number: i + 1, Change: c, Undone: i == 0 || i == 3})
	}
	if got := j.Entries(); !reflect.DeepEqual(got, want) {
		t.Errorf("it holds %+v", got)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	again := open(t, state)
	if got := again.Entries(); !reflect.DeepEqual(got, want) {
		t.Errorf("read again, it holds %+v", got)
	}
	run := someRun()
	run.Version = 1
	if got := again.Run(); !reflect.DeepEqual(got, run) {
		t.Errorf("it is of %+v", got)
	}
	if lines := strings.Count(read(t, path(state)), "\n"); lines != 1+len(all)+2 {
		t.Errorf("it has %d lines", lines)
	}
}

// What Begin returned for is on disk; nothing of what it refused is.
func TestBeginIsOnDiskBeforeItReturns(t *testing.T) {
	j := create(t, t.TempDir())
	begin(t, j, process("us-east/cluster"))
	before := read(t, j.Path())
	if !strings.Contains(before, "us-east/cluster") {
		t.Errorf("the file holds\n%s", before)
	}
	if _, err := j.Begin(process("us-west/cluster"), drills.Change{Kind: "wish", Subject: "peace"}); err == nil || read(t, j.Path()) != before {
		t.Errorf("a change that nobody can undo: %v\n%s", err, read(t, j.Path()))
	}
}

func TestAJournalGoesOnlyOnceAllIsUndone(t *testing.T) {
	j := create(t, t.TempDir())
	undone := begin(t, j, process("a"), process("b"))
	undone[0]()
	if err := j.Remove(); !errors.Is(err, journal.ErrUndoLeft) || !strings.Contains(err.Error(), "process b") {
		t.Errorf("removed with one left: %v", err)
	}
	undone[1]()
	for range 2 {
		if err := j.Remove(); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(j.Path()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it is still there: %v", err)
	}
	if _, err := j.Begin(process("c")); err == nil {
		t.Error("a change went into a journal that is gone")
	}
}

// A journal that cannot be written to has nothing changed; that something was
// undone it need not say.
func TestAFullDisk(t *testing.T) {
	j := create(t, t.TempDir())
	undone := begin(t, j, process("a"))
	if err := j.Close(); err != nil { // as good as full
		t.Fatal(err)
	}
	if _, err := j.Begin(process("b")); err == nil || !strings.Contains(err.Error(), "none was made") {
		t.Errorf("it took a change: %v", err)
	}
	undone[0]()
	if e := j.Entries(); len(e) != 1 || !e[0].Undone {
		t.Errorf("it holds %+v", e)
	}
}

func TestChangesOfManyAtOnce(t *testing.T) {
	state := t.TempDir()
	j := create(t, state)
	var working sync.WaitGroup
	for range 8 {
		working.Go(func() {
			for range 5 {
				undone, err := j.Begin(process("a"), process("b"))
				if err != nil {
					t.Error(err)
					return
				}
				undone[1]()
			}
		})
	}
	working.Wait()
	want := j.Entries()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	got := open(t, state).Entries()
	if len(got) != 80 || !reflect.DeepEqual(got, want) {
		t.Errorf("read again, it holds %d of %d", len(got), len(want))
	}
	for _, e := range got {
		if e.Undone != (e.Change.Subject == "b") {
			t.Errorf("%+v", e)
		}
	}
}
