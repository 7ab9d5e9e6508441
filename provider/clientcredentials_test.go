package provider

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/oauth"
)

func machine(scope string) url.Values {
	q := url.Values{"grant_type": {oauth.GrantClient}}
	if scope != "" {
		q.Set("scope", scope)
	}
	return q
}

func TestClientGetsATokenForItselfAndNothingIsWritten(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	before := time.Now().Unix()
	a := d.tokens("web", machine("orders:read"))
	header, claims := d.signed(a.AccessToken)
	iat, exp := claims["iat"].(float64), claims["exp"].(float64)
	if header.Typ != "at+jwt" || claims["jti"] == "" || int64(iat) < before || int64(exp-iat) != a.ExpiresIn || a.ExpiresIn != 300 {
		t.Errorf("header %+v, claims %v, expires in %d", header, claims, a.ExpiresIn)
	}
	for _, name := range []string{"iat", "exp", "jti"} {
		delete(claims, name)
	}
	want := map[string]any{"iss": testIssuer, "sub": "web", "client_id": "web", "aud": []any{testIssuer}, "scope": "orders:read", "pv": 0.0}
	if diff := cmp.Diff(want, claims); diff != "" {
		t.Errorf("access token (-want +got):\n%s", diff)
	}
	if a.RefreshToken != "" || a.IDToken != "" || a.Scope != "orders:read" {
		t.Errorf("the answer is %+v", a)
	}
	if d.store.writes != 0 {
		t.Errorf("%d writes", d.store.writes)
	}
	if diff := cmp.Diff([]string{"client_credentials"}, d.metrics.issued); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
}

func TestClientCannotHaveWhatBelongsToAPersonOrIsNotItsOwn(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.client("web").Scopes = append(oauth.PersonScopes[:len(oauth.PersonScopes):len(oauth.PersonScopes)], "orders:read")
	for _, scope := range append(oauth.PersonScopes[:len(oauth.PersonScopes):len(oauth.PersonScopes)], "orders:write", "ORDERS:READ", "orders:*", "orders:read openid") {
		refused(t, d.post("web", machine(scope)), http.StatusBadRequest, "invalid_scope")
	}
	refused(t, d.post("phone", machine("")), http.StatusBadRequest, "unauthorized_client")
	d.client("other").GrantTypes = []string{oauth.GrantCode}
	refused(t, d.post("other", machine("")), http.StatusBadRequest, "unauthorized_client")
	refused(t, d.post("other", refreshOf("x")), http.StatusBadRequest, "unauthorized_client")
	d.client("other").GrantTypes = []string{oauth.GrantClient}
	refused(t, d.post("other", exchangeOf("x")), http.StatusBadRequest, "unauthorized_client")
}

// R14, R28, R11 at the token endpoint.
func TestTokenEndpointRefusesEveryOtherForm(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	good := machine("orders:read").Encode()
	for name, c := range map[string]struct {
		method, target, kind, body string
		status                     int
		code                       string
	}{
		"password grant":            {body: "grant_type=password&username=a&password=b", code: "unsupported_grant_type"},
		"implicit":                  {body: "grant_type=implicit", code: "unsupported_grant_type"},
		"device":                    {body: "grant_type=urn:ietf:params:oauth:grant-type:device_code", code: "unsupported_grant_type"},
		"jwt bearer":                {body: "grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion=x", code: "unsupported_grant_type"},
		"token exchange":            {body: "grant_type=urn:ietf:params:oauth:grant-type:token-exchange", code: "unsupported_grant_type"},
		"two grants in one":         {body: "grant_type=client_credentials+refresh_token", code: "unsupported_grant_type"},
		"upper case":                {body: "grant_type=CLIENT_CREDENTIALS", code: "unsupported_grant_type"},
		"no grant":                  {body: "scope=orders:read", code: "invalid_request"},
		"empty grant":               {body: "grant_type=&scope=orders:read", code: "invalid_request"},
		"empty body":                {body: "", code: "invalid_request"},
		"grant twice":               {body: good + "&grant_type=client_credentials", code: "invalid_request"},
		"scope twice":               {body: good + "&scope=orders:read", code: "invalid_request"},
		"unknown twice":             {body: good + "&x=1&x=2", code: "invalid_request"},
		"grant in the query too":    {target: "?grant_type=client_credentials", body: good, code: "invalid_request"},
		"secret in the query":       {target: "?client_secret=x", body: good, code: "invalid_request"},
		"client in the query":       {target: "?client_id=web", body: good, code: "invalid_request"},
		"JSON":                      {kind: "application/json", body: `{"grant_type":"client_credentials"}`, code: "invalid_request"},
		"multipart":                 {kind: "multipart/form-data; boundary=x", body: "--x--", code: "invalid_request"},
		"no content type":           {kind: "-", body: good, code: "invalid_request"},
		"semicolons":                {body: "grant_type=client_credentials;scope=x", code: "invalid_request"},
		"bad escape":                {body: "grant_type=%zz", code: "invalid_request"},
		"too large":                 {body: good + "&x=" + strings.Repeat("a", maxParams), status: http.StatusRequestEntityTooLarge, code: "invalid_request"},
		"audience of another token": {body: "grant_type=authorization_code&redirect_uri=x", code: "invalid_request"},
		"refresh without a token":   {body: "grant_type=refresh_token", code: "invalid_request"},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, PathToken+c.target, strings.NewReader(c.body))
			if c.kind == "" {
				c.kind = formType
			}
			r.Header.Set("Content-Type", c.kind)
			r.SetBasicAuth("web", url.QueryEscape(secretOf("web")))
			if c.status == 0 {
				c.status = http.StatusBadRequest
			}
			refused(t, d.do(r), c.status, c.code)
		})
	}
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete, http.MethodHead} {
		w := d.do(httptest.NewRequest(method, PathToken, nil))
		if w.Code != http.StatusMethodNotAllowed || !strings.Contains(w.Header().Get("Allow"), http.MethodPost) {
			t.Errorf("%s = %d, Allow %q", method, w.Code, w.Header().Get("Allow"))
		}
	}
	r := httptest.NewRequest(http.MethodPost, PathToken, strings.NewReader(good+"&unknown=1&scope2="))
	r.Header.Set("Content-Type", formType+"; charset=UTF-8")
	r.SetBasicAuth("web", url.QueryEscape(secretOf("web")))
	if w := d.do(r); w.Code != http.StatusOK {
		t.Errorf("unknown parameters and a charset: %d %s", w.Code, w.Body)
	}
}
