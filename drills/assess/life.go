package assess

import "github.com/failoverdrill/failoverdrill/drills"

// The history events that tell what a Workflow waited for.
const (
	taskScheduled     = "WorkflowTaskScheduled"
	taskStarted       = "WorkflowTaskStarted"
	taskCompleted     = "WorkflowTaskCompleted"
	taskTimedOut      = "WorkflowTaskTimedOut"
	taskFailed        = "WorkflowTaskFailed"
	activityScheduled = "ActivityTaskScheduled"
	activityStarted   = "ActivityTaskStarted"
	activityCompleted = "ActivityTaskCompleted"
	activityFailed    = "ActivityTaskFailed"
	activityTimedOut  = "ActivityTaskTimedOut"
	activityCanceled  = "ActivityTaskCanceled"
	timerStarted      = "TimerStarted"
	timerFired        = "TimerFired"
	timerCanceled     = "TimerCanceled"
	signaled          = "WorkflowExecutionSignaled"
	updateAccepted    = "WorkflowExecutionUpdateAccepted"
	childStarted      = "ChildWorkflowExecutionStarted"
	childCompleted    = "ChildWorkflowExecutionCompleted"
	scheduleToStart   = "ScheduleToStart"
)

// waited is an interval of a Workflow's life, named by what ended it.
type waited struct {
	kind     string
	from, to drills.Offset
}

func (w waited) took() drills.Offset { return w.to - w.from }

// life splits a history into what was waited for, one interval after another:
// together they are the whole of it. Of several things under way, an Activity is
// what a Workflow waits for, else its Workflow Task, else the timer that it
// started last: what happens meanwhile ends no interval.
func life(steps []drills.Step, show func(waited, drills.Step)) {
	if len(steps) == 0 {
		return
	}
	now := underway{timers: []int{}}
	from := steps[0].At
	for i, s := range steps[1:] {
		ends := now.awaits(s)
		now.take(i+1, s)
		if !ends {
			continue
		}
		kind := s.Type
		if s.Attempt > 1 {
			kind += " again"
		}
		show(waited{kind, from, s.At}, s)
		from = s.At
	}
}

// stepOf is the step that another one ends; a record that names none has none.
func stepOf(steps []drills.Step, s drills.Step) drills.Step {
	if s.Of < 0 || s.Of >= len(steps) {
		return drills.Step{}
	}
	return steps[s.Of]
}

// underway is what a Workflow has begun and not ended.
type underway struct {
	activities int
	task       bool
	timers     []int // steps that started them, the last one last
}

// awaits reports whether a step is what the Workflow waited for.
func (u *underway) awaits(s drills.Step) bool {
	switch s.Type {
	case activityScheduled, activityStarted, activityCompleted, activityFailed, activityTimedOut, activityCanceled:
		return true
	case taskScheduled, taskStarted, taskCompleted, taskTimedOut, taskFailed:
		return u.activities == 0
	case timerFired:
		last := len(u.timers) == 0 || u.timers[len(u.timers)-1] == s.Of
		return u.activities == 0 && !u.task && last
	default:
		return u.activities == 0 && !u.task
	}
}

// take follows a step.
func (u *underway) take(index int, s drills.Step) {
	switch s.Type {
	case activityScheduled:
		u.activities++
	case activityCompleted, activityFailed, activityTimedOut, activityCanceled:
		u.activities = max(u.activities-1, 0)
	case taskScheduled:
		u.task = true
	case taskCompleted, taskTimedOut, taskFailed:
		u.task = false
	case timerStarted:
		u.timers = append(u.timers, index)
	case timerFired, timerCanceled:
		for i, started := range u.timers {
			if started == s.Of {
				u.timers = append(u.timers[:i], u.timers[i+1:]...)
				break
			}
		}
	}
}
