package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

const house = "https://id.example.test"

// server answers instead of a network, so that time is the test's.
type server struct {
	mu     sync.Mutex
	seen   []*http.Request
	bodies []string
	at     []time.Time
	answer func(n int, r *http.Request) (*http.Response, error) // n counts from 1
}

func (s *server) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body := ""
	if r.Body != nil {
		text, _ := io.ReadAll(r.Body)
		body = string(text)
	}
	s.seen, s.bodies, s.at = append(s.seen, r), append(s.bodies, body), append(s.at, time.Now())
	return s.answer(len(s.seen), r)
}

func say(status int, kind, body string, header ...string) *http.Response {
	h := http.Header{"Content-Type": {kind}}
	for i := 0; i < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body))}
}

func refuse(status int, code string, header ...string) *http.Response {
	body := fmt.Sprintf(`{"type": %q, "title": "x", "status": %d, "detail": "No.", "instance": "req_1", "errors": [{"pointer": "#/email", "detail": "is taken"}]}`, house+"/problems/"+code, status)
	return say(status, "application/problem+json", body, header...)
}

const asJSON = "application/json"

func open(t *testing.T, s *server, options ...Option) *Gatehouse {
	t.Helper()
	g, err := New(house+"/", append([]Option{WithHTTPClient(&http.Client{Transport: s}), WithKey("gatehouse_pat_test")}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestARequestIsWhatTheDocumentSays(t *testing.T) {
	s := &server{answer: func(int, *http.Request) (*http.Response, error) {
		return say(200, asJSON, `{"id": "usr_1", "email": "ada@example.test"}`, "ETag", `"3"`, "X-Request-Id", "req_7"), nil
	}}
	got, err := open(t, s, WithUserAgent("test/1")).UpdateUser(t.Context(), "usr/1?#", UserChange{Name: new("Ada")}, &UpdateUserParams{IfMatch: `"2"`})
	if err != nil || got.Body.Email != "ada@example.test" || got.ETag != `"3"` || got.Request != "req_7" {
		t.Fatalf("%+v, %v", got, err)
	}
	r := s.seen[0]
	if r.Method != http.MethodPatch || r.URL.String() != house+"/api/v1/users/usr%2F1%3F%23" || s.bodies[0] != `{"name":"Ada"}` {
		t.Errorf("sent %s %s %s", r.Method, r.URL, s.bodies[0])
	}
	for name, want := range map[string]string{
		"Authorization": "Bearer gatehouse_pat_test", "If-Match": `"2"`, "Content-Type": asJSON, "User-Agent": "test/1", "Idempotency-Key": "",
	} {
		if got := r.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// A member that is nil is absent, and one that is empty is empty: a PATCH tells them apart.
func TestWhatIsEmptyIsSentAndWhatIsAbsentIsNot(t *testing.T) {
	for want, body := range map[string]ClientSettings{
		`{}`:                                  {},
		`{"audiences":[],"client_name":""}`:   {Audiences: []string{}, ClientName: new("")},
		`{"audiences":["a"],"consent":false}`: {Audiences: []string{"a"}, Consent: new(false)},
	} {
		got, err := json.Marshal(body)
		if err != nil || string(got) != want {
			t.Errorf("%s, %v, want %s", got, err, want)
		}
	}
}

// Such a name would be another path, and another request.
func TestNoRequestIsSentForANameThatIsNone(t *testing.T) {
	s := &server{answer: func(int, *http.Request) (*http.Response, error) { return say(204, "", ""), nil }}
	for _, name := range []string{"", ".", ".."} {
		if err := open(t, s).DeleteUser(t.Context(), name, &DeleteUserParams{IfMatch: "*"}); err == nil || len(s.seen) > 0 {
			t.Errorf("%q: %v after %d requests", name, err, len(s.seen))
		}
	}
}

func TestARefusalIsAProblem(t *testing.T) {
	s := &server{answer: func(int, *http.Request) (*http.Response, error) { return refuse(422, "user.invalid"), nil }}
	_, err := open(t, s).CreateUser(t.Context(), UserCreate{Email: "ada"}, nil)
	p, is := errors.AsType[*Problem](err)
	if !is || p.Code() != "user.invalid" || StatusOf(err) != 422 || CodeOf(err) != "user.invalid" || len(p.Errors) != 1 || len(s.seen) != 1 {
		t.Fatalf("%v after %d requests", err, len(s.seen))
	}
	if want := "gatehouse: POST /api/v1/users: 422 user.invalid: No. (#/email is taken) [req_1]"; err.Error() != want {
		t.Errorf("says %q, want %q", err, want)
	}
	if CodeOf(io.EOF) != "" || StatusOf(nil) != 0 {
		t.Error("what is no problem has a code")
	}
}

func TestWhatAProxyAnswersIsAProblemToo(t *testing.T) {
	s := &server{answer: func(int, *http.Request) (*http.Response, error) { return say(403, "text/html", "<h1>No</h1>"), nil }}
	_, err := open(t, s).ListUsers(t.Context(), nil)
	if CodeOf(err) != "about:blank" || StatusOf(err) != 403 {
		t.Error(err)
	}
	s.answer = func(int, *http.Request) (*http.Response, error) {
		return say(200, "text/html", "<h1>Welcome</h1>"), nil
	}
	if got, err := open(t, s).ListUsers(t.Context(), nil); err == nil {
		t.Errorf("a page was taken for a list: %+v", got)
	}
}

// Each waits as long as the answer says, and keeps its key and its body.
func TestWhatTheServerCouldNotTakeIsSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{answer: func(n int, _ *http.Request) (*http.Response, error) {
			switch n {
			case 1:
				return refuse(429, "request.rate", "Retry-After", "3"), nil
			case 2:
				return refuse(503, "store.busy", "Retry-After", time.Now().Add(5*time.Second).UTC().Format(http.TimeFormat)), nil
			}
			return say(201, asJSON, `{"id": "usr_1"}`), nil
		}}
		got, err := open(t, s).CreateUser(t.Context(), UserCreate{Email: "ada@example.test"}, nil)
		if err != nil || got.Body.ID != "usr_1" || len(s.seen) != 3 {
			t.Fatalf("%v after %d requests", err, len(s.seen))
		}
		if first, second := s.at[1].Sub(s.at[0]), s.at[2].Sub(s.at[1]); first != 3*time.Second || second < 4*time.Second || second > 5*time.Second {
			t.Errorf("waited %v and %v", first, second)
		}
		key := s.seen[0].Header.Get("Idempotency-Key")
		for i, r := range s.seen {
			if r.Header.Get("Idempotency-Key") != key || len(key) < 20 || s.bodies[i] != s.bodies[0] {
				t.Errorf("attempt %d: %v %s", i, r.Header, s.bodies[i])
			}
		}
	})
}

func TestALostAnswerIsAskedForAgainWhereThatIsHarmless(t *testing.T) {
	for name, c := range map[string]struct {
		call func(g *Gatehouse, ctx context.Context) error
		want int
	}{
		"reading": {func(g *Gatehouse, ctx context.Context) error { _, err := g.ListUsers(ctx, nil); return err }, 5},
		"making": {func(g *Gatehouse, ctx context.Context) error {
			_, err := g.CreateUser(ctx, UserCreate{}, nil)
			return err
		}, 5},
		"changing": {func(g *Gatehouse, ctx context.Context) error {
			_, err := g.UpdateUser(ctx, "usr_1", UserChange{}, &UpdateUserParams{IfMatch: `"1"`})
			return err
		}, 1},
		"removing": {func(g *Gatehouse, ctx context.Context) error {
			return g.DeleteUser(ctx, "usr_1", &DeleteUserParams{IfMatch: `"1"`})
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				lost := errors.New("connection reset")
				s := &server{answer: func(int, *http.Request) (*http.Response, error) { return nil, lost }}
				if err := c.call(open(t, s), t.Context()); !errors.Is(err, lost) || len(s.seen) != c.want {
					t.Errorf("%v after %d requests, want %d", err, len(s.seen), c.want)
				}
			})
		})
	}
}

func TestPatienceAndTheContextEndAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{answer: func(int, *http.Request) (*http.Response, error) {
			return refuse(429, "idempotency.full", "Retry-After", "3600"), nil
		}}
		begin := time.Now()
		if _, err := open(t, s).ListUsers(t.Context(), nil); CodeOf(err) != "idempotency.full" || time.Since(begin) > 0 {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := open(t, s, WithPatience(2*time.Hour)).ListUsers(ctx, nil)
		if !errors.Is(err, context.DeadlineExceeded) || CodeOf(err) != "idempotency.full" || time.Since(begin) != time.Minute {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
		s.seen = nil
		if _, err := open(t, s, WithAttempts(1), WithPatience(2*time.Hour)).ListUsers(t.Context(), nil); CodeOf(err) != "idempotency.full" || len(s.seen) != 1 {
			t.Errorf("%v after %d requests", err, len(s.seen))
		}
	})
}

// Where nothing is left a share of the window passes before the next request.
func TestRequestsKeepToTheRateThatTheServerTells(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{answer: func(n int, _ *http.Request) (*http.Response, error) {
			left := max(0, 2-n)
			return say(200, asJSON, `{"items": []}`, "RateLimit-Policy", `"caller";q=1000;w=20`, "RateLimit", fmt.Sprintf(`"caller";r=%d;t=20`, left)), nil
		}}
		g := open(t, s)
		for range 4 {
			if _, err := g.ListUsers(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
		}
		var waits []time.Duration
		for i := range s.at[1:] {
			waits = append(waits, s.at[i+1].Sub(s.at[i]))
		}
		if want := []time.Duration{0, 20 * time.Millisecond, 20 * time.Millisecond}; !slices.Equal(waits, want) {
			t.Errorf("waited %v, want %v", waits, want)
		}
	})
}

