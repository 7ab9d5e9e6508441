package housetest

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
	"gatehouse/secret"
)

// A list goes on where it ended, for the same caller and filters alone.
func TestACursorIsForOneListAndOneCaller(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	other := s.account("other", func(string) bool { return true })
	for _, name := range []string{"ada", "bob", "cyd", "dee", "eve"} {
		s.Person(name, gatetest.NoPassword)
	}
	var seen []string
	path, cursor := "/api/v1/users?limit=2", ""
	for range 10 {
		a := s.call(s.boss, http.MethodGet, path+cursor, nil)
		items, _ := a.JSON["items"].([]any)
		for _, one := range items {
			seen = append(seen, one.(map[string]any)["email"].(string))
		}
		if a.Text("next") == "" {
			break
		}
		cursor = "&cursor=" + a.Text("next")
	}
	if got := strings.Join(seen, " "); got != "ada@example.test bob@example.test cyd@example.test dee@example.test eve@example.test" {
		t.Errorf("page by page there are %s", got)
	}
	first := s.call(s.boss, http.MethodGet, path, nil).Text("next")
	flipped := "A" + first[1:]
	if first[0] == 'A' {
		flipped = "B" + first[1:]
	}
	older := secret.MAC(s.House.Keeper.Key("admin-api"), "cursor\x00service\x00boss\x00listUsers\x00\x00YWRhQGV4YW1wbGUudGVzdA")[:16]
	for name, c := range map[string]struct{ who, path string }{
		"of an older form": {s.boss, "/api/v1/users?limit=2&cursor=" + base64.RawURLEncoding.EncodeToString(append(older, "YWRhQGV4YW1wbGUudGVzdA"...))},
		"cut":              {s.boss, "/api/v1/users?limit=2&cursor=" + first[:len(first)-4]},
		"salt alone":       {s.boss, "/api/v1/users?limit=2&cursor=" + first[:22]},
		"spelt otherwise":  {s.boss, "/api/v1/users?limit=2&cursor=" + first + "="},
		"another caller":   {other, "/api/v1/users?limit=2&cursor=" + first},
		"another filter":   {s.boss, "/api/v1/users?limit=2&search=a&cursor=" + first},
		"another list":     {s.boss, "/api/v1/service-accounts?cursor=" + first},
		"another MAC":      {s.boss, "/api/v1/users?limit=2&cursor=" + flipped},
		"a bare position":  {s.boss, "/api/v1/users?cursor=YWRhQGV4YW1wbGUudGVzdA"},
	} {
		if a := s.call(c.who, http.MethodGet, c.path, nil); a.Status != http.StatusUnprocessableEntity || problem(a) != "request.cursor" {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	if a := s.call(s.boss, http.MethodGet, "/api/v1/users?limit=3&fields=email&cursor="+first, nil); a.Status != http.StatusOK || strings.Contains(string(a.Body), `"id"`) {
		t.Errorf("another length and fewer members: %d %s", a.Status, a.Body)
	}
}

// No cursor tells where its page ends, in whatever list: that may be at what its caller may
// not see.
func TestNoCursorTellsItsPlace(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	there := s.targets()
	for _, name := range []string{"ada", "bob"} {
		s.Person(name, gatetest.NoPassword)
		for _, path := range []string{"groups", "organisations", "service-accounts"} {
			if a := s.call(s.boss, http.MethodPost, "/api/v1/"+path, map[string]any{"id": "one-" + name}); a.Status != http.StatusCreated {
				t.Fatalf("%s: %d %s", path, a.Status, a.Body)
			}
		}
	}
	told := map[string]bool{}
	for _, rt := range admin.Table() {
		body, ok := rt.Answer().FieldByName("Body")
		if !ok || rt.Changes() || body.Type.Kind() != reflect.Struct {
			continue
		}
		if _, list := body.Type.FieldByName("Next"); !list {
			continue
		}
		path := pathOf(rt, func(part string) string { return there[part] }) + "?limit=1"
		a := s.call(s.boss, http.MethodGet, path, nil)
		cursor := a.Text("next")
		if cursor == "" {
			continue
		}
		told[rt.ID] = true
		plain, err := secret.Decode(cursor)
		must(t, err)
		for _, value := range regexp.MustCompile(`[^"{}:,]{4,}`).FindAllString(string(a.Body), -1) {
			if value != cursor && (bytes.Contains(plain, []byte(value)) || strings.Contains(cursor, base64.RawURLEncoding.EncodeToString([]byte(value)))) {
				t.Errorf("the cursor of %s tells %q", rt.ID, value)
			}
		}
		if (len(plain)-44)%64 != 0 {
			t.Errorf("the cursor of %s tells by its %d bytes how long a name is", rt.ID, len(plain))
		}
		second := s.call(s.boss, http.MethodGet, path, nil).Text("next")
		if one, other := s.call(s.boss, http.MethodGet, path+"&cursor="+cursor, nil), s.call(s.boss, http.MethodGet, path+"&cursor="+second, nil); rt.ID != "listAuditEvents" &&
			(second == cursor || one.Status != http.StatusOK || !reflect.DeepEqual(one.JSON["items"], other.JSON["items"])) {
			t.Errorf("%s goes on with %d %s, and with %d %s", rt.ID, one.Status, one.Body, other.Status, other.Body)
		}
	}
	if len(told) < 10 {
		t.Errorf("these lists alone had a second page: %v", told)
	}
}

// A list goes on behind what its caller may not see, and tells nothing of it.
func TestACursorNamesNoGrantBeyondReach(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	ctx := context.Background()
	key := s.manager("of-acme", "acme", "", "grants:read")
	ids := map[string]bool{}
	begins := time.Now().Add(time.Hour).Truncate(time.Second)
	must(t, s.House.Store.InTx(ctx, func(ctx context.Context) error {
		for i := range 2100 {
			g := access.Grant{
				ID: id.NewGrant(), Subject: group("desk"), Effect: access.Allow, Source: access.Manual, Permission: access.Pattern{API: "shop", Resource: "orders", Action: "read"},
				Where: access.Where{Place: access.Everywhere}, Window: access.Window{NotBefore: begins.Add(time.Duration(i) * time.Second)}, Reason: "test",
			}
			ids[string(g.ID)] = true
			if err := s.House.Store.InsertGrant(ctx, access.GrantRecord{Grant: g, Created: begins, CreatedBy: "test", Rev: 1}); err != nil {
				return err
			}
		}
		return nil
	}))
	s.Settle()
	const path = "/api/v1/grants?state=scheduled"
	a := s.call(key, http.MethodGet, path, nil)
	cursor := a.Text("next")
	if a.Status != http.StatusOK || len(items(a, "id")) > 0 || cursor == "" {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	plain, err := secret.Decode(cursor)
	must(t, err)
	if at := bytes.Index(plain, []byte("gra_")); at >= 0 || bytes.Contains(plain, []byte(strconv.FormatInt(begins.Unix(), 10)[:6])) {
		t.Errorf("the cursor tells %q", plain)
	}
	if a = s.call(key, http.MethodGet, path+"&cursor="+cursor, nil); a.Status != http.StatusOK || len(items(a, "id")) > 0 || a.Text("next") != "" {
		t.Errorf("it goes on with %d %s", a.Status, a.Body)
	}
}

// The longest place is a cursor that is taken.
func TestACursorOfTheLongestNameIsTaken(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	long := strings.Repeat("\U00020000", 200) // four bytes each, and nothing shorter says the same
	local := strings.Repeat("x", 63)
	domain := strings.Repeat(strings.Repeat("d", 60)+".", 3) + "test"
	for i := range 2 {
		u := s.Person(fmt.Sprint("a", i), gatetest.NoPassword)
		a := s.call(s.boss, http.MethodPatch, "/api/v1/users/"+string(u.ID), map[string]any{"name": long, "email": fmt.Sprintf("%s%d@%s", local, i, domain)}, "If-Match", "*")
		if a.Status != http.StatusOK {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
	}
	path := "/api/v1/users?limit=1&search=" + url.QueryEscape(long[:4])
	first := s.call(s.boss, http.MethodGet, path, nil)
	if first.Text("next") == "" {
		t.Fatalf("%d %s", first.Status, first.Body)
	}
	if a := s.call(s.boss, http.MethodGet, path+"&cursor="+first.Text("next"), nil); a.Status != http.StatusOK || len(items(a, "id")) != 1 || a.Text("next") != "" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}
