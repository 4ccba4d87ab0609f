package toxics

import (
	"context"
	"fmt"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

const (
	// usualLag is what acknowledgements explain that come once a second, and a little.
	usualLag = 1.5
	// moreLag is what has to come on top of it, or of what was there before.
	moreLag = 1.0 // seconds, both
)

// lagging is a region whose history reaches the others late.
type lagging struct{ usual float64 }

func (l *lagging) before(ctx context.Context, m measurer) error {
	lag, err := m(ctx, drills.LagFigure)
	l.usual = max(lag, usualLag)
	return err
}

func (l *lagging) seen(ctx context.Context, m measurer) (bool, string, time.Time, error) {
	at := time.Now()
	lag, err := m(ctx, drills.LagFigure)
	return lag >= l.usual+moreLag, fmt.Sprintf("others are %.1f s behind, and were at most %.1f s before the fault", lag, l.usual), at, err
}

func (l *lagging) over(ctx context.Context, m measurer) error {
	lag, err := m(ctx, drills.LagFigure)
	if err == nil && lag > l.usual {
		err = notYet(fmt.Sprintf("others are %.1f s behind", lag))
	}
	return err
}

// stillFor is how long nothing has to be acknowledged, though there is something:
// above two of the server's acknowledgements, which come once a second.
const stillFor = 2500 * time.Millisecond

// still is a region whose history does not reach the others at all.
type still struct {
	taken, made float64
	since       time.Time // nothing was taken since then
}

func (*still) before(context.Context, measurer) error { return nil }

func (s *still) seen(ctx context.Context, m measurer) (bool, string, time.Time, error) {
	at := time.Now()
	made, taken, err := progress(ctx, m)
	if err != nil {
		return false, "", at, err
	}
	if s.since.IsZero() || taken != s.taken {
		s.made, s.taken, s.since = made, taken, at
	}
	quiet := at.Sub(s.since)
	return quiet >= stillFor && made > s.made && made > taken,
		fmt.Sprintf("for %.1f s others have acknowledged nothing, while there was %s", quiet.Seconds(), something(made > s.made)), s.since, nil
}

func something(new bool) string {
	if new {
		return "something new"
	}
	return "nothing new"
}

func (s *still) over(ctx context.Context, m measurer) error {
	made, taken, err := progress(ctx, m)
	if err == nil && taken == s.taken && taken < made {
		err = notYet("others still acknowledge nothing")
	}
	return err
}

// progress tells how far a region has come with its history, and the others with it.
func progress(ctx context.Context, m measurer) (made, taken float64, err error) {
	if taken, err = m(ctx, drills.TakenFigure); err == nil {
		made, err = m(ctx, drills.MadeFigure)
	}
	return made, taken, err
}
