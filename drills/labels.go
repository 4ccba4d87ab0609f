package drills

import (
	"fmt"
	"regexp"
	"slices"
)

// maxLabels keeps the labels of a drill within a line.
const maxLabels = 8

var label = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Labelled reports whether the drill bears every one of these labels.
func (d *Drill) Labelled(labels ...string) bool {
	return !slices.ContainsFunc(labels, func(l string) bool { return !slices.Contains(d.Labels, l) })
}

func (d *Drill) checkLabels(l *problemList) {
	if len(d.Labels) > maxLabels {
		l.add("labels", fmt.Sprintf("%d are too many: at most %d", len(d.Labels), maxLabels))
	}
	for i, name := range d.Labels {
		path := fmt.Sprintf("labels[%d]", i)
		switch {
		case len(name) > maxName || !label.MatchString(name):
			l.add(path, fmt.Sprintf("%q is not a label: write a-z, 0-9 and a - between words, at most %d characters", name, maxName))
		case slices.Contains(d.Labels[:i], name):
			l.add(path, fmt.Sprintf("%q is labels[%d] already", name, slices.Index(d.Labels, name)))
		}
	}
}
