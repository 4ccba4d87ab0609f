package drills_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
)

func TestADrillBearsItsLabels(t *testing.T) {
	d := parse(t, orders+"labels: [smoke, two-regions]\n")
	if want := []string{"smoke", "two-regions"}; !slices.Equal(d.Labels, want) {
		t.Errorf("read %q, want %q", d.Labels, want)
	}
	for _, test := range []struct {
		labels []string
		want   bool
	}{
		{nil, true},
		{[]string{"smoke"}, true},
		{[]string{"two-regions", "smoke"}, true},
		{[]string{"smoke", "nightly"}, false},
		{[]string{"two"}, false},
	} {
		if got := d.Labelled(test.labels...); got != test.want {
			t.Errorf("Labelled(%q) = %v", test.labels, got)
		}
	}
	for _, without := range []string{orders, orders + "labels: []\n"} {
		if d := parse(t, without); d.Labels != nil {
			t.Errorf("it has labels %q without any in\n%s", d.Labels, without)
		}
	}
}

func TestParseRefusesLabels(t *testing.T) {
	for _, m := range []mistake{
		{name: "upper case", new: "labels: [Smoke]", at: "7:10", path: "labels[0]", words: []string{`"Smoke" is not a label`, "a-z"}},
		{name: "snake case", new: "labels: [smoke, two_regions]", at: "7:17", path: "labels[1]", words: []string{`"two_regions"`}},
		{name: "no word before a hyphen", new: "labels: [-smoke]", at: "7:10", path: "labels[0]", words: []string{"between words"}},
		{name: "no word behind one", new: "labels: [smoke-]", at: "7:10", path: "labels[0]", words: []string{"between words"}},
		{name: "none between two", new: "labels: [so--so]", at: "7:10", path: "labels[0]", words: []string{"between words"}},
		{name: "empty", new: "labels: ['']", at: "7:10", path: "labels[0]", words: []string{`"" is not a label`}},
		{name: "long", new: "labels: [" + strings.Repeat("o", 64) + "]", at: "7:10", path: "labels[0]", words: []string{"at most 63"}},
		{name: "twice", new: "labels: [a, b, a]", at: "7:16", path: "labels[2]", words: []string{`"a" is labels[0] already`}},
		{name: "nine", new: "labels: [a, b, c, d, e, f, g, h, i]", at: "7:9", path: "labels", words: []string{"9 are too many: at most 8"}},
		{name: "a number", new: "labels: [7]", at: "7:10", path: "labels[0]", words: []string{"must be text", "quotes"}},
		{name: "a word", new: "labels: smoke", at: "7:9", path: "labels", words: []string{"must be a list, not text"}},
	} {
		t.Run(m.name, func(t *testing.T) { checkMistake(t, orders+m.new+"\n", m) })
	}
}

func TestLabelsSurviveTheRoundTrip(t *testing.T) {
	for _, labels := range [][]string{nil, {"smoke"}, {"12", "1e5", "0x1f", "true", "null", "yes", "n", "2026-01-02"}} {
		d := parse(t, orders)
		d.Labels = labels
		checkRoundTrip(t, d)
		written, err := d.YAML()
		if err != nil {
			t.Fatal(err)
		}
		if read := parse(t, string(written)); !slices.Equal(read.Labels, labels) {
			t.Errorf("read %q, wrote %q in\n%s", read.Labels, labels, written)
		}
		if has := strings.Contains(string(written), "labels"); has != (len(labels) > 0) {
			t.Errorf("of labels %q it writes\n%s", labels, written)
		}
	}
	if err := (&drills.Drill{Labels: []string{"no label"}}).Validate(); err == nil || !strings.Contains(err.Error(), `labels[0]: "no label"`) {
		t.Errorf("Validate() = %v", err)
	}
}
