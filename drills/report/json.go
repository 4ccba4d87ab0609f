package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/failoverdrill/failoverdrill/drills"
)

// JSON is the content of report.json: indented, newline-terminated, the same
// for the same report. What is empty is [] or {}; null stands only for what was
// not measured: the upper end of an interval that was not seen, when a fault did
// what it did not do, the outage of a lane that nobody probed meanwhile,
// operations that nobody counted, delays, replication lag. The error is that of a number which JSON does not have, such
// as NaN.
func JSON(r drills.Report) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(filled(r)); err != nil {
		return nil, fmt.Errorf("encode report of %s: %w", r.Drill, err)
	}
	return b.Bytes(), nil
}

// filled is r with empty collections in place of nil ones, so that a reader
// may iterate without asking first.
func filled(r drills.Report) drills.Report {
	r.Reasons = slice(r.Reasons)
	r.Faults = slice(r.Faults)
	r.Stages = slice(r.Stages)
	r.RecoveryPoint.ByKind = slice(r.RecoveryPoint.ByKind)
	r.Fleets = slice(r.Fleets)
	r.Throughput = slice(r.Throughput)
	r.Lanes = slices.Clone(slice(r.Lanes))
	for i := range r.Lanes {
		if r.Lanes[i].Errors == nil {
			r.Lanes[i].Errors = map[string]int{}
		}
	}
	r.Attribution = slice(r.Attribution)
	r.Phases = slice(r.Phases)
	r.Memory = slice(r.Memory)
	r.Objectives = slice(r.Objectives)
	r.Invariants = slice(r.Invariants)
	r.SplitBrain = slice(r.SplitBrain)
	r.Findings = slice(r.Findings)
	r.Traffic = slice(r.Traffic)
	if r.Delays != nil && r.Delays.Causes == nil {
		delays := *r.Delays
		delays.Causes = []drills.DelayCause{}
		r.Delays = &delays
	}
	r.Witnesses = slice(r.Witnesses)
	if r.Environment == nil {
		r.Environment = map[string]string{}
	}
	if r.Workflows.ByRegion == nil {
		r.Workflows.ByRegion = map[string]drills.WorkflowTally{}
	}
	return r
}

func slice[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
