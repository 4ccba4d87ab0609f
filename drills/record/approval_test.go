package record_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/failoverdrill/failoverdrill/drills/record"
)

// awaited polls until a run waits for these regions.
func awaited(t *testing.T, dir string, want ...string) {
	t.Helper()
	deadline := time.After(5 * time.Second)
	for {
		got, err := record.Awaited(dir)
		if err != nil {
			t.Fatal(err)
		}
		if slices.Equal(got, want) {
			return
		}
		select {
		case <-deadline:
			t.Fatalf("it waits for %q, want %q", got, want)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// requests waits for an approval in the background.
func requests(ctx context.Context, dir, region string) <-chan error {
	done := make(chan error, 1)
	go func() { done <- record.AwaitApproval(ctx, dir, region) }()
	return done
}

func empty(t *testing.T, dir string) {
	t.Helper()
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("%v left: %v", left, err)
	}
}

func TestAnApprovalIsForItsRegionAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a [strange] * folder?")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	awaited(t, dir)
	east, west := requests(t.Context(), dir, "us-east"), requests(t.Context(), dir, "us-west")
	awaited(t, dir, "us-east", "us-west")
	if err := record.Approve(dir, "us-west"); err != nil {
		t.Fatal(err)
	}
	if err := <-west; err != nil {
		t.Error(err)
	}
	awaited(t, dir, "us-east")
	select {
	case err := <-east:
		t.Errorf("the other went on: %v", err)
	default:
	}
	if err := record.Approve(dir, "us-east"); err != nil {
		t.Fatal(err)
	}
	if err := <-east; err != nil {
		t.Error(err)
	}
	empty(t, dir)
}

// What was approved before anybody asked is no answer.
func TestAnApprovalOfAnEarlierRequestCountsForNothing(t *testing.T) {
	dir := t.TempDir()
	if err := record.Approve(dir, "us-east"); err != nil {
		t.Fatal(err)
	}
	enough := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	done := requests(ctx, dir, "us-east")
	awaited(t, dir, "us-east")
	cancel(enough)
	if err := <-done; !errors.Is(err, enough) {
		t.Errorf("got %v", err)
	}
	awaited(t, dir)
	empty(t, dir)
}

// A request that a dead process left behind is locked by nobody.
func TestARequestThatNobodyHoldsWaitsForNobody(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "failover-from-us-east.request"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	awaited(t, dir)
	done := requests(t.Context(), dir, "us-east")
	awaited(t, dir, "us-east")
	if err := record.Approve(dir, "us-east"); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}
