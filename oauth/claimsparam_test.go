package oauth

import (
	"slices"
	"strings"
	"testing"
)

func TestClaimsParameterIsRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		raw                   string
		acr, subjects         []string
		idToken, fromUserinfo []string
	}{
		{raw: ``},
		{raw: `{}`},
		{raw: ` { "userinfo" : null , "id_token" : {} } `},
		{raw: `{"userinfo":{"name":{"essential":true}}}`, fromUserinfo: []string{"name"}},
		{raw: `{"userinfo":{"picture":null,"email":null,"http://example.info/claims/groups":null},"id_token":{"auth_time":{"essential":true}}}`, fromUserinfo: []string{"email", "picture"}},
		{raw: `{"id_token":{"acr":{"essential":true,"values":["aal2","phr"]}}}`, acr: []string{"aal2", "phr"}},
		{raw: `{"id_token":{"acr":{"essential":true,"value":"aal2"}}}`, acr: []string{"aal2"}},
		{raw: `{"id_token":{"acr":{"values":["aal2"]}}}`},
		{raw: `{"id_token":{"acr":{"essential":true}}}`},
		{raw: `{"id_token":{"acr":null}}`},
		{raw: `{"userinfo":{"acr":{"essential":true,"value":"aal2"}}}`},
		{raw: `{"id_token":{"sub":{"value":"usr_ada"},"email":null}}`, subjects: []string{"usr_ada"}, idToken: []string{"email"}},
		{raw: `{"id_token":{"email":{"essential":false,"purpose":"why not"}},"transaction":{"a":[1]}}`, idToken: []string{"email"}},
		{raw: `{"userinfo":{"email":{"value":{"deep":[1]}}}}`, fromUserinfo: []string{"email"}},
	} {
		got, err := ParseClaims(c.raw)
		if err != nil {
			t.Errorf("%s: %v", c.raw, err)
			continue
		}
		if !slices.Equal(got.EssentialACR(), c.acr) || !slices.Equal(got.Subjects(), c.subjects) || !slices.Equal(got.idToken(), c.idToken) || !slices.Equal(got.userinfo(), c.fromUserinfo) {
			t.Errorf("%s: acr %v, subjects %v, ID token %v, userinfo %v", c.raw, got.EssentialACR(), got.Subjects(), got.idToken(), got.userinfo())
		}
	}
}

func TestBadClaimsParametersAreErrors(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		`x`, `null`, `[]`, `"{}"`, `1`, `{`, `{}}`, `{} {}`, `{}x`, `{"userinfo":1}`, `{"userinfo":[]}`, `{"id_token":"name"}`,
		`{"userinfo":{"name":true}}`, `{"userinfo":{"name":"x"}}`, `{"userinfo":{"name":[]}}`,
		`{"userinfo":{"name":{"essential":"yes"}}}`, `{"userinfo":{"name":{"values":"x"}}}`,
		`{"userinfo":{},"userinfo":{"name":null}}`, `{"userinfo":{"name":null,"name":null}}`, `{"id_token":{"acr":{"value":"aal1","value":"aal2"}}}`,
		`{"id_token":{"acr":{"essential":true,"value":2}}}`, `{"id_token":{"acr":{"values":["aal2",null]}}}`, `{"id_token":{"sub":{"value":["usr_ada"]}}}`,
		`{"userinfo":{"x":"` + strings.Repeat("x", maxClaimsParameter) + `"}}`, strings.Repeat(`{"userinfo":`, 500), "{\"userinfo\":\x00}",
	} {
		if got, err := ParseClaims(raw); err == nil {
			t.Errorf("%.60s is read as %+v", raw, got)
		} else if !describable(err.Error()) {
			t.Errorf("%.60s: the error %q does not fit into error_description", raw, err)
		}
	}
}

func FuzzParseClaims(f *testing.F) {
	for _, seed := range []string{``, `{}`, `{"userinfo":{"name":{"essential":true}}}`, `{"id_token":{"acr":{"essential":true,"values":["aal2"]},"sub":{"value":"usr_ada"}}}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		c, err := ParseClaims(raw)
		if err != nil {
			return
		}
		for _, name := range slices.Concat(c.idToken(), c.userinfo()) {
			if !slices.Contains(StandardClaims, name) {
				t.Fatalf("%q lets through the claim %q", raw, name)
			}
		}
		_, _ = c.EssentialACR(), c.Subjects()
	})
}

// describable holds the alphabet of error_description (RFC 6749 section 5.2).
func describable(text string) bool {
	for _, r := range text {
		if r < 0x20 || r > 0x7e || r == '"' || r == '\\' {
			return false
		}
	}
	return true
}
