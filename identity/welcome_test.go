package identity

import (
	"encoding/base64"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
)

// novice makes somebody who has no password.
func (h *house) novice(email string) User {
	h.Helper()
	u, err := h.Create(h.Context(), nobody, User{Email: email}, "")
	h.wants("", err)
	return u
}

// link makes a link for somebody's first password, and returns its token.
func (h *house) link(u User) string {
	h.Helper()
	l, err := h.PasswordLink(h.Context(), nobody, u.ID, 0)
	h.wants("", err)
	return l.Token
}

func TestALinkSetsTheFirstPasswordOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		ctx, ada := t.Context(), h.novice("ada@example.test")
		before, token := h.link(ada), h.link(ada)
		_, err := h.Welcome(ctx, here, before) // another one took its place
		h.wants("password.link", err)
		for range 2 { // looking uses nothing up
			u, err := h.Welcome(ctx, here, token)
			if h.wants("", err); u.ID != ada.ID {
				t.Errorf("the link is of %s", u.ID)
			}
		}
		_, err = h.FirstPassword(ctx, here, token, "short")
		h.wants("password.weak", err)
		time.Sleep(LinkLife - time.Second)
		_, err = h.FirstPassword(ctx, here, token, goodPassword)
		h.wants("", err)
		user, _, err := h.CheckPassword(ctx, here, "ada@example.test", goodPassword)
		if h.wants("", err); user != ada.ID {
			t.Errorf("%s signs in", user)
		}
		_, err = h.FirstPassword(ctx, here, token, "another harbour 78 engines")
		h.wants("password.link", err)
		_, err = h.PasswordLink(ctx, nobody, ada.ID, 0)
		h.wants("user.has_password", err)
		if got := h.actions(); !slices.Contains(got, string(ActionPasswordLink)) || !slices.Contains(got, string(ActionPasswordFirst)) {
			t.Errorf("recorded: %q", got)
		}
		if len(h.memory.marks) > 0 {
			t.Error("something is left of a link that was used up")
		}
	})
}

// What is not good is told apart from nothing: who tries learns of nobody.
func TestALinkIsGoodForItsPersonAndItsTime(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]func(h *house, ada User, token string) string{
		"too old": func(_ *house, _ User, token string) string { time.Sleep(LinkLife); return token },
		"of somebody else": func(h *house, ada User, token string) string {
			return string(h.novice("bea@example.test").ID) + token[len(ada.ID):]
		},
		"of nobody":    func(*house, User, string) string { return "usr_nobody.code" },
		"no link":      func(*house, User, string) string { return "code" },
		"nothing":      func(*house, User, string) string { return "" },
		"without code": func(_ *house, ada User, _ string) string { return string(ada.ID) + "." },
		"too long":     func(_ *house, _ User, token string) string { return token + string(make([]byte, 1<<16)) },
		"disabled": func(h *house, ada User, token string) string {
			h.wants("", h.Disable(h.Context(), nobody, ada.ID))
			return token
		},
		"disabled and enabled again": func(h *house, ada User, token string) string {
			h.wants("", h.Disable(h.Context(), nobody, ada.ID))
			h.wants("", h.Enable(h.Context(), nobody, ada.ID))
			return token
		},
		"made while they were disabled": func(h *house, ada User, _ string) string {
			h.wants("", h.Disable(h.Context(), nobody, ada.ID))
			return h.link(ada)
		},
		"of another address": func(h *house, ada User, token string) string {
			ada.Email = "ada@elsewhere.test"
			_, err := h.Update(h.Context(), nobody, ada)
			h.wants("", err)
			return token
		},
		"of another maker": func(_ *house, _ User, token string) string {
			at := strings.LastIndexByte(token, '.') + 1
			return token[:at] + base64.RawURLEncoding.EncodeToString([]byte(`{"k":"user","i":"usr_other"}`))
		},
		"made by who may not any more": func(h *house, _ User, token string) string {
			h.memory.letsIn = fault.New(fault.Forbidden, "access.not_held", "They may not.")
			return token
		},
		"deleted": func(h *house, ada User, token string) string {
			h.wants("", h.Delete(h.Context(), nobody, ada.ID))
			return token
		},
		"has a password": func(h *house, ada User, token string) string {
			h.wants("", h.SetPassword(h.Context(), nobody, ada.ID, 0, goodPassword))
			return token
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t)
				ada := h.novice("ada@example.test")
				token := c(h, ada, h.link(ada))
				_, err := h.Welcome(t.Context(), here, token)
				h.wants("password.link", err)
				_, err = h.FirstPassword(t.Context(), here, token, "another harbour 78 engines")
				h.wants("password.link", err)
			})
		})
	}
}

// Hashing takes a while, in which somebody else may be faster.
func TestWhatChangesWhileAFirstPasswordIsHashedCounts(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(h *house, now *tables, ada id.User){
		"they have a password": func(_ *house, now *tables, ada id.User) { now.passwords[ada] = newPassword(ada, "chosen", time.Now()) },
		"they are disabled": func(_ *house, now *tables, ada id.User) {
			u := now.users[ada]
			u.Disabled = true
			now.users[ada] = u
		},
		"they are gone": func(_ *house, now *tables, ada id.User) { delete(now.users, ada) },
		"who made the link may make none": func(h *house, _ *tables, _ id.User) {
			h.memory.letsIn = fault.New(fault.Forbidden, "access.not_held", "They may not.")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			ada := h.novice("ada@example.test").ID
			token := h.link(User{ID: ada})
			h.memory.held = func(now *tables) { change(h, now, ada) }
			_, err := h.FirstPassword(t.Context(), here, token, goodPassword)
			h.wants("password.link", err)
			if got := h.actions(); slices.Contains(got, string(ActionPasswordFirst)) {
				t.Errorf("recorded: %q", got)
			}
		})
	}
}

