// Package report renders a drills.Report: as JSON for machines, as JUnit for
// CI servers, and as text for people. It only renders: nothing is measured or
// judged here, and the same report always gives the same bytes.
package report
