package truth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/assess"
	"github.com/failoverdrill/failoverdrill/drills/clock"
	"github.com/failoverdrill/failoverdrill/drills/probe"
)

// Settings is how outages are drawn and probed.
type Settings struct {
	Trials      int
	Seed        uint64
	Least, Most time.Duration // of an outage; drawn evenly on a logarithmic scale
	Rate        drills.Rate   // probes per second
	Deadline    time.Duration // of a probe
	Window      time.Duration // in which the lane has to stay good to be back
	Parallel    int           // trials at the same time
}

// Result is one known outage as the lane measured it. Times are seconds.
type Result struct {
	Trial    int
	Mode     Mode
	True     drills.Offset   // how long the target did not answer
	Measured drills.Interval // how long the lane says
	Width    drills.Offset   // of Measured
	Bound    drills.Offset   // that the width may have: the time between two probes, and the response time
	Error    drills.Offset   // of the middle of Measured
	Inside   bool            // the true value lies in Measured
}

// Run measures as many known outages as it is told. Each result is handed to
// show as soon as it is there.
func Run(ctx context.Context, s Settings, show func(Result)) error {
	var showing sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(s.Parallel)
	for number := range s.Trials {
		g.Go(func() error {
			result, err := s.trial(ctx, number)
			if err != nil {
				return fmt.Errorf("trial %d: %w", number, err)
			}
			showing.Lock()
			defer showing.Unlock()
			show(result)
			return nil
		})
	}
	return g.Wait()
}

// trial lets a target fail once while it is probed.
func (s Settings) trial(ctx context.Context, number int) (_ Result, err error) {
	draw := rand.New(rand.NewPCG(s.Seed, uint64(number)))
	mode := Modes()[draw.IntN(len(Modes()))]
	least, most := math.Log(s.Least.Seconds()), math.Log(s.Most.Seconds())
	lasts := time.Duration(math.Exp(least+draw.Float64()*(most-least)) * float64(time.Second))
	period := time.Duration(float64(time.Second) / float64(s.Rate))
	phase := time.Duration(draw.Float64() * float64(period))

	base := clock.New()
	t, err := newTarget(base)
	if err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	began, ended, list, err := s.observe(ctx, t, mode, 5*period+phase, lasts)
	if err != nil {
		return Result{}, err
	}
	horizon := list[len(list)-1].Intended
	measured, back := assess.Outage(list, began.from, began.to, horizon, s.Window)
	if measured == nil || measured.Upper == nil {
		return Result{}, fmt.Errorf("the lane never came back from an outage of %v", lasts)
	}
	i := slices.IndexFunc(list, func(p drills.Sounding) bool { return p.Intended == back })
	out := Result{
		Trial: number, Mode: mode, Measured: *measured,
		True:  (ended.from+ended.to)/2 - (began.from+began.to)/2,
		Width: *measured.Upper - measured.Lower,
		Bound: drills.Offset(period) + list[i].Done - list[i].Intended + (began.to - began.from),
		// The instants of the truth are known to microseconds, as spans.
		Inside: measured.Lower <= ended.to-began.from && *measured.Upper >= ended.from-began.to,
	}
	out.Error = (measured.Lower+*measured.Upper)/2 - out.True
	return out, nil
}

// observe probes the target before, during and after its outage.
func (s Settings) observe(ctx context.Context, t *target, mode Mode, before, lasts time.Duration) (began, ended span, list []drills.Sounding, err error) {
	probing, stop := context.WithCancel(ctx)
	defer stop()
	var mu sync.Mutex
	var probed sync.WaitGroup
	good := make(chan drills.Offset, 1)
	probed.Go(func() {
		probe.Run(probing, t.clock, []probe.Schedule{s.lane(t)}, func(p drills.Sounding) {
			mu.Lock()
			list = append(list, p)
			mu.Unlock()
			if p.Good() {
				select {
				case good <- p.Intended:
				default:
				}
			}
		})
	})
	// The outage begins when the lane was good for a while.
	var failing error
	for first := drills.Offset(-1); ; {
		var at drills.Offset
		select {
		case at = <-good:
		case <-ctx.Done():
			failing = context.Cause(ctx)
		}
		if first < 0 {
			first = at
		}
		if failing != nil || at-first >= drills.Offset(before) {
			break
		}
	}
	if failing == nil {
		began, ended, failing = t.fail(ctx, mode, lasts)
	}
	// It is watched until probes that were sent a window after it are answered.
	watched := ended.to + drills.Offset(s.Window+2*s.Deadline)
	for failing == nil && drills.Offset(t.clock.Now()) < watched {
		select {
		case <-good:
		case <-ctx.Done():
			failing = context.Cause(ctx)
		}
	}
	stop()
	probed.Wait()
	slices.SortFunc(list, func(a, b drills.Sounding) int { return cmp.Compare(a.Intended, b.Intended) })
	if failing == nil && len(list) == 0 {
		failing = errors.New("nothing was probed")
	}
	return began, ended, list, failing
}

// lane asks the target, each time over a connection of its own.
func (s Settings) lane(t *target) probe.Schedule {
	caller := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	return probe.Schedule{
		Rate: s.Rate, Deadline: s.Deadline,
		Probe: func(ctx context.Context, _ int) []probe.Outcome {
			return []probe.Outcome{{Lane: drills.StartLane, Error: ask(ctx, caller, t.url())}}
		},
	}
}

// ask tells the kind of error, empty for none.
func ask(ctx context.Context, caller *http.Client, url string) string {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err.Error()
	}
	answer, err := caller.Do(request)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return probe.Late
	case err != nil:
		return "Unavailable"
	}
	_ = answer.Body.Close() // which is empty
	return ""
}
