package access_test

import (
	"slices"
	"strings"
	"testing"

	. "gatehouse/access"
)

func TestServersOfAnAPIAreApplicationsThatAreThere(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop()
	now, one := w.version(), API{ID: "bank", Audience: "https://bank.test", Permissions: []Permission{{Resource: "accounts", Action: "read"}}}
	for name, servers := range map[string][]string{
		"servers[1]": {"till", "nobody"}, "servers[0]": {"", "till"}, "servers": slices.Repeat([]string{"till"}, MaxServers+1),
	} {
		bad := one
		bad.Servers = servers
		_, err := w.CreateAPI(t.Context(), console, bad)
		w.refuses("api.invalid", name, err, now)
	}
	for name, servers := range map[string][]string{"twice": {"till", "till"}, "long": {strings.Repeat("t", 200)}, "unseen": {"till\x00"}} {
		bad := one
		bad.Servers = servers
		if _, err := w.CreateAPI(t.Context(), console, bad); err == nil {
			t.Errorf("%s: such servers are kept", name)
		}
	}
	one.Servers = []string{"till", "back"}
	w.must(w.CreateAPI(t.Context(), console, one))
	shop, err := w.API(t.Context(), "shop")
	if err != nil {
		t.Fatal(err)
	}
	shop.Servers = []string{"back", "nobody"}
	_, err = w.UpdateAPI(t.Context(), console, shop)
	w.refuses("api.invalid", "servers[1]", err, w.version())
	shop.Servers = []string{"back"}
	w.must(w.UpdateAPI(t.Context(), console, shop))
	if got := w.serves("back"); got != "bank shop" {
		t.Errorf("back serves %q", got)
	}

	// Another application of the same name has nothing of the one that is deleted.
	w.must(nil, w.EndAllOf(t.Context(), console, Subject{Client, "back"}))
	w.must(nil, w.EndAllOf(t.Context(), console, Subject{User, "till"})) // a person of that name is somebody else
	if got := w.serves("back") + "; " + w.serves("till"); got != "; bank" {
		t.Errorf("after it was deleted: %q", got)
	}
	if yes, err := w.Serves(t.Context(), "back"); yes || err != nil {
		t.Errorf("it is said to serve: %t %v", yes, err)
	}
	if yes, err := w.Serves(t.Context(), "till"); !yes || err != nil {
		t.Errorf("the other is said to serve: %t %v", yes, err)
	}
}

// serves is what a client serves by the policy of now.
func (w written) serves(client string) string {
	w.Helper()
	s, err := Load(w.Context(), w.Store, BuiltIn{}, began)
	if err != nil {
		w.Fatal(err)
	}
	return strings.Join(s.Serves(client), " ")
}
