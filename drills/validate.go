package drills

import (
	"fmt"
	"slices"
	"time"
)

// The limits of a drill.
const (
	maxName     = 63             // of a drill, and of a region: a DNS label
	maxRate     = Rate(50)       // per second; more than one machine can promise
	minRate     = Rate(1) / 3600 // one operation an hour; below, a schedule means nothing
	maxWorkers  = 8              // for each Namespace in a region
	maxSlots    = 1000
	maxFailures = 100
	maxDuration = 24 * time.Hour // of anything; sums of a few stay within a Duration
)

// Validate holds a drill that was built in Go against the rules of the drill
// file. Every mistake is a *FileError that names the field's path in the file;
// several are joined.
func (d *Drill) Validate() error {
	var mistakes []*FileError
	for _, p := range d.resolved().problems() {
		mistakes = append(mistakes, &FileError{Path: p.path, Message: p.message})
	}
	return joinSorted(mistakes)
}

// problem is a broken rule. It is not worth a word while the fields that it
// needs beside its own could not be read.
type problem struct {
	path    string
	message string
	needs   []string
}

// problemList collects problems. Its methods are the rules that many share.
type problemList []problem

func (l *problemList) add(path, message string, needs ...string) {
	*l = append(*l, problem{path: path, message: message, needs: needs})
}

// oneOf is the rule for a name of a closed set.
func oneOf[T ~string](l *problemList, path string, got T, what string, valid []T) {
	switch {
	case got == "":
		l.add(path, fmt.Sprintf("is required: name %s (%s)", what, names(valid)))
	case !slices.Contains(valid, got):
		l.add(path, fmt.Sprintf("%q is not %s (%s)", got, what, names(valid)))
	}
}

func (l *problemList) duration(path string, value, least time.Duration) {
	switch {
	case value < least && least == 0:
		l.add(path, fmt.Sprintf("%s is negative", formatDuration(value)))
	case value < least:
		l.add(path, fmt.Sprintf("%s is too short: at least %s", formatDuration(value), formatDuration(least)))
	case value > maxDuration:
		l.add(path, fmt.Sprintf("%s is too long: at most %s", formatDuration(value), formatDuration(maxDuration)))
	}
}

func (l *problemList) count(path string, value, least, most int) {
	if value < least || value > most {
		l.add(path, fmt.Sprintf("%d is not between %d and %d", value, least, most))
	}
}
