package drills

import (
	"fmt"
	"regexp"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// read hands a node to the value that path stands for. What YAML can say and a
// drill file has no use for is refused here, once for every kind of value.
func (r *fileReader) read(v fileValue, path string, n ast.Node, at place) {
	r.at[path] = at
	switch n.(type) {
	case *ast.NullNode:
		r.fail(path, at, "has no value")
	case *ast.AnchorNode, *ast.AliasNode:
		r.fail(path, at, "anchors (&) and aliases (*) are not supported: write the value out")
	case *ast.TagNode:
		r.fail(path, at, "tags (!) are not supported")
	default:
		v.read(r, path, n)
	}
}

// fileEntry is one key of a mapping with its value.
type fileEntry struct {
	key   string
	keyAt place
	value ast.Node
}

// at is where a reader looks for the value. One that is missing has its place
// at the key.
func (e fileEntry) at() place {
	if e.value.Type() == ast.NullType {
		return e.keyAt
	}
	return startOf(e.value)
}

// entries takes a mapping apart, without the keys that are themselves mistakes.
func (r *fileReader) entries(path string, n ast.Node) []fileEntry {
	mapping, ok := n.(*ast.MappingNode)
	if !ok {
		r.fail(path, startOf(n), "must be a mapping of keys to values, not %s", describe(n))
		return nil
	}
	var out []fileEntry
	first := map[string]place{}
	for _, pair := range mapping.Values {
		at := startOf(pair.Key)
		key, ok := r.key(path, pair.Key)
		if !ok {
			continue
		}
		if before, twice := first[key]; twice {
			r.fail(joinPath(path, key), at, "is set twice: first on line %d", before.line)
			continue
		}
		first[key] = at
		out = append(out, fileEntry{key: key, keyAt: at, value: pair.Value})
	}
	return out
}

func (r *fileReader) key(path string, n ast.MapKeyNode) (string, bool) {
	if n.IsMergeKey() {
		r.fail(joinPath(path, "<<"), startOf(n), "merging (<<) is not supported: write the keys out")
		return "", false
	}
	key, _, ok := scalarText(n)
	if !ok {
		r.fail(joinPath(path, "?"), startOf(n), "a key must be a plain word")
	}
	return key, ok
}

// scalarText is a scalar as the file has it, without quotes. It is literal
// unless YAML would take it for a number or a boolean.
func scalarText(n ast.Node) (text string, literal, ok bool) {
	switch s := n.(type) {
	case *ast.StringNode:
		return s.Value, true, true
	case *ast.LiteralNode:
		return s.Value.Value, true, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode, *ast.NullNode:
		return n.GetToken().Value, false, true
	}
	return "", false, false
}

// describe says what a node is to someone who did not mean to write it.
func describe(n ast.Node) string {
	switch n.(type) {
	case *ast.MappingNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.StringNode, *ast.LiteralNode:
		return "text"
	case *ast.BoolNode:
		return "a boolean"
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return "a number"
	default:
		return "this"
	}
}

// startOf is where a node begins. The library places a block mapping at its
// first colon, which is not where a reader looks.
func startOf(n ast.Node) place {
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		return startOf(m.Values[0].Key)
	}
	return placeOfToken(n.GetToken())
}

func placeOfToken(t *token.Token) place {
	if t == nil || t.Position == nil {
		return place{1, 1}
	}
	return place{t.Position.Line, t.Position.Column}
}

var plainKey = regexp.MustCompile(`^[A-Za-z0-9_<?-]{1,63}$`)

// joinPath is the path of key within the mapping at path. It stays one line
// whatever the key.
func joinPath(path, key string) string {
	if !plainKey.MatchString(key) {
		key = fmt.Sprintf("%.60q", key)
	}
	if path == "" {
		return key
	}
	return path + "." + key
}
