package harness

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// healWithin bounds the heal of a run that was cut short. A region restarts in
// some five seconds on two busy cores; what takes longer than four times that
// is left to the teardown, which ends it all the same.
const healWithin = 20 * time.Second

// heal takes away the faults that a run which was cut short had injected: a
// harness that ends must not leave broken what it can mend, whoever it belongs
// to. It is called where drills.Run returned an error, before the teardown.
func (r *run) heal(ctx context.Context, faults []drills.Fault) {
	left := r.injected(faults)
	if len(left) == 0 {
		return
	}
	why := fmt.Errorf("not healed within %s", healWithin)
	ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), healWithin, why)
	defer cancel()
	var failed []error
	for _, fault := range left {
		failed = append(failed, fault.Recover(ctx))
	}
	said := fmt.Sprintf("healed before the teardown: faults taken away: %d", len(left))
	if err := errors.Join(failed...); err != nil {
		said = fmt.Sprintf("heal before the teardown: %v", err)
	}
	r.log.Record(drills.Event{At: r.now(), Kind: drills.KindNote, Detail: said})
}

// injected are the faults that were requested and whose heal did not end, as
// the record has it.
func (r *run) injected(faults []drills.Fault) []drills.Fault {
	events := r.log.Events()
	if _, healed := events.Mark(drills.Healed); healed {
		return nil
	}
	requested := map[string]bool{}
	for _, e := range events {
		if e.Kind == drills.KindMark && e.Name == string(drills.FaultRequested) {
			requested[e.Detail] = true
		}
	}
	var out []drills.Fault
	for i, fault := range faults {
		if requested[r.drill.Faults[i].String()] {
			out = append(out, fault)
		}
	}
	return out
}
