package housetest

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"gatehouse/internal/gatetest"
)

// What applications hold of a person is listed by both, without what is secret of it, and
// ended one by one or as a whole.
func TestRefreshFamiliesAreListedAndEnded(t *testing.T) {
	t.Parallel()
	g := newScene(t)
	s := &steering{Gate: g.Gate, t: t}
	s.boss = s.account("boss", func(string) bool { return true })
	s.Settle()
	var tokens []string
	for range 3 {
		tokens = append(tokens, g.tokens("scope", "openid offline_access").Text("refresh_token"))
	}
	ada := "/api/v1/users/" + string(g.ada.ID) + "/refresh-families"
	byClient := "/api/v1/clients/" + string(g.app.ID) + "/refresh-families"
	list := s.call(s.boss, http.MethodGet, ada, nil)
	ids := strings.Fields(idsOf(list))
	if list.Status != http.StatusOK || len(ids) != 3 || idsOf(s.call(s.boss, http.MethodGet, byClient, nil)) != idsOf(list) {
		t.Fatalf("%d %s", list.Status, list.Body)
	}
	for _, hidden := range append([]string{"nonce", "hash", "sealed"}, tokens...) {
		if strings.Contains(string(list.Body), hidden) {
			t.Errorf("the list holds %q: %s", hidden, list.Body)
		}
	}
	var paged []string
	for cursor := ""; ; {
		page := s.call(s.boss, http.MethodGet, ada+"?limit=1"+cursor, nil)
		paged = append(paged, idsOf(page))
		if page.Text("next") == "" {
			break
		}
		cursor = "&cursor=" + page.Text("next")
	}
	if strings.Join(paged, " ") != idsOf(list) {
		t.Errorf("page by page they are %v, want %v", paged, ids)
	}
	other := s.Person("other", gatetest.NoPassword)
	for _, c := range []struct {
		path   string
		status int
	}{
		{"/api/v1/users/" + string(other.ID) + "/refresh-families/" + ids[2], http.StatusNotFound},
		{ada + "/fam_none", http.StatusNotFound},
		{ada + "/" + ids[2], http.StatusNoContent}, // the oldest
		{ada + "/" + ids[2], http.StatusNoContent},
	} {
		if a := s.call(s.boss, http.MethodDelete, c.path, nil); a.Status != c.status {
			t.Errorf("%s: %d %s, want %d", c.path, a.Status, a.Body, c.status)
		}
	}
	expectRefused(t, "the one that was ended", g.app.Refresh(tokens[0]), "invalid_grant")
	expectTokens(t, "another one", g.app.Refresh(tokens[1]))
	if left := idsOf(s.call(s.boss, http.MethodGet, ada, nil)); left != ids[0]+" "+ids[1] {
		t.Errorf("there are %s", left)
	}
	if a := s.call(s.boss, http.MethodDelete, ada, nil, "If-Match", `"7"`); a.Status != http.StatusPreconditionFailed {
		t.Errorf("of somebody as they are not: %d %s", a.Status, a.Body)
	}
	again := g.tokens("scope", "openid offline_access") // of this very second
	if a := s.call(s.boss, http.MethodDelete, ada, nil); a.Status != http.StatusNoContent {
		t.Errorf("all: %d %s", a.Status, a.Body)
	}
	if a := s.call(again.Text("access_token"), http.MethodGet, "/oauth2/userinfo", nil); a.Status != http.StatusUnauthorized {
		t.Errorf("an access token of a moment before: %d %s", a.Status, a.Body)
	}
	expectRefused(t, "the refresh token beside it", g.app.Refresh(again.Text("refresh_token")), "invalid_grant")
	expectRefused(t, "one of all", g.app.Refresh(tokens[2]), "invalid_grant")
	if left := idsOf(s.call(s.boss, http.MethodGet, ada, nil)) + idsOf(s.call(s.boss, http.MethodGet, byClient, nil)); left != "" {
		t.Errorf("there are %s", left)
	}
	if sessions, err := s.House.Sessions.Of(context.Background(), g.ada.ID); err != nil || len(sessions) == 0 {
		t.Errorf("the browser was signed out: %v %v", sessions, err)
	}
	told := s.call(s.boss, http.MethodGet, "/api/v1/audit?resource=user:"+string(g.ada.ID)+"&actor=service:boss", nil)
	if got := actionsOf(told); got != "authorizations.end authorization.end" {
		t.Errorf("the audit log tells of %s: %s", got, told.Body)
	}
	if n := fmt.Sprint(len(column(t, underneath(t, s.Gate), "SELECT id FROM refresh_families"))); n != "4" {
		t.Errorf("%s families are kept, by which a late replay is recognised", n)
	}
}
