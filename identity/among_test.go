package identity

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"gatehouse/id"
)

// hour is one of a day long after the first.
func hour(n int) time.Time { return time.Date(2026, 3, 4, n, 0, 0, 0, time.UTC) }

// Those of some circles are the same people in the same order as if everybody were looked
// at, page by page, whether they are few or many.
func TestSomePeopleAreListedAsAllAre(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	desk, hall := Circle{"group", "desk"}, Circle{"organisation", "hall"}
	h.memory.circles = map[Circle][]id.User{}
	theirs := map[id.User]bool{}
	for i := range 30 {
		u := h.person(fmt.Sprintf("%c%d@example.test", 'a'+i%3, i))
		switch {
		case i%3 == 0:
			h.memory.circles[desk] = append(h.memory.circles[desk], u.ID)
		case i%5 == 0:
			h.memory.circles[hall] = append(h.memory.circles[hall], u.ID)
		}
		theirs[u.ID] = i%2 == 0 // what a circle says is asked once more
	}
	also := id.NewUser()
	for name := range theirs {
		if !slices.Contains(h.memory.circles[desk], name) {
			also = name
		}
	}
	theirs[also] = true
	f := UserFilter{Limit: 2, Sees: func(u *User) bool { return theirs[u.ID] }}
	var got []string
	for {
		page, next, err := h.Among(t.Context(), f, []Circle{desk, hall}, []id.User{also, id.NewUser()})
		if err != nil || len(page) > 2 {
			t.Fatal(len(page), err)
		}
		for _, u := range page {
			got = append(got, u.Email)
		}
		if next == (UserCursor{}) {
			break
		}
		f.After = next
	}
	var want []string
	for name, its := range theirs {
		if its && (name == also || slices.Contains(h.memory.circles[desk], name) || slices.Contains(h.memory.circles[hall], name)) {
			want = append(want, h.memory.users[name].Email)
		}
	}
	if slices.Sort(want); !slices.Equal(got, want) {
		t.Errorf("listed are %v, want %v", got, want)
	}
}

