package assess_test

import (
	"strings"
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
)

// leads is a look at a store that found it lead a Namespace under an epoch, or not.
func leads(seconds float64, region, namespace string, epoch int) drills.Event {
	return drills.Event{
		At: at(seconds), Kind: drills.KindPrimary, Region: region, Namespace: namespace, Subject: drills.StoreName(region), Held: epoch > 0, Value: float64(epoch),
	}
}

// fenced is what came of a write of an epoch that was over.
func fenced(seconds float64, region, namespace string, epoch int, refused bool) drills.Event {
	return drills.Event{At: at(seconds), Kind: drills.KindFence, Region: region, Namespace: namespace, Held: refused, Value: float64(epoch)}
}

// row is one that a census found.
func row(census, namespace, operation string, epoch int) drills.Event {
	when := recounted
	if census == drills.CensusWithoutRegion {
		when = counted
	}
	return drills.Event{At: at(when), Kind: drills.KindRow, Name: census, Namespace: namespace, Subject: operation, Value: float64(epoch)}
}

// rowID is the row of an execution of an Activity.
func rowID(execution string) string { return execution + "/row" }

// writes has each execution of an Activity write a row before it is booked, which both
// censuses find.
func (e *evidence) writes(lost string) {
	activities := e.Ledger
	for _, op := range activities {
		if op.Kind != drills.ActivityOperation {
			continue
		}
		op.Kind, op.ID, op.Epoch = drills.WriteOperation, rowID(op.ID), 1
		ns, _ := e.Drill.Topology().Namespace(op.Namespace)
		switch {
		case ns.Home == lost && op.At > at(home):
			op.Epoch = 3
		case ns.Home == lost && op.At > at(effective):
			op.Epoch = 2
		}
		op.At -= at(0.002)
		e.Ledger = append(e.Ledger, op)
		if op.State != drills.OperationAcknowledged {
			continue
		}
		if op.At < at(counted) {
			e.with(row(drills.CensusWithoutRegion, op.Namespace, op.ID, op.Epoch))
		}
		e.with(row(drills.CensusAfterHeal, op.Namespace, op.ID, op.Epoch), row(drills.CensusReplica, op.Namespace, op.ID, op.Epoch))
	}
}

// written is the evidence of a drill that went well, with stores.
func written(t *testing.T, drill string) *evidence {
	t.Helper()
	e := passing(t, drill)
	lost := e.lost()
	for _, ns := range e.Drill.Topology().Namespaces {
		e.with(leads(0.2, ns.Home, ns.Name, 1), leads(0.2, ns.Replica, ns.Name, 0))
		for census, when := range map[string]float64{drills.CensusWithoutRegion: counted, drills.CensusAfterHeal: recounted, drills.CensusReplica: recounted} {
			e.with(drills.Event{At: at(when), Kind: drills.KindRows, Name: census, Namespace: ns.Name})
		}
		e.with(drills.Event{At: at(0.3), Kind: drills.KindActive, Region: ns.Replica, Namespace: ns.Name, Name: ns.Home})
		if ns.Home != lost {
			continue
		}
		e.with(drills.Event{At: at(promoted), Kind: drills.KindActive, Region: ns.Replica, Namespace: ns.Name, Name: ns.Replica})
		e.with(leads(effective+0.05, ns.Home, ns.Name, 0), leads(promoted+0.1, ns.Replica, ns.Name, 2))
		e.with(drills.Event{At: at(promoted + 0.1), Kind: drills.KindMark, Name: string(drills.StorePromoted), Region: ns.Replica, Namespace: ns.Name})
		e.with(fenced(promoted+0.2, ns.Replica, ns.Name, 1, true), fenced(home+0.2, ns.Home, ns.Name, 2, true))
		e.with(leads(home, ns.Replica, ns.Name, 0), leads(home+0.1, ns.Home, ns.Name, 3))
	}
	e.writes(lost)
	return e
}

// dropRows takes rows out of censuses.
func (e *evidence) dropRows(match func(census, operation string) bool) *evidence {
	return e.without(func(x drills.Event) bool { return x.Kind == drills.KindRow && match(x.Name, x.Subject) })
}

// lastBefore is the last write that was acknowledged before a time, and the one before it.
func (e *evidence) lastBefore(seconds float64) (last, before drills.Operation) {
	for _, op := range e.Ledger {
		if op.Kind != drills.WriteOperation || op.State != drills.OperationAcknowledged || op.At >= at(seconds) {
			continue
		}
		switch {
		case op.At > last.At:
			last, before = op, last
		case op.At > before.At:
			before = op
		}
	}
	return last, before
}

