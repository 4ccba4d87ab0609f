package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/mattn/go-isatty"

	"github.com/failoverdrill/failoverdrill/drills"
)

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}

// progress shows a drill while it runs: a line that is drawn again and again
// on a terminal, one line for each stage elsewhere.
type progress struct {
	out  io.Writer
	live bool
	done chan struct{}
	gone sync.WaitGroup

	mu        sync.Mutex
	regions   []string
	home      map[string]string // Namespace to region
	active    map[string]string
	closed    map[string][]drills.Offset
	began     time.Time
	now       func() time.Duration
	approve   string // what a person types to approve a failover
	stage     string
	effective *drills.Offset
}

// throughputOver is the time over which live throughput is averaged.
const throughputOver = 5 * time.Second

func newProgress(out io.Writer, d *drills.Drill, f runFlags, n int) *progress {
	began := time.Now()
	p := &progress{
		out: out, live: isTerminal(out), done: make(chan struct{}), regions: d.Regions,
		home: map[string]string{}, closed: map[string][]drills.Offset{}, began: began,
		now: func() time.Duration { return time.Since(began) }, stage: "boot", approve: "failoverdrill approve",
	}
	if f.out != runsFolder {
		p.approve += " --out " + quoted(f.out)
	}
	for _, ns := range d.Topology().Namespaces {
		p.home[ns.Name] = ns.Home
	}
	p.active = maps.Clone(p.home)
	of := ""
	if f.runs > 1 {
		of = fmt.Sprintf(" (%d of %d)", n+1, f.runs)
	}
	fmt.Fprintf(out, "%s%s: %s over %s\n", d.Name, of, d.Model, strings.Join(d.Regions, ", "))
	if p.live {
		p.gone.Go(p.draw)
	}
	return p
}

// take is told of every event as it is recorded.
func (p *progress) take(e drills.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e.Kind {
	case drills.KindBegin:
		p.approve += " " + e.Begin.RunID
	case drills.KindClosed:
		region := p.active[e.Namespace]
		p.closed[region] = append(p.closed[region], e.At)
	case drills.KindMark:
		p.mark(e)
	}
}

func (p *progress) mark(e drills.Event) {
	p.stage = e.Name
	switch drills.Stage(e.Name) {
	case drills.FaultEffective:
		at := e.At
		p.effective = &at
	case drills.Promoted:
		p.active[e.Namespace] = e.Region
	case drills.FailedBack:
		p.active = maps.Clone(p.home)
	}
	if p.live {
		p.clear()
	}
	fmt.Fprintf(p.out, "%9.3f s  %-26s %s\n", e.At.Seconds(), e.Name, about(e))
	if e.Name == string(drills.ApprovalRequested) {
		fmt.Fprintf(p.out, "%11s  → the failover waits for you; to approve it, type in another terminal:\n%11s    %s\n", "", "", p.approve)
	}
}

// quoted is a word as a shell takes it.
func quoted(word string) string {
	if word != "" && !strings.ContainsFunc(word, func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsDigit(c) && !strings.ContainsRune("/._-+,:@%", c)
	}) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

func about(e drills.Event) string {
	var parts []string
	for _, s := range []string{e.Namespace, e.Region, e.Detail} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " · ")
}

// drawEvery is how often the live line is drawn.
const drawEvery = 200 * time.Millisecond

func (p *progress) draw() {
	tick := time.NewTicker(drawEvery)
	defer tick.Stop()
	for {
		select {
		case <-p.done:
			return
		case <-tick.C:
		}
		p.mu.Lock()
		p.clear()
		fmt.Fprint(p.out, p.line())
		p.mu.Unlock()
	}
}

// clear empties the live line.
func (p *progress) clear() { fmt.Fprint(p.out, "\r\x1b[2K") }

// line is the live line: stage, completions a second by region in which their
// Namespace is active, and the time since the fault.
func (p *progress) line() string {
	now := drills.Offset(p.now())
	var b strings.Builder
	fmt.Fprintf(&b, "%9.1f s  %s  completions/s:", now.Seconds(), p.stage)
	for _, region := range p.regions {
		recent := 0
		for _, at := range p.closed[region] {
			if now-at <= drills.Offset(throughputOver) {
				recent++
			}
		}
		fmt.Fprintf(&b, "  %s %.1f", region, float64(recent)/throughputOver.Seconds())
	}
	if p.effective != nil {
		fmt.Fprintf(&b, "  fault +%.1f s", (now - *p.effective).Seconds())
	}
	return b.String()
}

func (p *progress) close() {
	close(p.done)
	p.gone.Wait()
	if p.live {
		p.clear()
	}
}
