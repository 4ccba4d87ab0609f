package drills_test

import (
	"strings"
	"testing"

	"github.com/failoverdrill/failoverdrill/drills"
)

func TestAChangeThatCannotBeUndoneIsRefused(t *testing.T) {
	const at = "127.64.0.2:8474"
	for name, c := range map[string]struct {
		change drills.Change
		says   string // empty: it can be undone
	}{
		"process":               {drills.Change{Kind: drills.ProcessChange, Subject: "links", Ports: []string{at}}, ""},
		"frozen":                {drills.Change{Kind: drills.FrozenChange, Subject: "links"}, ""},
		"folder":                {drills.Change{Kind: drills.FolderChange, Subject: "/runs/1/work"}, ""},
		"record":                {drills.Change{Kind: drills.RecordChange, Subject: "/runs/1"}, ""},
		"link":                  {drills.Change{Kind: drills.LinkChange, Subject: "fleet", Address: at}, ""},
		"refusal":               {drills.Change{Kind: drills.RefusalChange, Subject: "fleet", Address: at}, ""},
		"toxic":                 {drills.Change{Kind: drills.ToxicChange, Subject: "fleet", Address: at, Toxic: "slow"}, ""},
		"endpoint":              {drills.Change{Kind: drills.EndpointChange, Subject: "orders", Address: at, Before: "us-east"}, ""},
		"failover":              {drills.Change{Kind: drills.FailoverChange, Subject: "orders", Address: at, Before: "us-east", Home: at}, ""},
		"address":               {drills.Change{Kind: drills.AddressChange, Subject: "127.64.0.0/24", Address: at}, ""},
		"of nothing":            {drills.Change{Kind: drills.ProcessChange}, "subject is empty"},
		"of no kind":            {drills.Change{Subject: "links"}, "kind is not known"},
		"of an unknown kind":    {drills.Change{Kind: "wish", Subject: "links"}, "kind is not known"},
		"a relative folder":     {drills.Change{Kind: drills.FolderChange, Subject: "work"}, "absolute"},
		"a link of nobody":      {drills.Change{Kind: drills.RefusalChange, Subject: "fleet"}, "address is empty"},
		"a toxic without name":  {drills.Change{Kind: drills.ToxicChange, Subject: "fleet", Address: at}, "toxic is empty"},
		"an endpoint from":      {drills.Change{Kind: drills.EndpointChange, Subject: "orders", Address: at}, "before is empty"},
		"a failover from":       {drills.Change{Kind: drills.FailoverChange, Subject: "orders", Address: at, Before: "us-east"}, "home is empty"},
		"an address of no port": {drills.Change{Kind: drills.RefusalChange, Subject: "fleet", Address: "127.64.0.2"}, "missing port"},
		"a port of no port":     {drills.Change{Kind: drills.ProcessChange, Subject: "links", Ports: []string{at, "x"}}, "missing port"},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.change.Check()
			if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("it says %v", err)
			}
		})
	}
}
