package assess_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
)

// serves is a look that found a Codec Server serve, or not.
func serves(seconds float64, region string, held bool) drills.Event {
	return drills.Event{At: at(seconds), Kind: drills.KindServing, Region: region, Subject: drills.CodecName(region), Held: held}
}

// enciphered is the evidence of a drill that went well, with Codec Servers that
// served all along.
func enciphered(t *testing.T, drill string) *evidence {
	t.Helper()
	e := passing(t, drill).workflows("", func(_ string, w *drills.Workflow) { w.Encoded = map[string]int{drills.FirstKey: 2} })
	return e.with(serves(0.2, "us-east", true), serves(effective, "us-east", false), serves(50, "us-east", true))
}

// finds judges the evidence, and wants it to fail for that finding alone.
func (e *evidence) finds(t *testing.T, name drills.FindingName, region string, words ...string) drills.Report {
	t.Helper()
	r := e.expect(t, drills.Fail, string(name)+": ")
	if len(r.Findings) != 1 || r.Findings[0].Name != name || r.Findings[0].Region != region {
		t.Fatalf("it finds %+v, want %s in %s", r.Findings, name, region)
	}
	for _, w := range words {
		if !strings.Contains(r.Findings[0].Detail, w) {
			t.Errorf("%q does not say %q", r.Findings[0].Detail, w)
		}
	}
	return r
}

func TestAnApplicationThatIsDeployedWellHasNoFinding(t *testing.T) {
	for _, name := range models() {
		if r := passing(t, name).expect(t, drills.Pass, ""); r.Findings == nil || len(r.Findings) > 0 || len(r.Services) > 0 {
			t.Errorf("%s: %+v, %+v", name, r.Findings, r.Services)
		}
	}
	enciphered(t, "codec-hot").with(serves(0.2, "us-west", true)).expect(t, drills.Pass, "")
	enciphered(t, "codec-cold").with(serves(0.2, "us-west", false), serves(polled-0.5, "us-west", true)).expect(t, drills.Pass, "")
}

func TestWorkersWithoutACodecServerAreFound(t *testing.T) {
	failed := enciphered(t, "codec-hot").with(serves(0.2, "us-west", false))
	first := true
	failed.workflows(drills.CensusWithoutRegion, func(_ string, w *drills.Workflow) {
		if first {
			w.Status, first = "Failed", false
		}
	})
	failed.finds(t, drills.CodecMissing, "us-west", "the Workers of us-west polled", "ever answered", "1 Workflows failed", "in every region")
	enciphered(t, "codec-cold").with(serves(0.2, "us-west", false)).finds(t, drills.CodecMissing, "us-west")
	idle := enciphered(t, "codec-cold").with(serves(0.2, "us-west", false))
	idle.without(func(e drills.Event) bool {
		return e.Kind == drills.KindPoll && e.Region == "us-west" && e.At >= at(polled)
	})
	if r := idle.judge(); len(r.Findings) > 0 {
		t.Errorf("a region without Workers has %+v", r.Findings)
	}
}

// As long as a look takes, and the pause before it, nobody knows which was first.
func TestWorkersBeforeTheirCodecServerAreFound(t *testing.T) {
	late := func(after float64) *evidence {
		return enciphered(t, "codec-cold").with(serves(0.2, "us-west", false), serves(polled+after, "us-west", true))
	}
	late(8).finds(t, drills.CodecLate, "us-west", "polled 8.0 s before their Codec Server answered", "start it before them")
	late(3.6).finds(t, drills.CodecLate, "us-west")
	late(3.4).expect(t, drills.Pass, "")
}

// proxied is the evidence of a drill that went well, with a proxy in the primary region
// that served all along.
func proxied(t *testing.T, drill string) *evidence {
	t.Helper()
	e := passing(t, drill)
	if e.Drill.Codec.On() {
		e = enciphered(t, drill).with(serves(0.2, "us-west", false), serves(polled-0.5, "us-west", true))
	}
	return e.with(greets(0.2, "us-east", true, ""))
}

// greets is a look at a proxy, and what was wrong with its certificate.
func greets(seconds float64, region string, held bool, wrong drills.CertificateFault) drills.Event {
	return drills.Event{
		At: at(seconds), Kind: drills.KindServing, Name: string(wrong), Region: region, Subject: drills.ProxyName(region), Held: held, Detail: "as x509 says",
	}
}

func TestWorkersWithoutAProxyAreFound(t *testing.T) {
	proxied(t, "proxy-cold").with(greets(0.2, "us-west", false, ""), greets(21.9, "us-west", true, "")).expect(t, drills.Pass, "")
	proxied(t, "proxy-hot").with(greets(0.2, "us-west", true, "")).expect(t, drills.Pass, "")
	missing := proxied(t, "proxy-cold").with(greets(0.2, "us-west", false, ""))
	missing.finds(t, drills.ProxyMissing, "us-west", "Workers of us-west ran", "in every region")
	if r := missing.without(markOf(drills.WorkersStarted)).judge(); len(r.Findings) > 0 {
		t.Errorf("a region without Workers has %+v", r.Findings)
	}
}