// What cannot be read now is neither a link that is not good nor a person without a password.
func TestAnOutageIsNoAnswerAboutALink(t *testing.T) {
	t.Parallel()
	for _, read := range []string{"User", "Password", "HasMark"} {
		t.Run(read, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			ada := h.novice("ada@example.test")
			token := h.link(ada)
			h.memory.unread = map[string]error{read: fault.New(fault.Unavailable, "store.unavailable", "Nobody can read.")}
			_, err := h.Welcome(t.Context(), here, token)
			h.wants("store.unavailable", err)
			_, err = h.FirstPassword(t.Context(), here, token, goodPassword)
			h.wants("store.unavailable", err)
			if read != "HasMark" {
				_, err = h.PasswordLink(t.Context(), nobody, ada.ID, 0)
				h.wants("store.unavailable", err)
			}
			h.memory.unread = nil
			_, err = h.FirstPassword(t.Context(), here, token, goodPassword)
			h.wants("", err)
		})
	}
}

// Whoever sets it is who the link is of: the address that asks knows of nobody.
func TestAFirstPasswordIsRecordedOfThePerson(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada := h.novice("ada@example.test")
	_, err := h.FirstPassword(t.Context(), here, h.link(ada), goodPassword)
	h.wants("", err)
	last := h.memory.events[len(h.memory.events)-1]
	if last.Action != ActionPasswordFirst || last.Actor.Kind != audit.Person || last.Actor.ID != string(ada.ID) || last.Actor.IP != here.IP {
		t.Errorf("recorded: %s by %+v", last.Action, last.Actor)
	}
}

func TestALinkIsWithdrawnBeforeItIsUsed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		ctx, ada := t.Context(), h.novice("ada@example.test")
		open := func(want bool) {
			t.Helper()
			until, err := h.OpenLink(ctx, ada.ID)
			if h.wants("", err); until.IsZero() == want {
				t.Errorf("a link is open until %s", until)
			}
		}
		open(false)
		h.wants("password.no_link", h.RevokePasswordLink(ctx, nobody, ada.ID, 0))
		h.wants("row.not_found", h.RevokePasswordLink(ctx, nobody, "usr_nobody", 0))
		token := h.link(ada)
		open(true)
		h.wants("user.changed", h.RevokePasswordLink(ctx, nobody, ada.ID, ada.Rev+1))
		open(true)
		h.wants("", h.RevokePasswordLink(ctx, nobody, ada.ID, ada.Rev))
		open(false)
		_, err := h.FirstPassword(ctx, here, token, goodPassword)
		h.wants("password.link", err)
		h.wants("password.no_link", h.RevokePasswordLink(ctx, nobody, ada.ID, 0))
		if got := h.actions(); !slices.Contains(got, string(ActionPasswordUnlink)) {
			t.Errorf("recorded: %q", got)
		}

		h.link(ada)
		ada.Name = "Ada"
		_, err = h.Update(ctx, nobody, ada)
		h.wants("", err)
		open(false) // it was for who they were
		h.link(ada)
		time.Sleep(LinkLife)
		open(false)
		h.wants("password.no_link", h.RevokePasswordLink(ctx, nobody, ada.ID, 0))
	})
}

func TestOneOfManyWithOneLinkSetsThePassword(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	token := h.link(h.novice("ada@example.test"))
	var won atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := h.FirstPassword(t.Context(), here, token, goodPassword); err == nil {
				won.Add(1)
			}
		})
	}
	if all.Wait(); won.Load() != 1 {
		t.Errorf("%d set the password, want 1", won.Load())
	}
}

func TestALinkIsForThePersonAsTheyWereSeen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada := h.novice("ada@example.test")
	_, err := h.PasswordLink(t.Context(), nobody, ada.ID, ada.Rev+1)
	h.wants("user.changed", err)
	_, err = h.PasswordLink(t.Context(), nobody, "usr_nobody", 0)
	h.wants("row.not_found", err)
}

// That nobody can know whether its maker may still let them in is no refusal.
func TestALinkWaitsForWhoKnowsOfItsMaker(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	token := h.link(h.novice("ada@example.test"))
	h.memory.letsIn = fault.New(fault.Unavailable, "policy.unknown", "Nobody can know.")
	_, err := h.FirstPassword(t.Context(), here, token, goodPassword)
	h.wants("policy.unknown", err)
	h.memory.letsIn = nil
	_, err = h.FirstPassword(t.Context(), here, token, goodPassword)
	h.wants("", err)
}

// Whoever guessed at an account without a password keeps nobody out of it.
func TestAFirstPasswordForgetsTheGuessesBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		ctx, ada := t.Context(), h.novice("ada@example.test")
		for range 30 {
			_, _, err := h.CheckPassword(ctx, here, ada.Email, "a guess")
			if err == nil {
				t.Fatal("a guess is let in")
			}
		}
		_, _, err := h.CheckPassword(ctx, here, ada.Email, goodPassword)
		h.wants("signin.throttled", err)
		_, err = h.FirstPassword(ctx, here, h.link(ada), goodPassword)
		h.wants("", err)
		_, _, err = h.CheckPassword(ctx, here, ada.Email, goodPassword)
		h.wants("", err)
	})
}
