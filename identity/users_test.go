package identity

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/fault"
)

func TestUsersKeepALastAdministrator(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	ada, bob := h.person("ada@example.test"), h.person("bob@example.test")
	h.wants("", h.memory.Appoint(ctx, nobody, ada.ID))
	for name, way := range map[string]func() error{
		"disable": func() error { return h.Disable(ctx, nobody, ada.ID) },
		"delete":  func() error { return h.Delete(ctx, nobody, ada.ID) },
	} {
		if err := way(); fault.CodeOf(err) != "access.last_administrator" {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if diff := cmp.Diff(ada, h.memory.users[ada.ID]); diff != "" || len(h.memory.ended) != 0 {
		t.Errorf("a refused change left traces: %s %v", diff, h.memory.ended)
	}
	h.wants("", h.memory.Appoint(ctx, nobody, bob.ID))
	h.wants("", h.Disable(ctx, nobody, ada.ID))
}

func TestUsersEndWhatAPersonHoldsWhereTheyShould(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	ada := h.person("ada@example.test")
	h.wants("", failing(h.ChangePassword(ctx, here, ada.ID, goodPassword, "another quiet sentence", "ses_kept", nil)))
	h.wants("", h.SetPassword(ctx, nobody, ada.ID, 0, goodPassword))
	h.wants("", h.Disable(ctx, nobody, ada.ID))
	h.wants("", h.Enable(ctx, nobody, ada.ID))
	h.wants("", h.Delete(ctx, nobody, ada.ID))
	want := []ending{
		{ada.ID, "ses_kept", "password_changed"},
		{ada.ID, "", "password_changed"},
		{ada.ID, "", "user_disabled"},
		{ada.ID, "", "user_deleted"},
	}
	if diff := cmp.Diff(want, h.memory.ended); diff != "" {
		t.Errorf("endings (-want +got):\n%s", diff)
	}
	actions := []string{"user.create", "password.change", "password.set", "user.disable", "user.enable", "user.delete"}
	if diff := cmp.Diff(actions, h.actions()); diff != "" {
		t.Errorf("audit (-want +got):\n%s", diff)
	}
}

func TestChangePasswordWantsThePresentOneAndThrottlesGuesses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada := h.person("ada@example.test")
	before := h.memory.passwords[ada.ID]
	change := func(current, next string) error {
		return failing(h.ChangePassword(t.Context(), here, ada.ID, current, next, "ses_kept", nil))
	}
	h.wants("password.weak", change(goodPassword, "short"))
	h.wants("password.weak", change(goodPassword, goodPassword))
	for range freePerAccount {
		h.wants("password.current_wrong", change("not the present one", "another quiet sentence"))
	}
	h.wants("signin.throttled", change(goodPassword, "another quiet sentence"))
	if h.memory.passwords[ada.ID] != before || len(h.memory.ended) != 0 {
		t.Error("a refused change had an effect")
	}
}

func TestUsersRefuseWhatIsNotValid(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, c := range []struct {
		field string
		user  User
	}{
		{"email", User{}},
		{"email", User{Email: "ada"}},
		{"email", User{Email: "Ada <ada@example.test>"}},
		{"email", User{Email: "a@b@example.test"}},
		{"email", User{Email: strings.Repeat("a", 250) + "@example.test"}},
		{"email", User{Email: "ada@example.test\r\nBcc: all@example.test"}},
		{"name", User{Name: strings.Repeat("é", 201)}},
		{"name", User{Name: "Ada\u202egnp.exe"}},
		{"name", User{Name: "Ada\x00"}},
		{"profile", User{Claims: Claims{Profile: "javascript:alert(1)"}}},
		{"picture", User{Claims: Claims{Picture: "https://user:pw@example.test/x.png"}}},
		{"website", User{Claims: Claims{Website: "example.test"}}},
		{"birthdate", User{Claims: Claims{Birthdate: "1990-02-31"}}},
		{"birthdate", User{Claims: Claims{Birthdate: "0000"}}},
		{"zoneinfo", User{Claims: Claims{Zoneinfo: "../../etc/passwd"}}},
		{"locale", User{Claims: Claims{Locale: "de_DE; drop"}}},
		{"phone_number", User{Claims: Claims{PhoneNumber: "call me"}}},
		{"address.country", User{Claims: Claims{Address: Address{Country: "D\nE"}}}},
		{"given_name", User{Claims: Claims{GivenName: strings.Repeat("a", 201)}}},
	} {
		if c.user.Email == "" && c.field != "email" {
			c.user.Email = "ada@example.test"
		}
		_, err := h.Create(t.Context(), nobody, c.user, "")
		h.wants("user.invalid", err)
		f, _ := errors.AsType[*fault.Error](err)
		if len(f.Fields) != 1 || f.Fields[0].Name != c.field {
			t.Errorf("%+v: fields %v, want %s", c.user, f.Fields, c.field)
		}
	}
	if len(h.memory.users) != 0 {
		t.Error("an invalid person was stored")
	}
}

func TestUsersTakeWhatIsValid(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, err := h.Create(t.Context(), nobody, everyClaim(), "")
	h.wants("", err)
	_, err = h.Create(t.Context(), nobody, User{Email: "ADA@example.TEST"}, "")
	h.wants("user.email_taken", err)
	born := everyClaim()
	born.Email, born.Claims.Birthdate = "bob@example.test", "0000-12-31"
	_, err = h.Create(t.Context(), nobody, born, "")
	h.wants("", err)
	umlaut, err := h.Create(t.Context(), nobody, User{Email: "JÖRG@example.test"}, "")
	h.wants("", err)
	if umlaut.Email != "jörg@example.test" {
		t.Errorf("stored as %q: databases do not agree about the case of Ö", umlaut.Email)
	}
}

func everyClaim() User {
	return User{Email: "ada@example.test", EmailVerified: true, Name: "Ada Example", Claims: Claims{
		GivenName: "Ada", FamilyName: "Example", MiddleName: "M.", Nickname: "ada", PreferredUsername: "ada",
		Profile: "https://example.test/ada", Picture: "https://example.test/ada.png", Website: "http://ada.example.test/",
		Gender: "female", Birthdate: "1990-12-31", Zoneinfo: "America/Argentina/Ushuaia", Locale: "de-DE",
		PhoneNumber: "+1 (604) 555-1234;ext=5678", PhoneNumberVerified: true,
		Address: Address{"1 Street\nTown", "1 Street", "Town", "Region", "12345", "Land"},
	}}
}

var h0 = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestStandardClaimsFollowTheirScopes(t *testing.T) {
	t.Parallel()
	u := everyClaim()
	u.Updated = h0
	for _, c := range []struct {
		scopes string
		want   map[string]any
	}{
		{"openid", map[string]any{}},
		{"openid email", map[string]any{"email": "ada@example.test", "email_verified": true}},
		{"phone", map[string]any{"phone_number": u.Claims.PhoneNumber, "phone_number_verified": true}},
		{"address", map[string]any{"address": map[string]any{
			"formatted": "1 Street\nTown", "street_address": "1 Street", "locality": "Town",
			"region": "Region", "postal_code": "12345", "country": "Land",
		}}},
		{"profile", map[string]any{
			"name": "Ada Example", "given_name": "Ada", "family_name": "Example", "middle_name": "M.", "nickname": "ada",
			"preferred_username": "ada", "profile": "https://example.test/ada", "picture": "https://example.test/ada.png",
			"website": "http://ada.example.test/", "gender": "female", "birthdate": "1990-12-31",
			"zoneinfo": "America/Argentina/Ushuaia", "locale": "de-DE", "updated_at": h0.Unix(),
		}},
	} {
		if diff := cmp.Diff(c.want, u.StandardClaims(strings.Fields(c.scopes))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.scopes, diff)
		}
	}
	got := User{Email: "bob@example.test"}.StandardClaims([]string{"profile", "email", "address", "phone"})
	if diff := cmp.Diff(map[string]any{"email": "bob@example.test", "email_verified": false}, got); diff != "" {
		t.Errorf("empty claims were given out (-want +got):\n%s", diff)
	}
}

