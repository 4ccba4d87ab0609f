// Package drills is the vocabulary of failoverdrill and its engine.
//
// The house has one direction:
//
//	drill file ── Model.Topology() ──► Topology ── fixtures.Start ──► Stack
//	   drills.Run:  steady state → inject → await effect → failover → observe → heal → failback ──► Timeline
//	   assess (pure):  Timeline + objectives ──► Verdict ──► report
//
// Everything before fixtures.Start is plain data, and so is everything after
// the Timeline: a saved run can be judged again with no cluster running.
package drills