func count(t *testing.T, what string, got *int, want int) {
	t.Helper()
	if got == nil || *got != want {
		t.Errorf("%s: got %v, want %d", what, got, want)
	}
}

func TestEveryWriteIsAccountedFor(t *testing.T) {
	for _, drill := range []string{"store-hot", "store-active", "store-dual"} {
		r := written(t, drill).expect(t, drills.Pass, "")
		s := r.Store
		if s.Acknowledged == 0 || s.Indeterminate+s.WrongRegion+s.StaleEpoch > 0 {
			t.Errorf("%s: %+v", drill, s)
		}
		count(t, drill+": kept", s.Kept, s.Acknowledged)
		count(t, drill+": rows", s.Rows, s.Acknowledged)
		for what, n := range map[string]*int{"lost": s.Lost, "lost after heal": s.LostAfterHeal, "duplicates": s.Duplicates, "unacknowledged": s.Unacknowledged, "stale": s.StaleTaken} {
			count(t, drill+": "+what, n, 0)
		}
		if len(s.Led) != len(r.Throughput)+2 { // home, and for the one that moved the survivor and home again
			t.Errorf("%s: stores led %+v", drill, s.Led)
		}
	}
	if r := passing(t, "active-hot").judge(); r.Store != nil {
		t.Errorf("a drill without a store has %+v", r.Store)
	}
}

func TestWhatAStoreLosesIsTheEnd(t *testing.T) {
	e := written(t, "store-hot")
	last, before := e.lastBefore(effective)
	cut := e.copied().dropRows(func(_, operation string) bool { return operation == last.ID })
	r := cut.expect(t, drills.Pass, "")
	count(t, "lost", r.Store.Lost, 1)
	count(t, "lost after heal", r.Store.LostAfterHeal, 1)
	count(t, "kept", r.Store.Kept, r.Store.Acknowledged-1)
	if got, want := *r.Store.LostSeconds, at(effective)-last.At; got != want {
		t.Errorf("lost %s, want %s", got, want)
	}
	if r.RecoveryPoint.Lost == nil || *r.RecoveryPoint.Lost != 0 {
		t.Errorf("Temporal lost %v", r.RecoveryPoint.Lost)
	}
	hole := e.copied().dropRows(func(_, operation string) bool { return operation == before.ID })
	hole.expect(t, drills.Fail, "only the end is lost: "+before.ID+" is lost, and "+last.ID)

	// A region that was declared lost and lives acknowledges what no survivor will have.
	late := last
	late.ID, late.At, late.Intended = "late/row", at(effective+2), at(effective+2)
	sent := late
	sent.State = drills.OperationSent
	alive := e.copied()
	alive.Ledger = append(alive.Ledger, sent, late)
	r = alive.expect(t, drills.Pass, "")
	count(t, "lost of a region that lives", r.Store.Lost, 1)
	if got := *r.Store.LostSeconds; got != at(2) {
		t.Errorf("lost %s, want 2 s", got)
	}
	unread := e.copied().without(func(x drills.Event) bool { return x.Kind == drills.KindRows && x.Name == drills.CensusWithoutRegion })
	unread.expect(t, drills.Inconclusive, "store not witnessed: nobody read the rows")

	short := time.Millisecond
	o := cut.Drill.Objectives
	o.StoreRecoveryPoint = &short
	cut.copied().objectives(o).expect(t, drills.Fail, "storeRecoveryPoint: declared ≤ 1ms, measured 0.")
}

func TestRowsOfOneActivityAreDuplicates(t *testing.T) {
	e := written(t, "store-hot")
	last, _ := e.lastBefore(home)
	again := last
	again.ID += "/again"
	sent := again
	sent.State = drills.OperationSent
	e.Ledger = append(e.Ledger, sent, again)
	for _, census := range []string{drills.CensusAfterHeal, drills.CensusReplica} {
		e.with(row(census, again.Namespace, again.ID, again.Epoch))
	}
	r := e.expect(t, drills.Pass, "")
	count(t, "duplicates", r.Store.Duplicates, 1)
	count(t, "kept", r.Store.Kept, r.Store.Acknowledged-1)
	count(t, "lost after heal", r.Store.LostAfterHeal, 0)
}

