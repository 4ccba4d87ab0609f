package drills_test

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/catalog"
)

// payments is a drill of Workers and Workflows of the user's own.
const payments = `apiVersion: failoverdrill/v1
name: payments
model: active-hot
regions: [us-east, us-west]
faults: [{kind: region-outage, region: us-east}]
objectives: {recoveryTime: 30s}
workers:
  command: [./worker, --verbose, ""]
  env: {LOG_LEVEL: "debug: {all}"}
  taskQueues: [payments, refunds]
  regions: {us-west: {env: {LOG_LEVEL: info, REGION: west}}}
workload:
  workflow:
    type: Process
    input: ['{"id": {{json .ID}}, "cents": {{int 1 9}}}', "true"]
    signals: [{name: confirm, after: {least: 100ms, most: 300ms}, input: '"{{pick "a" "b"}}"', share: 50%}]
    queries: [{name: state}]
`

func TestAWorkloadOfTheUsersOwnFillsInItsDefaults(t *testing.T) {
	d := parse(t, payments)
	want := drills.WorkerSettings{
		WorkerProgram: drills.WorkerProgram{Command: []string{"./worker", "--verbose", ""}, Env: map[string]string{"LOG_LEVEL": "debug: {all}"}},
		TaskQueues:    []string{"payments", "refunds"}, Ready: 30 * time.Second, Stop: 10 * time.Second, Address: drills.AddressByDNS,
		Regions: map[string]drills.WorkerProgram{"us-west": {Env: map[string]string{"LOG_LEVEL": "info", "REGION": "west"}}},
	}
	if !reflect.DeepEqual(d.Workers, want) {
		t.Errorf("its Workers are %+v, want %+v", d.Workers, want)
	}
	if d.Workload.Profile != drills.OwnProfile || !d.Own() || d.Scheduled() {
		t.Errorf("its workload is %+v", d.Workload)
	}
	if got := d.Workload.Workflow; got.TaskQueue != "payments" || got.Signals[0].Share != 50 || got.Queries[0].Share != 100 {
		t.Errorf("its Workflow is %+v", got)
	}
	if d.Probes.Start == 0 || d.Probes.Signal == 0 || d.Probes.Query != 0 || d.Probes.Update != 0 || d.Probes.Workflow != 0 {
		t.Errorf("it probes %+v: what no Worker of its own answers is left out", d.Probes)
	}
	if got := d.Topology().Namespaces[0].Name; got != "default" {
		t.Errorf("its Namespace is %q", got)
	}
	west := drills.WorkerProgram{Command: want.Command, Env: map[string]string{"LOG_LEVEL": "info", "REGION": "west"}}
	if got := d.Workers.In("us-west"); !reflect.DeepEqual(got, west) {
		t.Errorf("us-west runs %+v, want %+v", got, west)
	}
	if got := d.Workers.In("us-east"); !reflect.DeepEqual(got, want.WorkerProgram) {
		t.Errorf("us-east runs %+v, want %+v", got, want.WorkerProgram)
	}
	written, err := d.YAML()
	if err != nil {
		t.Fatal(err)
	}
	if read := parse(t, string(written)); !reflect.DeepEqual(read, d) {
		t.Errorf("read back\n%+v, wrote\n%+v\nas\n%s", read, d, written)
	}
}

func TestAnIsolatedRegionHasNoConflictsOfTheUsersOwn(t *testing.T) {
	d := parse(t, strings.Replace(payments, "kind: region-outage", "kind: region-isolated", 1))
	if d.Conflicts() != 0 {
		t.Errorf("it makes %d conflicts", d.Conflicts())
	}
	if parse(t, strings.Replace(orders, "kind: region-outage", "kind: region-isolated", 1)).Conflicts() == 0 {
		t.Error("that of the workload that ships makes none")
	}
}

func TestFoldersAreOfTheDrillFilesOwn(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "drills", "payments.yaml")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	for said, want := range map[string]string{"": filepath.Join(dir, "drills"), "  dir: ..\n": dir, "  dir: /opt/payments\n": "/opt/payments"} {
		src := strings.Replace(payments, "workers:\n", "workers:\n"+said, 1)
		src = strings.Replace(src, "us-west: {env", "us-west: {dir: ../west, env", 1)
		if err := os.WriteFile(path, []byte(src), 0o600); err != nil {
			t.Fatal(err)
		}
		d, err := drills.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		if got, west := d.Workers.In("us-east").Dir, d.Workers.In("us-west").Dir; got != want || west != filepath.Join(dir, "west") {
			t.Errorf("%q: it runs in %s, and in us-west in %s; want %s", said, got, west, want)
		}
	}
}

