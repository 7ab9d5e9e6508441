package access_test

import (
	"slices"
	"testing"
	"time"

	. "gatehouse/access"
)

// Who is in a group is found in all groups that are in it, each once and by the shortest
// way, with the time for which the whole way holds.
func TestAGroupHasTheMembersOfTheGroupsInIt(t *testing.T) {
	t.Parallel()
	now := time.Now().UTC().Truncate(time.Second)
	in := func(hours int) time.Time { return now.Add(time.Duration(hours) * time.Hour) }
	w := newWritten(t).group("all", "desk", "night", "depot")
	put := func(name, of string, from, until time.Time) {
		m := member(Subject{Group, name}, of)
		m.Window = Window{NotBefore: from, ExpiresAt: until}
		w.must(w.AddMember(t.Context(), console, m))
	}
	put("desk", "all", time.Time{}, in(5))
	put("depot", "all", in(1), time.Time{})
	put("night", "desk", in(2), in(9))
	put("night", "depot", time.Time{}, time.Time{}) // a second way, as long
	w.add(adas, "night")

	branches, err := w.Branches(t.Context(), Subject{Group, "all"})
	if err != nil {
		t.Fatal(err)
	}
	type row struct {
		of, path    string
		from, until time.Time
	}
	var got []row
	for _, b := range branches {
		path := ""
		for _, g := range b.Path {
			path += g.ID + " "
		}
		whole := b.In(Window{NotBefore: in(3), ExpiresAt: in(4)})
		if want := (Window{in(3), in(4)}); b.Of.ID == "night" && whole != want {
			t.Errorf("somebody in it from 3 to 4: %v, want %v", whole, want)
		}
		got = append(got, row{b.Of.ID, path, b.NotBefore, b.ExpiresAt})
	}
	want := []row{
		{"all", "", time.Time{}, time.Time{}},
		{"depot", "depot ", in(1), time.Time{}},
		{"desk", "desk ", time.Time{}, in(5)},
		{"night", "depot night ", in(1), time.Time{}},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%v, want\n%v", got, want)
	}
}

// A grant is like another one when nothing but the time and the reason differs; it covers
// the new one when that would change nothing.
func TestAGrantThatIsThereAlreadyIsFound(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop().group("desk")
	now := time.Now()
	in := func(hours int) time.Time { return now.Add(time.Duration(hours) * time.Hour) }
	there := w.give(toAda(func(g *Grant) { g.NotBefore, g.ExpiresAt = in(1), in(5) }))
	for name, c := range map[string]struct {
		change        func(g *Grant)
		found, covers bool
	}{
		"the same":           {func(g *Grant) { g.NotBefore, g.ExpiresAt = in(1), in(5) }, true, true},
		"within it":          {func(g *Grant) { g.NotBefore, g.ExpiresAt = in(2), in(3) }, true, true},
		"another reason":     {func(g *Grant) { g.NotBefore, g.ExpiresAt, g.Reason = in(2), in(3), "other" }, true, true},
		"a little longer":    {func(g *Grant) { g.NotBefore, g.ExpiresAt = in(1), in(5).Add(20*time.Minute) }, true, true},
		"longer by a fifth":  {func(g *Grant) { g.NotBefore, g.ExpiresAt = in(1), in(6) }, true, false},
		"much longer":        {func(g *Grant) { g.NotBefore, g.ExpiresAt = in(1), in(60) }, true, false},
		"without an end":     {func(g *Grant) { g.NotBefore = in(1) }, true, false},
		"from now on":        {func(g *Grant) { g.ExpiresAt = in(5) }, true, false},
		"before it":          {func(g *Grant) { g.ExpiresAt = in(1) }, false, false},
		"behind it":          {func(g *Grant) { g.NotBefore, g.ExpiresAt = in(5), in(6) }, false, false},
		"a deny":             {func(g *Grant) { g.Effect = Deny }, false, false},
		"another permission": {func(g *Grant) { g.Permission.Action = "write" }, false, false},
		"of their own":       {func(g *Grant) { g.Where.Place = Own }, false, false},
		"of one thing":       {func(g *Grant) { g.Where = Where{Place: Listed, IDs: []string{"42"}} }, false, false},
		"in an organisation": {func(g *Grant) { g.Org = "acme" }, false, false},
		"with a proof":       {func(g *Grant) { g.Requires.MaxAge = time.Minute }, false, false},
		"to a group":         {func(g *Grant) { g.Subject = Subject{Group, "desk"} }, false, false},
		"by a role":          {func(g *Grant) { g.Permission, g.Role = Pattern{}, "customer" }, false, false},
	} {
		g := toAda(c.change)
		found, err := w.Alike(t.Context(), &g)
		if err != nil {
			t.Fatal(err)
		}
		if (len(found) == 1) != c.found || c.found && (found[0].Covers != c.covers || found[0].ID != there.ID) {
			t.Errorf("%s: %+v, want one: %t, that covers it: %t", name, found, c.found, c.covers)
		}
		if c.covers {
			_, err := w.Give(t.Context(), console, g)
			if one, is := Existing(err); !is || one.ID != there.ID {
				t.Errorf("%s: it was given again (%v), or another one is named: %+v", name, err, one)
			}
		}
	}
	w.must(w.Revoke(t.Context(), console, there.ID, "done"))
	g := toAda(func(g *Grant) { g.NotBefore, g.ExpiresAt = in(1), in(5) })
	if found, err := w.Alike(t.Context(), &g); err != nil || len(found) > 0 {
		t.Errorf("revoked: %+v (%v)", found, err)
	}
}
