package harness

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/catalog"
	"github.com/failoverdrill/failoverdrill/drills/clock"
	"github.com/failoverdrill/failoverdrill/drills/record"
)

// broken is a fault that counts how often it was taken away.
type broken struct {
	drills.Fault
	fails error
	heals int
	given bool // time to heal in, though its run has none left
}

func (b *broken) Recover(ctx context.Context) error {
	_, limited := ctx.Deadline()
	b.heals++
	b.given = limited && ctx.Err() == nil
	return b.fails
}

// A run that is cut short heals what was requested and not healed, and nothing
// else.
func TestAHealOfWhatWasInjected(t *testing.T) {
	for name, c := range map[string]struct {
		marks []drills.Event
		fails error
		heals int
		says  string // in a note; empty for none
	}{
		"before the fault": {nil, nil, 0, ""},
		"requested":        {[]drills.Event{requested("region-outage of us-east, crash")}, nil, 1, "healed before the teardown"},
		"being healed": {
			[]drills.Event{requested("region-outage of us-east, crash"), {Kind: drills.KindMark, Name: string(drills.HealRequested)}},
			nil, 1, "healed before the teardown",
		},
		"healed": {
			[]drills.Event{requested("region-outage of us-east, crash"), {Kind: drills.KindMark, Name: string(drills.Healed)}},
			nil, 0, "",
		},
		"another's": {[]drills.Event{requested("region-outage of us-west, crash")}, nil, 0, ""},
		"that does not heal": {
			[]drills.Event{requested("region-outage of us-east, crash")}, errors.New("it is stuck"), 1, "heal before the teardown: it is stuck",
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			d, err := catalog.Get("active-hot")
			g.Expect(err).NotTo(HaveOccurred())
			log, err := record.Create(filepath.Join(t.TempDir(), "run"), d, "id")
			g.Expect(err).NotTo(HaveOccurred())
			defer func() { g.Expect(log.Close()).To(Succeed()) }()
			log.Record(drills.Event{Kind: drills.KindBegin, Begin: &drills.Begin{RunID: "id", Drill: d.Name, StartedAt: time.Now(), Environment: map[string]string{}}})
			for _, m := range c.marks {
				log.Record(m)
			}
			ended, cancel := context.WithCancel(t.Context())
			cancel()
			fault := &broken{fails: c.fails}
			(&run{drill: d, clock: clock.New(), log: log}).heal(ended, []drills.Fault{fault})
			g.Expect(fault.heals).To(Equal(c.heals))
			g.Expect(fault.given).To(Equal(c.heals > 0))
			notes := ""
			for _, e := range log.Events() {
				if e.Kind == drills.KindNote {
					notes += e.Detail
				}
			}
			g.Expect(notes).To(HavePrefix(c.says))
			g.Expect(notes == "").To(Equal(c.says == ""))
		})
	}
}

func requested(what string) drills.Event {
	return drills.Event{Kind: drills.KindMark, Name: string(drills.FaultRequested), Detail: what}
}
