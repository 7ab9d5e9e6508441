package housetest

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse.example/verify"

	"gatehouse/internal/gatetest"
	"gatehouse/keys"
	"gatehouse/oauth"
)

const shopAudience = "https://shop.example.test"

// shopVerifier is what an API imports, in front of this house.
func (s *scene) shopVerifier(t *testing.T, change ...func(*verify.Config)) *verify.Verifier {
	t.Helper()
	c := verify.Config{Issuer: gatetest.Issuer, Audience: shopAudience, API: "shop", Client: s.Client(), Log: slog.New(slog.DiscardHandler)}
	for _, f := range change {
		f(&c)
	}
	v, err := verify.New(c)
	must(t, err)
	t.Cleanup(v.Close)
	return v
}

func (s *scene) shop() *gatetest.Application {
	s.T.Helper()
	return s.App("shop-web", func(c *oauth.Client) { c.Audiences = []string{shopAudience} })
}

// An API that imports our package takes the house's access tokens for it, and
// nothing else that the house ever signs or gives.
func TestResourceServersTakeAccessTokensAlone(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	v, shop := s.shopVerifier(t), s.shop()
	here, elsewhere := shop.Tokens(s.browser, s.ada), s.tokens()
	for what, c := range map[string]struct {
		token string
		want  error
	}{
		"the access token":         {here.Text("access_token"), nil},
		"one for another API":      {elsewhere.Text("access_token"), verify.Invalid},
		"its ID token":             {here.Text("id_token"), verify.Invalid},
		"its refresh token":        {here.Text("refresh_token"), verify.Invalid},
		"a program's for this API": {s.program(t, shopAudience), nil},
	} {
		claims, err := v.Verify(t.Context(), c.token)
		if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v, want %v", what, err, c.want)
		}
		if what == "the access token" && (claims == nil || claims.Subject != string(s.ada.ID) || claims.Session == "" || claims.OfClient()) {
			t.Errorf("%s says %+v", what, claims)
		}
	}
}

// program is an access token that a program got for itself.
func (s *scene) program(t *testing.T, audience string) string {
	t.Helper()
	app := s.App("job", func(c *oauth.Client) {
		c.GrantTypes, c.RedirectURIs, c.Audiences = []string{oauth.GrantClient}, nil, []string{audience}
	})
	return expectTokens(t, "a program", app.ClientCredentials()).Text("access_token")
}

// A key that begins to sign is found at once, and one that was taken back is gone
// when the keys are looked at again.
func TestResourceServersFollowTheKeys(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		v, shop := s.shopVerifier(t), s.shop()
		old := shop.Tokens(s.browser, s.ada).Text("access_token")
		_, err := v.Verify(t.Context(), old)
		must(t, err)
		time.Sleep(10 * time.Second)
		must(t, s.House.Keys.Rotate(t.Context(), gatetest.Console, keys.ES256, true))
		fresh := shop.Tokens(s.browser, s.ada).Text("access_token")
		for what, token := range map[string]string{"of the new key": fresh, "of the old one": old} {
			if _, err := v.Verify(t.Context(), token); err != nil {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}

// What the house ended is refused by who asks it, and not by who does not.
func TestResourceServersThatAskKnowWhatEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		watcher := s.watcher()
		v := s.shopVerifier(t, func(c *verify.Config) { c.ClientID, c.ClientSecret = string(watcher.ID), watcher.Secret })
		token := s.shop().Tokens(s.browser, s.ada).Text("access_token")
		for _, want := range []struct{ asks, asksNot int }{{http.StatusOK, http.StatusOK}, {http.StatusUnauthorized, http.StatusOK}} {
			if got := guarded(v.RequireToken(verify.Confirmed), token); got != want.asks {
				t.Errorf("who asks: %d, want %d", got, want.asks)
			}
			if got := guarded(v.RequireToken(), token); got != want.asksNot {
				t.Errorf("who does not ask: %d, want %d", got, want.asksNot)
			}
			time.Sleep(2 * time.Second) // who signed in within the second of an end is spared
			must(t, s.House.OAuth.EndUser(t.Context(), s.ada.ID, ""))
			time.Sleep(2 * time.Second) // an answer is believed for one
			s.Settle()
		}
	})
}

// guarded is how a route behind the middleware answers the token.
func guarded(m verify.Middleware, token string) int {
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	m(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})).ServeHTTP(w, r)
	return w.Code
}
