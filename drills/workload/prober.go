package workload

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	querypb "go.temporal.io/api/query/v1"
	"go.temporal.io/api/serviceerror"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/clock"
	"github.com/failoverdrill/failoverdrill/drills/probe"
)

// ProberSettings is what a prober process is told beside where to connect.
type ProberSettings struct {
	Region        string
	Endpoint      drills.Endpoint // that it dials
	Output        string          // file that takes its soundings
	RunID         string          // part of every Workflow id
	Clock         string
	MinResolution time.Duration
	Rates         drills.Probes
	// TaskQueue is where its Workflows run; empty takes that of the Workers that ship.
	TaskQueue string
}

// How long a probe may take. Each is far above what an undisturbed Namespace
// takes, and bounds how wide the interval of an outage can be.
const (
	callDeadline      = time.Second
	workerDeadline    = 2 * time.Second // of what a Worker has to answer
	milestoneDeadline = 2 * time.Second
	// probeExpires ends Workflows of probes that nobody waits for any more.
	probeExpires = 30 * time.Second
	// targetExpires is longer than any drill is watched.
	targetExpires = 6 * time.Hour
)

// prober probes the lanes of one Namespace from one region.
type prober struct {
	settings  ProberSettings
	identity  string
	namespace string
	clock     clock.Clock
	client    client.Client

	mu   sync.Mutex
	file *os.File
	err  error // the first of writing the file
}

// RunProber probes until ctx ends.
func RunProber(ctx context.Context, settings ProberSettings) (err error) {
	base, err := clock.Parse(settings.Clock)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(settings.Output, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open file of probes: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	identity := "prober/" + settings.Region
	c, err := connect(identity, settings.MinResolution)
	if err != nil {
		return err
	}
	defer c.Close()
	p := &prober{settings: settings, identity: identity, namespace: c.namespace, clock: base, client: c, file: file}
	if p.startTargets(ctx) {
		probe.Run(ctx, base, p.schedules(), p.keep)
		p.endTargets()
	}
	return p.err
}

// keep writes a sounding before anything else is done with it.
func (p *prober) keep(s drills.Sounding) {
	s.Region, s.Namespace, s.Endpoint = p.settings.Region, p.namespace, p.settings.Endpoint
	line, err := json.Marshal(s)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err == nil {
		_, err = p.file.Write(append(line, '\n'))
	}
	if p.err == nil && err != nil {
		p.err = fmt.Errorf("keep probe: %w", err)
	}
}

// schedules lists what is probed at a rate above zero.
func (p *prober) schedules() []probe.Schedule {
	rates := p.settings.Rates
	all := []probe.Schedule{
		{Rate: rates.Start, Deadline: callDeadline, Probe: p.call(drills.StartLane, p.start)},
		{Rate: rates.Signal, Deadline: callDeadline, Probe: p.call(drills.SignalLane, p.signal)},
		{Rate: rates.Query, Deadline: workerDeadline, Probe: p.call(drills.QueryLane, p.query)},
		{Rate: rates.Update, Deadline: workerDeadline, Probe: p.call(drills.UpdateLane, p.update)},
		{Rate: rates.Workflow, Deadline: milestoneDeadline, Probe: p.milestones},
	}
	var out []probe.Schedule
	for _, s := range all {
		if s.Rate > 0 {
			out = append(out, s)
		}
	}
	return out
}

// call makes a probe of a call that is answered or not.
func (p *prober) call(lane drills.Lane, call func(context.Context, int) error) func(context.Context, int) []probe.Outcome {
	return func(ctx context.Context, number int) []probe.Outcome {
		return []probe.Outcome{{Lane: lane, Error: kind(ctx, call(ctx, number))}}
	}
}

// kind is the name of an error's gRPC code, or of what Temporal says beyond it.
func kind(ctx context.Context, err error) string {
	var passive *serviceerror.NamespaceNotActive
	switch {
	case err == nil:
		return ""
	case errors.As(err, &passive):
		return "NamespaceNotActive"
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return probe.Late
	}
	return serviceerror.ToStatus(err).Code().String()
}

// targets lists the lanes whose calls have a Workflow of their own to go to: one
// that is busy with signals would have queries and updates wait.
func targets() []drills.Lane {
	return []drills.Lane{drills.StartLane, drills.SignalLane, drills.QueryLane, drills.UpdateLane}
}

func (p *prober) target(lane drills.Lane) string { return p.id("target-" + string(lane)) }

// id names a Workflow of this prober.
func (p *prober) id(name string) string {
	return fmt.Sprintf("%s%s-%s-%s-%s", ProbeIDPrefix, p.namespace, p.settings.RunID, p.settings.Region, name)
}

// startTargets starts what calls are sent to. It tries until it succeeds, unless
// ctx ends.
func (p *prober) startTargets(ctx context.Context) bool {
	for _, lane := range targets() {
		begin := func(ctx context.Context) error { return p.begin(ctx, p.target(lane), targetWorkflow, targetExpires) }
		for attempt(ctx, begin) != nil {
			if work(ctx, firstBackoff) != nil {
				return false
			}
		}
	}
	return true
}

// start asks for the target once more: the cluster finds in its database that it
// runs, and says so. That is the whole way of a start but for a new Workflow, of
// which there would be twenty a second.
func (p *prober) start(ctx context.Context, _ int) error {
	return p.begin(ctx, p.target(drills.StartLane), targetWorkflow, targetExpires)
}

func (p *prober) begin(ctx context.Context, id, kind string, expires time.Duration) error {
	_, err := p.client.WorkflowService().StartWorkflowExecution(ctx, &workflowservice.StartWorkflowExecutionRequest{
		Namespace: p.namespace, WorkflowId: id, RequestId: id, Identity: p.identity,
		WorkflowType: &commonpb.WorkflowType{Name: kind}, TaskQueue: &taskqueuepb.TaskQueue{Name: cmp.Or(p.settings.TaskQueue, TaskQueue)},
		WorkflowExecutionTimeout: durationpb.New(expires),
	})
	return arrived(err)
}

// endTargets takes the targets away, as far as that is possible: what remains
// expires.
func (p *prober) endTargets() {
	ctx, cancel := context.WithTimeout(context.Background(), workerDeadline)
	defer cancel()
	for _, lane := range targets() {
		_ = p.client.TerminateWorkflow(ctx, p.target(lane), "", "the drill is over")
	}
}

func (p *prober) signal(ctx context.Context, number int) error {
	_, err := p.client.WorkflowService().SignalWorkflowExecution(ctx, &workflowservice.SignalWorkflowExecutionRequest{
		Namespace: p.namespace, WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: p.target(drills.SignalLane)},
		SignalName: tickSignal, Identity: p.identity, RequestId: p.id(fmt.Sprint("tick-", number)),
	})
	return err
}

