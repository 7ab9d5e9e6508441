package provider

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"gatehouse/id"
	"gatehouse/oauth"
)

// request returns a good authorization request of client, changed by pairs of
// name and value; an empty value takes the parameter away.
func (d *door) request(client id.Client, changes ...string) url.Values {
	sum := sha256.Sum256([]byte(testVerifier))
	q := url.Values{
		"response_type": {"code"}, "client_id": {string(client)}, "redirect_uri": {testCallback}, "scope": {"openid offline_access"},
		"state": {"a state"}, "nonce": {"a nonce"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	for i := 0; i < len(changes); i += 2 {
		q.Set(changes[i], changes[i+1])
		if changes[i+1] == "" {
			q.Del(changes[i])
		}
	}
	return q
}

// exchange is the token request for a code.
func exchangeOf(code string, changes ...string) url.Values {
	q := url.Values{"grant_type": {oauth.GrantCode}, "code": {code}, "redirect_uri": {testCallback}, "code_verifier": {testVerifier}}
	for i := 0; i < len(changes); i += 2 {
		q.Set(changes[i], changes[i+1])
		if changes[i+1] == "" {
			q.Del(changes[i])
		}
	}
	return q
}

func refreshOf(token string, changes ...string) url.Values {
	q := url.Values{"grant_type": {oauth.GrantRefresh}, "refresh_token": {token}}
	for i := 0; i < len(changes); i += 2 {
		q.Set(changes[i], changes[i+1])
	}
	return q
}

// tokenRequest is a request to the token endpoint by client.
func (d *door) tokenRequest(client id.Client, form url.Values) *http.Request {
	form = maps.Clone(form)
	c := d.registry.clients[client]
	if c.AuthMethod != oauth.AuthBasic {
		form.Set("client_id", string(client))
	}
	if c.AuthMethod == oauth.AuthPost {
		form.Set("client_secret", secretOf(client))
	}
	r := httptest.NewRequest(http.MethodPost, PathToken, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", formType)
	if c.AuthMethod == oauth.AuthBasic {
		r.SetBasicAuth(url.QueryEscape(string(client)), url.QueryEscape(secretOf(client))) // RFC 6749 section 2.3.1
	}
	return r
}

// refused checks that the answer is an error of the code and status.
func refused(t testing.TB, w *httptest.ResponseRecorder, status int, code string) {
	t.Helper()
	var e errorBody
	if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil {
		t.Fatalf("the answer %d %q is not JSON: %v", w.Code, w.Body, err)
	}
	if w.Code != status || e.Error != code {
		t.Errorf("the answer is %d %s (%s), want %d %s", w.Code, e.Error, e.Description, status, code)
	}
	if w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("headers of the error are %v", w.Header())
	}
	if !mayDescribe(e.Description) || e.Description == "" {
		t.Errorf("the description %q is empty or outside its character set", e.Description)
	}
}

func (d *door) post(client id.Client, form url.Values) *httptest.ResponseRecorder {
	return d.do(d.tokenRequest(client, form))
}
