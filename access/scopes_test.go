package access_test

import (
	"strings"
	"testing"

	. "gatehouse/access"
)

func TestScopesThatBreakARuleAreRefusedByName(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop()
	w.must(w.CreateAPI(t.Context(), console, API{ID: "mail", Audience: "https://mail.test", Permissions: []Permission{{Resource: "letters", Action: "read"}}}))
	read := []Pattern{pattern(t, "shop/orders:read")}
	w.must(w.CreateScope(t.Context(), console, Scope{Name: "orders", API: "shop", Patterns: read}))
	before := w.version()
	for _, c := range []struct {
		code, field string
		scope       Scope
	}{
		{"scope.invalid", "name", Scope{API: "shop", Patterns: read}},
		{"scope.invalid", "name", Scope{Name: "two words", API: "shop", Patterns: read}},
		{"scope.invalid", "name", Scope{Name: "ümlaut", API: "shop", Patterns: read}},
		{"scope.invalid", "name", Scope{Name: strings.Repeat("x", 129), API: "shop", Patterns: read}},
		{"scope.invalid", "name", Scope{Name: "openid", API: "shop", Patterns: read}},
		{"scope.invalid", "name", Scope{Name: "offline_access", API: "shop", Patterns: read}},
		{"scope.invalid", "name", Scope{Name: "gatehouse", API: "shop", Patterns: read}},
		{"scope.invalid", "name", Scope{Name: "gatehouse.admin", API: "shop", Patterns: read}},
		{"scope.invalid", "permissions", Scope{Name: "x", API: "shop"}},
		{"scope.invalid", "permissions", Scope{Name: "x", API: "shop", Patterns: make([]Pattern, MaxScopeParts+1)}},
		{"scope.invalid", "permissions[1]", Scope{Name: "x", API: "shop", Patterns: append(read, pattern(t, "mail/letters:read"))}},
		{"scope.invalid", "description", Scope{Name: "x", API: "shop", Patterns: read, Description: "a\u202eb"}},
		{"permission.unknown", "", Scope{Name: "x", API: "shop", Patterns: []Pattern{pattern(t, "shop/orders:reed")}}},
		{"permission.unknown", "", Scope{Name: "x", API: "shop", Patterns: []Pattern{pattern(t, "shop/*:refund")}}}, // only what is sensitive
		{"api.not_found", "", Scope{Name: "x", API: "depot", Patterns: []Pattern{pattern(t, "depot/orders:read")}}},
		{"access.built_in", "", Scope{Name: "x", API: Gatehouse, Patterns: []Pattern{pattern(t, "gatehouse/users:read")}}}, // gatehouse.admin is all of it
		{"scope.exists", "", Scope{Name: "orders", API: "shop", Patterns: read}},
	} {
		_, err := w.CreateScope(t.Context(), console, c.scope)
		w.refuses(c.code, c.field, err, before)
	}
	_, err := w.UpdateScope(t.Context(), console, Scope{Name: "orders", API: "mail", Patterns: []Pattern{pattern(t, "mail/letters:read")}})
	w.refuses("scope.invalid", "api", err, before)
	_, err = w.UpdateScope(t.Context(), console, Scope{Name: "orders", API: "shop", Patterns: []Pattern{pattern(t, "shop/orders:reed")}})
	w.refuses("permission.unknown", "", err, before)
	_, err = w.UpdateScope(t.Context(), console, Scope{Name: "nobody", API: "shop", Patterns: read})
	w.refuses("scope.not_found", "", err, before)
}

// The first bound scope makes an API go by scopes, and nothing makes it go by
// audience again while one is bound: tokens that are out would be worth more.
func TestAnAPIGoesByScopesFromTheFirstOneOn(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop()
	ctx := t.Context()
	goes := func(by Delegation) API {
		t.Helper()
		a, err := w.API(ctx, "shop")
		if w.must(nil, err); a.Delegation != by {
			t.Errorf("the API goes by %s, want %s", a.Delegation, by)
		}
		return a
	}
	goes(ByAudience)
	one := Scope{Name: "orders", API: "shop", Patterns: []Pattern{pattern(t, "shop/orders:*")}}
	made, err := w.CreateScope(ctx, console, one)
	w.must(nil, err)
	a := goes(ByScope)
	a.Owners = nil
	w.must(w.UpdateAPI(ctx, console, API{ID: "shop", Audience: a.Audience, Permissions: a.Permissions})) // says nothing of it
	a = goes(ByScope)
	before := w.version()
	a.Delegation = ByAudience
	_, err = w.UpdateAPI(ctx, console, a)
	w.refuses("api.in_use", "", err, before)
	less := a
	less.Delegation, less.Permissions = ByScope, less.Permissions[2:] // refund is sensitive: the pattern is of nothing
	_, err = w.UpdateAPI(ctx, console, less)
	w.refuses("api.in_use", "", err, before)
	w.refuses("api.in_use", "", w.DeleteAPI(ctx, console, "shop"), before)

	made.Patterns = []Pattern{pattern(t, "shop/stock:read")}
	w.must(w.UpdateScope(ctx, console, made))
	_, err = w.UpdateScope(ctx, console, made)
	w.refuses("access.changed", "", err, w.version())
	w.must(nil, w.DeleteScope(ctx, console, "orders"))
	w.refuses("scope.not_found", "", w.DeleteScope(ctx, console, "orders"), w.version())
	a = goes(ByScope)
	a.Delegation = ByAudience
	w.must(w.UpdateAPI(ctx, console, a))
	goes(ByAudience)
}

// A scope that an application may ask for would be one that everybody can give.
func TestAScopeThatAnApplicationMayAskForStays(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop()
	w.must(w.CreateScope(t.Context(), console, Scope{Name: "used.orders", API: "shop", Patterns: []Pattern{pattern(t, "shop/orders:*")}}))
	w.refuses("scope.in_use", "", w.DeleteScope(t.Context(), console, "used.orders"), w.version())
}