// A standby that reaches nobody keeps a drill from its steady state.
func TestACertificateThatWorkersRefuseIsFoundBeforeAnyFault(t *testing.T) {
	e := proxied(t, "proxy-hot").with(greets(0.2, "us-west", false, drills.CertificateMisnamed))
	e.without(func(e drills.Event) bool {
		fault := e.Kind == drills.KindMark && (e.Name == string(drills.FaultRequested) || e.Name == string(drills.FaultEffective))
		return fault || e.Kind == drills.KindEnd
	})
	e.with(drills.Event{At: at(68), Kind: drills.KindEnd, Name: drills.OutcomeNoSteady, Detail: "no steady state: a Worker was not heard to poll"})
	r := e.finds(t, drills.CertificateBad, "us-west", "valid for other names (as x509 says)")
	if len(r.Services) > 0 {
		t.Errorf("times count from no fault in %+v", r.Services)
	}
	mended := e.with(greets(10, "us-west", true, ""))
	if r := mended.judge(); len(r.Findings) > 0 || r.Verdict != drills.Inconclusive {
		t.Errorf("one that was accepted in the end: %s, %+v", r.Verdict, r.Findings)
	}
}

// standing is the evidence of a standby Fleet that worked, of which the active region
// heard polls: from the Fleet itself, or forwarded from other regions.
func standing(t *testing.T, from ...string) *evidence {
	t.Helper()
	e := passing(t, "active-hot")
	e.without(func(e drills.Event) bool {
		return e.Kind == drills.KindPoll && e.Subject == drills.WorkerIdentity("us-west", "orders", 0) && e.At < at(effective)
	})
	for _, cluster := range from {
		e.with(drills.Event{
			At: at(0.5), Kind: drills.KindPoll, Name: "workflow", Region: "us-east", Namespace: "orders", Detail: cluster,
			Subject: drills.WorkerIdentity("us-west", "orders", 0), Held: true,
		})
	}
	workedBefore("us-west", "orders")(e)
	return e
}

func TestAStandbyThatWorkedIsFoundByWhereItPolled(t *testing.T) {
	standing(t, "").finds(t, drills.StandbyOnNamespace, "us-west", "polled the cluster of us-east and not their own", "the Regional Endpoint of us-west")
	standing(t, "us-west").finds(t, drills.PollsForwarded, "us-west", "forwarded that to us-east", "forwarding has to be off")
	if r := standing(t).judge(); len(r.Findings) > 0 {
		t.Errorf("nobody saw where it polled, and yet %+v", r.Findings)
	}
}

// pinned is the evidence of starters in us-west that dial us-east; what they sent until
// the heal was acknowledged then, or never.
func pinned(t *testing.T, acknowledged float64) *evidence {
	t.Helper()
	e := passing(t, "starter-pinned")
	for i := range e.Ledger {
		op := &e.Ledger[i]
		if op.Region != "us-west" || op.Kind != drills.StartOperation || op.State != drills.OperationAcknowledged {
			continue
		}
		if op.At = at(acknowledged); acknowledged == 0 {
			op.State, op.Detail = drills.OperationAbandoned, "connection refused"
		}
	}
	return e
}

func TestStartersThatArePinnedToTheLostRegionAreFound(t *testing.T) {
	for when, e := range map[string]*evidence{"never": pinned(t, 0), "after the heal": pinned(t, heal+2)} {
		r := e.judge()
		if r.Verdict != drills.Fail || len(r.Findings) != 1 || r.Findings[0].Name != drills.StarterPinned || r.Findings[0].Region != "us-west" {
			t.Errorf("acknowledged %s: %s, %+v", when, r.Verdict, r.Findings)
		}
	}
	if detail := pinned(t, 0).judge().Findings[0].Detail; !strings.Contains(detail, "the last error: connection refused") || !strings.Contains(detail, "pinned to") {
		t.Errorf("it says %q", detail)
	}
	if r := pinned(t, moved+3).judge(); len(r.Findings) > 0 {
		t.Errorf("starts that were acknowledged in time are %+v", r.Findings)
	}
}

func TestARunThatBrokeOffHasNoFinding(t *testing.T) {
	e := enciphered(t, "codec-hot").with(serves(0.2, "us-west", false)).without(ofKind(drills.KindEnd))
	if r := e.expect(t, drills.Inconclusive, "breaks off"); len(r.Findings) > 0 {
		t.Errorf("%+v", r.Findings)
	}
}

func TestServicesTellWhenEachServed(t *testing.T) {
	r := enciphered(t, "codec-cold").with(serves(0.2, "us-west", false), serves(polled-0.5, "us-west", true)).judge()
	end := func(seconds float64) *drills.Offset { o := at(seconds); return &o }
	want := []drills.Service{
		{Component: "us-east/codec", Region: "us-east", Served: []drills.Stretch{{From: at(0.2 - effective), To: end(0)}, {From: at(50 - effective)}}},
		{Component: "us-west/codec", Region: "us-west", Served: []drills.Stretch{{From: at(polled - 0.5 - effective)}}},
	}
	same := slices.EqualFunc(r.Services, want, func(a, b drills.Service) bool {
		return a.Component == b.Component && a.Region == b.Region && slices.EqualFunc(a.Served, b.Served, func(a, b drills.Stretch) bool {
			return a.From == b.From && (a.To == nil) == (b.To == nil) && (a.To == nil || *a.To == *b.To)
		})
	})
	if !same {
		t.Errorf("got %+v, want %+v", r.Services, want)
	}
}
