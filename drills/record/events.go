package record

import (
	"errors"
	"fmt"
	"io"

	"github.com/failoverdrill/failoverdrill/drills"
)

// ReadEvents reads a Timeline, one event a line; name is what errors and
// warnings call r. Events may be out of order in time, because what components
// saw is merged late. The error is a CorruptError when a line is at fault.
func ReadEvents(name string, r io.Reader) (events drills.Timeline, warnings []string, err error) {
	warnings, err = readLines(name, r, func(line []byte) error {
		e, err := decodeEvent(line)
		if err == nil {
			err = checkPlace(e, len(events))
		}
		events = append(events, e)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return events, warnings, nil
}

// MergeObservations appends what components wrote down on their own, in the
// order of sources and lines. As with ledgers, a last line that a kill cut
// short is dropped with a warning, and any other damage is an error.
func MergeObservations[S Source](w *Writer, sources []S) (warnings []string, err error) {
	events, warnings, err := readSources(sources, readObservations)
	if err != nil {
		return warnings, fmt.Errorf("merge observations: %w", err)
	}
	for _, e := range events {
		w.Record(e)
	}
	return warnings, nil
}

// readObservations reads events that are a part of a Timeline.
func readObservations(name string, r io.Reader) (events []drills.Event, warnings []string, err error) {
	warnings, err = readLines(name, r, func(line []byte) error {
		e, err := decodeEvent(line)
		if err == nil && e.Kind == drills.KindBegin {
			err = errors.New("an observation is not the beginning of a run")
		}
		events = append(events, e)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return events, warnings, nil
}

// event has a time that may be missing, unlike drills.Event: an event without
// a time must not pass for one at offset zero.
type event struct {
	At *drills.Offset `json:"at"`
	drills.Event
}

func decodeEvent(line []byte) (drills.Event, error) {
	var e event
	if err := decode(line, &e); err != nil {
		return drills.Event{}, err
	}
	if e.At == nil {
		return drills.Event{}, errors.New("the event has no time")
	}
	e.Event.At = *e.At
	return e.Event, checkEvent(e.Event)
}

// checkEvent holds an event to its kind.
func checkEvent(e drills.Event) error {
	switch e.Kind {
	case drills.KindBegin:
		if e.Begin == nil {
			return errors.New("the begin event does not say which run began")
		}
	case drills.KindWorkflow:
		if e.Workflow == nil {
			return errors.New("the workflow event has no Workflow")
		}
	case drills.KindMark, drills.KindEnd:
		if e.Name == "" {
			return fmt.Errorf("the %s event has no name", e.Kind)
		}
	case drills.KindSteady, drills.KindActive, drills.KindEndpoint, drills.KindAction, drills.KindUnended, drills.KindStored, drills.KindClosed,
		drills.KindQuiet, drills.KindPoll, drills.KindFault, drills.KindProbe, drills.KindSpared, drills.KindServing, drills.KindPrimary, drills.KindFence, drills.KindRow, drills.KindRows, drills.KindHandover, drills.KindReplication, drills.KindTraffic, drills.KindClock, drills.KindMemory, drills.KindCensus,
		drills.KindPhase, drills.KindStart, drills.KindExit, drills.KindProgram, drills.KindNote:
	case "":
		return errors.New("the event has no kind")
	default:
		return fmt.Errorf("unknown kind of event %q", e.Kind)
	}
	return nil
}

// checkPlace holds an event to its place in a Timeline: begin comes first and
// once, or two runs share one file.
func checkPlace(e drills.Event, index int) error {
	switch {
	case index == 0 && e.Kind != drills.KindBegin:
		return fmt.Errorf("the first event is of kind %s, not begin", e.Kind)
	case index > 0 && e.Kind == drills.KindBegin:
		return errors.New("a second run begins here")
	}
	return nil
}
