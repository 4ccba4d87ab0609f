package toxics

import (
	"sync"

	"github.com/failoverdrill/failoverdrill/drills"
)

// changes are those of Links that were begun, until they are undone by a later
// call: what was refused is restored, what was added is removed.
type changes struct {
	journal drills.Journal

	mu   sync.Mutex
	open map[changeKey][]func()
}

// changeKey is what the undo of a change has in common with it.
type changeKey struct {
	kind        drills.ChangeKind
	link, toxic string
}

func keyOf(c drills.Change) changeKey { return changeKey{c.Kind, c.Subject, c.Toxic} }

// begin has changes on disk. They must not be made when it returns an error.
func (c *changes) begin(list ...drills.Change) error {
	undone, err := c.journal.Begin(list...)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open == nil {
		c.open = map[changeKey][]func(){}
	}
	for i, change := range list {
		c.open[keyOf(change)] = append(c.open[keyOf(change)], undone[i])
	}
	return nil
}

// undone notes that a change, however often it was begun, was undone.
func (c *changes) undone(change drills.Change) {
	c.mu.Lock()
	list := c.open[keyOf(change)]
	delete(c.open, keyOf(change))
	c.mu.Unlock()
	for _, noted := range list {
		noted()
	}
}
