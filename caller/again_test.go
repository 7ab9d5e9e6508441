package caller_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/caller"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/web"
)

// scene is a desk and what it asks.
type scene struct {
	token    *oauth.AccessToken
	tokenErr error
	bearer   access.Bearer
	keyErr   error
	guess    bool // the key is none of ours
	over     bool // it is one that is over
	policy   access.Policy
	unknown  error
	bad      int           // credentials that were counted against the address
	again    int           // and against the key
	wait     time.Duration // for how long the address is kept out
	later    time.Duration // and the key
}

func (s *scene) Recall(context.Context, string) (t *oauth.AccessToken, known bool, err error) {
	return s.token, s.token != nil, s.tokenErr
}

func (s *scene) Verify(context.Context, string) (*oauth.AccessToken, error) {
	return s.token, s.tokenErr
}
func (s *scene) Bearer(context.Context, string) (access.Bearer, error) { return s.bearer, s.keyErr }
func (s *scene) Current(context.Context) (*access.Snapshot, error) {
	return access.Compile(s.policy), s.unknown
}
func (s *scene) Read(string) (id.ServiceKey, bool)       { return "key_x", !s.guess }
func (s *scene) Has(context.Context, id.ServiceKey) bool { return !s.guess && !s.over }
func (s *scene) Take(context.Context, string) (wait, whole time.Duration, err error) {
	return 0, 0, nil
}

func (s *scene) Blocked(_ context.Context, key string) (time.Duration, error) {
	if key == "caller:key_x" {
		return s.later, nil
	}
	return s.wait, nil
}

func (s *scene) Count(_ context.Context, key string) error {
	if key == "caller:key_x" {
		s.again++
	} else {
		s.bad++
	}
	return nil
}

func (s *scene) desk() *caller.Desk {
	return &caller.Desk{
		Audience: "https://id.test/api", Tokens: s, Keys: s, Policy: s, Flood: web.Flood{Limiter: s, Log: slog.New(slog.DiscardHandler)},
	}
}

// newScene has a person with a token, and a service account with a key, that may both
// ask about everything.
func newScene() *scene {
	right := access.Pattern{API: access.Gatehouse, Resource: "decisions", Action: "read"}
	may := func(kind access.Kind, name string) access.Grant {
		return access.Grant{ID: "gra_1", Subject: access.Subject{Kind: kind, ID: name}, Effect: access.Allow, Permission: right, Where: access.Where{Place: access.Everywhere}}
	}
	return &scene{
		token:  &oauth.AccessToken{Claims: oauth.AccessClaims{Subject: "usr_ada", ClientID: "web", Audience: []string{"https://id.test/api"}}},
		bearer: access.Bearer{Subject: access.Subject{Kind: access.ServiceAccount, ID: "ops"}},
		policy: access.Policy{BuiltIn: access.BuiltIn{Audience: "https://id.test/api"}, Grants: []access.Grant{may(access.User, "usr_ada"), may(access.ServiceAccount, "ops")}},
	}
}

// Who is answered again and again must be let in again each time: by a credential that
// still counts, and a right that is still there.
func TestWhoIsAnsweredAgainIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, isLookedAtAgain)
}

