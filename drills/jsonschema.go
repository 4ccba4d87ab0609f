package drills

import (
	"encoding/json"
	"fmt"
	"slices"
)

// JSONSchemaDialect is the version of JSON Schema that this package writes.
const JSONSchemaDialect = "https://json-schema.org/draft/2020-12/schema"

// JSONSchema describes the drill file for editors, which complete and check one by it as
// it is written. It knows every key, what each takes and what that means; what cannot be
// combined, and what a kind of fault takes, is for Parse to say.
func JSONSchema() ([]byte, error) {
	root := schema(defaults()).describe("")
	root["$schema"], root["title"] = JSONSchemaDialect, "failoverdrill drill file"
	out, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write schema of drill files: %w", err)
	}
	return append(out, '\n'), nil
}

// shape is what a value of a drill file may be, as JSON Schema has it.
type shape map[string]any

// described is a shape with what is known of its key.
func described(path string, s shape) shape {
	key := fileKeys()[path]
	if len(key.values) > 0 {
		s = shape{"enum": key.values}
	}
	if key.help != "" {
		s["description"] = key.help
	}
	return s
}

func (s fileSection) describe(path string) shape {
	properties := shape{}
	for _, f := range s {
		properties[f.key] = f.value.describe(joinPath(path, f.key))
	}
	out := shape{"type": "object", "additionalProperties": false, "properties": properties}
	if required := required()[path]; len(required) > 0 {
		out["required"] = required
	}
	return described(path, out)
}

func (l fileList[T]) describe(path string) shape {
	item := l.blank
	out := shape{"type": "array", "items": l.item(&item).describe(path + "[]")}
	if slices.Contains(required()[""], path) {
		out["minItems"] = 1
	}
	return described(path, out)
}

func (v fileSpan) describe(path string) shape {
	var span Span
	return described(path, shape{"anyOf": []shape{durationOf(&span.Least).shape, fileSpan{&span}.section().describe(path)}})
}

func (v fileMap[T]) describe(path string) shape {
	var value T
	return described(path, shape{"type": "object", "additionalProperties": v.item(&value).describe(path + ".*")})
}

func (v fileTexts) describe(path string) shape {
	var text string
	return described(path, shape{"anyOf": []shape{verbatimOf(&text).shape, v.list().describe(path)}})
}

func (v fileFleets) describe(path string) shape {
	var f FleetSettings
	return described(path, shape{"type": "object", "additionalProperties": fleetSchema(&f).describe(path + ".*")})
}

func (s fileScalar) describe(path string) shape {
	out := shape{}
	for key, value := range s.shape {
		out[key] = value
	}
	return described(path, out)
}

// required lists the keys that a section of a drill file cannot do without, by its path.
func required() map[string][]string {
	return map[string][]string{
		"":                            {"apiVersion", "name", "model", "regions", "faults", "objectives"},
		"faults[]":                    {"kind", "region"},
		"starters.*":                  {"pinnedTo"},
		"workload.workflow.signals[]": {"name"},
		"workload.workflow.updates[]": {"name"},
		"workload.workflow.queries[]": {"name"},
	}
}
