package toxics

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// writes is how many tell how long one takes: the shortest counts, as a busy machine
// makes some take longer.
const writes = 3

// slowWrites is a region whose database is slow.
type slowWrites struct {
	by    time.Duration
	usual time.Duration
}

func (s *slowWrites) shortest(ctx context.Context, m measurer) (time.Duration, error) {
	least := time.Duration(math.MaxInt64)
	for range writes {
		took, err := m(ctx, drills.WriteFigure)
		if err != nil {
			return 0, err
		}
		least = min(least, time.Duration(took*float64(time.Second)))
	}
	return least, nil
}

func (s *slowWrites) before(ctx context.Context, m measurer) (err error) {
	s.usual, err = s.shortest(ctx, m)
	return err
}

func (s *slowWrites) seen(ctx context.Context, m measurer) (bool, string, time.Time, error) {
	at := time.Now()
	took, err := s.shortest(ctx, m)
	return took-s.usual >= time.Duration(enough*float64(s.by)),
		fmt.Sprintf("what has to be written takes %s, %s before the fault", took.Round(time.Millisecond), s.usual.Round(time.Millisecond)), at, err
}

// over wants less than half of what the fault added: one that is still there adds
// all of it.
func (s *slowWrites) over(ctx context.Context, m measurer) error {
	took, err := s.shortest(ctx, m)
	if err == nil && took-s.usual >= s.by/2 {
		err = notYet(fmt.Sprintf("what has to be written takes %s", took.Round(time.Millisecond)))
	}
	return err
}
