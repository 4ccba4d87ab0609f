package report

import (
	"fmt"
	"strconv"

	"github.com/failoverdrill/failoverdrill/drills"
)

// store accounts for what Activities wrote to the external database, and tells when
// each region's led.
func (p *printer) store(r drills.Report) {
	s := r.Store
	if s == nil {
		return
	}
	p.heading(fmt.Sprintf("Store: rows that Activities wrote (%s, fencing: %s)", s.Engine, s.Fencing))
	if s.InsteadOf != "" {
		p.bullet("!", yellow, fmt.Sprintf("%s is used instead of %s", s.Engine, s.InsteadOf))
	}
	kept, seconds := known(s.Kept), cell{none, yellow}
	kept.in = plain
	if s.LostSeconds != nil {
		seconds = cell{text: s.LostSeconds.String()}
	}
	p.table(indent, []column{
		{title: "acknowledged", right: true}, {title: "= kept", right: true}, {title: "+ duplicates", right: true}, {title: "+ lost", right: true},
		{title: "no return", right: true}, {title: "seconds", right: true},
		{title: "wrong region", right: true}, {title: "stale epoch", right: true}, {title: "unreached", right: true}, {title: "indeterminate", right: true},
	}, [][]cell{{
		{text: strconv.Itoa(s.Acknowledged)}, kept, known(s.Duplicates), known(s.LostAfterHeal), known(s.Lost), seconds,
		{text: strconv.Itoa(s.WrongRegion)}, {text: strconv.Itoa(s.StaleEpoch)}, {text: strconv.Itoa(s.Unreached)}, {strconv.Itoa(s.Indeterminate), alarm(s.Indeterminate)},
	}}, nil)
	if s.StaleTaken != nil && *s.StaleTaken > 0 {
		p.bullet("!", red, fmt.Sprintf("%d rows were taken under an epoch that was over", *s.StaleTaken))
	}
	if len(s.Led) == 0 {
		return
	}
	p.line("")
	var rows [][]cell
	for _, l := range s.Led {
		rows = append(rows, cells(l.Region, l.Namespace, strconv.Itoa(l.Epoch), stretch(l.Stretch)))
	}
	p.table(indent, []column{{title: "store"}, {title: "namespace"}, {title: "epoch", right: true}, {title: "led, since the fault"}}, rows, nil)
}
