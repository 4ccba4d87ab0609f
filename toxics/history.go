package toxics

import (
	"context"
	"errors"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// unanswered is a region whose frontend serves, but cannot answer what needs the
// history service.
type unanswered struct{}

func (unanswered) before(ctx context.Context, m measurer) error {
	answers, err := m(ctx, drills.HistoryFigure)
	if err == nil && answers == 0 {
		err = errors.New("the frontend cannot answer what needs the history service")
	}
	return err
}

func (unanswered) seen(ctx context.Context, m measurer) (bool, string, time.Time, error) {
	at := time.Now()
	answers, err := m(ctx, drills.HistoryFigure)
	if err != nil {
		return false, "", at, err
	}
	serves, err := m(ctx, drills.HealthFigure)
	detail := "the frontend says that it serves, and "
	if serves == 0 {
		detail = "the frontend does not say that it serves, and "
	}
	if answers == 0 {
		detail += "does not answer what needs history"
	} else {
		detail += "answers what needs history"
	}
	return answers == 0 && serves == 1, detail, at, err
}

func (unanswered) over(ctx context.Context, m measurer) error {
	answers, err := m(ctx, drills.HistoryFigure)
	if err == nil && answers == 0 {
		err = notYet("the frontend does not answer what needs history")
	}
	return err
}