func ownMistakes() []mistake {
	return []mistake{
		{name: "no command", old: "  command: [./worker, --verbose, \"\"]\n", new: "", path: "workers.command", words: []string{"is required"}},
		{name: "a program without a name", old: "./worker,", new: `"",`, path: "workers.command[0]", words: []string{"the program that is run"}},
		{name: "a variable of the drill's", old: "{LOG_LEVEL: \"debug", new: "{TEMPORAL_ADDRESS: \"debug", path: "workers.env.TEMPORAL_ADDRESS", words: []string{"what the drill tells"}},
		{name: "a variable with a space", old: "{LOG_LEVEL: \"debug", new: "{\"LOG LEVEL\": \"debug", path: `workers.env."LOG LEVEL"`, words: []string{"no name of a variable"}},
		{name: "no task queue", old: "[payments, refunds]", new: "[]", path: "workers.taskQueues", words: []string{"1 to 8", "not 0"}},
		{name: "a task queue twice", old: "[payments, refunds]", new: "[payments, payments]", path: "workers.taskQueues[1]", words: []string{"named twice"}},
		{name: "no such region", old: "{us-west: {env", new: "{us-wset: {env", path: "workers.regions.us-wset", words: []string{"us-east, us-west"}},
		{name: "no such form of address", old: "  env:", new: "  address: ip\n  env:", path: "workers.address", words: []string{`"ip"`, "dns, plain"}},
		{name: "too soon", old: "  env:", new: "  ready: 10ms\n  env:", path: "workers.ready", words: []string{"too short"}},
		{name: "no Workflow type", old: "    type: Process\n", new: "", path: "workload.workflow.type", words: []string{"is required"}},
		{name: "another task queue", old: "    type: Process\n", new: "    type: Process\n    taskQueue: orders\n", path: "workload.workflow.taskQueue", words: []string{`"orders"`, "payments, refunds"}},
		{name: "no template", old: "{{int 1 9}}", new: "{{int 1 9", path: "workload.workflow.input[0]", words: []string{"is no template"}},
		{name: "no such function", old: "{{int 1 9}}", new: "{{uuid}}", path: "workload.workflow.input[0]", words: []string{"is no template", "uuid"}},
		{name: "no such value", old: "{{json .ID}}", new: "{{json .Id}}", path: "workload.workflow.input[0]", words: []string{"cannot be rendered", "Id"}},
		{name: "no JSON", old: "{{json .ID}}", new: "{{.ID}}", path: "workload.workflow.input[0]", words: []string{"does not make JSON", "argument 1 is {"}},
		{name: "a range that is none", old: "{{int 1 9}}", new: "{{int 9 1}}", path: "workload.workflow.input[0]", words: []string{"less than the first"}},
		{name: "a signal's input", old: `'"{{pick "a" "b"}}"'`, new: "'{{pick \"a\" \"b\"}}'", path: "workload.workflow.signals[0].input", words: []string{"does not make JSON"}},
		{name: "a span the wrong way round", old: "most: 300ms", new: "most: 50ms", path: "workload.workflow.signals[0].after.most", words: []string{"less than the least"}},
		{name: "a share of none", old: "share: 50%", new: "share: 0%", path: "workload.workflow.signals[0].share", words: []string{"above 0%"}},
		{name: "an input that one region alone cannot have", old: "{{int 1 9}}", new: "{{if eq .Region \"us-west\"}}x{{else}}1{{end}}", path: "workload.workflow.input[0]", words: []string{"of default in us-west", "does not make JSON"}},
		{name: "no time to end", old: "  env:", new: "  stop: 0s\n  env:", path: "workers.stop", words: []string{"too short"}},
		{name: "a plain address and a proxy", old: "workers:\n", new: "proxy: {tls: mutual}\nworkers:\n  address: plain\n", path: "workers.address", words: []string{"proxies"}},
		{name: "a variable of the harness", old: "{LOG_LEVEL: \"debug", new: "{FAILOVERDRILL_RUN: \"debug", path: "workers.env.FAILOVERDRILL_RUN", words: []string{"found again"}},
		{name: "a share above all", old: "share: 50%", new: "share: 150%", path: "workload.workflow.signals[0].share", words: []string{"between 0% and 100%"}},
		{name: "a call without a name", old: "{name: state}", new: "{share: 10%}", path: "workload.workflow.queries[0].name", words: []string{"is required"}},
		{name: "a profile that ships", old: "workload:\n", new: "workload:\n  profile: orders\n", path: "workers.command", words: []string{"impossible combination", "orders"}},
		{name: "a probe that no Worker answers", old: "workload:\n", new: "probes: {query: 1/s}\nworkload:\n", path: "probes.query", words: []string{"only the Workers that ship"}},
		{name: "a store", old: "workload:\n", new: "store: {engine: nats}\nworkload:\n", path: "store.engine", words: []string{"only the Workers that ship"}},
		{name: "slots", old: "workload:\n", new: "fleets: {us-east: {slots: 3}}\nworkload:\n", path: "fleets.us-east.slots", words: []string{"leave it out"}},
		{name: "a fault that has to be told", old: "kind: region-outage", new: "kind: fleet-idle", path: "faults[0].kind", words: []string{"fleet-idle", "only the Workers that ship"}},
		{name: "a Namespace", old: "workload:\n", new: "workload:\n  namespace: Payments\n", path: "workload.namespace", words: []string{`"Payments"`}},
	}
}