func TestAllGoesThroughThePages(t *testing.T) {
	s := &server{}
	s.answer = func(_ int, r *http.Request) (*http.Response, error) {
		switch r.URL.Query().Encode() {
		case "limit=2&search=a":
			return say(200, asJSON, `{"items": [{"id": "usr_1"}, {"id": "usr_2"}], "next": "c2"}`), nil
		case "cursor=c2&limit=2&search=a":
			return say(200, asJSON, `{"items": [{"id": "usr_3"}]}`), nil
		}
		return refuse(422, "request.cursor"), nil
	}
	g := open(t, s)
	params := &ListUsersParams{Limit: new(int64(2)), Search: new("a")}
	var got []string
	for u, err := range g.AllUsers(t.Context(), params) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, u.ID)
	}
	if !slices.Equal(got, []string{"usr_1", "usr_2", "usr_3"}) || params.Cursor != nil {
		t.Errorf("%v, and the parameters are %+v", got, params)
	}
	s.seen = nil
	for range g.AllUsers(t.Context(), params) {
		break
	}
	if len(s.seen) != 1 {
		t.Errorf("who stops at the first asked %d times", len(s.seen))
	}
	n := 0
	for _, err := range g.AllUsers(t.Context(), nil) {
		if n++; CodeOf(err) != "request.cursor" {
			t.Error(err)
		}
	}
	if n != 1 {
		t.Errorf("a refusal came %d times", n)
	}
}

