package drills_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

func TestParseRate(t *testing.T) {
	tests := []struct {
		in      string
		want    drills.Rate
		refused string // words of the error; empty for none
	}{
		{in: "10/s", want: 10},
		{in: "0.5/s", want: 0.5},
		{in: "90/m", want: 1.5},
		{in: "0/s", want: 0},
		{in: "-5/s", want: -5}, // whether it makes sense is for Validate
		{in: "", refused: "not a rate"},
		{in: "10", refused: "/s or /m"},
		{in: "10/h", refused: "/s or /m"},
		{in: "10/", refused: "/s or /m"},
		{in: "10/s/s", refused: "/s or /m"},
		{in: "/s", refused: "is not a number"},
		{in: "ten/s", refused: `"ten" is not a number`},
		{in: "NaN/s", refused: "is not a number"},
		{in: "Inf/m", refused: "is not a number"},
		{in: "1e999/s", refused: "is not a number"},
	}
	for _, tt := range tests {
		got, err := drills.ParseRate(tt.in)
		checkRefused(t, tt.in, err, tt.refused)
		if err == nil && got != tt.want {
			t.Errorf("ParseRate(%q) = %v, want %v", tt.in, float64(got), float64(tt.want))
		}
	}
}

func TestParsePercent(t *testing.T) {
	tests := []struct {
		in      string
		want    drills.Percent
		refused string
	}{
		{in: "100%", want: 100},
		{in: "99.9%", want: 99.9},
		{in: "0%", want: 0},
		{in: "", refused: "not a share"},
		{in: "100", refused: "a number and %"},
		{in: "%", refused: "not a share"},
		{in: "all%", refused: "not a share"},
		{in: "NaN%", refused: "not a share"},
		{in: "100.1%", refused: "between 0% and 100%"},
		{in: "-1%", refused: "between 0% and 100%"},
		{in: "Inf%", refused: "between 0% and 100%"},
	}
	for _, tt := range tests {
		got, err := drills.ParsePercent(tt.in)
		checkRefused(t, tt.in, err, tt.refused)
		if err == nil && got != tt.want {
			t.Errorf("ParsePercent(%q) = %v, want %v", tt.in, float64(got), float64(tt.want))
		}
	}
}

func TestParseDuration(t *testing.T) {
	tests := []struct {
		in      string
		want    time.Duration
		refused string
	}{
		{in: "35ms", want: 35 * time.Millisecond},
		{in: "1m30s", want: 90 * time.Second},
		{in: "1.5h", want: 90 * time.Minute},
		{in: "0", want: 0},
		{in: "0s", want: 0},
		{in: "", refused: "a unit (ms, s, m, h)"},
		{in: "35", refused: "a unit (ms, s, m, h)"},
		{in: "1d", refused: "a unit (ms, s, m, h)"},
		{in: "1 s", refused: "not a duration"},
		{in: "-1s", refused: "negative"},
		{in: "9999999999h", refused: "not a duration"},
	}
	for _, tt := range tests {
		got, err := drills.ParseDuration(tt.in)
		checkRefused(t, tt.in, err, tt.refused)
		if err == nil && got != tt.want {
			t.Errorf("ParseDuration(%q) = %v, want %v", tt.in, got, tt.want)
		}
	}
}

func TestUnitsReadWhatTheyWrite(t *testing.T) {
	for _, f := range []float64{0, 1, 1.0 / 3, 0.1, 99.9, 1e-9, 100, math.Pi} {
		if got, err := drills.ParseRate(drills.Rate(f).String()); err != nil || got != drills.Rate(f) {
			t.Errorf("rate %v became %v, %v", f, got, err)
		}
		if got, err := drills.ParsePercent(drills.Percent(f).String()); err != nil || got != drills.Percent(f) {
			t.Errorf("share %v became %v, %v", f, got, err)
		}
	}
}

func TestOffsetIsSecondsInJSON(t *testing.T) {
	tests := []struct {
		offset time.Duration
		json   string
	}{
		{0, "0"},
		{1500 * time.Millisecond, "1.5"},
		{-3 * time.Microsecond, "-0.000003"},
		{24 * time.Hour, "86400"},
	}
	for _, tt := range tests {
		written, err := json.Marshal(drills.Offset(tt.offset))
		if err != nil || string(written) != tt.json {
			t.Errorf("Marshal(%v) = %s, %v, want %s", tt.offset, written, err, tt.json)
		}
		var read drills.Offset
		if err := json.Unmarshal(written, &read); err != nil || read != drills.Offset(tt.offset) {
			t.Errorf("Unmarshal(%s) = %v, %v, want %v", written, read, err, tt.offset)
		}
	}
	if written, err := json.Marshal(drills.Offset(1499 * time.Nanosecond)); err != nil || string(written) != "0.000001" {
		t.Errorf("1499 ns became %s, %v: want whole microseconds", written, err)
	}
	var o drills.Offset
	for _, wrong := range []string{`"1s"`, "{}", "1e300"} {
		if err := json.Unmarshal([]byte(wrong), &o); err == nil {
			t.Errorf("Unmarshal(%s) succeeded", wrong)
		}
	}
}

func TestOffsetReadsAsSeconds(t *testing.T) {
	o := drills.Offset(12345678 * time.Microsecond)
	if o.String() != "12.346 s" || o.Seconds() != 12.345678 {
		t.Errorf("String() = %q, Seconds() = %v", o, o.Seconds())
	}
}

// checkRefused holds an error against the words it should have; no words mean
// no error.
func checkRefused(t *testing.T, in string, err error, words string) {
	t.Helper()
	switch {
	case words == "" && err != nil:
		t.Errorf("%q is refused: %v", in, err)
	case words != "" && err == nil:
		t.Errorf("%q is not refused", in)
	case words != "" && !strings.Contains(err.Error(), words):
		t.Errorf("%q: %v, want %q", in, err, words)
	}
}
