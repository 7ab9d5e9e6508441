package identity

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestSetupMakesOneAdministratorAndIsOverThen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		ctx := t.Context()
		token, made, err := h.SetupLink(ctx, nobody, false)
		if err != nil || !made || len(token) != 43 {
			t.Fatalf("got %d characters, %v, %v", len(token), made, err)
		}
		second, made, err := h.SetupLink(ctx, nobody, false)
		if second != "" || made || err != nil {
			t.Errorf("a second link: %v, %v", made, err)
		}
		replaced, made, err := h.SetupLink(ctx, nobody, true)
		if err != nil || !made {
			t.Fatalf("replace: %v, %v", made, err)
		}
		h.wants("setup.link", h.CheckSetup(ctx, token))
		h.wants("", h.CheckSetup(ctx, replaced))
		h.wants("", h.CheckSetup(ctx, replaced)) // looking uses nothing up

		_, err = h.Setup(ctx, here, token, "ada@example.test", "Ada", goodPassword)
		h.wants("setup.link", err)
		_, err = h.Setup(ctx, here, replaced, "ada@example.test", "Ada", "short")
		h.wants("password.weak", err)
		_, err = h.Setup(ctx, here, replaced, "not an email", "Ada", goodPassword)
		h.wants("user.invalid", err)
		time.Sleep(59 * time.Minute)
		ada, err := h.Setup(ctx, here, replaced, "ada@example.test", "Ada", goodPassword)
		if err != nil || !h.memory.chiefs[ada.ID] {
			t.Fatalf("got %+v, %v", ada, err)
		}
		_, err = h.Setup(ctx, here, replaced, "eve@example.test", "Eve", goodPassword)
		h.wants("setup.done", err)
		h.wants("setup.done", h.CheckSetup(ctx, replaced))
		_, _, err = h.SetupLink(ctx, nobody, true)
		h.wants("setup.done", err)
		user, _, err := h.CheckPassword(ctx, here, "ada@example.test", goodPassword)
		if user != ada.ID || err != nil {
			t.Errorf("the administrator signs in: %q, %v", user, err)
		}
	})
}

func TestSetupLinkIsGoodForAnHour(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		token, _, err := h.SetupLink(t.Context(), nobody, false)
		h.wants("", err)
		time.Sleep(time.Hour)
		h.wants("setup.link", h.CheckSetup(t.Context(), token))
		_, err = h.Setup(t.Context(), here, token, "ada@example.test", "Ada", goodPassword)
		h.wants("setup.link", err)
		_, made, err := h.SetupLink(t.Context(), nobody, false)
		if !made || err != nil {
			t.Errorf("no new link after the old one ended: %v, %v", made, err)
		}
	})
}

// Where the administrators were taken away set-up does not open by itself: a link is
// made on the host.
func TestSetupOpensByItselfOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	never := func(want bool) {
		t.Helper()
		if got, err := h.NeverSetUp(ctx); got != want || err != nil {
			t.Errorf("never set up: %v, %v, want %v", got, err, want)
		}
	}
	never(true)
	ada := h.person("ada@example.test")
	h.wants("", h.memory.Appoint(ctx, nobody, ada.ID))
	never(false)
	delete(h.memory.users, ada.ID) // as no path does
	never(false)
	_, made, err := h.SetupLink(ctx, nobody, true)
	if h.wants("", err); !made {
		t.Error("no link was made on the host")
	}
}
