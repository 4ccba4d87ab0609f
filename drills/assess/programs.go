package assess

import (
	"fmt"
	"slices"
	"strings"

	"github.com/failoverdrill/failoverdrill/drills"
)

// programs finds what is wrong with Workers of the user's own, as whoever runs them saw
// it: of each region the first thing that explains the others.
func (c *docket) programs(drills.Report) []drills.Finding {
	if !c.Drill.Own() {
		return nil
	}
	var out []drills.Finding
	for _, region := range c.topology.Regions {
		found := map[drills.FindingName][]string{}
		for _, f := range c.topology.Fleets {
			if f.Region != region {
				continue
			}
			for number := range f.Workers + f.Reserve {
				if name, detail := c.program(f, number); name != "" {
					found[name] = append(found[name], detail)
				}
			}
		}
		for _, name := range programFindings() {
			if details := found[name]; len(details) > 0 {
				detail := details[0]
				if more := len(details) - 1; more > 0 {
					detail += fmt.Sprintf("; and %d more of %s likewise", more, region)
				}
				out = append(out, drills.Finding{Name: name, Region: region, Detail: detail})
				break
			}
		}
	}
	return append(out, c.failingStarters()...)
}

// failingStarters finds starters of the user's own that do not run as they are told to.
func (c *docket) failingStarters() []drills.Finding {
	var out []drills.Finding
	for _, s := range c.topology.Starters {
		component := drills.StarterName(s)
		seen := c.livedOf(s.Region, component)
		log := "logs/" + strings.ReplaceAll(component, "/", "-") + ".log"
		switch {
		case len(seen.failed) > 0:
			out = append(out, drills.Finding{Name: drills.StarterFails, Region: s.Region, Detail: fmt.Sprintf(
				"%s could not be started: %s (workload.starter)", component, seen.failed[0].Detail)})
		case len(seen.exits) > 0:
			out = append(out, drills.Finding{Name: drills.StarterFails, Region: s.Region, Detail: fmt.Sprintf(
				"%s ended %s though nobody told it to, the first time %.1f s after it was started: %s (%s)", component, times(len(seen.exits)), seen.exits[0].Value, seen.exits[0].Detail, log)})
		}
	}
	return out
}

// programFindings are those of a Worker's program, the first explaining the others.
func programFindings() []drills.FindingName {
	return []drills.FindingName{drills.WorkerNotStarted, drills.WorkerExits, drills.WorkerSilent, drills.WorkerFloods, drills.WorkerIgnoresStop}
}

// lived is what was seen of a Worker's program while nothing was done to its region.
type lived struct {
	started []drills.Offset
	exits   []drills.Event
	failed  []drills.Event
	flooded []drills.Event
	killed  []drills.Event
}

func (c *docket) livedOf(region, component string) lived {
	var out lived
	for _, e := range c.inOrder(drills.KindProgram) {
		if e.Subject != component {
			continue
		}
		disturbed := c.disturbed(region, e.At)
		switch {
		case e.Name == drills.ProgramStarted:
			out.started = append(out.started, e.At)
		case e.Name == drills.ProgramKilled:
			out.killed = append(out.killed, e)
		case disturbed:
		case e.Name == drills.ProgramFlooded:
			out.flooded = append(out.flooded, e)
		case e.Name == drills.ProgramExited:
			out.exits = append(out.exits, e)
		case e.Name == drills.ProgramFailed:
			out.failed = append(out.failed, e)
		}
	}
	return out
}

// disturbed reports whether a region was struck by then: what its programs do from there
// on is the fault's doing.
func (c *docket) disturbed(region string, at drills.Offset) bool { return at >= c.struckAt(region) }

