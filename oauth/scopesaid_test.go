package oauth

import (
	"slices"
	"strings"
	"testing"
)

func TestARefusalNamesTheScopeAndThoseThatThereAre(t *testing.T) {
	t.Parallel()
	many := slices.Repeat([]string{"a.read"}, 30)
	for what, c := range map[string]struct {
		asked, may []string
		want       string
	}{
		"one":         {[]string{"openid", "order"}, []string{"openid", "orders", "mail"}, "The client may not ask for the scope order; it may ask for openid, orders and mail."},
		"several":     {[]string{"b", "a", "b"}, []string{"openid"}, "The client may not ask for the scopes b and a; it may ask for openid."},
		"of none":     {[]string{"a"}, nil, "The client may not ask for the scope a; there is none for it."},
		"of many":     {[]string{"b"}, many, "The client may not ask for the scope b; it may ask for " + strings.Join(many[:12], ", ") + " and others."},
		"quoting":     {[]string{`a"b`}, []string{"c"}, "The client may not ask for one of the scopes; it may ask for c."},
		"a backslash": {[]string{`a\b`}, []string{"c"}, "The client may not ask for one of the scopes; it may ask for c."},
		"odd":         {[]string{"a\nb"}, []string{"c"}, "The client may not ask for one of the scopes; it may ask for c."},
		"foreign":     {[]string{"é"}, []string{"c"}, "The client may not ask for one of the scopes; it may ask for c."},
		"long":        {[]string{strings.Repeat("a", 65)}, []string{"c"}, "The client may not ask for one of the scopes; it may ask for c."},
		"as long as":  {[]string{strings.Repeat("a", 64)}, []string{"c"}, "The client may not ask for the scope " + strings.Repeat("a", 64) + "; it may ask for c."},
	} {
		if no := RefuseScopes(c.asked, c.may); no.Code != InvalidScope || no.Description != c.want {
			t.Errorf("%s: %v, want %s", what, no, c.want)
		}
	}
}
