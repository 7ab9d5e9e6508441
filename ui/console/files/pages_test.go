package files

import (
	"encoding/json"
	"fmt"
	"testing"

	"gatehouse/admin"
	"gatehouse/apply"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
)

func TestPagesOfFilesAreWellMade(t *testing.T) {
	t.Parallel()
	f, broken := guard.Frame{Form: viewtest.Form()}, guard.Frame{Form: viewtest.Broken()}
	in := entry{Name: "a.yaml", Content: "42", Set: "shop", Prune: true, Adopt: true}
	plan := admin.SetPlan{Set: "shop", Digest: "d", Changes: []admin.SetChange{
		{Action: "create", Kind: "Role", ID: "42", Fields: []admin.SetField{{Name: "permissions", After: json.RawMessage(`["a/b:c"]`)}}},
		{Action: "update", Kind: "Role", ID: "43", Fields: []admin.SetField{{Name: "description", Before: json.RawMessage(`"44"`), After: json.RawMessage(`"45"`)}}},
		{Action: "delete", Kind: "Group", ID: "46", Fields: []admin.SetField{{Name: "description", Before: json.RawMessage(`"44"`), After: json.RawMessage(`null`)}}},
		{Action: "adopt", Kind: "API", ID: "47"},
		{Action: "ended", Kind: "Grant", ID: "48"},
	}}
	long := admin.SetPlan{}
	for i := range maxShown + 1 {
		long.Changes = append(long.Changes, admin.SetChange{Action: "create", Kind: "Group", ID: fmt.Sprint(i)})
	}
	ended := admin.SetPlan{Changes: plan.Changes[4:]}
	done := plan
	done.Secrets = []admin.SetSecret{{Client: "42", Secret: "43"}, {Client: "44", Secret: "45"}}
	viewtest.Crawl(t, map[string]view.Page{
		"files":          firstPage{Frame: f, CanExport: true, CanApply: true},
		"form":           formPage{Frame: f, In: entry{Set: apply.Unnamed}},
		"form, problems": formPage{Frame: f, In: in, Bad: &Wrong{Text: "file.yaml:3:5: wrong\n\n   3 | x"}},
		"form, wrong":    formPage{Frame: broken, In: in},
		"plan":           planPage{Frame: f, In: in, Plan: plan},
		"plan, long":     planPage{Frame: f, In: in, Plan: long},
		"plan, ended":    planPage{Frame: f, In: in, Plan: ended},
		"plan, nothing":  planPage{Frame: f, In: in},
		"plan, repeated": planPage{Frame: broken, In: in},
		"plan, changed":  planPage{Frame: broken, In: in, Plan: plan},
		"done":           donePage{Frame: f, Plan: done},
	})
}

// The command under a file does the same to it, whatever it is called.
func TestTheCommandOfAFileDoesWhatItsFormDoes(t *testing.T) {
	t.Parallel()
	for want, in := range map[string]entry{
		"gatehouse apply --file FILE":                             {Set: apply.Unnamed},
		"gatehouse apply --file=-x --name shop --prune --adopt":   {Name: "-x", Set: "shop", Prune: true, Adopt: true},
		"gatehouse apply --file 'my shop.yaml' --name=-a --prune": {Name: "my shop.yaml", Set: "-a", Prune: true},
	} {
		if got := in.command(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
