// Package suites holds the Ginkgo suites: one for each deployment model, and
// for what a drill has to catch. They are thin: the drill is data, the spec
// asserts. Labels select them, as in
//
//	go test ./suites -ginkgo.label-filter=active-hot
//
// They use the same Go API that a test in another repository uses.
package suites
