package guard

import (
	"slices"
	"testing"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/wire"
)

func TestEventsAreToldByTheNamesOfWhatTheyAreAbout(t *testing.T) {
	t.Parallel()
	called := Called{"usr_a": "ada@example.com", "client:shop": "Shop", "grant:gra_a": "editor · ada@example.com", "consent:usr_a|shop": "ada@example.com · Shop"}
	for target, want := range map[wire.Target][2]string{
		{Kind: audit.KindUser, ID: "usr_a"}:         {"ada@example.com", "/console/users/usr_a"},
		{Kind: audit.KindClient, ID: "shop"}:        {"Shop", "/console/applications/shop"},
		{Kind: access.KindGrant, ID: "gra_a"}:       {"editor · ada@example.com", "/console/grants/gra_a"},
		{Kind: audit.KindConsent, ID: "usr_a|shop"}: {"ada@example.com · Shop", "/console/users/usr_a/applications"},
		{Kind: "group", ID: "shop"}:                 {"", ""},
	} {
		if name, path := called.Of(&target); name != want[0] || path != want[1] {
			t.Errorf("%+v is called %q, at %q", target, name, path)
		}
	}
}

// A page of events asks for a bounded number of names, however many things it tells of.
func TestAPageOfEventsLooksUpSoManyNamesAndNoMore(t *testing.T) {
	t.Parallel()
	var events []wire.Event
	for i := range 4 * maxCalled {
		name := string(rune('a' + i))
		events = append(events, wire.Event{Actor: wire.Actor{Kind: audit.Client, ID: name}, Target: &wire.Target{Kind: access.KindGrant, ID: name}})
	}
	if n := len(concerned(events)); n != 2*maxCalled {
		t.Errorf("%d are looked up", n)
	}
}

// What many events tell of is looked up once, the application of a consent too.
func TestWhatEventsTellOfIsLookedUpOnce(t *testing.T) {
	t.Parallel()
	var events []wire.Event
	for range 2 * maxCalled {
		events = append(events, wire.Event{Actor: wire.Actor{Kind: audit.Person, ID: "usr_a"}, Client: "shop", Target: &wire.Target{Kind: audit.KindConsent, ID: "usr_a|shop"}})
	}
	events = append(events, wire.Event{Target: &wire.Target{Kind: audit.KindConsent, ID: "usr_a|last"}}, wire.Event{Target: &wire.Target{Kind: audit.KindUser, ID: "usr_a"}})
	want := []wire.Target{{Kind: audit.KindClient, ID: "shop"}, {Kind: audit.KindClient, ID: "last"}}
	if got := concerned(events); !slices.Equal(got, want) {
		t.Errorf("these are looked up: %+v", got)
	}
}
