package identity

import (
	"context"
	"runtime"
	"strings"
	"testing"

	"gatehouse/fault"
)

// A megabyte of a character that normalises to eighteen characters costs whoever sends it,
// not the house: what is too long is refused before anything is made of it.
func TestOverlongTextIsRefusedBeforeAnythingIsDoneWithIt(t *testing.T) {
	h := newHouse(t)
	ada := h.person("ada@example.test")
	long := strings.Repeat("\ufdfa", 1<<20/3)
	user := func(change func(*User)) func(context.Context) error {
		return func(ctx context.Context) error {
			u := User{Email: "eve@example.test", Name: "Eve"}
			change(&u)
			_, err := h.Create(ctx, nobody, u, "")
			return err
		}
	}
	cases := map[string]func(ctx context.Context) error{
		"the email at sign-in": func(ctx context.Context) error { _, _, err := h.CheckPassword(ctx, here, long, "x"); return err },
		"a command's email":    func(ctx context.Context) error { _, err := h.UserByEmail(ctx, long); return err },
		"the password at sign-in": func(ctx context.Context) error {
			_, _, err := h.CheckPassword(ctx, here, ada.Email, long)
			return err
		},
		"a new password": func(ctx context.Context) error { return h.SetPassword(ctx, nobody, ada.ID, 0, long) },
		"a changed password": func(ctx context.Context) error {
			_, err := h.ChangePassword(ctx, here, ada.ID, goodPassword, long, "", nil)
			return err
		},
		"the present password": func(ctx context.Context) error {
			_, err := h.ChangePassword(ctx, here, ada.ID, long, "another "+goodPassword, "", nil)
			return err
		},
		"a code":          func(ctx context.Context) error { _, err := h.CheckTOTP(ctx, here, ada.ID, long); return err },
		"a recovery code": func(ctx context.Context) error { _, _, err := h.CheckRecovery(ctx, here, ada.ID, long); return err },
		"a set-up link":   func(ctx context.Context) error { return h.CheckSetup(ctx, long) },
		"a new email":     user(func(u *User) { u.Email = long }),
		"a new name":      user(func(u *User) { u.Name = long }),
	}
	var claims Claims
	for _, c := range claims.texts() {
		cases["the claim "+c.name] = user(func(u *User) {
			for _, own := range u.Claims.texts() {
				if own.name == c.name {
					*own.value = long
				}
			}
		})
	}
	for name, do := range cases {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := do(t.Context())
		runtime.ReadMemStats(&after)
		if f := fault.CodeOf(err); err == nil || f == "" {
			t.Errorf("%s: got %v, want a refusal", name, err)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 1<<20 {
			t.Errorf("%s: %d kB were taken for a megabyte", name, took>>10)
		}
	}
}