func TestParseRefusesWhatWorkersOfTheUsersOwnCannotDo(t *testing.T) {
	for _, m := range ownMistakes() {
		t.Run(m.name, func(t *testing.T) {
			if strings.Count(payments, m.old) != 1 {
				t.Fatalf("%q is not unique", m.old)
			}
			_, err := drills.Parse("payments.yaml", []byte(strings.Replace(payments, m.old, m.new, 1)))
			if err == nil {
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error(), ": "+m.path+": ") {
				t.Errorf("%v\nwant it to be of %s", err, m.path)
			}
			for _, w := range m.words {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%v\nwant it to say %q", err, w)
				}
			}
			if lines := strings.Count(err.Error(), "\n") + 1; lines != 1 {
				t.Errorf("%d mistakes instead of one:\n%v", lines, err)
			}
		})
	}
}

func TestInputsVaryWithTheSeedAlone(t *testing.T) {
	in, err := drills.ParseInput(`{"id": {{json .ID}}, "n": {{int 1 1000}}, "of": {{json .Region}}, "big": {{if chance 50}}true{{else}}false{{end}}}`, `{{json (pick "a" 2 true)}}`)
	if err != nil {
		t.Fatal(err)
	}
	render := func(seed uint64) string {
		made, err := in.Render(drills.InputValues{ID: `a "quoted" id`, Number: 3, Region: "us-east"}, rand.New(rand.NewPCG(seed, 0)))
		if err != nil {
			t.Fatal(err)
		}
		out, err := json.Marshal(made)
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	seen := map[string]bool{}
	for seed := range uint64(20) {
		first, again := render(seed), render(seed)
		if first != again {
			t.Errorf("seed %d draws two inputs: %s and %s", seed, first, again)
		}
		seen[first] = true
	}
	if len(seen) < 15 {
		t.Errorf("20 seeds draw %d inputs", len(seen))
	}
	if !strings.Contains(render(1), `"id":"a \"quoted\" id"`) {
		t.Errorf("it makes %s", render(1))
	}
}

func TestAnInputIsBounded(t *testing.T) {
	_, err := drills.ParseInput(`"{{range $i := .}}{{end}}{{printf "%1000000d" 1}}"`)
	if err == nil {
		t.Fatal("no error")
	}
	if len(err.Error()) > 1000 {
		t.Errorf("the error has %d bytes", len(err.Error()))
	}
}

// A drill is one thing, however it is spelt: in a file, and in Go.
func TestADrillInGoIsTheDrillOfItsFile(t *testing.T) {
	for _, name := range catalog.Names() {
		file, err := catalog.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		written, err := file.YAML()
		if err != nil {
			t.Fatal(err)
		}
		read, err := drills.Parse(name, written)
		if err != nil || !reflect.DeepEqual(read, file) {
			t.Errorf("%s: read back %+v, %v; wrote %+v", name, read, err, file)
			continue
		}
		spelt := *drills.New(file.Name, file.Model, file.Regions...)
		spelt.Description, spelt.Labels, spelt.Seed = file.Description, file.Labels, file.Seed
		spelt.Network, spelt.Replication, spelt.Endpoint, spelt.Forwarding = file.Network, file.Replication, file.Endpoint, file.Forwarding
		spelt.Codec, spelt.Proxy, spelt.Store, spelt.Clients = file.Codec, file.Proxy, file.Store, file.Clients
		spelt.Workload, spelt.Workers, spelt.Probes = file.Workload, file.Workers, file.Probes
		spelt.Starters, spelt.Fleets, spelt.Provision = file.Starters, file.Fleets, file.Provision
		spelt.SteadyState, spelt.Failover, spelt.Failback, spelt.Faults = file.SteadyState, file.Failover, file.Failback, file.Faults
		spelt.Abort, spelt.Observe = file.Abort, file.Observe
		spelt.Objectives = drills.Objectives{
			RecoveryTime: copied(file.Objectives.RecoveryTime), RecoveryPoint: copied(file.Objectives.RecoveryPoint), Completion: copied(file.Objectives.Completion),
			LostAfterHeal: copied(file.Objectives.LostAfterHeal), StoreRecoveryPoint: copied(file.Objectives.StoreRecoveryPoint),
		}
		if !reflect.DeepEqual(&spelt, file) {
			t.Errorf("%s in Go is %+v, want %+v: a field is spelt in one of the two alone", name, &spelt, file)
		}
	}
}

func copied[T any](p *T) *T {
	if p == nil {
		return nil
	}
	return new(*p)
}

// What a Go program leaves as New has it bends to Workers of its own, as in a file.
func TestADrillInGoMayHaveWorkersOfItsOwn(t *testing.T) {
	file := parse(t, payments)
	d := drills.New("payments", drills.ActiveHot, "us-east", "us-west")
	d.Workers = drills.WorkerSettings{
		WorkerProgram: file.Workers.WorkerProgram, TaskQueues: []string{"payments", "refunds"}, Regions: file.Workers.Regions,
	}
	d.Workload.Workflow = drills.WorkflowSettings{
		Type: "Process", Input: file.Workload.Workflow.Input,
		Signals: file.Workload.Workflow.Signals, Queries: []drills.CallSettings{{Name: "state"}},
	}
	d.Faults = []drills.FaultSpec{drills.RegionOutage.In("us-east")}
	d.Objectives = drills.Objectives{RecoveryTime: new(30 * time.Second)}
	if err := d.Validate(); err != nil {
		t.Fatal(err)
	}
	if got, want := d.Decided(), file.Decided(); !reflect.DeepEqual(got, want) {
		t.Errorf("it runs\n%+v, want\n%+v", got, want)
	}
	d.Probes.Query = 5
	if err := d.Validate(); err == nil || !strings.Contains(err.Error(), "probes.query") {
		t.Errorf("a probe that was asked for is taken: %v", err)
	}
}

// Of a fault that needs to be told no more, a kind and a region are a fault in Go as in a
// file.
func TestAFaultInGoIsTheFaultOfItsFile(t *testing.T) {
	told := 0
	for _, kind := range drills.FaultKinds() {
		src := strings.Replace(orders, "kind: region-outage, region: us-east", "kind: "+string(kind)+", region: us-east", 1)
		file, err := drills.Parse("orders.yaml", []byte(src))
		if err != nil {
			continue // it has to be told more, or needs another drill
		}
		told++
		d := *file
		d.Faults = []drills.FaultSpec{kind.In("us-east")}
		if err := d.Validate(); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		if got, want := d.Decided().Faults, file.Decided().Faults; !reflect.DeepEqual(got, want) {
			t.Errorf("%s in Go is %+v, want %+v", kind, got, want)
		}
	}
	if told < 10 {
		t.Errorf("of %d kinds alone it is known", told)
	}
}

// Workers of which only the task queues are named are not those that ship.
func TestWorkersWithoutACommandAreAMistake(t *testing.T) {
	_, err := drills.Parse("orders.yaml", []byte(orders+"workers: {taskQueues: [payments]}\n"))
	if err == nil || !strings.Contains(err.Error(), "workers.command: is required") {
		t.Errorf("got %v", err)
	}
	_, err = drills.Parse("orders.yaml", []byte(strings.Replace(orders, "kind: region-outage", "kind: region-isolated, conflicts: 0", 1)))
	if err == nil || !strings.Contains(err.Error(), "0 is not between 1 and 100") {
		t.Errorf("of no conflicts it says %v", err)
	}
}

// started is payments, sent by a starter of the user's own.
func started() string {
	at := strings.Index(payments, "  workflow:")
	return payments[:at] + "  starter: {command: [./starter, --fast], env: {TARIFF: night}}\n"
}

func TestAStarterOfTheUsersOwnTakesThePlaceOfAWorkflow(t *testing.T) {
	d := parse(t, started())
	if !d.Reports() || !d.Own() || d.Workload.Workflow.Type != "" {
		t.Errorf("its workload is %+v", d.Workload)
	}
	written, err := d.YAML()
	if err != nil {
		t.Fatal(err)
	}
	if read := parse(t, string(written)); !reflect.DeepEqual(read, d) {
		t.Errorf("read back\n%+v, wrote\n%+v", read, d)
	}
	for want, src := range map[string]string{
		"workload.workflow: is an impossible combination with workload.starter": started() + "  workflow: {type: Process}\n",
		"workload.starter.env.TEMPORAL_ADDRESS: is what the drill tells":        strings.Replace(started(), "TARIFF", "TEMPORAL_ADDRESS", 1),
		"workload.starter: is an impossible combination with workload.profile":  orders + "workload: {starter: {command: [./starter]}}\n",
	} {
		if _, err := drills.Parse("payments.yaml", []byte(src)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
