package pdp_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/caller"
	"gatehouse/ephemeral"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/pdp"
	"gatehouse/web"
)

const (
	issuer = "https://id.example.test"
	ada    = "usr_ada"
	bob    = "usr_bob"
)

// point is a decision point around a policy, with tokens that are good by name.
type point struct {
	*pdp.Door
	t        testing.TB
	mux      *web.Mux
	policy   *policy
	tokens   tokens
	outcomes map[string]int
	asked    []*access.Question // of the history
}

// policy is what is decided by, or why nobody knows.
type policy struct {
	*access.Snapshot
	err error
}

func (p *policy) Latest(context.Context) (*access.Snapshot, error) { return p.Snapshot, p.err }

func (p *policy) Current(context.Context) (*access.Snapshot, error) { return p.Snapshot, p.err }

// tokens are good by their text.
type tokens map[string]*oauth.AccessToken

func (t tokens) Recall(_ context.Context, text string) (of *oauth.AccessToken, known bool, err error) {
	return t[text], t[text] != nil, nil
}

func (t tokens) Verify(_ context.Context, text string) (*oauth.AccessToken, error) {
	if t[text] == nil {
		return nil, oauth.ErrBadToken
	}
	return t[text], nil
}

// give makes text a token of a client's own, or of a person where one is named.
func (t tokens) give(text, client, person string, change ...func(*oauth.AccessClaims)) {
	c := oauth.AccessClaims{Subject: client, ClientID: client, Audience: []string{issuer + "/api"}, Session: "", ACR: ""}
	if person != "" {
		c.Subject, c.Session, c.ACR = person, "ses_1", "aal1"
	}
	for _, f := range change {
		f(&c)
	}
	t[text] = &oauth.AccessToken{Claims: c, Facts: oauth.TokenFacts{AuthTime: time.Now().Add(-time.Minute)}}
}

func (p *point) Decided(outcome string) { p.outcomes[outcome]++ }

func (p *point) Explain(ctx context.Context, q *access.Question) (access.Explanation, error) {
	p.asked = append(p.asked, q)
	e, err := p.policy.Explain(q)
	return e, errors.Join(err, p.Reasons(ctx, &e))
}

func (p *point) Reasons(_ context.Context, e *access.Explanation) error {
	for i := range e.Grants {
		e.Grants[i].Reason = "why " + string(e.Grants[i].Grant.ID)
	}
	return nil
}

func (*point) Email(_ context.Context, user id.User) (string, error) {
	return strings.TrimPrefix(string(user), "usr_") + "@example.test", nil
}

