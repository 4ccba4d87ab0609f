package drills_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/catalog"
)

func compiled(t *testing.T) (*jsonschema.Schema, any) {
	t.Helper()
	content, err := drills.JSONSchema()
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("drill.json", value); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("drill.json")
	if err != nil {
		t.Fatal(err)
	}
	return s, value
}

// asJSON is what an editor makes of YAML.
func asJSON(t *testing.T, src []byte) any {
	t.Helper()
	content, err := yaml.YAMLToJSON(src)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// What Parse takes, an editor takes, too: as it ships, and with every default written.
func TestEveryShippedDrillIsAsTheSchemaSays(t *testing.T) {
	s, _ := compiled(t)
	for _, name := range catalog.Names() {
		d, err := catalog.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		resolved, err := d.YAML()
		if err != nil {
			t.Fatal(err)
		}
		shipped, err := catalog.Source(name)
		if err != nil {
			t.Fatal(err)
		}
		for what, src := range map[string][]byte{"as it ships": shipped, "resolved": resolved} {
			if err := s.Validate(asJSON(t, src)); err != nil {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
	}
}

func TestWhatAnEditorMarksIsAMistake(t *testing.T) {
	s, _ := compiled(t)
	for name, test := range map[string]struct{ old, new string }{
		"an unknown key":        {"model: active-hot", "model: active-hot\ntopology: active-hot"},
		"no such model":         {"active-hot", "active-warm"},
		"no such fault":         {"region-outage", "region-outrage"},
		"no unit":               {"recoveryTime: 30s", "recoveryTime: 30"},
		"a region too few":      {"[us-east, us-west]", "[]"},
		"no objectives":         {"objectives: {recoveryTime: 30s}", ""},
		"no such engine":        {"model: active-hot", "model: active-hot\nstore: {engine: mongo}"},
		"a rate without a time": {"model: active-hot", "model: active-hot\nworkload: {rate: 3}"},
		"a word for a number":   {"model: active-hot", "model: active-hot\nfailover: {detect: {failures: three}}"},
		"an endpoint of none":   {"model: active-hot", "model: active-hot\nfleets: {us-east: {endpoint: global}}"},
		"a span without a most": {"region: us-east", "region: us-east, delay: {least: 1s, more: 2s}"},
	} {
		src := strings.Replace(orders, test.old, test.new, 1)
		if src == orders {
			t.Fatalf("%s: nothing is different", name)
		}
		if err := s.Validate(asJSON(t, []byte(src))); err == nil {
			t.Errorf("%s: an editor marks nothing", name)
		}
		if _, err := drills.Parse("orders.yaml", []byte(src)); err == nil {
			t.Errorf("%s: it is no mistake", name)
		}
	}
}

// Every key tells what it means, where a value is chosen from a set.
func TestEveryKeyOfTheSchemaIsExplained(t *testing.T) {
	_, root := compiled(t)
	var walk func(path string, node any)
	walk = func(path string, node any) {
		switch node := node.(type) {
		case map[string]any:
			properties, _ := node["properties"].(map[string]any)
			for key, value := range properties {
				if at := value.(map[string]any); at["description"] == nil {
					t.Errorf("%s.%s is not explained", path, key)
				}
				walk(fmt.Sprintf("%s.%s", path, key), value)
			}
			for _, inner := range []string{"items", "additionalProperties", "anyOf"} {
				walk(path, node[inner])
			}
		case []any:
			for _, value := range node {
				walk(path, value)
			}
		}
	}
	walk("", root)
}