// struckAt is when the first fault came that is of a region, or of the Links to it;
// forever for none.
func (c *docket) struckAt(region string) drills.Offset {
	first := forever
	for number, f := range c.Drill.Faults {
		if f.Kind != drills.NoFault && (f.Region == region || f.Peer == region) {
			first = min(first, c.faultAt(number, drills.FaultIsRequested))
		}
	}
	if c.faulted && !c.Drill.Control() && region == c.lost {
		first = min(first, c.requested)
	}
	return first
}

// program is what is wrong with one Worker's program; empty for nothing.
func (c *docket) program(f drills.Fleet, number int) (name drills.FindingName, detail string) {
	component := drills.WorkerName(f, number)
	seen := c.livedOf(f.Region, component)
	since, queues := c.polledQueues(f, number)
	unpolled := slices.DeleteFunc(c.Drill.TaskQueues(), func(queue string) bool { return slices.Contains(queues, queue) })
	log := "logs/" + strings.ReplaceAll(component, "/", "-") + ".log"
	switch {
	case len(seen.failed) > 0:
		return drills.WorkerNotStarted, fmt.Sprintf("%s could not be started: %s (workers.command, workers.dir)", component, seen.failed[0].Detail)
	case len(seen.exits) > 0 && seen.exits[0].At < since:
		return drills.WorkerNotStarted, fmt.Sprintf("%s ended %s before it polled anything, the first time %.1f s after it was started: %s (%s)",
			component, times(len(seen.exits)), seen.exits[0].Value, seen.exits[0].Detail, log)
	case len(seen.exits) > 0:
		return drills.WorkerExits, fmt.Sprintf("%s ended %s though nobody told it to, the first time %.1f s after it was started: %s (%s)",
			component, times(len(seen.exits)), seen.exits[0].Value, seen.exits[0].Detail, log)
	case len(unpolled) > 0 && c.hadTime(f, seen):
		polled := "no task queue at all"
		if len(queues) > 0 {
			polled = strings.Join(queues, ", ") + " alone"
		}
		return drills.WorkerSilent, fmt.Sprintf("%s ran and never polled %s, but %s: see where it connects to and which task queue it is for (%s)",
			component, strings.Join(unpolled, ", "), polled, log)
	case len(seen.flooded) > 0:
		return drills.WorkerFloods, fmt.Sprintf("%s wrote more than %d MiB within %.1f s of its start; what came after was left out of its log: lower its log level (%s)",
			component, int(seen.flooded[0].Value)>>20, (seen.flooded[0].At - lastBefore(seen.started, seen.flooded[0].At)).Seconds(), log)
	case len(seen.killed) > 0:
		return drills.WorkerIgnoresStop, fmt.Sprintf("%s was told to end and did not: %s; have it stop its Worker on SIGTERM, or give it longer (workers.stop)", component, seen.killed[0].Detail)
	}
	return "", ""
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// lastBefore is the last of some times that is not after another.
func lastBefore(times []drills.Offset, at drills.Offset) (last drills.Offset) {
	for _, t := range times {
		if t <= at {
			last = max(last, t)
		}
	}
	return last
}

// polledQueues lists the task queues that a Worker polled, and tells when it first did;
// forever for never.
func (c *docket) polledQueues(f drills.Fleet, number int) (since drills.Offset, queues []string) {
	since = forever
	for _, e := range c.Timeline {
		if e.Kind != drills.KindPoll || e.Subject != drills.WorkerIdentity(f.Region, f.Namespace, number) {
			continue
		}
		since = min(since, e.At)
		if e.TaskQueue != "" && !slices.Contains(queues, e.TaskQueue) {
			queues = append(queues, e.TaskQueue)
		}
	}
	slices.Sort(queues)
	return since, queues
}

// hadTime reports whether a Worker's program had as long as it may take before it polls,
// with nothing done to its region.
func (c *docket) hadTime(f drills.Fleet, seen lived) bool {
	if len(seen.started) == 0 {
		return false
	}
	until := min(drills.Offset(c.end()), c.struckAt(f.Region))
	return until-seen.started[0] >= drills.Offset(c.Drill.Workers.Ready)
}
