package assess_test

import (
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
)

// lookedUp is a look at one region's name server for one Namespace.
func lookedUp(region, namespace string) func(drills.Event) bool {
	return func(e drills.Event) bool {
		return e.Kind == drills.KindEndpoint && (e.Region == region || region == "") && e.Namespace == namespace
	}
}

// during narrows a match to a stretch of time.
func during(from, to float64, match func(drills.Event) bool) func(drills.Event) bool {
	return func(e drills.Event) bool { return match(e) && e.At >= at(from) && e.At < at(to) }
}

func TestAnEndpointLeadsWhereItsNamespaceIsActive(t *testing.T) {
	const west, central = "orders-us-west", "orders-eu-central"
	without := func(match func(drills.Event) bool) func(*evidence) {
		return func(e *evidence) { e.without(match) }
	}
	with := func(events ...drills.Event) func(*evidence) {
		return func(e *evidence) { e.with(events...) }
	}
	tests := []struct {
		name   string
		drill  string
		change func(*evidence)
		says   string // empty: the witness holds
	}{
		{"nobody looked", "active-hot", without(ofKind(drills.KindEndpoint)), "nobody looked names up"},
		{"nobody looked in one region", "active-hot", without(lookedUp("us-west", "orders")), "nobody looked orders up in us-west before the fault"},
		{
			"nobody looked one of two up", "dual-active", without(lookedUp("", west)),
			"nobody looked orders-us-west up in us-east before the fault; nobody looked orders-us-west up in us-west before the fault",
		},
		{
			"nobody looked before the fault", "active-hot", without(during(0, requested, lookedUp("us-west", "orders"))),
			"nobody looked orders up in us-west before the fault",
		},

		{
			"it leads elsewhere before the fault", "active-hot",
			with(led(10, "us-east", "orders", "us-west"), led(12, "us-east", "orders", "us-east")),
			"the name server of us-east leads orders to us-west from 10.1 s before the fault, though it is active in us-east",
		},
		{
			"it does not answer before the fault", "active-hot", with(led(10, "us-west", "orders", ""), led(12, "us-west", "orders", "us-east")),
			"the name server of us-west does not answer for orders from 10.1 s before the fault, though it is active in us-east",
		},
		// The question came before the fault, the answer would have come after it.
		{"it does not answer a question of the fault's own time", "active-hot", with(led(requested-0.1, "us-east", "orders", "")), ""},

		{
			"stale from the start", "active-hot", without(during(requested, heal, lookedUp("us-west", "orders"))),
			"the name server of us-west leads orders to us-east from +1.7 s after the fault, though it is active in us-west",
		},
		{
			"stale after a look that saw it right", "active-hot", with(led(rerouted+0.5, "us-west", "orders", "us-east")),
			"the name server of us-west leads orders to us-east from +2.2 s after the fault, though it is active in us-west",
		},
		{
			"stale later in the outage", "active-hot", with(led(30, "us-west", "orders", "us-east"), led(31, "us-west", "orders", "us-west")),
			"leads orders to us-east from +9.9 s after the fault",
		},
		{
			"stale as the region returns", "active-hot", with(led(50, "us-west", "orders", "us-east")),
			"leads orders to us-east from +29.9 s after the fault",
		},
		{
			"stale in one of two survivors", "dual-active-ring", without(during(requested, heal, lookedUp("eu-central", "orders-us-east"))),
			"the name server of eu-central leads orders-us-east to us-east from +1.7 s after the fault, though it is active in us-west",
		},
		{
			"it does not answer in a survivor", "active-hot", with(led(30, "us-west", "orders", ""), led(31, "us-west", "orders", "us-west")),
			"the name server of us-west does not answer for orders from +9.9 s after the fault, though it is active in us-west",
		},
		{"late by less than the allowance", "active-hot", func(e *evidence) {
			e.without(during(requested, heal, lookedUp("us-west", "orders"))).with(led(rerouted+0.9, "us-west", "orders", "us-west"))
		}, ""},
		{"late by more", "active-hot", func(e *evidence) {
			e.without(during(requested, heal, lookedUp("us-west", "orders"))).with(led(rerouted+1.1, "us-west", "orders", "us-west"))
		}, "leads orders to us-east from +1.7 s after the fault"},
		{"rerouted before anybody marked it", "active-hot", func(e *evidence) {
			e.without(during(requested, heal, lookedUp("us-west", "orders"))).with(led(promoted+0.05, "us-west", "orders", "us-west"))
		}, ""},
		{"the lost region's name server comes back stale", "active-hot", with(led(49.5, "us-east", "orders", "us-east")), ""},

		{
			"stale after the failback", "active-hot", without(during(home-1, unloaded, lookedUp("us-east", "orders"))),
			"the name server of us-east leads orders to us-west from +35.9 s after the fault, though it is active in us-east",
		},
		{
			"moved away again at the end", "active-hot", with(led(64, "us-west", "orders", "us-west")),
			"the name server of us-west leads orders to us-west from +43.9 s after the fault, though it is active in us-east",
		},
		{
			"it does not answer once its region is back", "dual-active", without(during(heal, unloaded, lookedUp("us-east", west))),
			"the name server of us-east does not answer for orders-us-west from +35.9 s after the fault, though it is active in us-west",
		},

		{
			"a namespace moved that is not affected", "dual-active", with(led(30, "us-west", west, "us-east"), led(31, "us-west", west, "us-west")),
			"the name server of us-west leads orders-us-west to us-east from +9.9 s after the fault, though it is active in us-west",
		},
		{
			"it moved as the region returned", "dual-active", with(led(50, "us-east", west, "us-east"), led(51, "us-east", west, "us-west")),
			"the name server of us-east leads orders-us-west to us-east from +29.9 s after the fault, though it is active in us-west",
		},
		{
			"two moved", "dual-active-ring", with(led(30, "us-west", west, "us-east"), led(30, "eu-central", central, "us-east")),
			"the name server of us-west leads orders-us-west to us-east from +9.9 s after the fault, though it is active in us-west; " +
				"the name server of eu-central leads orders-eu-central to us-east from +9.9 s after the fault, though it is active in eu-central",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := passing(t, test.drill)
			test.change(e)
			if test.says == "" {
				e.expect(t, drills.Pass, "")
				return
			}
			expectWitness(t, e, "endpoint", test.says)
		})
	}
}

