package report_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/catalog"
	"github.com/failoverdrill/failoverdrill/drills/report"
)

func shipped(t *testing.T, name string) *drills.Drill {
	t.Helper()
	d, err := catalog.Get(name)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func plan(t *testing.T, d *drills.Drill, options ...report.Option) string {
	t.Helper()
	var text bytes.Buffer
	if err := report.Plan(&text, d, options...); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

func TestGoldenPlan(t *testing.T) {
	for _, name := range models() {
		t.Run(name, func(t *testing.T) {
			text := plan(t, shipped(t, name))
			golden(t, "plan-"+name+".txt", []byte(text))
			fits(t, text)
		})
	}
}

// Two sides of which neither is lost.
func TestGoldenPlanOfASplit(t *testing.T) {
	text := plan(t, shipped(t, "split-brain"))
	golden(t, "plan-split-brain.txt", []byte(text))
	fits(t, text)
	if n := strings.Count(text, "goes on, cut off"); n != 2 {
		t.Errorf("%d of a Fleet and a starter go on:\n%s", n, text)
	}
}

// A control promises nothing that only a fault would bring.
func TestGoldenPlanOfAControl(t *testing.T) {
	d := shipped(t, "dual-active")
	d.Faults[0] = drills.FaultSpec{Kind: drills.NoFault, Region: "us-east", Delay: drills.Span{Most: 5 * time.Second}}
	text := plan(t, d)
	golden(t, "plan-control.txt", []byte(text))
	fits(t, text)
	for _, never := range []string{"SIGKILL", "becomes active", "moves to", "lost  ", "return  ", "failback"} {
		if strings.Contains(text, never) {
			t.Errorf("a control's plan says %q:\n%s", never, text)
		}
	}
}

// What a mode brings and what it takes away, and the order of it.
func TestGoldenPlanOfModes(t *testing.T) {
	for _, modes := range []struct {
		drill string
		out   drills.FailoverMode
		back  drills.FailbackMode
		never []string
	}{
		{"active-hot", drills.Hybrid, drills.FailbackAutomatic, []string{"without waiting for"}},
		{"active-hot", drills.Graceful, drills.FailbackImmediate, []string{"forced by the surviving"}},
		{"active-cold", drills.Manual, drills.FailbackNever, []string{"at home", "until failback", "becomes active in us-east"}},
		{"active-active", drills.NoFailover, drills.FailbackForced, []string{"promotion", "moves to", "survivor  ", "failback  ", "more"}},
	} {
		name := fmt.Sprintf("plan-%s-%s", modes.out, modes.back)
		t.Run(name, func(t *testing.T) {
			d := shipped(t, modes.drill)
			d.Failover.Mode, d.Failback.Mode = modes.out, modes.back
			if modes.out == drills.NoFailover {
				d.Provision = drills.Provisioning{}
				d.Faults[0].For = 10 * time.Second // nothing else would end it
			}
			text := plan(t, d)
			golden(t, name+".txt", []byte(text))
			fits(t, text)
			for _, never := range modes.never {
				if strings.Contains(text, never) {
					t.Errorf("it says %q", never)
				}
			}
		})
	}
}

// words is text without its line breaks: what a table wraps is one again.
func words(text string) string { return strings.Join(strings.Fields(text), " ") }

func TestPlanNamesEveryLinkThatIsRefused(t *testing.T) {
	for _, name := range models() {
		d := shipped(t, name)
		text := words(plan(t, d))
		for _, link := range d.Topology().Links {
			_, fault, _ := strings.Cut(text, "refuse new ones: ")
			fault, _, _ = strings.Cut(fault, "each process")
			named := strings.Contains(" "+strings.ReplaceAll(fault, ",", " ")+" ", " "+link.Name()+" ")
			if touched := link.Touches(d.Faults[0].Region); named != touched {
				t.Errorf("%s: link %s named %v, touched %v", name, link.Name(), named, touched)
			}
		}
	}
}

// What a drill file overrides shows: several Workers, their endpoints, the
// provisioning of added capacity, and a primary that is not the first region.
func TestPlanFollowsTheDrill(t *testing.T) {
	for _, test := range []struct {
		drill  string
		change func(*drills.Drill)
		want   []string
	}{
		{"active-cold", func(d *drills.Drill) {
			d.Fleets = map[string]drills.FleetSettings{"us-west": {Workers: 3}}
			d.Provision = drills.Provisioning{}
		}, []string{"active, 3 more", "3 Workers and a starter start;", "3 Workers and the starter of us-west stop"}},
		{"codec-cold", func(*drills.Drill) {}, []string{
			"and 1 Codec Server with aes-gcm: us-east", "a Codec Server starts, and then 1 Worker and a starter start", "us-east/codec,",
		}},
		{"proxy-cold", func(*drills.Drill) {}, []string{
			"and 1 mTLS terminator: us-east, and 1 Codec Server with aes-gcm: us-east", "a proxy and a Codec Server start, and then 1 Worker and a starter start",
		}},
		{"proxy-hot", func(*drills.Drill) {}, []string{"and 2 mTLS terminators: us-east, us-west"}},
		{"proxy-missing", func(*drills.Drill) {}, []string{"1 Worker and a starter start, and no proxy"}},
		{"codec-late", func(*drills.Drill) {}, []string{"1 Worker and a starter start, and 8s later a Codec Server"}},
		{"starter-pinned", func(*drills.Drill) {}, []string{"Regional Endpoint of us-east"}},
		{"store-hot", func(*drills.Drill) {}, []string{
			"a store in us-east, us-west (nats, each of which refuses writes of another epoch than its own): for each Namespace that at home leads, and the other follows",
			"store the store of us-west leads orders under epoch 2, by force; a write of epoch 1 is tried, and has to be refused", "its store is handed over to us-east",
			"store within us-east, us-west none 2", "store-replication us-west → us-east 35ms ± 5ms 1", "storeRecoveryPoint ≤ 5s",
		}},
		{"store-handed-over", func(*drills.Drill) {}, []string{"handed over with every row where the other one can be reached, else by force"}},
		{"store-not-promoted", func(*drills.Drill) {}, []string{"the store of us-west follows still: it takes no write of orders"}},
		{"store-promoted-early", func(*drills.Drill) {}, []string{
			"store the store of us-west leads orders under epoch 2, by force, before the Namespace is active there 6 promotion",
		}},
		{"store-unfenced", func(*drills.Drill) {}, []string{"(nats, which take writes of any epoch)", "store us-east ⇄ us-west 35ms ± 5ms 2"}},
		{"codec-missing", func(*drills.Drill) {}, []string{"and 1 Codec Server with aes-gcm: us-east clusters are joined"}},
		{"codec-rotation", func(*drills.Drill) {}, []string{"faults[1] codec-rotation of us-west", "each Codec Server that runs is asked for its key", "the new key stays"}},
		{"codec-hot", func(*drills.Drill) {}, []string{"and 2 Codec Servers with aes-gcm: us-east, us-west", "there is nothing to start"}},
		{"active-active", func(d *drills.Drill) {
			d.Fleets = map[string]drills.FleetSettings{
				"us-west": {Workers: 2}, "us-east": {Workers: 4, Slots: 7, Endpoint: drills.NamespaceEndpoint},
			}
			d.Provision = drills.Provisioning{ImagePull: 90 * time.Second, WarmUp: time.Hour}
		}, []string{
			"6 Workers and 2 starters start", "us-east/worker-orders-3, us-east/starter-orders", "no sooner than 30s",
			"after a declared image pull of 1m30s and machine start of 0s, 2 more Workers start",
			"a declared warm-up of 1h", "4 Workers and 1 starter of us-east start", "2 added Workers of us-west stop",
		}},
		{"dual-active-ring", func(d *drills.Drill) { d.Faults[0].Region = "eu-central" },
			[]string{
				"not forwarded moves to us-east", "promotion orders-eu-central becomes active in us-east",
				"orders-us-west us-west eu-central not forwarded stays in us-west, without a replica", "orders-us-west in us-west, orders-eu-central in us-east",
			}},
		{"active-hot", func(d *drills.Drill) {
			d.Network.InterRegion = drills.Delay{Latency: 80 * time.Millisecond}
			d.Failover.Detect = drills.Detect{Interval: 20 * time.Second, Failures: 6}
			d.Objectives = drills.Objectives{LostAfterHeal: new(int)}
		}, []string{"us-east ⇄ us-west 80ms 2", "within 6 × 20s = 2m", "lostAfterHeal ≤ 0"}},
	} {
		t.Run(test.drill, func(t *testing.T) {
			d := shipped(t, test.drill)
			test.change(d)
			text := plan(t, d)
			fits(t, text)
			for _, want := range test.want {
				if !strings.Contains(words(text), want) {
					t.Errorf("%q is not in\n%s", want, text)
				}
			}
		})
	}
}

// Without delay between regions, Links of one role are one bundle.
func TestPlanWithoutLatency(t *testing.T) {
	d := shipped(t, "dual-active")
	d.Network.InterRegion = drills.Delay{}
	text := words(plan(t, d))
	if want := "fleet us-east ⇄ us-west · within us-east, us-west none 4"; !strings.Contains(text, want) {
		t.Errorf("%q is not in\n%s", want, text)
	}
}

func TestPlanOfFiveRegionsFits(t *testing.T) {
	d := shipped(t, "dual-active-ring")
	d.Regions = append(d.Regions, "ap-southeast", "sa-east")
	fits(t, plan(t, d))
}

func TestPlanInColour(t *testing.T) {
	d := shipped(t, "active-hot")
	if text := plan(t, d, report.Colour(true)); !strings.Contains(text, "\x1b[31mregion-outage, crash\x1b[0m") {
		t.Errorf("the fault is not red in\n%s", text)
	}
}

func TestPlanRefusesAnInvalidDrill(t *testing.T) {
	var text bytes.Buffer
	err := report.Plan(&text, &drills.Drill{Name: "nothing"})
	if mistake := new(drills.FileError); !errors.As(err, &mistake) || text.Len() > 0 {
		t.Errorf("wrote %q and returned %v", text.String(), err)
	}
}

func TestPlanReturnsWriteErrors(t *testing.T) {
	if err := report.Plan(fullDisk{}, shipped(t, "active-hot")); !errors.Is(err, errFull) {
		t.Errorf("Plan returned %v", err)
	}
}

// models names the drills that lose a whole region by crash, one for each model
// and the ring.
func models() []string {
	return []string{"active-active", "active-cold", "active-hot", "dual-active", "dual-active-ring"}
}