// A list of some goes by the order and the search that it is asked for.
func TestSomePeopleComeInTheOrderOfTheList(t *testing.T) {
	t.Parallel()
	ann := User{ID: "usr_1", Email: "ann@x.test", Name: "Zoe", Created: hour(3), LastSignIn: hour(9)}
	bea := User{ID: "usr_2", Email: "Bea@x.test", Name: "Anna", Created: hour(2)}
	cat := User{ID: "usr_3", Email: "cat@x.test", Name: "an Cat", Created: hour(2), LastSignIn: hour(1), Disabled: true}
	all := map[id.User]User{"usr_1": ann, "usr_2": bea, "usr_3": cat}
	m := newMemory()
	m.users = all
	m.factors["fac_1"] = Factor{ID: "fac_1", User: "usr_1", Confirmed: hour(1)}
	m.factors["fac_2"] = Factor{ID: "fac_2", User: "usr_2"} // it is not confirmed yet
	m.passwords["usr_1"] = Password{User: "usr_1", ID: "fac_3"}
	s := &Service{Store: m}
	for what, c := range map[string]struct {
		f    UserFilter
		want string
	}{
		"by email":              {UserFilter{}, "ann bea cat"},
		"backwards":             {UserFilter{Backwards: true}, "cat bea ann"},
		"by creation":           {UserFilter{Created: true}, "bea cat ann"},
		"by creation backwards": {UserFilter{Created: true, Backwards: true}, "ann cat bea"},
		"by sign-in":            {UserFilter{SignedIn: true}, "bea cat ann"},
		"by sign-in backwards":  {UserFilter{SignedIn: true, Backwards: true}, "ann cat bea"},
		"found":                 {UserFilter{Search: "AN"}, "ann cat bea"},
		"found by nobody":       {UserFilter{Search: "q"}, ""},
		"found by later parts":  {UserFilter{Search: "x"}, "ann bea cat"},
		"found by all of them":  {UserFilter{Search: "c"}, "cat"},
		"found by nothing":      {UserFilter{Search: "\x00"}, ""},
		"disabled":              {UserFilter{State: UserDisabled}, "cat"},
		"active":                {UserFilter{State: UserActive}, "ann bea"},
		"secured":               {UserFilter{SecondFactor: new(true)}, "ann"},
		"with a password":       {UserFilter{HasPassword: new(true)}, "ann"},
		"without a password":    {UserFilter{HasPassword: new(false)}, "bea cat"},
		"not secured":           {UserFilter{SecondFactor: new(false)}, "bea cat"},
		"not signed in since":   {UserFilter{SignedInBefore: hour(9)}, "bea cat"},
		"not since, by it":      {UserFilter{SignedInBefore: hour(9), SignedIn: true}, "bea cat"},
		"never signed in":       {UserFilter{SignedInBefore: time.Unix(0, 0)}, "bea"},
		"not seen":              {UserFilter{Sees: func(u *User) bool { return u.ID != "usr_2" }}, "ann cat"},
	} {
		for _, limit := range []int{1, 2, 0} {
			f, got := c.f, []string{}
			for f.Limit = limit; ; {
				page, next, err := s.of(t.Context(), &f, all)
				if err != nil {
					t.Fatal(err)
				}
				for _, u := range page {
					name, _, _ := strings.Cut(strings.ToLower(u.Email), "@")
					got = append(got, name)
				}
				if f.After = next; next == (UserCursor{}) {
					break
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%s, %d a page: %v, want %s", what, limit, got, c.want)
			}
		}
	}
}

// Those of some who are found by a later part come in the order of these, each manager's own alone.
func TestSomePeopleAreFoundByTheirPartsAsFarAsTheyAreSeen(t *testing.T) {
	t.Parallel()
	m := newMemory()
	var some []id.User
	for i, name := range []string{"Amy Suez", "Bob Suds", "Cat Sued", "Dan Other", "Eve Suds"} {
		u := User{ID: id.User("usr_" + strconv.Itoa(i)), Email: string(name[0]) + "@x.test", Name: name}
		m.users[u.ID], some = u, append(some, u.ID)
	}
	s := &Service{Store: m}
	for what, c := range map[string]struct {
		sees func(u *User) bool
		some []id.User
		want string
	}{
		"all":      {nil, some, "Bob Eve Cat Amy"},
		"not seen": {func(u *User) bool { return u.Name != "Cat Sued" }, some, "Bob Eve Amy"},
		"some":     {nil, some[1:3], "Bob Cat"},
		"of none":  {nil, nil, ""},
	} {
		for _, limit := range []int{1, 2, 10} {
			f, got := UserFilter{Search: "su", Sees: c.sees, Limit: limit}, []string{}
			for range 10 {
				page, next, err := s.OfThese(t.Context(), f, c.some)
				if err != nil {
					t.Fatal(err)
				}
				for _, u := range page {
					got = append(got, u.Name[:3])
				}
				if f.After = next; next == (UserCursor{}) {
					break
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%s, %d a page: %v, want %s", what, limit, got, c.want)
			}
		}
	}
}

// Who manages more people than are read at once has them looked for in the list of all, as
// who manages more circles.
func TestManyPeopleAreLookedForInTheListOfAll(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.person("ada@example.test")
	store := &asked{memory: h.memory}
	h.Store = store
	for what, c := range map[string]struct {
		in   []Circle
		some []id.User
	}{"circles": {in: make([]Circle, maxCircles+1)}, "people": {some: make([]id.User, maxAmong+1)}} {
		store.most = 0
		page, _, err := h.Among(t.Context(), UserFilter{}, c.in, c.some)
		if err != nil || len(page) != 1 || page[0].ID != u.ID || store.most == 0 {
			t.Errorf("many %s: %v %v, and all are asked for: %t", what, page, err, store.most > 0)
		}
	}
	store.most = 0
	h.person("bob@example.test")
	page, _, err := h.OfThese(t.Context(), UserFilter{}, append(make([]id.User, maxAmong), u.ID))
	if err != nil || len(page) != 1 || page[0].ID != u.ID || store.most == 0 {
		t.Errorf("many of whom one is there: %v %v, and all are asked for: %t", page, err, store.most > 0)
	}
	store.most = 0
	if page, _, err := h.Among(t.Context(), UserFilter{}, []Circle{{}}, []id.User{u.ID}); err != nil || len(page) != 1 || store.most != 0 {
		t.Errorf("few: %v %v, and all are asked for: %t", page, err, store.most > 0)
	}
}
