// Package matchers asserts on the Report of a drill with Gomega:
//
//	Expect(result.Report).To(MeetObjectives())
//	Expect(result.Report).To(RecoverWithin(30 * time.Second))
//	Expect(result.Report).To(CompleteAllWorkflows())
//
// What is not known never matches. A failure tells what was found, the verdict
// and its reasons.
package matchers
