// Package containers has the drills of suites whose components are containers, and what
// can go wrong with a Docker engine. Where none answers the whole suite is skipped, and
// says why.
package containers
