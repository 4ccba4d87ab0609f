package assess

import (
	"cmp"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/failoverdrill/failoverdrill/drills"
)

// Repeats takes the reports of the same drill together: those that share name,
// model, basis of replication, launcher and the engine of their stores, which may be
// another than the drill declares, in the order in which each drill first appears, its
// launchers one below the other.
// Whether they ran on the same machine and under the same load is for the caller to
// see to.
func Repeats(reports []drills.Report) []drills.Distribution {
	type key struct {
		drill string
		model drills.Model
		basis drills.ReplicationBasis
		store drills.StoreEngine
	}
	type way struct {
		key
		launcher string
	}
	var order []key
	launchers := map[key][]string{}
	groups := map[way][]drills.Report{}
	for _, r := range reports {
		k := key{drill: r.Drill, model: r.Model, basis: r.Replication}
		if r.Store != nil {
			k.store = r.Store.Engine
		}
		if launchers[k] == nil {
			order = append(order, k)
		}
		in := way{k, r.Environment["launcher"]}
		if groups[in] == nil {
			launchers[k] = append(launchers[k], in.launcher)
		}
		groups[in] = append(groups[in], r)
	}
	out := []drills.Distribution{}
	for _, k := range order {
		for _, launcher := range launchers[k] {
			out = append(out, distribution(groups[way{k, launcher}]))
		}
	}
	return out
}

// distribution is that of one drill's reports, of which there is at least one.
func distribution(reports []drills.Report) drills.Distribution {
	out := drills.Distribution{
		Drill: reports[0].Drill, Model: reports[0].Model, Replication: reports[0].Replication, Launcher: reports[0].Environment["launcher"], Runs: len(reports), Excluded: []drills.ExcludedRun{},
	}
	var conclusive []drills.Report
	for _, r := range reports {
		switch r.Verdict {
		case drills.Pass:
			out.Passed++
		case drills.Fail:
			out.Failed++
		case drills.Inconclusive:
			out.Inconclusive++
		default: // a verdict that nobody knows proves nothing either
			out.Errored++
		}
		if r.Verdict == drills.Pass || r.Verdict == drills.Fail {
			conclusive = append(conclusive, r)
			continue
		}
		out.Excluded = append(out.Excluded, drills.ExcludedRun{
			Run: r.Run, Verdict: r.Verdict, Reasons: append([]string{}, r.Reasons...),
		})
	}
	if len(conclusive) > 0 {
		measured := repeated(conclusive)
		measured.Confidence = sharePassing(out.Passed, out.Conclusive())
		out.Measured = &measured
	}
	return out
}

func repeated(reports []drills.Report) drills.Repeated {
	var out drills.Repeated
	var first, sustained []drills.Interval
	var ages []*drills.Offset
	var lost, lostAfterHeal, rolledBack, duplicated, reset []*int
	for _, r := range reports {
		first = append(first, r.RecoveryTime.FirstProgress)
		sustained = append(sustained, r.RecoveryTime.Sustained)
		p := r.RecoveryPoint
		ages = append(ages, p.LostSeconds)
		out.Acknowledged += p.Acknowledged
		lost, lostAfterHeal = append(lost, p.Lost), append(lostAfterHeal, p.LostAfterHeal)
		rolledBack, duplicated, reset = append(rolledBack, p.RolledBack), append(duplicated, p.Duplicated), append(reset, p.Reset)
	}
	out.FirstProgress, out.RecoveryTime = spread(first), spread(sustained)
	out.Lost, out.LostAfterHeal, out.RolledBack = sum(lost), sum(lostAfterHeal), sum(rolledBack)
	out.Duplicated, out.Reset = sum(duplicated), sum(reset)
	out.Phases, out.ColdStart = spreadPhases(reports), spreadColdStarts(reports)
	if !slices.Contains(ages, nil) {
		slices.SortFunc(ages, openLast)
		out.LostSeconds = &drills.LostSpread{Median: *ages[len(ages)/2], Most: *ages[len(ages)-1]}
	}
	return out
}

// sum is not known where one of the counts is not.
func sum(counts []*int) *int {
	total := 0
	for _, n := range counts {
		if n == nil {
			return nil
		}
		total += *n
	}
	return &total
}

// spread orders the two kinds of bounds apart: whatever the true values are,
// the n-th smallest of them lies between the n-th smallest lower bound and the
// n-th smallest upper one.
func spread(intervals []drills.Interval) drills.Spread {
	var lowers []drills.Offset
	var uppers []*drills.Offset
	for _, i := range intervals {
		lowers, uppers = append(lowers, i.Lower), append(uppers, i.Upper)
	}
	slices.Sort(lowers)
	slices.SortFunc(uppers, openLast)
	nth := func(n int) drills.Interval {
		out := drills.Interval{Lower: lowers[n]}
		if up := uppers[n]; up != nil {
			copied := *up // the reports stay their owner's
			out.Upper = &copied
		}
		return out
	}
	return drills.Spread{Median: nth(len(intervals) / 2), Least: nth(0), Most: nth(len(intervals) - 1)}
}

// openLast puts an end that was not seen after every one that was.
func openLast(a, b *drills.Offset) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	default:
		return cmp.Compare(*a, *b)
	}
}

// sharePassing is the one-sided lower bound of Clopper and Pearson on the share
// that passes, when so many of so many did.
func sharePassing(passed, of int) float64 {
	if passed == 0 {
		return 0
	}
	return distuv.Beta{Alpha: float64(passed), Beta: float64(of - passed + 1)}.Quantile(1 - drills.ConfidenceLevel)
}
