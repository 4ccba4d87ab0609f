package drills

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// FaultKey is one thing that a fault can be told in a drill file.
type FaultKey struct {
	Key      string
	Required bool
	Default  string   // what holds where it is left out: a value as the file has it, or words
	Values   []string // that it may have, where they are a closed set
	Help     string   // one line for a reader
}

// Keys lists what a fault of the kind takes beside its kind, in the order of a
// drill file.
func (t FaultTraits) Keys() []FaultKey {
	usual, told := t.usual.written(), t.told()
	out := []FaultKey{told["region"]}
	for _, p := range parameters() {
		if !slices.Contains(t.Takes, p.key) {
			continue
		}
		k := told[p.key]
		k.Key, k.Required = p.key, slices.Contains(t.Needs, p.key)
		if value, ok := usual[p.key]; ok {
			k.Default = value
		}
		out = append(out, k)
	}
	return append(out, t.timing()...)
}

// told is what a reader is told of each key, before the kind's own defaults.
func (t FaultTraits) told() map[string]FaultKey {
	region, links := "that is struck", LinkRoles()
	peer := FaultKey{Help: "the other end of the Links: a region, or the fault's own for those within it", Default: "every other region"}
	switch t.Kind {
	case NoFault:
		region = "that is watched as if it were to be struck"
	case SurvivorOutage:
		region = "that the Namespaces of the lost region move to"
		peer = FaultKey{Help: "the region whose Links with it are severed already", Default: "the lost one, if all of it is"}
	}
	if t.Kind != LinkPartition { // see checkRoles
		links = slices.DeleteFunc(links, func(r LinkRole) bool { return r == ControlLink })
	}
	return map[string]FaultKey{
		"region":    {Key: "region", Required: true, Help: region},
		"part":      {Help: "how much of the region", Values: texts(Parts())},
		"flavour":   {Help: "how it feels to its neighbours", Values: texts(t.Flavours)},
		"peer":      peer,
		"links":     {Help: "the kinds of traffic between the two", Values: texts(links)},
		"direction": {Help: "which way, as the region sees it", Values: texts(Directions())},
		"latency":   {Help: "how much later, one way"},
		"jitter":    {Help: "by which the latency varies, evenly", Default: "none"},
		"bandwidth": {Help: "kilobytes a second, one way"},
		"bytes":     {Help: "after which a connection ends"},
		"share":     {Help: "of the connections, or of the Workers"},
		"rate":      {Help: "replication tasks that each shard may send to each other region"},
		"conflicts": {Help: "how many ids of Workflows both sides act on"},
		"workers":   {Help: "a list: the numbers of the Workers of each Fleet, from 0, in place of what the seed draws", Default: "drawn from the seed"},
		"down":      {Help: "how long each time: one time, or {least, most}, from which the seed draws"},
		"up":        {Help: "how long in between, as down"},
		"pattern":   {Help: "a list: how long down, up, down, and so on, in place of what the seed draws", Default: "drawn from the seed"},
	}
}

// FaultTiming lists the keys that say when a fault comes and when it ends, which
// are those of every fault.
func FaultTiming() []FaultKey {
	return []FaultKey{
		{Key: "after", Default: string(SteadyStateReached), Values: texts(triggers()), Help: "the stage that has to come first; the first fault waits for the steady state alone"},
		{Key: "at", Default: "0s", Help: "how long after that stage it comes"},
		{Key: "delay", Default: "none", Help: "more of that: one time, or {least, most}, from which the seed draws"},
		{Key: "for", Default: formatDuration(usualFor), Help: "how long it lasts; what loses its region lasts until the drill heals it, and takes none"},
	}
}

// timing is FaultTiming as the kind has it.
func (t FaultTraits) timing() []FaultKey {
	keys := FaultTiming()
	if t.Kind == SurvivorOutage { // nothing is lost yet in the steady state
		keys[0] = FaultKey{Key: keys[0].Key, Required: true, Values: texts(triggersOfLoss()), Help: "the stage that has to come first"}
	}
	last := &keys[len(keys)-1]
	f := t.usual
	f.Kind = t.Kind
	switch {
	case t.Kind == NoFault:
		return keys[:len(keys)-1] // it lasts as long as the drill
	case f.Loses():
		last.Default = "until the heal"
	case slices.Contains(t.Takes, "down"):
		last.Default += ", or once down and up"
	}
	return keys
}

// written is what a drill file says of a fault, each value on one line, by key.
func (f FaultSpec) written() map[string]string {
	out := map[string]string{}
	for _, item := range faultSchema(&f).encode().(yaml.MapSlice) {
		out[item.Key.(string)] = flow(item.Value)
	}
	return out
}

func flow(v any) string {
	switch v := v.(type) {
	case []any:
		out := make([]string, len(v))
		for i, item := range v {
			out[i] = flow(item)
		}
		return "[" + strings.Join(out, ", ") + "]"
	case yaml.MapSlice:
		out := make([]string, len(v))
		for i, item := range v {
			out[i] = fmt.Sprintf("%v: %s", item.Key, flow(item.Value))
		}
		return "{" + strings.Join(out, ", ") + "}"
	}
	return fmt.Sprint(v)
}

// texts are the names of a closed set.
func texts[T ~string](set []T) []string {
	out := make([]string, len(set))
	for i, s := range set {
		out[i] = string(s)
	}
	return out
}
