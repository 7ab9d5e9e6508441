package housetest

import (
	"net/url"
	"strings"
	"testing"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
)

// unchecked is text that names nothing, wherever an id is taken from outside.
var unchecked = []string{
	strings.Repeat("a", 20_000), "nobody", "no such thing", "a\x00b", "ä", "usr_" + strings.Repeat("a", 32), "ses_" + strings.Repeat("a", 32),
	"int_" + strings.Repeat("a", 32), "'; DROP TABLE users; --", "", ".", "..",
}

// A signed-in person who names what does not exist leaves nothing behind: no
// revocation, which every replica would hold in memory, no event, no line in the
// log that repeats it.
func TestIDFromOutsideThatNamesNothingLeavesNoTrace(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.browser.Get("/signin?return_to=/account").SignIn(s.ada).At("/account")
	db := underneath(t, s.Gate)
	before := rowsOf(t, db)
	for _, text := range unchecked {
		for _, post := range []struct{ path, field string }{
			{"/account/apps", "client"},
			{"/account/sessions/end", "session"},
			{"/signin", "i"},
			{"/signin/select", "i"},
			{"/signin/factor", "i"},
			{"/signin/recovery", "i"},
			{"/signin/enrol", "i"},
			{"/consent", "i"},
		} {
			if p := s.browser.Post(post.path, url.Values{post.field: {text}}); p.Status >= 500 {
				t.Errorf("%s with %.40q as %s: %d", post.path, text, post.field, p.Status)
			}
		}
		for _, path := range []string{"/signin", "/signin/select", "/signin/factor", "/signin/recovery", "/signin/enrol", "/consent", "/oauth2/authorize"} {
			if text == "" && path == "/signin" {
				continue // that begins a sign-in
			}
			if p := s.browser.Get(path + "?i=" + url.QueryEscape(text)); p.Status >= 500 {
				t.Errorf("%s with %.40q: %d", path, text, p.Status)
			}
		}
	}
	if rows := differing(before, rowsOf(t, db)); len(rows) > 0 {
		t.Errorf("ids that name nothing wrote rows:\n%.2000v", rows)
	}
	if n := len(s.Log.String()); strings.Contains(s.Log.String(), unchecked[0][:1500]) {
		t.Errorf("the log repeats what was sent, in %d bytes", n)
	}
}

// The commands and whoever else calls the house are held to the same.
func TestIDThatNamesNothingIsNotFound(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	db := underneath(t, s.Gate)
	before := rowsOf(t, db)
	for _, text := range unchecked {
		if _, err := s.House.OAuth.Client(t.Context(), id.Client(text)); !fault.Is(err, fault.NotFound) {
			t.Errorf("client %.40q: %v", text, err)
		}
		if err := s.House.OAuth.WithdrawConsent(t.Context(), gatetest.Console, s.ada.ID, id.Client(text)); err == nil {
			t.Errorf("the consent of %.40q was withdrawn", text)
		}
	}
	if rows := differing(before, rowsOf(t, db)); len(rows) > 0 {
		t.Errorf("ids that name nothing wrote rows:\n%.2000v", rows)
	}
}