func (p *prober) query(ctx context.Context, _ int) error {
	_, err := p.client.WorkflowService().QueryWorkflow(ctx, &workflowservice.QueryWorkflowRequest{
		Namespace: p.namespace, Execution: &commonpb.WorkflowExecution{WorkflowId: p.target(drills.QueryLane)},
		Query: &querypb.WorkflowQuery{QueryType: pingQuery},
	})
	return err
}

func (p *prober) update(ctx context.Context, number int) error {
	handle, err := p.client.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		UpdateID: p.id(fmt.Sprint("echo-", number)), WorkflowID: p.target(drills.UpdateLane), UpdateName: echoUpdate,
		Args: []any{number}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err != nil {
		return err
	}
	return handle.Get(ctx, nil)
}

// milestones starts one short Workflow and follows it to its end. Each lane is
// done when its event was written, by the cluster's clock.
func (p *prober) milestones(ctx context.Context, number int) []probe.Outcome {
	id := p.id(fmt.Sprint("milestones-", number))
	out := []probe.Outcome{
		{Lane: drills.WorkflowTaskLane}, {Lane: drills.ActivityLane}, {Lane: drills.TimerLane}, {Lane: drills.CompletionLane},
	}
	passed := map[enumspb.EventType]*probe.Outcome{
		enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:      &out[0],
		enumspb.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:      &out[1],
		enumspb.EVENT_TYPE_TIMER_FIRED:                  &out[2],
		enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: &out[3],
	}
	err := p.begin(ctx, id, probeWorkflow, probeExpires)
	if err == nil {
		err = p.follow(ctx, id, func(e *historypb.HistoryEvent) {
			if o := passed[e.GetEventType()]; o != nil && o.Done == 0 {
				o.Done = drills.Offset(p.clock.Offset(e.GetEventTime().AsTime()))
			}
		})
	}
	for i := range out {
		if out[i].Done == 0 {
			out[i].Error = kind(ctx, err)
		}
	}
	return out
}

// errNotPassed is a Workflow that ended before it passed every milestone.
var errNotPassed = errors.New("the workflow ended early")

// follow shows every event of a Workflow until it is completed. A region that
// has not heard of it yet is asked again.
func (p *prober) follow(ctx context.Context, id string, show func(*historypb.HistoryEvent)) error {
	for {
		events := p.client.GetWorkflowHistory(ctx, id, "", true, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
		var err error
		for err == nil && events.HasNext() {
			var e *historypb.HistoryEvent
			if e, err = events.Next(); err == nil {
				show(e)
				if e.GetEventType() == enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED {
					return nil
				}
			}
		}
		var unheard *serviceerror.NotFound
		switch {
		case err == nil:
			return errNotPassed
		case !errors.As(err, &unheard):
			return err
		}
		if work(ctx, firstBackoff/10) != nil {
			return ctx.Err()
		}
	}
}