func TestRowsThatNobodyKnowsAreFound(t *testing.T) {
	e := written(t, "store-hot")
	last, _ := e.lastBefore(home)
	stranger := e.copied().with(row(drills.CensusAfterHeal, "orders", "stranger", 3), row(drills.CensusReplica, "orders", "stranger", 3))
	stranger.expect(t, drills.Fail, "rows accounted for: the row stranger is of no write")
	twice := e.copied().with(row(drills.CensusAfterHeal, "orders", last.ID, 2), row(drills.CensusReplica, "orders", last.ID, 2))
	twice.expect(t, drills.Fail, "rows accounted for: the row "+last.ID+" is there more than once")
	apart := e.copied().dropRows(func(census, operation string) bool { return census == drills.CensusReplica && operation == last.ID })
	apart.expect(t, drills.Fail, "equal rows: the row "+last.ID+" is not in the store that follows")
	more := e.copied().with(row(drills.CensusReplica, "orders", "stranger", 3))
	more.expect(t, drills.Fail, "equal rows: the row stranger is in the store that follows alone")
}

func TestWritesThatWereNotTakenAreCounted(t *testing.T) {
	e := written(t, "store-hot")
	last, _ := e.lastBefore(home)
	for i, refusal := range []drills.Refusal{drills.WrongRegion, drills.WrongRegion, drills.StaleEpoch, ""} {
		op := last
		op.ID += strings.Repeat("+", i+1)
		op.State = drills.OperationSent
		e.Ledger = append(e.Ledger, op)
		if op.Refusal = refusal; refusal != "" {
			op.State = drills.OperationAbandoned
			e.Ledger = append(e.Ledger, op)
		}
	}
	open := last.ID + "++++" // nobody was told, and it is there
	for _, census := range []string{drills.CensusAfterHeal, drills.CensusReplica} {
		e.with(row(census, last.Namespace, open, last.Epoch))
	}
	r := e.expect(t, drills.Pass, "")
	if s := r.Store; s.WrongRegion != 2 || s.StaleEpoch != 1 || s.Indeterminate != 1 {
		t.Errorf("got %+v", s)
	}
	count(t, "unacknowledged", r.Store.Unacknowledged, 1)
	count(t, "rows", r.Store.Rows, r.Store.Acknowledged+1)
}

func TestAStoreThatDidNotLeadAtHomeIsNoWitness(t *testing.T) {
	e := written(t, "store-hot")
	e.copied().with(leads(requested-1.1, "us-west", "orders", 1)).expect(t, drills.Inconclusive, "store not witnessed: before the fault, that the store of us-west led orders: true")
	e.copied().without(func(x drills.Event) bool { return x.Kind == drills.KindPrimary && x.Region == "us-east" }).
		expect(t, drills.Inconclusive, "store not witnessed: before the fault, that the store of us-east led orders: false")
	silent := e.copied()
	var kept []drills.Operation
	for _, op := range silent.Ledger {
		if op.Kind != drills.WriteOperation || op.At > at(effective) {
			kept = append(kept, op)
		}
	}
	silent.Ledger = kept
	silent.expect(t, drills.Inconclusive, "store not witnessed: no write was acknowledged before the fault")
}

func TestAStoreThatIsNotPromotedIsFound(t *testing.T) {
	e := written(t, "store-not-promoted")
	survivor := func(x drills.Event) bool { return x.Kind == drills.KindPrimary && x.Region == "us-west" && x.Held }
	e.without(survivor).without(markOf(drills.StorePromoted)).without(func(x drills.Event) bool { return x.Kind == drills.KindFence })
	e.finds(t, drills.StoreNotPromoted, "us-west", "orders was active in us-west", "never led", "promote it")
}

func TestAStoreThatIsPromotedBeforeItsNamespaceIsFound(t *testing.T) {
	early := func(by float64) *evidence {
		e := written(t, "store-hot")
		e.without(func(x drills.Event) bool { return x.Kind == drills.KindPrimary && x.Region == "us-west" && x.Held })
		return e.with(leads(promoted-by, "us-west", "orders", 2))
	}
	early(0.9).expect(t, drills.Pass, "")
	early(1.1).finds(t, drills.StoreEarly, "us-west", "led orders 1.1 s before", "0 writes")
}

func TestAStoreThatTakesWhatIsOverIsFound(t *testing.T) {
	e := written(t, "store-unfenced")
	e.without(func(x drills.Event) bool { return x.Kind == drills.KindFence })
	e.copied().expect(t, drills.Pass, "")
	e.with(fenced(promoted+0.2, "us-west", "orders", 1, false))
	e.finds(t, drills.StoreUnfenced, "us-west", "under epoch 2", "took a write of epoch 1", "0 of Workers")

	taken := written(t, "store-unfenced").with(fenced(promoted+0.2, "us-west", "orders", 1, false))
	last, _ := taken.lastBefore(home)
	for i, x := range taken.Timeline {
		if x.Kind == drills.KindRow && x.Subject == last.ID {
			taken.Timeline[i].Value = 1
		}
	}
	r := taken.judge()
	count(t, "stale", r.Store.StaleTaken, 1)
}
