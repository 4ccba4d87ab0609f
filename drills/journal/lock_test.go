package journal_test

import (
	"errors"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills/journal"
)

func TestARunThatGoesOnIsHeldAndOneThatWasKilledIsNot(t *testing.T) {
	state := t.TempDir()
	other := holder(t, state)
	if _, err := journal.Open(path(state)); !errors.Is(err, journal.ErrHeld) {
		t.Fatalf("the journal of a run that goes on: %v", err)
	}
	if run, held, err := journal.Peek(path(state)); !held || run.ID != someRun().ID || err != nil {
		t.Errorf("looked into: %+v, held %t, %v", run, held, err)
	}
	kill(t, other)
	if _, held, err := journal.Peek(path(state)); held || err != nil {
		t.Errorf("looked into after the kill: held %t, %v", held, err)
	}
	j := open(t, state)
	if e := j.Entries(); len(e) != 2 || e[0].Undone || e[1].Undone {
		t.Errorf("it left %+v", e)
	}
	if _, err := journal.Open(path(state)); !errors.Is(err, journal.ErrHeld) {
		t.Errorf("two recover at once: %v", err)
	}
}

func TestAJournalThatIsGoneIsNotFound(t *testing.T) {
	state := t.TempDir()
	if _, err := journal.Open(path(state)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("open: %v", err)
	}
	if _, _, err := journal.Peek(path(state)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("peek: %v", err)
	}
}

// A recovery may meet a journal between its making and its first line. It
// removes it, and the harness makes another: no run is without.
func TestAJournalIsMadeThoughARecoveryRemovesItEmpty(t *testing.T) {
	state := t.TempDir()
	done := make(chan struct{})
	var recovering sync.WaitGroup
	for range 2 {
		recovering.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if j, err := journal.Open(path(state)); err == nil {
					if len(j.Entries()) == 0 && j.Run().ID == "" {
						err = j.Remove()
					}
					if err := errors.Join(err, j.Close()); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	for range 200 {
		j, err := journal.Create(state, someRun())
		if err != nil {
			t.Fatal(err)
		}
		begin(t, j, process("a"))[0]()
		if _, held, err := journal.Peek(path(state)); !held || err != nil {
			t.Fatalf("a run that goes on: held %t, %v", held, err)
		}
		if err := j.Remove(); err != nil {
			t.Fatal(err)
		}
	}
	close(done)
	recovering.Wait()
}

func TestListNamesJournalsAlone(t *testing.T) {
	state := t.TempDir()
	create(t, state)
	if _, err := journal.Stop(state); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(path(state)+".jsonl", 0o700); err != nil {
		t.Fatal(err)
	}
	got, err := journal.List(state)
	if err != nil || !slices.Equal(got, []string{path(state)}) {
		t.Errorf("listed %q, %v", got, err)
	}
	if got, err := journal.List(state + "/nowhere"); len(got) != 0 || err != nil {
		t.Errorf("listed %q, %v", got, err)
	}
}
