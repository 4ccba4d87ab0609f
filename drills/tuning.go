package drills

import "context"

// Setting is something that a running cluster can be told to do otherwise. The
// process that is told forgets it when it ends.
type Setting string

// The settings of a cluster, and the form of their values.
const (
	// ReplicationRate limits how many replication tasks a second each shard sends to
	// each other region: a whole number, 1 or more.
	ReplicationRate Setting = "replication-rate"
	// ReplicationHeld keeps everything back that the cluster would send of its
	// history: true.
	ReplicationHeld Setting = "replication-held"
	// PersistenceDelay is added to each call to the cluster's database: a duration.
	PersistenceDelay Setting = "persistence-delay"
)

// Settings lists the settings of a cluster.
func Settings() []Setting { return []Setting{ReplicationRate, ReplicationHeld, PersistenceDelay} }

// Figure is something that can be measured of a running cluster, past every Link.
type Figure string

// The figures of a cluster.
const (
	// LagFigure is how far the other region that is the furthest behind is behind
	// what this one has made of its history, in seconds.
	LagFigure Figure = "replication-lag"
	// MadeFigure is how far the region has come with what it has to replicate:
	// a number that grows with each piece of it.
	MadeFigure Figure = "replication-made"
	// TakenFigure is how far the other regions have come with it, as they
	// acknowledge: the same number once they have everything.
	TakenFigure Figure = "replication-taken"
	// WriteFigure is how long a call takes that has to be written to the database, in
	// seconds.
	WriteFigure Figure = "write-time"
	// HistoryFigure is 1 if the frontend can answer what needs the history service,
	// else 0.
	HistoryFigure Figure = "history-answers"
	// HealthFigure is 1 if the frontend says that it serves, else 0.
	HealthFigure Figure = "frontend-serves"
)

// Clusters are the Temporal clusters of a world.
type Clusters interface {
	// Tune has a region's cluster do something otherwise.
	Tune(ctx context.Context, region string, setting Setting, value string) error
	// Untune has it do as it was started to. One that does not run has forgotten.
	Untune(ctx context.Context, region string, setting Setting) error
	// Measure takes one measurement of a region's cluster.
	Measure(ctx context.Context, region string, figure Figure) (float64, error)
}
