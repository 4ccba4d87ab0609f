package harness

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
	"github.com/failoverdrill/failoverdrill/drills/catalog"
	"github.com/failoverdrill/failoverdrill/fixtures/launch"
)

// library is a launcher that has some images.
type library struct {
	launch.Launcher
	has []string
}

func (l library) Fetch(_ context.Context, image string) error {
	for _, one := range l.has {
		if one == image {
			return nil
		}
	}
	return fmt.Errorf("%s %w", image, launch.ErrNoImage)
}

func TestAStoreThatCannotBeHadIsReplacedAndTold(t *testing.T) {
	declared, err := catalog.Get("store-postgres")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name     string
		launcher launch.Launcher
		image    string
		engine   drills.StoreEngine
		told     string
	}{
		{"of this machine", &launch.Processes{}, "", drills.PostgreSQL, ""},
		{"an image that is there", library{has: []string{drills.PostgreSQLImage}}, "", drills.PostgreSQL, ""},
		{"one that the drill names", library{has: []string{"ours:1"}}, "ours:1", drills.PostgreSQL, ""},
		{"one that is not", library{}, "", drills.NATSStore, "postgres: " + drills.PostgreSQLImage + " is not here, and cannot be pulled"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := *declared
			d.Store.Image = test.image
			got, insteadOf, err := withStore(t.Context(), test.launcher, &d)
			if err != nil {
				t.Fatal(err)
			}
			if got.Store.Engine != test.engine || insteadOf != test.told {
				t.Errorf("the store is %s, instead of %q", got.Store.Engine, insteadOf)
			}
			if err := got.Validate(); err != nil {
				t.Error(err)
			}
			if declared.Store.Engine != drills.PostgreSQL {
				t.Error("the drill as it is declared was changed")
			}
		})
	}
}

// full is a launcher whose engine fails.
type full struct{ launch.Launcher }

func (full) Fetch(context.Context, string) error { return errors.New("no space left on device") }

func TestAStoreThatTheDrillNamesOrThatAnEngineFailsOfIsAnError(t *testing.T) {
	for name, test := range map[string]struct {
		launcher launch.Launcher
		image    string
		says     string
	}{
		"an image that is nowhere": {library{}, "postgers:17", "postgers:17 is not here"},
		"an engine that fails":     {full{}, "", "no space left on device"},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := catalog.Get("store-postgres")
			if err != nil {
				t.Fatal(err)
			}
			d.Store.Image = test.image
			if _, _, err := withStore(t.Context(), test.launcher, d); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, want one that says %q", err, test.says)
			}
		})
	}
}

func TestAnImageOfWorkersThatCannotBeHadIsAnError(t *testing.T) {
	d, err := catalog.Get("active-hot")
	if err != nil {
		t.Fatal(err)
	}
	d.Workload.Profile = drills.OwnProfile
	d.Workers.Image, d.Workers.TaskQueues = "payments:1", []string{"payments"}
	if err := fetch(t.Context(), library{has: []string{"payments:1"}}, d); err != nil {
		t.Error(err)
	}
	if err := fetch(t.Context(), library{}, d); err == nil || !strings.Contains(err.Error(), "payments:1") {
		t.Errorf("it says %v", err)
	}
}