func TestTheEndpointWitnessTellsWhereNamesLed(t *testing.T) {
	for drill, want := range map[string]string{
		"active-hot":  "every name server that answered led orders home, to us-west in the outage, and home again",
		"dual-active": "every name server that answered led orders-us-east home, to us-west in the outage, and home again; orders-us-west home all along",
	} {
		if w := witness(t, passing(t, drill).judge(), "endpoint"); !w.Held || w.Detail != want {
			t.Errorf("%s: got %+v, want %q", drill, w, want)
		}
	}
}

// Where the Namespace is not at home, an endpoint that does not lead there is
// not stale: the witness of the return reports what is wrong.
func TestAnEndpointNeedNotLeadHomeBeforeItsNamespaceIsThere(t *testing.T) {
	stays := func(e *evidence) { e.without(during(home-1, unloaded, lookedUp("", "orders"))) }
	for name, change := range map[string]func(*evidence){
		"the region did not return": func(e *evidence) {
			e.without(func(e drills.Event) bool { return lookedUp("us-east", "orders")(e) && e.At > at(heal) })
			for _, stage := range []drills.Stage{drills.Healed, drills.FailbackRequested, drills.FailedBack} {
				e.without(markOf(stage))
			}
		},
		"the failback hangs": func(e *evidence) { e.without(markOf(drills.FailedBack)) },
		"the failback was skipped": func(e *evidence) {
			e.without(func(e drills.Event) bool { return e.Kind == drills.KindActive && e.At >= at(home-0.2) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := passing(t, "active-hot")
			stays(e)
			change(e)
			e.expect(t, drills.Inconclusive, "return not witnessed")
			if w := witness(t, e.judge(), "endpoint"); !w.Held || w.Detail != "every name server that answered led orders home, and to us-west in the outage" {
				t.Errorf("got %+v", w)
			}
		})
	}
}

func TestWithoutAFaultNobodyKnowsWhereAnEndpointHadToLead(t *testing.T) {
	e := passing(t, "active-hot").without(markOf(drills.FaultEffective))
	if w := witness(t, e.judge(), "endpoint"); w.Held || w.Detail != "no fault took effect" {
		t.Errorf("got %+v", w)
	}
}
