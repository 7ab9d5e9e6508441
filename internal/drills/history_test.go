package drills

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/house"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/secret"
	"gatehouse/session"
)

var console = audit.Actor{Kind: audit.Console, ID: "drill"}

// stage is the world's house as the drill itself sees it, with one person and
// one client.
type stage struct {
	t      *testing.T
	house  *house.House
	codec  oauth.RefreshCodec
	user   identity.User
	client oauth.Client
	secret string
}

func (w *world) stage() *stage {
	w.t.Helper()
	h, err := house.Open(background(), w.cfg, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = h.Close() }) // the test has ended
	s := &stage{t: w.t, house: h, codec: oauth.RefreshCodec{Key: h.Keeper.Key("refresh-token"), KeyID: 1}}
	s.user, err = h.Identity.Create(background(), console, identity.User{Email: "drill@example.test", Name: "Drill"}, "a password for the drills")
	if err != nil {
		w.t.Fatal(err)
	}
	s.client, s.secret, err = h.OAuth.CreateClient(background(), console, oauth.Client{
		ID: "drill", Name: "Drill", AuthMethod: oauth.AuthBasic, RedirectURIs: []string{"https://drill.example.test/cb"},
		GrantTypes: []string{oauth.GrantCode, oauth.GrantRefresh}, Scopes: []string{"openid", "offline_access", "orders"},
		SkipConsent: true, PKCE: oauth.PKCEOff,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// session makes a browser session of the person.
func (s *stage) session() session.Session {
	s.t.Helper()
	made, _, err := s.house.Sessions.Create(background(), console, s.user.ID, proof.List{{Method: proof.Password, At: time.Now(), Source: proof.ByPassword}})
	if err != nil {
		s.t.Fatal(err)
	}
	return made
}

func (s *stage) authorization(browser session.Session) oauth.Authorization {
	return oauth.Authorization{
		ID: id.NewAuthorization(), Client: s.client.ID, User: s.user.ID, Session: browser.ID,
		Scopes: []string{"offline_access", "orders"}, Audiences: []string{s.house.Config.Issuer}, AuthTime: time.Now().UTC().Truncate(time.Second), Level: proof.AAL1, AMR: []string{"pwd"},
	}
}

// family stores a refresh family, as a code exchange does, and returns its first token.
func (s *stage) family(browser session.Session) (string, oauth.Family) {
	s.t.Helper()
	name, raw := id.NewFamily()
	token, hash := s.codec.Mint(raw, 1)
	now := time.Now().UTC()
	f := oauth.Family{
		ID: name, Authorization: s.authorization(browser), Generation: 1, CurrentHash: hash,
		Created: now, RotatedAt: now, IdleExpires: now.Add(time.Hour), Expires: now.Add(2 * time.Hour),
	}
	if err := s.house.Store.InsertFamily(background(), f); err != nil {
		s.t.Fatal(err)
	}
	return token, f
}

// code stores an authorization code and returns it.
func (s *stage) code(browser session.Session) string {
	s.t.Helper()
	code := secret.Token(32)
	now := time.Now().UTC()
	if _, err := s.house.Store.InsertCode(background(), oauth.Code{
		Hash: secret.Hash(code), Authorization: s.authorization(browser), RedirectURI: s.client.RedirectURIs[0],
		Created: now, Expires: now.Add(time.Minute),
	}, oauth.MaxCodes); err != nil {
		s.t.Fatal(err)
	}
	return code
}

// answer is what a token request brought.
type answer struct {
	Status  int
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	Error   string `json:"error"`
	Active  bool   `json:"active"`
}

var client = &http.Client{
	Timeout:   hangs,
	Transport: &http.Transport{MaxIdleConnsPerHost: 128, MaxConnsPerHost: 256},
}

// post sends a form as the client. An error is a failure of transport: nobody
// knows whether the server did it.
func (s *stage) post(ctx context.Context, p *process, path string, form url.Values) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(string(s.client.ID), url.QueryEscape(s.secret))
	resp, err := client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return answer{}, err
	}
	a := answer{Status: resp.StatusCode}
	_ = json.Unmarshal(body, &a) // an answer that is no JSON has no members
	return a, nil
}

func (s *stage) refresh(p *process, token string) (answer, error) {
	return s.post(background(), p, "/oauth2/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}})
}

func (s *stage) redeem(p *process, code string) (answer, error) {
	return s.post(background(), p, "/oauth2/token", url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {s.client.RedirectURIs[0]},
	})
}

func (s *stage) introspect(p *process, token string) (answer, error) {
	return s.post(background(), p, "/oauth2/introspect", url.Values{"token": {token}})
}

// mustRefresh is a refresh on a healthy server.
func (s *stage) mustRefresh(p *process, token string) answer {
	s.t.Helper()
	a, err := s.refresh(p, token)
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

// together runs n calls at once and returns when all are done.
func together(n int, call func(i int)) {
	var start, done sync.WaitGroup
	start.Add(1)
	for i := range n {
		done.Go(func() {
			start.Wait()
			call(i)
		})
	}
	start.Done()
	done.Wait()
}

// dead reports whether the access token is refused once the bound of revocation is
// over. A process that cannot tell says so, and is asked again: only an answer that the
// token is active, to a question that was asked after the bound, is wrong.
func (s *stage) dead(p *process, access string, bound time.Duration) bool {
	s.t.Helper()
	begun := time.Now()
	for time.Since(begun) < hangs {
		asked := time.Since(begun)
		a, err := s.introspect(p, access)
		switch {
		case err != nil || a.Status != http.StatusOK:
		case !a.Active:
			return true
		case asked > bound:
			return false
		}
		time.Sleep(10 * time.Millisecond) // the bound itself is what is tested
	}
	return false
}
