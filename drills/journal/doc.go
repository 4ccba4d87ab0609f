// Package journal keeps on disk what a run changes in the world, each change
// with its undo, before it is made. So what an interrupted run left behind can
// be undone by whoever comes later, as often as it takes.
//
// All runs of a user on a machine share one folder, the state folder:
//
//	<run id>.jsonl   one for each run that has something to undo
//	stop             while it is there, no drill starts, and those that run end
//
// A journal is JSON lines: first the run, then changes, each with a number, and
// the numbers of those that were undone.
//
//	Create ──► Begin ──► (the change is made) ──► (undone) ──► … ──► Remove
//	  │          │
//	  │          └ on disk before it returns: a line cut short is of a change
//	  │            that was never made
//	  └ holds a lock on the file that goes with its process, however that ends.
//	    Open takes it over; a run that goes on cannot be opened.
//
// No journal, nothing left over: it is removed once everything was undone.
package journal
