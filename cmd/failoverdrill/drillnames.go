package main

import (
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/catalog"
)

// find loads a drill that ships, by its name, or one from a file.
func find(nameOrFile string) (*drills.Drill, error) {
	if slices.Contains(catalog.Names(), nameOrFile) {
		return catalog.Get(nameOrFile)
	}
	_, err := os.Stat(nameOrFile)
	looksLikeFile := strings.ContainsAny(nameOrFile, `/\.`)
	if err != nil && errors.Is(err, os.ErrNotExist) && !looksLikeFile {
		return nil, usage("%q is neither a drill that ships (%s) nor a file", nameOrFile, strings.Join(catalog.Names(), ", "))
	}
	d, err := drills.Load(nameOrFile)
	if err != nil {
		return nil, usageError{err}
	}
	return d, nil
}

// choose loads the drills that are named, and behind them those that ship and
// bear every one of the labels, where there are labels. None is there twice for
// its labels.
func choose(namesOrFiles, labels []string) ([]*drills.Drill, error) {
	out, err := findAll(namesOrFiles)
	if err != nil || len(labels) == 0 {
		return out, err
	}
	labelled, err := catalog.Labelled(labels...)
	if err != nil {
		return nil, unlabelled(err)
	}
	for _, d := range labelled {
		if !slices.Contains(namesOrFiles, d.Name) {
			out = append(out, d)
		}
	}
	return out, nil
}

// unlabelled has labels that no drill bears count as bad usage.
func unlabelled(err error) error {
	if none := new(catalog.UnlabelledError); errors.As(err, &none) {
		return usageError{err}
	}
	return err
}

// findAll loads every drill before any is run, and tells every mistake.
func findAll(namesOrFiles []string) ([]*drills.Drill, error) {
	var out []*drills.Drill
	var mistakes []error
	for _, name := range namesOrFiles {
		d, err := find(name)
		if err != nil {
			mistakes = append(mistakes, err)
			continue
		}
		out = append(out, d)
	}
	if len(mistakes) > 0 {
		return nil, usageError{errors.Join(mistakes...)}
	}
	return out, nil
}
