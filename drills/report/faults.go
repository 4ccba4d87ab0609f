package report

import (
	"slices"
	"strconv"

	"github.com/failoverdrill/failoverdrill/drills"
)

// faults are shown where the stages do not tell all of them: of a drill with
// several, and of one that ended by itself.
func (p *printer) faults(r drills.Report) {
	ended := func(s drills.StageTime) bool { return s.Name == drills.FaultEnded }
	if len(r.Faults) < 2 && !slices.ContainsFunc(r.Stages, ended) {
		return
	}
	p.heading("Faults: times since the first took effect")
	var rows [][]cell
	for _, f := range r.Faults {
		rows = append(rows, []cell{
			{text: f.Name}, {text: f.What}, happened(f.RequestedAt), happened(f.EffectiveAt), happened(f.EndedAt), happened(f.HealedAt),
			{text: strconv.Itoa(f.Struck)}, {text: strconv.Itoa(f.Spared)},
		})
	}
	p.table(indent, []column{
		{title: "fault"}, {title: "what", wrap: true}, {title: "requested", right: true}, {title: "effective", right: true},
		{title: "ended", right: true}, {title: "healed", right: true}, {title: "struck", right: true}, {title: "spared", right: true},
	}, rows, nil)
}

// happened is when something did, or a dash.
func happened(at *drills.Offset) cell {
	if at == nil {
		return cell{none, yellow}
	}
	return cell{text: signed(*at)}
}
