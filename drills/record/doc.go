// Package record keeps a run on disk: it writes one while the drill goes on,
// loads it to be judged again, and lists the ones there are.
//
// One folder holds one run:
//
//	drill.yaml             the drill as it was resolved, with its seed
//	events.jsonl           the Timeline: one event a line, append-only
//	ledger.jsonl           the starters' ledgers, merged in order of time
//	probes.jsonl           the probers' soundings, merged in order of intended send
//	report.json            the report: what was measured and the verdict
//	junit.xml              the same for a CI server
//	logs/<component>.log   what each component printed
//
// A line is on its way to the disk before Record returns, so that a harness
// that is killed leaves all it saw. The one thing it may leave broken is its
// last line, which has no newline then: readers drop that line and say so.
// Every other damage is an error that names file and line.
package record

// The names of the files and folders of a run.
const (
	DrillFile  = "drill.yaml"
	EventsFile = "events.jsonl"
	LedgerFile = "ledger.jsonl"
	ProbesFile = "probes.jsonl"
	ReportFile = "report.json"
	JUnitFile  = "junit.xml"
	LogsFolder = "logs"
)
