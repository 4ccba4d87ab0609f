package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"
	"github.com/spf13/cobra"

	"github.com/failoverdrill/failoverdrill/drills"
)

// The files that there are schemas of.
const (
	schemaOfDrill  = "drill"
	schemaOfReport = "report"
)

func (c *cli) schemaCommand() *cobra.Command {
	of := []string{schemaOfDrill, schemaOfReport}
	return &cobra.Command{
		Use:   "schema [drill|report]",
		Short: "Print the JSON Schema of drill files, or of report.json",
		Long: `schema prints a JSON Schema (draft 2020-12): of drill files, by which an editor
completes and checks one as it is written, or of report.json.

Editors with the YAML language server take it by a comment on a file's first line:

  # yaml-language-server: $schema=drill.schema.json

What cannot be combined, and what a kind of fault takes, only the command itself
tells: see 'failoverdrill plan' and 'failoverdrill faults'.`,
		Example: `  failoverdrill schema > drill.schema.json
  failoverdrill schema report > report.schema.json`,
		Args: arguments(cobra.MaximumNArgs(1)), ValidArgs: of,
		RunE: func(_ *cobra.Command, args []string) error {
			what := append(args, schemaOfDrill)[0]
			if !slices.Contains(of, what) {
				return usage("there is no schema of %q: one of %s", what, strings.Join(of, ", "))
			}
			content, err := schemaOf(what)
			if err == nil {
				_, err = c.stdout.Write(content)
			}
			return err
		},
	}
}

func schemaOf(what string) ([]byte, error) {
	if what == schemaOfDrill {
		return drills.JSONSchema()
	}
	r := jsonschema.Reflector{
		// A report of a later version may have more.
		AllowAdditionalProperties: true,
		Mapper: func(t reflect.Type) *jsonschema.Schema {
			if t == reflect.TypeFor[drills.Offset]() {
				return &jsonschema.Schema{Type: "number", Description: "seconds"}
			}
			return nil
		},
	}
	s := r.Reflect(&drills.Report{})
	s.ID, s.Title = "", "failoverdrill report"
	allowNull(s.Definitions, reflect.TypeFor[drills.Report](), map[reflect.Type]bool{})
	content, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write schema of reports: %w", err)
	}
	return append(content, '\n'), nil
}

// allowNull has every pointer of a type, and of what it is made of, be null: so a report
// writes what nobody knows.
func allowNull(of jsonschema.Definitions, t reflect.Type, seen map[reflect.Type]bool) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		allowNull(of, t.Elem(), seen)
	case reflect.Struct:
		if def, known := of[t.Name()]; known && !seen[t] {
			seen[t] = true
			fieldsNull(of, def, t, seen)
		}
	}
}

// fieldsNull does so with the fields of a struct, those of embedded ones among them.
func fieldsNull(of jsonschema.Definitions, def *jsonschema.Schema, t reflect.Type, seen map[reflect.Type]bool) {
	for f := range t.Fields() {
		if f.Anonymous {
			fieldsNull(of, def, f.Type, seen)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if was, has := def.Properties.Get(name); has && f.Type.Kind() == reflect.Pointer {
			def.Properties.Set(name, &jsonschema.Schema{AnyOf: []*jsonschema.Schema{was, {Type: "null"}}})
		}
		allowNull(of, f.Type, seen)
	}
}