func TestNewTakesNoAddressThatWouldShowTheKey(t *testing.T) {
	for address, good := range map[string]bool{
		"https://id.example.test": true, "http://127.0.0.1:8080": true, "http://localhost": true, "http://[::1]:1": true, "https://example.test/id/": true,
		"http://id.example.test": false, "id.example.test": false, "": false, "https://u:p@example.test": false, "https://example.test?x": false, "ftp://localhost": false,
	} {
		if _, err := New(address, WithKey("k")); (err == nil) != good {
			t.Errorf("%q: %v", address, err)
		}
	}
	for name, o := range map[string]Option{"no key": WithKey(" "), "no secret": WithClientCredentials("id", ""), "no attempts": WithAttempts(0), "none": func(*Gatehouse) error { return nil }} {
		if _, err := New(house, o); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

// A redirect would take the key elsewhere.
func TestNoRedirectIsFollowed(t *testing.T) {
	s := &server{answer: func(int, *http.Request) (*http.Response, error) {
		return say(307, "text/html", "", "Location", "https://elsewhere.example.test/"), nil
	}}
	if _, err := open(t, s).ListUsers(t.Context(), nil); StatusOf(err) != 307 || len(s.seen) != 1 {
		t.Errorf("%v after %d requests", err, len(s.seen))
	}
}

func TestTheKeyInAFileIsTheOneThatIsThereNow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	s := &server{answer: func(int, *http.Request) (*http.Response, error) { return say(200, asJSON, `{"items": []}`), nil }}
	g := open(t, s, WithKeyFile(path))
	if _, err := g.ListUsers(t.Context(), nil); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	for _, key := range []string{"one", "two"} {
		if err := os.WriteFile(path, []byte(key+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := g.ListUsers(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if got := s.seen[len(s.seen)-1].Header.Get("Authorization"); got != "Bearer "+key {
			t.Errorf("sent %q", got)
		}
	}
}

func TestAnAccessTokenIsGotAgainBeforeItEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := 0
		s := &server{}
		s.answer = func(_ int, r *http.Request) (*http.Response, error) {
			switch r.URL.Path {
			case "/.well-known/openid-configuration":
				return say(200, asJSON, `{"token_endpoint": "`+house+`/oauth2/token"}`), nil
			case "/oauth2/token":
				got++
				if id, secret, _ := r.BasicAuth(); id != "ci" || secret != "s%2B" {
					t.Errorf("%q asks with %q", id, secret)
				}
				return say(200, asJSON, fmt.Sprintf(`{"access_token": "t%d", "expires_in": 300}`, got)), nil
			}
			if r.Header.Get("Authorization") == "Bearer t3" {
				return refuse(401, "caller.token"), nil
			}
			return say(200, asJSON, `{"items": []}`), nil
		}
		g := open(t, s, WithClientCredentials("ci", "s+"))
		for _, step := range []struct {
			wait time.Duration
			want int
		}{{0, 1}, {4 * time.Minute, 1}, {31 * time.Second, 2}, {270 * time.Second, 4}} { // the third is refused
			time.Sleep(step.wait)
			if _, err := g.ListUsers(t.Context(), nil); err != nil || got != step.want {
				t.Errorf("%v later: %v with token %d, want %d", step.wait, err, got, step.want)
			}
		}
		for i, r := range s.seen {
			if r.URL.Path == "/oauth2/token" && s.bodies[i] != "grant_type=client_credentials&resource=https%3A%2F%2Fid.example.test%2Fapi&scope=gatehouse.admin" {
				t.Errorf("asked with %s", s.bodies[i])
			}
		}
	})
}

func TestATokenIsNotSentWhereTheMetadataLead(t *testing.T) {
	s := &server{answer: func(int, *http.Request) (*http.Response, error) {
		return say(200, asJSON, `{"token_endpoint": "https://elsewhere.example.test/token"}`), nil
	}}
	if _, err := open(t, s, WithClientCredentials("ci", "s")).ListUsers(t.Context(), nil); err == nil || len(s.seen) != 1 {
		t.Errorf("%v after %d requests", err, len(s.seen))
	}
}