func isLookedAtAgain(t *testing.T) {
	away := &fault.Error{Kind: fault.Unavailable, Code: "policy.unknown", Detail: "Nobody knows."}
	for name, c := range map[string]struct {
		credential string
		meanwhile  func(s *scene)
		again      fault.Kind // Internal: let in
		reach      bool
	}{
		"a token, as before":           {"token", func(*scene) {}, fault.Internal, true},
		"a token that was revoked":     {"token", func(s *scene) { s.tokenErr = oauth.ErrDeadToken }, fault.Unauthenticated, false},
		"a token of which nobody says": {"token", func(s *scene) { s.tokenErr = oauth.RevocationsUnknown(errors.New("away")) }, fault.Unavailable, false},
		"a person without the right":   {"token", func(s *scene) { s.policy.Grants = nil }, fault.Internal, false},
		"a key, as before":             {"gatehouse_pat_x", func(*scene) {}, fault.Internal, true},
		"a key that was revoked":       {"gatehouse_pat_x", func(s *scene) { s.keyErr = fault.New(fault.Unauthenticated, "servicekey.bad", "") }, fault.Unauthenticated, false},
		"a key of which nobody says":   {"gatehouse_pat_x", func(s *scene) { s.keyErr = away }, fault.Unavailable, false},
		"an account without the right": {"gatehouse_pat_x", func(s *scene) { s.policy.Grants = nil }, fault.Internal, false},
		"a token, once the grant ends": {"token", func(*scene) { time.Sleep(time.Hour) }, fault.Internal, false},
		"a key, once the grant ends":   {"gatehouse_pat_x", func(*scene) { time.Sleep(time.Hour) }, fault.Internal, false},
		"no policy":                    {"token", func(s *scene) { s.unknown = away }, fault.Unavailable, false},
	} {
		s := newScene()
		for i := range s.policy.Grants {
			s.policy.Grants[i].ExpiresAt = time.Now().Add(time.Hour)
		}
		r := httptest.NewRequest(http.MethodPost, "https://id.test/access/v1/evaluation", nil)
		r.Header.Set("Authorization", "Bearer "+c.credential)
		who, err := s.desk().Authenticate(r)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if reach, err := who.Reach(); err != nil || !reach.Has("shop") {
			t.Fatalf("%s: the reach is %v %v", name, reach, err)
		}
		c.meanwhile(s)
		now, err := s.desk().Again(t.Context(), who)
		if err != nil || c.again != fault.Internal {
			if err == nil || fault.KindOf(err) != c.again {
				t.Errorf("%s: again %v, want %v", name, err, c.again)
			}
			continue
		}
		if reach, err := now.Reach(); (err == nil && reach.Has("shop")) != c.reach {
			t.Errorf("%s: the reach is %v %v, want %t", name, reach, err, c.reach)
		}
		if now.Subject != who.Subject {
			t.Errorf("%s: %v has become %v", name, who.Subject, now.Subject)
		}
	}
}

// told keeps what it is told.
type told []audit.Event

func (l *told) Tell(_ context.Context, e audit.Event) { *l = append(*l, e) }

// Who lacks a right leaves an event; who is not known, proved too little or came at a bad
// moment has been refused no right.
func TestOfRefusalsThoseForWantOfARightAreRecorded(t *testing.T) {
	t.Parallel()
	deny := func(s *scene) { s.policy.Grants[0].Effect = access.Deny }
	nothing := func(s *scene) { s.policy.Grants = nil }
	locked := func(s *scene) {
		s.policy.Locks = []access.Lock{{On: access.LockTarget{Kind: access.LockUser, ID: "usr_ada"}}}
	}
	for name, c := range map[string]struct {
		is     func(*scene)
		kind   fault.Kind // Internal: may
		events int
	}{
		"may":                    {func(*scene) {}, fault.Internal, 0},
		"was granted nothing":    {nothing, fault.Forbidden, 1},
		"is denied it":           {deny, fault.Forbidden, 1},
		"is locked":              {locked, fault.Unauthenticated, 0},
		"signed in too long ago": {func(s *scene) { s.policy.Grants[0].Requires.MaxAge = time.Minute }, fault.Unauthenticated, 0},
	} {
		s := newScene()
		s.token.Facts.AuthTime = time.Now().Add(-time.Hour)
		c.is(s)
		r := httptest.NewRequest(http.MethodPost, "https://id.test/access/v1/evaluation", nil)
		r.Header.Set("Authorization", "Bearer token")
		var events told
		desk := s.desk()
		desk.Refusals = &events
		who, err := desk.Authenticate(r)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		no := who.May(caller.ReadDecisions)
		if (no == nil) != (c.kind == fault.Internal) || no != nil && fault.KindOf(no) != c.kind {
			t.Fatalf("%s: %v, want %v", name, no, c.kind)
		}
		if desk.Refused(r, who, no); len(events) != c.events {
			t.Errorf("%s: the events are %+v, want %d", name, events, c.events)
		}
		for _, e := range events {
			if e.Actor.Kind != audit.Person || e.Actor.ID != "usr_ada" || e.Reason != audit.ReasonForbidden || !strings.Contains(string(e.After), caller.ReadDecisions) {
				t.Errorf("%s: the event is %+v, %s", name, e, e.After)
			}
		}
		for what, err := range map[string]error{
			"no fault of ours":    errors.New("away"),
			"a fault of no right": fault.New(fault.Forbidden, "account.own", "Nobody does that to themselves."),
			"nobody knows":        &fault.Error{Kind: fault.Unavailable, Code: "policy.unknown", Detail: "Nobody knows."},
		} {
			if desk.Refused(r, who, err); len(events) != c.events {
				t.Errorf("%s: of %s it says %+v", name, what, events)
			}
		}
		desk.Refusals = nil
		desk.Refused(r, who, no) // whoever records nothing answers all the same
	}
}

