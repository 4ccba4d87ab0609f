// Package catalog holds the drills that ship, as the same YAML a user writes:
// each is a starting point to copy.
package catalog

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/failoverdrill/failoverdrill/drills"
)

//go:embed *.yaml
var files embed.FS

const suffix = ".yaml"

// UnknownDrillError is a name that no shipped drill has.
type UnknownDrillError struct {
	Name  string
	Valid []string // the names that there are
}

// Error lists the valid names.
func (e *UnknownDrillError) Error() string {
	return fmt.Sprintf("%.60q is not a drill that ships (%s)", e.Name, strings.Join(e.Valid, ", "))
}

// Names lists the drills that ship, sorted.
func Names() []string {
	paths, err := fs.Glob(files, "*"+suffix)
	if err != nil {
		panic(err) // only a malformed pattern fails, and it is a constant
	}
	for i, path := range paths {
		paths[i] = strings.TrimSuffix(path, suffix)
	}
	slices.Sort(paths) // again: the suffix was part of the order
	return paths
}

// Get reads the drill of that name, with every default filled in. A name that
// is none of Names is an *UnknownDrillError.
func Get(name string) (*drills.Drill, error) {
	src, err := Source(name)
	if err != nil {
		return nil, err
	}
	return drills.Parse(name+suffix, src)
}

// Source is the YAML of the drill of that name, comments included. A name that
// is none of Names is an *UnknownDrillError.
func Source(name string) ([]byte, error) {
	src, err := files.ReadFile(name + suffix)
	if err != nil {
		return nil, &UnknownDrillError{Name: name, Valid: Names()}
	}
	return src, nil
}
