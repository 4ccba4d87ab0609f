package record_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
)

// A kind of event that is added to the vocabulary has to be known here too, or
// the first run that records one fails.
func TestEveryKindOfEventCanBeRecorded(t *testing.T) {
	kinds := declaredKinds(t)
	if len(kinds) < 10 {
		t.Fatalf("found only %q in the vocabulary", kinds)
	}
	for _, kind := range kinds {
		w := create(t)
		if kind != drills.KindBegin {
			w.Record(begin())
		}
		w.Record(drills.Event{Kind: kind, Name: "x", Begin: begin().Begin, Workflow: &drills.Workflow{}})
		if err := w.Err(); err != nil {
			t.Errorf("kind %s: %v", kind, err)
		}
	}
}

// declaredKinds reads the constants of type Kind in drills.
func declaredKinds(t *testing.T) []drills.Kind {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../timeline.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []drills.Kind
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		typ, ok := spec.Type.(*ast.Ident)
		value, literal := spec.Values[0].(*ast.BasicLit)
		if !ok || !literal || typ.Name != "Kind" {
			return true
		}
		kind, err := strconv.Unquote(value.Value)
		if err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, drills.Kind(kind))
		return true
	})
	return kinds
}
