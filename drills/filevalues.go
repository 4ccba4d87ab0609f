package drills

import (
	"fmt"
	"maps"
	"slices"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// fileValue is what can stand behind a key of a drill file. It reads one node
// into the field it was made for, and encodes that field as what YAML writes:
// nil for nothing. It describes what may stand there, at a path in which [] is any item
// of a list and * any region.
type fileValue interface {
	read(r *fileReader, path string, n ast.Node)
	encode() any
	describe(path string) shape
}

// fileSection is a mapping with known keys, in the order they are written.
type fileSection []fileField

type fileField struct {
	key   string
	value fileValue
}

func (s fileSection) read(r *fileReader, path string, n ast.Node) {
	for _, e := range r.entries(path, n) {
		if v, ok := s.find(e.key); ok {
			r.read(v, joinPath(path, e.key), e.value, e.at())
		} else {
			r.fail(joinPath(path, e.key), e.keyAt, "%s", unknownKey(e.key, s.keys()))
		}
	}
}

func (s fileSection) encode() any {
	var out yaml.MapSlice
	for _, f := range s {
		if v := f.value.encode(); v != nil {
			out = append(out, yaml.MapItem{Key: f.key, Value: v})
		}
	}
	return out
}

func (s fileSection) find(key string) (fileValue, bool) {
	for _, f := range s {
		if f.key == key {
			return f.value, true
		}
	}
	return nil, false
}

func (s fileSection) keys() []string {
	out := make([]string, len(s))
	for i, f := range s {
		out[i] = f.key
	}
	return out
}

// fileList is a list of values of one kind, each blank before it is read.
type fileList[T any] struct {
	into  *[]T
	item  func(*T) fileValue
	blank T
}

func (l fileList[T]) read(r *fileReader, path string, n ast.Node) {
	sequence, ok := n.(*ast.SequenceNode)
	if !ok {
		r.fail(path, startOf(n), "must be a list, not %s", describe(n))
		return
	}
	*l.into = nil // an empty list is as good as none
	if len(sequence.Values) > 0 {
		*l.into = make([]T, len(sequence.Values))
	}
	for i, item := range sequence.Values {
		into := &(*l.into)[i]
		*into = l.blank
		r.read(l.item(into), fmt.Sprintf("%s[%d]", path, i), item, startOf(item))
	}
}

func (l fileList[T]) encode() any {
	if len(*l.into) == 0 {
		return nil
	}
	var out []any
	for i := range *l.into {
		out = append(out, l.item(&(*l.into)[i]).encode())
	}
	return out
}

// fileSpan is a span: least and most, or one time for both.
type fileSpan struct{ s *Span }

func (v fileSpan) section() fileSection {
	return fileSection{{"least", durationOf(&v.s.Least)}, {"most", durationOf(&v.s.Most)}}
}

func (v fileSpan) read(r *fileReader, path string, n ast.Node) {
	if _, _, scalar := scalarText(n); !scalar {
		v.section().read(r, path, n)
		return
	}
	durationOf(&v.s.Least).read(r, path, n)
	v.s.Most = v.s.Least
}

func (v fileSpan) encode() any {
	if *v.s == (Span{}) {
		return nil
	}
	return v.section().encode()
}

// fileMap is a mapping of keys that the user chooses, such as regions, to values of one
// kind. Only what a drill says is written.
type fileMap[T any] struct {
	into *map[string]T
	item func(*T) fileValue
}

func (v fileMap[T]) read(r *fileReader, path string, n ast.Node) {
	*v.into = map[string]T{}
	for _, e := range r.entries(path, n) {
		var value T
		r.read(v.item(&value), joinPath(path, e.key), e.value, e.at())
		(*v.into)[e.key] = value
	}
}

func (v fileMap[T]) encode() any {
	var out yaml.MapSlice
	for _, key := range slices.Sorted(maps.Keys(*v.into)) {
		value := (*v.into)[key]
		out = append(out, yaml.MapItem{Key: key, Value: v.item(&value).encode()})
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// fileOptional is a section that is left out where it says nothing.
type fileOptional struct{ fileSection }

func (v fileOptional) encode() any {
	if out, ok := v.fileSection.encode().(yaml.MapSlice); ok && len(out) > 0 {
		return out
	}
	return nil
}

// fileTexts is a list of texts, of which one alone need not be in a list.
type fileTexts struct{ into *[]string }

func (v fileTexts) list() fileList[string] {
	return fileList[string]{into: v.into, item: verbatimSchema}
}

func (v fileTexts) read(r *fileReader, path string, n ast.Node) {
	if _, several := n.(*ast.SequenceNode); several {
		v.list().read(r, path, n)
		return
	}
	*v.into = make([]string, 1)
	verbatimSchema(&(*v.into)[0]).read(r, path, n)
}

func (v fileTexts) encode() any {
	if len(*v.into) == 1 {
		return verbatimSchema(&(*v.into)[0]).encode()
	}
	return v.list().encode()
}

// fileFleets is the mapping of regions to the settings of their Fleets.
type fileFleets struct{ d *Drill }

func (v fileFleets) read(r *fileReader, path string, n ast.Node) {
	v.d.Fleets = map[string]FleetSettings{}
	for _, e := range r.entries(path, n) {
		settings := FleetSettings{Workers: 1, Slots: DefaultSlots}
		r.read(fleetSchema(&settings), joinPath(path, e.key), e.value, e.at())
		v.d.Fleets[e.key] = settings
	}
}

func (v fileFleets) encode() any {
	var out yaml.MapSlice
	for _, region := range v.d.Regions {
		settings := v.d.Fleets[region]
		out = append(out, yaml.MapItem{Key: region, Value: fleetSchema(&settings).encode()})
	}
	return out
}