// What was good once is tried again by programs that mean no harm; what never was is a
// guess.
func TestOnlyGuessesCount(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err error
		bad int
	}{
		"a guess": {oauth.ErrBadToken, 1}, "one that is over": {oauth.ErrDeadToken, 0}, "nobody knows": {oauth.RevocationsUnknown(errors.New("away")), 0},
	} {
		s := newScene()
		s.token, s.tokenErr = nil, c.err
		r := httptest.NewRequest(http.MethodPost, "https://id.test/access/v1/evaluation", nil)
		r.Header.Set("Authorization", "Bearer token")
		if _, err := s.desk().Authenticate(r); err == nil || s.bad != c.bad {
			t.Errorf("%s: %v, and %d were counted, want %d", name, err, s.bad, c.bad)
		}
	}
}

// Nor does the key of an account that is locked or disabled count, whose program goes on
// trying: else it would lock out all that come from where it runs.
func TestOnlyGuessedKeysCount(t *testing.T) {
	t.Parallel()
	bad := fault.New(fault.Unauthenticated, "servicekey.bad", "")
	away := &fault.Error{Kind: fault.Unavailable, Code: "policy.unknown", Detail: "Nobody knows."}
	for name, c := range map[string]struct {
		guess, over bool
		wait, later time.Duration
		err         error
		want        fault.Kind
		bad, again  int
	}{
		"a guess":                                    {guess: true, err: bad, want: fault.Unauthenticated, bad: 1},
		"a guess after many":                         {guess: true, err: bad, wait: time.Minute, want: fault.TooMany},
		"one that opens nothing now":                 {err: bad, want: fault.Unauthenticated},
		"one that opens nothing, beside guesses":     {err: bad, wait: time.Minute, want: fault.Unauthenticated},
		"one that is over":                           {over: true, err: bad, want: fault.Unauthenticated, again: 1},
		"one that is over, beside guesses":           {over: true, err: bad, wait: time.Minute, want: fault.Unauthenticated, again: 1},
		"one that is over, again and again":          {over: true, err: bad, later: time.Minute, want: fault.TooMany},
		"one that opens nothing, while others tried": {err: bad, later: time.Minute, want: fault.Unauthenticated},
		"one that nobody knows of":                   {err: away, want: fault.Unavailable},
		"one that is over, where nobody knows":       {over: true, err: away, want: fault.Unavailable},
	} {
		s := newScene()
		s.guess, s.over, s.wait, s.later, s.keyErr = c.guess, c.over, c.wait, c.later, c.err
		r := httptest.NewRequest(http.MethodPost, "https://id.test/access/v1/evaluation", nil)
		r.Header.Set("Authorization", "Bearer gatehouse_pat_x")
		if _, err := s.desk().Authenticate(r); fault.KindOf(err) != c.want || s.bad != c.bad || s.again != c.again {
			t.Errorf("%s: %v, and %d and %d were counted, want %d and %d", name, err, s.bad, s.again, c.bad, c.again)
		}
	}
}

