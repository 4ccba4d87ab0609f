package clock

import (
	"testing"
	"time"
)

func TestAClockHandedToAnotherProcessReadsTheSameOffsets(t *testing.T) {
	c := New()
	other, err := Parse(c.String())
	if err != nil {
		t.Fatal(err)
	}
	before := c.Now()
	between := other.Now()
	after := c.Now()
	if between < before || between > after {
		t.Fatalf("offset %v read by the other clock lies outside [%v, %v]", between, before, after)
	}
}

func TestWallAndOffsetAreInverse(t *testing.T) {
	c := New()
	for _, d := range []time.Duration{-time.Hour, 0, 1500 * time.Millisecond} {
		if got := c.Offset(c.Wall(d)); got != d {
			t.Errorf("Offset(Wall(%v)) = %v", d, got)
		}
	}
}

func TestParseRefusesAnythingElse(t *testing.T) {
	for _, s := range []string{"", "12", "a/b", "1/"} {
		if _, err := Parse(s); err == nil {
			t.Errorf("Parse(%q) succeeded", s)
		}
	}
}
