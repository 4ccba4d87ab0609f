package report_test

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/report"
)

func TestJSONHasNoNullButForWhatWasNotMeasured(t *testing.T) {
	content, err := report.JSON(drills.Report{})
	if err != nil {
		t.Fatal(err)
	}
	var decoded map[string]any
	if err := json.Unmarshal(content, &decoded); err != nil {
		t.Fatal(err)
	}
	noNull(t, "report", decoded)
}

func noNull(t *testing.T, path string, v any) {
	t.Helper()
	switch v := v.(type) {
	case nil:
		t.Errorf("%s is null", path)
	case []any:
		for _, element := range v {
			noNull(t, path+"[]", element)
		}
	case map[string]any:
		for name, field := range v {
			switch name {
			case "upper", "outage", "delays", "replicationLag", "kept", "lost", "lostAfterHeal", "rolledBack", "duplicated", "lostSeconds", "reset",
				"requestedAt", "effectiveAt", "endedAt", "healedAt":
			default:
				noNull(t, path+"."+name, field)
			}
		}
	}
}

func TestJSONReadsBackAsTheSameReport(t *testing.T) {
	for name, r := range samples() {
		t.Run(name, func(t *testing.T) {
			first, err := report.JSON(r)
			if err != nil {
				t.Fatal(err)
			}
			var again drills.Report
			if err := json.Unmarshal(first, &again); err != nil {
				t.Fatal(err)
			}
			second, err := report.JSON(again)
			if err != nil {
				t.Fatal(err)
			}
			if string(first) != string(second) {
				t.Errorf("written:\n%s\nread and written again:\n%s", first, second)
			}
		})
	}
}

func TestJSONLeavesTheReportAsItIs(t *testing.T) {
	r := errored()
	if _, err := report.JSON(r); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(r, errored()) {
		t.Error("the report was changed")
	}
}

func TestJSONRefusesWhatIsNoNumber(t *testing.T) {
	if _, err := report.JSON(drills.Report{Throughput: []drills.Throughput{{Steady: math.NaN()}}}); err == nil {
		t.Error("got no error")
	}
}
