package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schema is what the command prints.
func schema(t *testing.T, args ...string) *jsonschema.Schema {
	t.Helper()
	code, stdout, stderr := command(t, append([]string{"schema"}, args...)...)
	if code != 0 || stderr != "" {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	content, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(stdout)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", content); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestReportsAreAsTheirSchemaSays(t *testing.T) {
	s := schema(t, "report")
	files, err := filepath.Glob("../../drills/report/testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d reports, %v", len(files), err)
	}
	for _, file := range files {
		if name := filepath.Base(file); name == "compare.json" || name == "repeats.json" {
			continue
		}
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(value); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		value.(map[string]any)["verdict"] = 7
		if err := s.Validate(value); err == nil {
			t.Errorf("%s: a verdict that is a number is as the schema says", file)
		}
	}
}

func TestTheSchemaOfDrillsIsPrinted(t *testing.T) {
	if s := schema(t); s.Title != "failoverdrill drill file" {
		t.Errorf("got the schema of %q", s.Title)
	}
	code, stdout, stderr := command(t, "schema", "ledger")
	refused(t, code, stdout, stderr, `there is no schema of "ledger": one of drill, report`, "")
}