func TestUpdateKeepsWhatIsNotItsBusiness(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada := h.person("ada@example.test")
	h.wants("", h.Disable(t.Context(), nobody, ada.ID))
	changed := User{ID: ada.ID, Email: "ada@new.example.test", Name: "Ada New"}
	got, err := h.Update(t.Context(), nobody, changed)
	h.wants("", err)
	if !got.Disabled || !got.Created.Equal(ada.Created) || got.Updated.Before(ada.Updated) {
		t.Errorf("got %+v", got)
	}
	if again, err := h.Update(t.Context(), nobody, got); err != nil || again.Rev != got.Rev+1 {
		t.Errorf("with what the update before returned: revision %d after %d, %v", again.Rev, got.Rev, err)
	}
	if _, err := h.Update(t.Context(), nobody, got); fault.CodeOf(err) != "user.changed" {
		t.Errorf("with what was read before: %v, want user.changed", err)
	}
	_, err = h.Update(t.Context(), nobody, User{ID: "usr_nobody", Email: "x@example.test"})
	if !fault.Is(err, fault.NotFound) {
		t.Errorf("updating nobody: %v", err)
	}
	if list, _, err := h.Users(t.Context(), UserFilter{}); err != nil || !slices.ContainsFunc(list, func(u User) bool { return u.ID == ada.ID }) {
		t.Errorf("list: %v, %v", list, err)
	}
}

// What conditions of grants ask for is recorded as it was and is, other claims by their names.
func TestAChangeOfClaimsIsInTheTrail(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.person("ada@example.test")
	u.Claims.Attributes, u.Claims.Nickname, u.Claims.PhoneNumberVerified = map[string]string{"department": "sales"}, "Countess", true
	u, err := h.Update(t.Context(), nobody, u)
	if err != nil {
		t.Fatal(err)
	}
	u.Claims.Attributes = map[string]string{"department": "legal"}
	if _, err := h.Update(t.Context(), nobody, u); err != nil {
		t.Fatal(err)
	}
	events := h.memory.events
	first, second := events[len(events)-2], events[len(events)-1]
	if got := string(first.After); !strings.Contains(got, `"claims_changed":["nickname","phone_number_verified"]`) || strings.Contains(got, "Countess") {
		t.Errorf("the first change is recorded as %s", got)
	}
	if !strings.Contains(string(second.Before), `"department":"sales"`) || !strings.Contains(string(second.After), `"department":"legal"`) || strings.Contains(string(second.After), "claims_changed") {
		t.Errorf("the second change is recorded as %s → %s", second.Before, second.After)
	}
}
