package report_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/catalog"
)

func crash(at time.Duration) drills.FaultSpec {
	return drills.FaultSpec{Kind: drills.RegionOutage, Region: "us-east", Part: drills.WholeRegion, Flavour: drills.Crash, At: at}
}

// scheduled is a drill with faults at several stages.
func scheduled(t *testing.T, name string, faults ...drills.FaultSpec) *drills.Drill {
	t.Helper()
	d := shipped(t, name)
	d.Faults = faults
	if err := d.Validate(); err != nil {
		t.Fatal(err)
	}
	return d
}

// happens lists what a plan says of each step, in order: the step, and its first
// words.
func happens(text string) []string {
	_, text, _ = strings.Cut(text, "What happens\n")
	text, _, _ = strings.Cut(text, "\n\n")
	var out []string
	for _, line := range strings.Split(text, "\n") {
		number, rest, _ := strings.Cut(strings.TrimSpace(line), "  ")
		if strings.Trim(number, "0123456789") == "" {
			name, _, _ := strings.Cut(rest, "  ")
			out = append(out, name)
		}
	}
	return out
}

// Every beginning and every end has its place in time.
func TestGoldenPlanOfSeveralFaults(t *testing.T) {
	for name, d := range map[string]*drills.Drill{
		// Two of the steady state, of which the second is the first to come; one that
		// waits for a stage; one that holds the failover up.
		"before-and-after": scheduled(t, "active-cold",
			crash(8*time.Second),
			drills.FaultSpec{Kind: drills.ReplicationStopped, Region: "us-east", At: 2 * time.Second, For: 20 * time.Second},
			drills.FaultSpec{Kind: drills.FailoverInterrupted, Region: "us-east", After: drills.FaultRequested, For: 6 * time.Second},
			drills.FaultSpec{
				Kind: drills.LinkFlapping, Region: "us-west", Peer: "us-west", Links: []drills.LinkRole{drills.FleetLink}, Direction: drills.BothWays,
				Flavour: drills.Refused, After: drills.TrafficMoved, At: 3 * time.Second, Delay: drills.Span{Most: 4 * time.Second}, For: 10 * time.Second,
				Down: drills.Span{Least: 500 * time.Millisecond, Most: time.Second}, Up: drills.Span{Least: time.Second, Most: time.Second},
			}),
		// None that a failover answers: each ends by itself.
		"one-after-another": scheduled(t, "active-hot",
			drills.FaultSpec{Kind: drills.EndpointSilent, Region: "us-east", Delay: drills.Span{Least: 2 * time.Second, Most: 9 * time.Second}, For: 4 * time.Second},
			drills.FaultSpec{Kind: drills.FleetIdle, Region: "us-west", Share: 100, After: drills.FaultEffective, At: time.Second, For: 30 * time.Second},
			drills.FaultSpec{Kind: drills.SlowPersistence, Region: "us-east", Latency: 50 * time.Millisecond, At: 30 * time.Second, For: 5 * time.Second}),
	} {
		t.Run(name, func(t *testing.T) {
			text := plan(t, d)
			golden(t, "plan-"+name+".txt", []byte(text))
			fits(t, text)
		})
	}
}

func TestGoldenPlanOfAFaultThatEnds(t *testing.T) {
	d := shipped(t, "fleet-kill")
	text := plan(t, d)
	golden(t, "plan-fleet-kill.txt", []byte(text))
	fits(t, text)
}

