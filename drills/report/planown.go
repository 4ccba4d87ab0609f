package report

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/failoverdrill/failoverdrill/drills"
)

// own is what runs in the place of the Workers that ship, and what is started.
func (p *planner) own() {
	if !p.drill.Own() {
		return
	}
	p.heading("Workers of your own")
	var rows [][]cell
	for _, region := range p.topology.Regions {
		program := p.drill.Workers.In(region)
		rows = append(rows, cells(region, ran(program), program.Dir, listed(slices.Sorted(maps.Keys(program.Env)))))
	}
	p.table(indent, []column{{title: "region"}, {title: "program", wrap: true}, {title: "runs in", wrap: true}, {title: "variables, beside TEMPORAL_…", wrap: true}}, rows, nil)
	w := p.drill.Workers
	p.line(fmt.Sprintf("%spolls %s within %s, ends within %s of SIGTERM, is told its endpoint as %s",
		indent, clean(strings.Join(w.TaskQueues, " and ")), w.Ready, w.Stop, addressed(w.Address)))

	if p.drill.Reports() {
		p.heading("Starter of your own")
		starter := p.drill.Workload.Starter
		p.table(indent, []column{{title: "program", wrap: true}, {title: "runs in", wrap: true}, {title: "variables, beside TEMPORAL_… and FAILOVERDRILL_…", wrap: true}},
			[][]cell{cells(ran(starter), starter.Dir, listed(slices.Sorted(maps.Keys(starter.Env))))}, nil)
		p.line(fmt.Sprintf("%sstarts %s for each Namespace, and reports what was acknowledged", indent, rate(p.drill.Workload.Rate)))
		return
	}
	p.heading("Workflows of your own")
	workflow := p.drill.Workload.Workflow
	rows = [][]cell{cells("start", workflow.Type, "–", "all", p.example(workflow.Input))}
	for _, calls := range []struct {
		kind string
		list []drills.CallSettings
	}{{"signal", workflow.Signals}, {"update", workflow.Updates}, {"query", workflow.Queries}} {
		for _, c := range calls.list {
			rows = append(rows, cells(calls.kind, c.Name, c.After.String(), c.Share.String(), p.example(c.Input)))
		}
	}
	p.table(indent, []column{{title: "call"}, {title: "name"}, {title: "after the start"}, {title: "of the workflows", right: true}, {title: "input, such as", wrap: true}}, rows, nil)
}

// ran is what is run of a program of the user's own.
func ran(p drills.WorkerProgram) string {
	command := strings.Join(quotedWords(p.Command), " ")
	switch {
	case p.Image == "":
		return command
	case command == "":
		return "image " + p.Image
	}
	return command + ", of image " + p.Image
}

// quotedWords is a command as somebody would type it.
func quotedWords(command []string) []string {
	var out []string
	for _, word := range command {
		if word == "" || strings.ContainsAny(word, " \t\"'\\$") {
			word = fmt.Sprintf("%q", word)
		}
		out = append(out, word)
	}
	return out
}

func addressed(form drills.AddressForm) string {
	if form == drills.AddressPlain {
		return "ip:port"
	}
	return "a name and its name server"
}

// example is what templates make of the seed's first draws.
func (p *planner) example(templates []string) string {
	in, err := drills.ParseInput(templates...)
	if err != nil {
		return err.Error() // which the drill's own rules refuse
	}
	region, namespace := p.topology.Namespaces[0].Home, p.topology.Namespaces[0].Name
	values := drills.InputValues{ID: drills.StartedAs(namespace, "…") + region + "-00001", Number: 1, Region: region, Namespace: namespace}
	made, err := in.Render(values, rand.New(rand.NewPCG(p.drill.Seed, 1)))
	if err != nil || len(made) == 0 {
		return none
	}
	var out []string
	for _, argument := range made {
		text, err := json.Marshal(argument) // on one line
		if err != nil {
			return err.Error()
		}
		out = append(out, string(text))
	}
	return strings.Join(out, ", ")
}
