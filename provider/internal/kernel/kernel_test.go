package kernel

import (
	"errors"
	"net/url"
	"slices"
	"testing"
	"time"

	"gatehouse/oauth"
)

const callback = "https://app.example/cb"

// question is a good one, changed by pairs of name and value.
func question(changes ...string) Question {
	q := Question{
		Client:      &oauth.Client{ID: "web", AuthMethod: oauth.AuthBasic, GrantTypes: []string{oauth.GrantCode}, Scopes: []string{"openid", "orders:read"}},
		RedirectURI: callback,
		Parameters: url.Values{
			"response_type": {"code"}, "client_id": {"web"}, "redirect_uri": {callback}, "scope": {"openid orders:read openid"}, "nonce": {"n"},
		},
	}
	for i := 0; i < len(changes); i += 2 {
		q.Parameters.Set(changes[i], changes[i+1])
	}
	return q
}

func codeOf(err error) string {
	if r, ok := errors.AsType[*Refusal](err); ok {
		return r.Code
	}
	if err != nil {
		return "an error of the server: " + err.Error()
	}
	return ""
}

func TestRequestThatIsInOrderHasItsScopesOnce(t *testing.T) {
	t.Parallel()
	k := New("https://id.example.test", "/oauth2/authorize")
	r, err := k.Read(t.Context(), question("request", "x.y.z", "request_uri", "urn:x", "state", "s"))
	if err != nil || !slices.Equal(r.Scopes, []string{"openid", "orders:read"}) {
		t.Errorf("%v, %v", r.Scopes, err)
	}
}

func TestRequestsThatAreNotInOrderAreRefusedByARegisteredCode(t *testing.T) {
	t.Parallel()
	k := New("https://id.example.test", "/oauth2/authorize")
	disabled := question()
	disabled.Client.Disabled = true
	elsewhere := question()
	elsewhere.RedirectURI = "https://other.example/cb"
	for name, c := range map[string]struct {
		q    Question
		want string
	}{
		"a scope that is not registered": {question("scope", "openid admin"), "invalid_scope"},
		"a scope by a pattern":           {question("scope", "orders:*"), "invalid_scope"},
		"another response type":          {question("response_type", "token"), "unsupported_response_type"},
		"two response types":             {question("response_type", "code id_token"), "unsupported_response_type"},
		"a response mode that signs":     {question("response_mode", "fragment.jwt"), "invalid_request"},
		"another client's name":          {question("client_id", "other"), "invalid_client"},
		"a disabled client":              {disabled, "invalid_client"},
		"another redirect URI":           {elsewhere, "invalid_request"},
	} {
		if _, err := k.Read(t.Context(), c.q); codeOf(err) != c.want {
			t.Errorf("%s: %q, want %q", name, codeOf(err), c.want)
		}
	}
}

// A second pair of eyes on what flow decided: who was not asked again although
// the request wants it gets no code.
func TestSignInMustFitTheRequest(t *testing.T) {
	t.Parallel()
	k := New("https://id.example.test", "/oauth2/authorize")
	now := time.Now()
	for name, c := range map[string]struct {
		q     Question
		proof time.Duration // before the request
		want  string
	}{
		"nothing asked":                   {question(), time.Hour, ""},
		"prompt=login, proved after":      {question("prompt", "login"), -time.Second, ""},
		"prompt=login, proved before":     {question("prompt", "login"), time.Minute, "login_required"},
		"prompt=none, proved before":      {question("prompt", "none"), time.Minute, ""},
		"prompt=none, proved since":       {question("prompt", "none"), -time.Minute, "login_required"},
		"max_age, young enough":           {question("max_age", "60"), time.Minute, ""},
		"max_age, too old":                {question("max_age", "60"), time.Minute + 2*time.Second, "login_required"},
		"a max_age beyond all bounds":     {question("max_age", "99999999999999"), time.Hour, ""},
		"a prompt that does not go along": {question("prompt", "none login"), 0, "invalid_request"},
		"an unknown prompt":               {question("prompt", "dance"), 0, "invalid_request"},
	} {
		r, err := k.Read(t.Context(), c.q)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		at := now.Truncate(time.Second).Add(-time.Hour)
		err = k.Confirm(t.Context(), r, SignIn{User: "usr_ada", AuthTime: at.Add(-c.proof), RequestedAt: at.Add(time.Second / 2)})
		if codeOf(err) != c.want {
			t.Errorf("%s: %q, want %q", name, codeOf(err), c.want)
		}
	}
}
