package housetest

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/internal/gatetest"
)

// members are the values of a member in all pages of a list.
func (s *steering) members(path, member string, limit int) (values []string) {
	s.t.Helper()
	cursor := ""
	for range 100 {
		a := s.call(s.boss, http.MethodGet, fmt.Sprintf("/api/v1/%s&limit=%d%s", path, limit, cursor), nil)
		if a.Status != http.StatusOK {
			s.t.Fatalf("%s: %d %s", path, a.Status, a.Body)
		}
		values = append(values, items(a, member)...)
		if a.Text("next") == "" {
			return values
		}
		cursor = "&cursor=" + a.Text("next")
	}
	s.t.Fatalf("%s does not end", path)
	return nil
}

// Lists have the order and the filter that they were asked for, whatever the length of a
// page.
func TestListsAreSortedAndNarrowed(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	ctx := context.Background()
	s.account("other", func(string) bool { return false })
	type one struct {
		email    string
		disabled bool
	}
	var people []one // in the order of their creation
	for i, name := range []string{"dee", "ada", "cyd", "bob", "eve", "adam"} {
		p := s.Person(name, gatetest.NoPassword)
		if people = append(people, one{p.Email, i%2 == 1}); i%2 == 1 {
			must(t, s.House.Identity.Disable(ctx, gatetest.Console, p.ID))
		}
	}
	emails := func(order func(a, b one) int, has func(one) bool) (all []string) {
		sorted := slices.Clone(people)
		if order != nil {
			slices.SortStableFunc(sorted, order)
		}
		for _, p := range sorted {
			if has(p) {
				all = append(all, p.email)
			}
		}
		return all
	}
	byEmail := func(a, b one) int { return cmp.Compare(a.email, b.email) }
	for state, has := range map[string]func(one) bool{
		"": func(one) bool { return true }, "&state=active": func(p one) bool { return !p.disabled }, "&state=disabled": func(p one) bool { return p.disabled },
	} {
		back := func(all []string) []string { slices.Reverse(all); return all }
		for sort, want := range map[string][]string{
			"fields=email,id": emails(byEmail, has), "sort=email": emails(byEmail, has), "sort=-email": back(emails(byEmail, has)),
			"sort=created": emails(nil, has), "sort=-created": back(emails(nil, has)),
			"search=ada":             emails(byEmail, func(p one) bool { return has(p) && strings.HasPrefix(p.email, "ada") }),
			"email=bob@example.test": emails(nil, func(p one) bool { return has(p) && p.email == "bob@example.test" }),
		} {
			for _, limit := range []int{1, 2, 100} {
				if got := s.members("users?"+sort+state, "email", limit); !slices.Equal(got, want) {
					t.Errorf("people by %s%s, %d a page: %v, want %v", sort, state, limit, got, want)
				}
			}
		}
	}
	for _, path := range []string{"users?search=a&sort=email", "users?sort=name", "users?state=odd", "groups?sort=description"} {
		if a := s.call(s.boss, http.MethodGet, "/api/v1/"+path, nil); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
	for _, name := range []string{"zoo", "deck", "apes"} { // beside desk and floor, in this order
		_, err := s.House.Access.CreateGroup(ctx, gatetest.Console, access.GroupRecord{ID: name})
		must(t, err)
	}
	for query, want := range map[string]string{
		"limit=100": "apes deck desk floor zoo", "sort=-id": "zoo floor desk deck apes", "sort=created": "desk floor zoo deck apes", "sort=-created": "apes deck zoo floor desk",
		"search=de": "deck desk", "search=de&sort=-id": "desk deck", "search=none": "",
	} {
		for _, limit := range []int{1, 2, 100} {
			query, _, _ := strings.Cut(query, "limit=")
			if got := strings.Join(s.members("groups?"+strings.TrimSuffix(query, "&"), "id", limit), " "); got != want {
				t.Errorf("groups by %s, %d a page: %s, want %s", query, limit, got, want)
			}
		}
	}
	for _, noun := range []string{"organisations", "roles", "apis", "service-accounts"} {
		forth, back := s.members(noun+"?sort=created", "id", 2), s.members(noun+"?sort=-created", "id", 2)
		if slices.Reverse(back); len(forth) < 2 || !slices.Equal(forth, back) {
			t.Errorf("%s by their creation: %v, and backwards %v", noun, forth, back)
		}
	}
}

// A page that ends where its list does is the last one, and says so.
func TestAPageThatHoldsTheRestIsTheLast(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for _, noun := range []string{"groups", "organisations", "groups?sort=-id", "organisations?sort=created", "groups?sort=-created"} {
		path := "/api/v1/" + noun + "?"
		if strings.Contains(noun, "?") {
			path = "/api/v1/" + noun + "&"
		}
		for limit, more := range map[string]bool{"1": true, "2": false, "3": false} { // there are two
			a := s.call(s.boss, http.MethodGet, path+"limit="+limit, nil)
			if a.Status != http.StatusOK || (a.Text("next") != "") != more {
				t.Errorf("%s by %s: %d %s, want more: %t", noun, limit, a.Status, a.Body, more)
			}
		}
	}
}

// What has some members alone is no answer of the document's own shape, and says so.
func TestAnAnswerInPartSaysSo(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	const partial = "application/vnd.gatehouse.partial+json"
	for path, want := range map[string]string{
		"/groups?fields=id": partial, "/groups/desk?fields=id": partial, "/groups": "application/json", "/groups/desk": "application/json",
	} {
		if a := s.call(s.boss, http.MethodGet, "/api/v1"+path, nil); a.Status != http.StatusOK || a.Header.Get("Content-Type") != want || strings.Contains(string(a.Body), "created") == (want == partial) {
			t.Errorf("%s: %d %s %s", path, a.Status, a.Header.Get("Content-Type"), a.Body)
		}
	}
}

// One secret ends and the other goes on.
func TestOneSecretIsEndedThroughTheAPI(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	app := s.App("web")
	path := "/api/v1/clients/web"
	rotated := s.call(s.boss, http.MethodPost, path+"/secrets", nil)
	secrets, _ := rotated.JSON["secrets"].([]any)
	if rotated.Status != http.StatusCreated || len(secrets) != 2 {
		t.Fatalf("rotated: %d %s", rotated.Status, rotated.Body)
	}
	idOf := func(hint string) (name string) {
		for _, one := range secrets {
			if m := one.(map[string]any); strings.HasSuffix(hint, m["hint"].(string)) {
				name = m["id"].(string)
			}
		}
		return name
	}
	works := func(secret string) bool {
		c, err := s.House.OAuth.Client(context.Background(), app.ID)
		must(t, err)
		return s.House.OAuth.VerifySecret(&c, secret, time.Now())
	}
	old, fresh := app.Secret, rotated.Text("client_secret")
	if !works(old) || !works(fresh) {
		t.Fatal("not both secrets work")
	}
	for _, c := range []struct {
		what, name, match string
		status            int
		code              string
	}{
		{"as it was", idOf(old), `"1"`, http.StatusPreconditionFailed, "request.outdated"},
		{"one that there is not", "sec_none", "", http.StatusNotFound, "secret.not_found"},
		{"the old one", idOf(old), rotated.Header.Get("ETag"), http.StatusOK, ""},
		{"the old one again", idOf(old), "", http.StatusNotFound, "secret.not_found"},
	} {
		var header []string
		if c.match != "" {
			header = []string{"If-Match", c.match}
		}
		if a := s.call(s.boss, http.MethodDelete, path+"/secrets/"+c.name, nil, header...); a.Status != c.status || problem(a) != c.code {
			t.Errorf("%s: %d %s, want %d %s", c.what, a.Status, a.Body, c.status, c.code)
		}
	}
	if works(old) || !works(fresh) {
		t.Errorf("the old one works: %v, the new one: %v", works(old), works(fresh))
	}
	if a := s.call(s.boss, http.MethodDelete, path+"/secrets/"+idOf(fresh), nil); a.Status != http.StatusOK || works(fresh) {
		t.Errorf("the last one: %d %s", a.Status, a.Body)
	}
}
