package record

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/failoverdrill/failoverdrill/drills"
)

// ReadProbes reads soundings, one a line; name is what errors and warnings call
// r. The error is a CorruptError when a line is at fault.
func ReadProbes(name string, r io.Reader) (probes []drills.Sounding, warnings []string, err error) {
	warnings, err = readLines(name, r, func(line []byte) error {
		s, err := decodeSounding(line)
		probes = append(probes, s)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return probes, warnings, nil
}

// MergeProbes merges what the probers wrote into the run's own file, in order
// of the intended send. It treats cut lines and damage as MergeLedgers does.
func MergeProbes[S Source](w *Writer, sources []S) (warnings []string, err error) {
	merged, warnings, err := readSources(sources, ReadProbes)
	if err != nil {
		return warnings, fmt.Errorf("merge probes: %w", err)
	}
	slices.SortStableFunc(merged, func(a, b drills.Sounding) int { return cmp.Compare(a.Intended, b.Intended) })
	content, err := encodeAll(merged)
	if err == nil {
		err = WriteFile(filepath.Join(w.dir, ProbesFile), content)
	}
	if err != nil {
		return warnings, fmt.Errorf("merge probes: %w", err)
	}
	return warnings, nil
}

// sounding has times that may be missing, unlike drills.Sounding.
type sounding struct {
	Intended *drills.Offset `json:"intended"`
	Done     *drills.Offset `json:"done"`
	drills.Sounding
}

func decodeSounding(line []byte) (drills.Sounding, error) {
	var s sounding
	if err := decode(line, &s); err != nil {
		return drills.Sounding{}, err
	}
	if s.Intended == nil || s.Done == nil {
		return drills.Sounding{}, errors.New("the probe does not say when it was meant and when it was done")
	}
	s.Sounding.Intended, s.Sounding.Done = *s.Intended, *s.Done
	if !slices.Contains(drills.Lanes(), s.Lane) {
		return drills.Sounding{}, fmt.Errorf("unknown lane %q", s.Lane)
	}
	return s.Sounding, nil
}
