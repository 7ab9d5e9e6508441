package oauth_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/secret"
)

// What a preview says is what the tokens say, but for what each token has of its own.
func TestAPreviewSaysWhatTheTokensSay(t *testing.T) {
	t.Parallel()
	for name, told := range map[string]oauth.Told{
		"nothing besides": {},
		"a constant":      {Claims: []string{"plan=const:pro"}},
	} {
		g := newGranting(t)
		c := *g.client
		c.Told, c.IDTokenClaims = told, true
		g.client = &c
		tokens := must(g.redeem(t.Context(), must(g.code(t.Context()))(t)))(t)
		p, err := g.Preview(t.Context(), g.client, oauth.PreviewRequest{User: "usr_ada", Scopes: tokens.Scopes})
		if err != nil || p.Refused != nil {
			t.Fatalf("%s: %v, %v", name, err, p.Refused)
		}
		for what, pair := range map[string][2]map[string]any{
			"ID token":     {payloadOf(t, tokens.ID), read(t, p.IDToken)},
			"access token": {payloadOf(t, tokens.Access), read(t, p.AccessToken)},
		} {
			for _, own := range append(slices.Clone(oauth.Own), "iat", "exp", "auth_time", "amr") { // of their moment, and of how they signed in
				delete(pair[0], own)
				delete(pair[1], own)
			}
			if diff := cmp.Diff(pair[0], pair[1]); diff != "" {
				t.Errorf("%s: the %s differs (-token +preview):\n%s", name, what, diff)
			}
		}
	}
}

func read(t *testing.T, text json.RawMessage) map[string]any {
	t.Helper()
	claims := map[string]any{}
	if err := json.Unmarshal(text, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

func TestAPreviewSaysWhyThereIsNoToken(t *testing.T) {
	t.Parallel()
	g := newGranting(t)
	off := *g.client
	off.Disabled = true
	for name, c := range map[string]*oauth.Client{"a client that is off": &off, "a person of nobody's": g.client} {
		r := oauth.PreviewRequest{User: "usr_ada"}
		if c == g.client {
			noSelf := *c
			noSelf.GrantTypes = []string{oauth.GrantCode}
			c, r.User = &noSelf, ""
		}
		if p, err := g.Preview(t.Context(), c, r); err != nil || p.Refused == nil || p.AccessToken != nil || p.IDToken != nil {
			t.Errorf("%s: %v, %+v", name, err, p)
		}
	}
	p, err := g.Preview(t.Context(), g.client, oauth.PreviewRequest{User: "usr_ada", Scopes: []string{"openid", "no-such-scope"}})
	if err != nil || !slices.Contains(p.Missing, oauth.Absence{Name: "no-such-scope", Why: oauth.WhyNotRegistered}) {
		t.Errorf("a scope that is not registered: %v, %v", err, p.Missing)
	}
}

// A trial is for one client, one person and ten minutes; nothing else opens the page that its
// answer goes to.
func TestATrialIsForOneClientOnePersonAndAWhile(t *testing.T) {
	t.Parallel()
	now := time.Now()
	trials := &oauth.Trials{Issuer: "https://id.test", Seals: secret.NewBox(make([]byte, 32))}
	asked, err := trials.Begin("web", "usr_ada", []string{"openid"}, now)
	if err != nil {
		t.Fatal(err)
	}
	uri, state := asked.Get("redirect_uri"), asked.Get("state")
	for name, ok := range map[string]bool{
		"itself":                 trials.Answers("web", uri, state, now),
		"another client":         !trials.Answers("other", uri, state, now),
		"another address":        !trials.Answers("web", uri+"/", state, now),
		"the address of another": !trials.Answers("other", "https://id.test/console/applications/other/trial/answer", state, now),
		"later":                  !trials.Answers("web", uri, state, now.Add(oauth.TrialLife+time.Second)),
		"no state":               !trials.Answers("web", uri, "", now),
		"a changed state":        !trials.Answers("web", uri, "A"+state, now),
		"none at all":            !(*oauth.Trials)(nil).Answers("web", uri, state, now),
	} {
		if !ok {
			t.Errorf("wrong for %s", name)
		}
	}
	if _, err := trials.Read(state, "usr_eve", now); err == nil {
		t.Error("somebody else reads it")
	}
	if got, err := trials.Read(state, "usr_ada", now); err != nil || got.Client != "web" {
		t.Errorf("%+v, %v", got, err)
	}
}

// noted keeps what is written down, unless it fails.
type noted struct {
	uses     []oauth.ClientUse
	refusals []oauth.ClientRefusal
	err      error
}

func (n *noted) InTx(ctx context.Context, f func(ctx context.Context) error) error {
	if n.err != nil {
		return n.err
	}
	return f(ctx)
}

func (n *noted) AddUses(_ context.Context, all []oauth.ClientUse) error {
	n.uses = append(n.uses, all...)
	return nil
}

func (n *noted) AddRefusals(_ context.Context, all []oauth.ClientRefusal) error {
	n.refusals = append(n.refusals, all...)
	return nil
}

// What cannot be written is written the next time.
func TestNotesAreKeptUntilTheyAreWritten(t *testing.T) {
	t.Parallel()
	kept := &noted{err: errors.New("no database")}
	n, now := &oauth.Notes{Store: kept}, time.Now()
	n.Refused(oauth.ClientRefusal{Client: "web", Code: "x"}, now)
	if err := n.Flush(t.Context(), now); !errors.Is(err, kept.err) {
		t.Fatalf("flush: %v", err)
	}
	n.Refused(oauth.ClientRefusal{Client: "web", Code: "x"}, now.Add(time.Second))
	kept.err = nil
	if err := n.Flush(t.Context(), now); err != nil || len(kept.refusals) != 1 || kept.refusals[0].Times != 2 {
		t.Errorf("%v, %+v", err, kept.refusals)
	}
	if err := n.Flush(t.Context(), now); err != nil || len(kept.refusals) != 1 {
		t.Errorf("written twice: %v, %+v", err, kept.refusals)
	}
}

// However many requests come, and of however many sorts, few rows are written.
func TestAFloodOfRefusedRequestsIsNotedInFewRows(t *testing.T) {
	t.Parallel()
	kept := &noted{}
	n := &oauth.Notes{Store: kept}
	now := time.Now()
	for i := range 10_000 {
		n.Refused(oauth.ClientRefusal{Client: "web", Code: "authorize.redirect_uri", Received: "https://a.test/" + string(rune('a'+i%500))}, now)
	}
	for i := range 2000 {
		n.Refused(oauth.ClientRefusal{Client: id.Client("c" + string(rune('a'+i))), Code: "x"}, now)
	}
	if err := n.Flush(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	of := map[id.Client]int{}
	for _, r := range kept.refusals {
		of[r.Client]++
	}
	if of["web"] != oauth.MaxRefusals || len(kept.refusals) > 500 {
		t.Errorf("%d rows of one client, %d in all", of["web"], len(kept.refusals))
	}
	if len(of) < 100 {
		t.Errorf("%d clients are noted", len(of))
	}
}
