package drills

import (
	"fmt"
	"strings"
)

// WorkerIdentity is the identity that a Worker of a Fleet polls under. It is
// how a history tells which region did the work.
func WorkerIdentity(region, namespace string, number int) string {
	return fmt.Sprintf("worker/%s/%s/%d", region, namespace, number)
}

// FleetOf is the region and Namespace of a Worker identity, and whether it is
// one.
func FleetOf(identity string) (region, namespace string, ok bool) {
	parts := strings.Split(identity, "/")
	if len(parts) != 4 || parts[0] != "worker" {
		return "", "", false
	}
	return parts[1], parts[2], true
}
