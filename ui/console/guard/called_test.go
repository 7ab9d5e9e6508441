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

// Whatever the events of a page tell of is looked up, however many things that are.
func TestAPageOfEventsLooksUpAllThatItTellsOf(t *testing.T) {
	t.Parallel()
	var events []wire.Event
	for i := range 60 {
		name := string(rune('a' + i))
		events = append(events,
			wire.Event{Actor: wire.Actor{Kind: audit.Client, ID: name}, Target: &wire.Target{Kind: access.KindGrant, ID: name}},
			wire.Event{Actor: wire.Actor{Kind: audit.Person, ID: "usr_" + name}, Target: &wire.Target{Kind: audit.KindConsent, ID: "usr_" + name + "|of-" + name}},
		)
	}
	people, clients, grants := concerned(events)
	if len(people) != 180 || len(clients) != 120 || len(grants) != 60 {
		t.Errorf("%d people, %d applications and %d grants are looked up", len(people), len(clients), len(grants))
	}
}

// What many events tell of is looked up once, the application of a consent too.
func TestWhatEventsTellOfIsLookedUpOnce(t *testing.T) {
	t.Parallel()
	var events []wire.Event
	for range 20 {
		events = append(events, wire.Event{Actor: wire.Actor{Kind: audit.Person, ID: "usr_a"}, Client: "shop", Target: &wire.Target{Kind: audit.KindConsent, ID: "usr_a|shop"}})
	}
	events = append(events, wire.Event{Target: &wire.Target{Kind: audit.KindConsent, ID: "usr_a|last"}}, wire.Event{Target: &wire.Target{Kind: audit.KindUser, ID: "usr_a"}})
	people, clients, grants := concerned(events)
	if people, clients, grants = once(people), once(clients), once(grants); !slices.Equal(people, []string{"usr_a"}) || !slices.Equal(clients, []string{"last", "shop"}) || len(grants) > 0 {
		t.Errorf("these are looked up: %q, %q and %q", people, clients, grants)
	}
}