// newPoint returns a decision point around p, to which everybody's token is known: the
// decider may ask about everything, the shop about its own API, the stranger nothing.
func newPoint(t testing.TB, p access.Policy) *point {
	t.Helper()
	d := &point{t: t, policy: &policy{Snapshot: access.Compile(withOurs(p))}, tokens: tokens{}, outcomes: map[string]int{}}
	d.tokens.give("decider", "decider", "")
	d.tokens.give("shop", "shop-server", "")
	d.tokens.give("stranger", "stranger", "")
	limiter, err := ephemeral.Alone().New("caller", ephemeral.DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	d.Door = &pdp.Door{
		Issuer: issuer, History: d, People: d, Metrics: d, Key: codec.Key,
		Callers: &caller.Desk{Audience: issuer + "/api", Tokens: d.tokens, Keys: &access.Keyring{Codec: codec, Policy: d.policy}, Policy: d.policy, Flood: web.Flood{Limiter: limiter, Log: log}},
	}
	if err := d.Open(); err != nil {
		t.Fatal(err)
	}
	d.mux = web.NewMux(log, web.RefuseWithProblem(issuer))
	d.Mount(d.mux)
	return d
}

// codec makes keys of service accounts, and keysOf has one of each of these.
var (
	codec  = access.KeyCodec{Key: []byte("a key of thirty-two bytes, exactly")[:32]}
	keysOf = func() map[string]mintedKey {
		all := map[string]mintedKey{}
		for _, name := range []string{"ops", "retired", "late", "idle", "held", "unknown"} {
			k := id.NewServiceKey()
			text, mac := codec.Mint(k)
			all[name] = mintedKey{k, text, mac}
		}
		return all
	}()
)

type mintedKey struct {
	id   id.ServiceKey
	text string
	mac  []byte
}

func service(name string) access.Subject {
	return access.Subject{Kind: access.ServiceAccount, ID: name}
}

// withOurs lets the decider and the service account ops ask about everything. Of the
// other accounts one has a key that is over, one has no right, one is disabled and one
// is locked.
func withOurs(p access.Policy) access.Policy {
	for _, name := range []string{"ops", "late", "idle", "retired", "held"} {
		k := access.Key{ID: keysOf[name].id, Owner: service(name), MAC: keysOf[name].mac}
		if name == "late" {
			k.ExpiresAt = time.Now().Add(-time.Second)
		}
		p.Keys = append(p.Keys, k)
		if name != "idle" {
			p.Grants = append(p.Grants, allow("gra_service", service(name), "gatehouse/decisions:read"))
		}
	}
	p.Principals = append(p.Principals, access.Principal{Subject: service("retired"), Disabled: true})
	p.Locks = append(p.Locks, access.Lock{On: access.On(service("held"))})
	p.BuiltIn = access.BuiltIn{Audience: oauth.OwnAPI(issuer)}
	p.Grants = append(p.Grants, allow("gra_decider", client("decider"), "gatehouse/decisions:read"))
	return p
}

func client(name string) access.Subject { return access.Subject{Kind: access.Client, ID: name} }
func user(name string) access.Subject   { return access.Subject{Kind: access.User, ID: name} }

// allow is a grant of a pattern, everywhere and without end.
func allow(name id.Grant, who access.Subject, pattern string, change ...func(*access.Grant)) access.Grant {
	p, err := access.ParsePattern(pattern)
	if err != nil {
		panic(err)
	}
	g := access.Grant{ID: name, Subject: who, Effect: access.Allow, Permission: p, Where: access.Where{Place: access.Everywhere}}
	for _, f := range change {
		f(&g)
	}
	return g
}

func own(g *access.Grant) { g.Where = access.Where{Place: access.Own} }

func onlyOn(ids ...string) func(*access.Grant) {
	return func(g *access.Grant) { g.Where = access.Where{Place: access.Listed, IDs: ids} }
}

// answered is what came back.
type answered struct {
	status int
	header http.Header
	body   string
	json   map[string]any
}

// post sends a body with a token, "" for none.
func (d *point) post(path, token, body string, header ...string) answered {
	d.t.Helper()
	r := httptest.NewRequest(http.MethodPost, issuer+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return d.do(r)
}

func (d *point) do(r *http.Request) answered {
	d.t.Helper()
	w := httptest.NewRecorder()
	d.mux.ServeHTTP(w, r.WithContext(web.WithInfo(r.Context(), &web.Info{ID: "req_test", IP: "192.0.2.1"})))
	a := answered{status: w.Code, header: w.Header(), body: w.Body.String()}
	if err := json.Unmarshal(w.Body.Bytes(), &a.json); err != nil && w.Code != http.StatusNotFound && w.Code != http.StatusMethodNotAllowed {
		d.t.Fatalf("%s answers %d with what is no JSON object: %s", r.URL.Path, w.Code, w.Body)
	}
	return a
}

// decided returns the decision and its context.
func (a answered) decided(t testing.TB) (bool, map[string]any) {
	t.Helper()
	yes, ok := a.json["decision"].(bool)
	if a.status != http.StatusOK || !ok {
		t.Fatalf("no decision but %d %s", a.status, a.body)
	}
	context, _ := a.json["context"].(map[string]any)
	return yes, context
}

// code is the code of a refusal.
func (a answered) code() string {
	kind, _ := a.json["type"].(string)
	return strings.TrimPrefix(kind, issuer+"/problems/")
}

var errAway = errors.New("the store is away")

// ask is the body of a question.
func ask(kind, who, action, resource, name string, more ...string) string {
	return `{"subject":{"type":"` + kind + `","id":"` + who + `"},"action":{"name":"` + action + `"},"resource":{"type":"` + resource + `","id":"` + name + `"}` + strings.Join(more, "") + `}`
}