func TestPlanKeepsTheOrderOfTime(t *testing.T) {
	conducted := func(kind drills.FaultKind, lasts time.Duration) drills.FaultSpec {
		return drills.FaultSpec{Kind: kind, Region: "us-east", After: drills.FaultRequested, For: lasts}
	}
	slow := func(after drills.Stage, at, lasts time.Duration) drills.FaultSpec {
		return drills.FaultSpec{Kind: drills.SlowPersistence, Region: "us-west", Latency: 50 * time.Millisecond, After: after, At: at, For: lasts}
	}
	const second = time.Second
	failover := []string{"detection", "promotion", "endpoint", "survivor"}
	for name, test := range map[string]struct {
		drill  string
		faults []drills.FaultSpec
		want   []string // between the steady state and the observation
		heal   string
	}{
		"a fault of the steady state that comes first": {
			"active-hot", []drills.FaultSpec{crash(20 * second), slow(drills.SteadyStateReached, 0, 5*second)},
			slices.Concat([]string{"faults[1]", "faults[1] ends", "faults[0]"}, failover), "return",
		},
		"one that lasts over the failover": {
			"active-hot", []drills.FaultSpec{crash(20 * second), slow(drills.SteadyStateReached, 10*second, 30*second)},
			slices.Concat([]string{"faults[1]", "faults[0]"}, failover, []string{"faults[1] ends"}), "return",
		},
		"one after the detection": {
			"active-hot", []drills.FaultSpec{crash(0), slow(drills.Detected, 0, 5*second)},
			[]string{"faults[0]", "detection", "faults[1]", "promotion", "endpoint", "survivor", "faults[1] ends"}, "return",
		},
		"one after the promotion": {
			"active-hot", []drills.FaultSpec{crash(0), slow(drills.Promoted, 0, 5*second)},
			[]string{"faults[0]", "detection", "promotion", "faults[1]", "endpoint", "survivor", "faults[1] ends"}, "return",
		},
		"one after the endpoint": {
			"active-cold", []drills.FaultSpec{crash(0), slow(drills.EndpointRerouted, 0, 5*second)},
			[]string{"faults[0]", "detection", "promotion", "endpoint", "faults[1]", "faults[1] ends", "survivor"}, "return",
		},
		"a late detection": {
			"active-hot", []drills.FaultSpec{crash(0), conducted(drills.LateDetection, 8*second)},
			slices.Concat([]string{"faults[0]", "faults[1]", "faults[1] ends"}, failover), "return",
		},
		"a promotion that is asked of the lost": {
			"active-hot", []drills.FaultSpec{crash(0), conducted(drills.PromoteThroughLost, 8*second)},
			[]string{"faults[0]", "faults[1]", "detection", "faults[1] ends", "promotion", "endpoint", "survivor"}, "return",
		},
		"one that has no time to end": {
			"active-hot", []drills.FaultSpec{crash(0), slow(drills.TrafficMoved, 100*second, 60*second)},
			slices.Concat([]string{"faults[0]"}, failover, []string{"faults[1]"}), "return",
		},
		"one that has no time to come": {
			"active-hot", []drills.FaultSpec{
				{Kind: drills.EndpointSilent, Region: "us-east", For: 5 * second}, slow(drills.SteadyStateReached, 300*second, 60*second),
			},
			[]string{"faults[0]", "faults[0] ends", "faults[1]"}, "",
		},
		"one that the drill has to heal though no region is lost": {
			"active-hot", []drills.FaultSpec{
				{Kind: drills.EndpointSilent, Region: "us-east", For: 5 * second}, slow(drills.SteadyStateReached, 100*second, 60*second),
			},
			[]string{"faults[0]", "faults[0] ends", "faults[1]"}, "heal",
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := scheduled(t, test.drill, test.faults...)
			if test.drill == "active-cold" {
				d.Provision = drills.Provisioning{MachineStart: 20 * second}
			}
			text := plan(t, d)
			fits(t, text)
			steps := happens(text)
			from, to := slices.Index(steps, "steady state"), slices.Index(steps, "observation")
			if from < 0 || to < 0 || !slices.Equal(steps[from+1:to], test.want) {
				t.Errorf("it has %q, want %q between the steady state and the observation", steps, test.want)
			}
			for _, heal := range []string{"heal", "return"} {
				if slices.Contains(steps, heal) != (heal == test.heal) {
					t.Errorf("it has %q, want the step %q to heal", steps, test.heal)
				}
			}
		})
	}
}

// The plan of a drill and of the file of its run are in the same order.
func TestPlanOfWhatIsDecidedHasTheSameOrder(t *testing.T) {
	for _, name := range catalog.Names() {
		d := shipped(t, name)
		text := plan(t, d)
		fits(t, text)
		if a, b := happens(text), happens(plan(t, d.Decided())); !slices.Equal(a, b) {
			t.Errorf("%s: %q before its seed decides, %q after", name, a, b)
		}
		if ends := strings.Count(text, " ends  "); ends < len(d.Faults)-1 {
			t.Errorf("%s: %d of %d faults end", name, ends, len(d.Faults))
		}
	}
}