// An address of which too many guesses came is kept out with whatever it brings, be it
// a token or a key; but nobody is kept out who shows what is known here, since the
// guesses may have been somebody else's. A guess counts, whatever it is of.
func TestAnAddressOfGuessesIsKeptOut(t *testing.T) {
	t.Parallel()
	badKey := fault.New(fault.Unauthenticated, "servicekey.bad", "")
	guess := func(s *scene) { s.token, s.tokenErr, s.keyErr, s.guess = nil, oauth.ErrBadToken, badKey, true }
	known := func(*scene) {}
	dead := func(s *scene) { s.tokenErr, s.keyErr = oauth.ErrDeadToken, badKey }
	for _, credential := range []string{"token", "gatehouse_pat_x"} {
		for name, c := range map[string]struct {
			is   func(*scene)
			wait time.Duration
			want fault.Kind // Internal: let in
			bad  int
		}{
			"a guess":                          {guess, 0, fault.Unauthenticated, 1},
			"a guess after many":               {guess, time.Minute, fault.TooMany, 0},
			"what is known":                    {known, 0, fault.Internal, 0},
			"what is known, after many":        {known, time.Minute, fault.Internal, 0},
			"what was known, where it is dead": {dead, time.Minute, fault.Unauthenticated, 0},
		} {
			s := newScene()
			c.is(s)
			s.wait = c.wait
			r := httptest.NewRequest(http.MethodPost, "https://id.test/access/v1/evaluation", nil)
			r.Header.Set("Authorization", "Bearer "+credential)
			who, err := s.desk().Authenticate(r)
			if (err == nil) != (c.want == fault.Internal) || err != nil && fault.KindOf(err) != c.want || (err == nil) != (who != nil) {
				t.Errorf("%s, %s: %v, want %v", credential, name, err, c.want)
			}
			if s.bad != c.bad {
				t.Errorf("%s, %s: %d were counted, want %d", credential, name, s.bad, c.bad)
			}
		}
	}
}

// What the policy says of the session, of the client and of the age of a sign-in counts
// for who comes with a token of them.
func TestATokenIsAskedAboutAsWhatItIs(t *testing.T) {
	t.Parallel()
	locked := func(kind access.LockKind, name string) func(*scene) {
		return func(s *scene) { s.policy.Locks = []access.Lock{{On: access.LockTarget{Kind: kind, ID: name}}} }
	}
	for name, c := range map[string]struct {
		is   func(*scene)
		want fault.Kind // Internal: may
	}{
		"as it was given":           {func(*scene) {}, fault.Internal},
		"its session is locked":     {locked(access.LockSession, "ses_a"), fault.Unauthenticated},
		"another session is locked": {locked(access.LockSession, "ses_b"), fault.Internal},
		"its client is locked":      {locked(access.LockClient, "web"), fault.Unauthenticated},
		"its person is locked":      {locked(access.LockUser, "usr_ada"), fault.Unauthenticated},
		"its sign-in is too old":    {func(s *scene) { s.policy.Grants[0].Requires.MaxAge = time.Minute }, fault.Unauthenticated},
		"its sign-in is young":      {func(s *scene) { s.policy.Grants[0].Requires.MaxAge = 2 * time.Hour }, fault.Internal},
		"it was not given that":     {func(s *scene) { s.token.Claims.Scope = "openid" }, fault.Internal},
	} {
		s := newScene()
		s.token.Claims.Session, s.token.Facts.AuthTime = "ses_a", time.Now().Add(-time.Hour)
		c.is(s)
		r := httptest.NewRequest(http.MethodPost, "https://id.test/access/v1/evaluation", nil)
		r.Header.Set("Authorization", "Bearer token")
		who, err := s.desk().Authenticate(r)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := who.May(caller.ReadDecisions); (err == nil) != (c.want == fault.Internal) || err != nil && fault.KindOf(err) != c.want {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}
