package housetest

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/audit"
	"gatehouse/config"
	"gatehouse/gate"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/identity/intake"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
	"gatehouse/proof"
)

// steering is a house that is steered through its API.
type steering struct {
	*gatetest.Gate
	t      *testing.T
	boss   string // the key of whoever has every permission
	issuer string
}

func newSteering(t *testing.T, change ...func(*config.Config)) *steering {
	t.Helper()
	s := &steering{Gate: gatetest.New(t, change...), t: t, issuer: gatetest.Issuer}
	s.boss = s.account("boss", func(string) bool { return true })
	return s
}

// account makes a service account that has the permissions of Gatehouse that has says,
// and returns its key.
func (s *steering) account(name string, has func(permission string) bool) string {
	s.t.Helper()
	ctx, a := context.Background(), s.House.Access
	role := access.Role{ID: name}
	for _, p := range (access.BuiltIn{}).API().Permissions {
		if has(p.Resource + ":" + p.Action) {
			role.Permissions = append(role.Permissions, access.Pattern{API: access.Gatehouse, Resource: p.Resource, Action: p.Action})
		}
	}
	made, err := a.CreateServiceAccount(ctx, gatetest.Console, access.NewServiceAccount{ServiceAccountRecord: access.ServiceAccountRecord{ID: name}})
	must(s.t, err)
	if len(role.Permissions) > 0 {
		_, err = a.CreateRole(ctx, gatetest.Console, role)
		must(s.t, err)
		_, err = a.Give(ctx, gatetest.Console, access.Grant{
			Subject: access.Subject{Kind: access.ServiceAccount, ID: name}, Effect: access.Allow, Role: role.ID,
			Where: access.Where{Place: access.Everywhere}, Reason: "test",
		})
		must(s.t, err)
	}
	return made.Text
}

// call sends a request to the API with a credential; body may be nil, a text or what
// becomes JSON.
func (s *steering) call(credential, method, path string, body any, header ...string) gatetest.Answer {
	s.t.Helper()
	var text []byte
	switch b := body.(type) {
	case nil:
	case string:
		text = []byte(b)
	default:
		var err error
		text, err = json.Marshal(b)
		must(s.t, err)
	}
	r, err := http.NewRequest(method, s.issuer+path, bytes.NewReader(text))
	must(s.t, err)
	if text != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if credential != "" {
		r.Header.Set("Authorization", "Bearer "+credential)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return s.Do(r)
}

// problem is the code of a refusal, "" for what is none.
func problem(a gatetest.Answer) string {
	return strings.TrimPrefix(a.Text("type"), gatetest.Issuer+"/problems/")
}

// targets are things that there are, by the part of a path that names them.
func (s *steering) targets() map[string]string {
	s.t.Helper()
	made, err := s.House.Access.CreateServiceAccount(context.Background(), gatetest.Console, access.NewServiceAccount{ServiceAccountRecord: access.ServiceAccountRecord{ID: "target"}})
	must(s.t, err)
	ctx, a := context.Background(), s.House.Access
	_, err = a.CreateGroup(ctx, gatetest.Console, access.GroupRecord{ID: "desk"})
	must(s.t, err)
	_, err = a.CreateOrg(ctx, gatetest.Console, access.OrgRecord{ID: "acme"})
	must(s.t, err)
	user := s.Person("target", gatetest.NoPassword).ID
	token, _, err := a.CreatePersonalToken(ctx, gatetest.Console, access.KeyRecord{
		User: user, Name: "test", ExpiresAt: time.Now().Add(time.Hour), Permissions: []access.Pattern{{API: access.Gatehouse, Resource: "users", Action: "read"}},
	})
	must(s.t, err)
	signed, _, err := s.House.Sessions.Create(ctx, gatetest.Console, user, nil)
	must(s.t, err)
	app := s.App("target-app")
	must(s.t, s.House.OAuth.GiveConsent(ctx, gatetest.Console, user, app.ID, []string{"openid"}))
	s.bindScope("target.read")
	keys, err := s.House.Keys.List(ctx, false)
	must(s.t, err)
	grant, err := a.Give(ctx, gatetest.Console, access.Grant{
		Subject: access.Subject{Kind: access.Group, ID: "desk"}, Effect: access.Allow, Permission: access.Pattern{API: "target", Resource: "things", Action: "read"},
		Where: access.Where{Place: access.Everywhere}, Reason: "test", Window: access.Window{ExpiresAt: time.Now().Add(time.Hour)},
	})
	must(s.t, err)
	family := s.refreshFamily(user, app.ID)
	events, _, err := s.House.Trail.Page(ctx, audit.Query{}, 1)
	must(s.t, err)
	_, err = a.CreateRole(ctx, gatetest.Console, access.Role{ID: "target", Permissions: []access.Pattern{{API: "target", Resource: "things", Action: "read"}}})
	must(s.t, err)
	_, err = a.PutLock(ctx, gatetest.Console, access.LockRecord{Lock: access.Lock{On: access.LockTarget{Kind: access.LockService, ID: "target"}, Reason: "test"}})
	must(s.t, err)
	s.gatePart("target")
	routed, _, err := s.House.Trail.Page(ctx, audit.Query{Target: audit.Target{Kind: gate.AuditRoute, ID: "target"}}, 1)
	must(s.t, err)
	looked, err := s.House.Intake.Look(ctx, []intake.Row{{N: 1, Line: 2, Person: identity.User{Email: "new@target.test"}}})
	must(s.t, err)
	im, err := s.House.Intake.Begin(ctx, intake.Owner{By: gatetest.Console, Ago: -1}, "target.csv", looked, false)
	must(s.t, err)
	verification, err := s.House.Verifications.Begin(ctx, gatetest.Console)
	for must(s.t, err); verification.State == audit.VerificationRuns; must(s.t, err) { // until nothing goes on beside the tests
		must(s.t, s.House.Verifications.Step(ctx, time.Now()))
		verification, err = s.House.Verifications.Get(ctx, verification.ID)
	}
	return map[string]string{
		"import": string(im.ID), "verification": string(verification.ID),
		"grant": string(grant.ID), "part": "target", "role": "target", "api": "target", "locked": "target", "secret": string(app.Secrets[0].ID),
		"family": string(family), "event": string(events[0].ID), "size": "1", "version": string(routed[0].ID), "setting": "session.idle",
		"session": string(signed.ID), "client": string(app.ID), "scope": "target.read", "algorithm": keys[0].Algorithm, "kid": keys[0].ID,
		"user": string(user), "token": string(token.ID), "service": "target", "key": string(made.Key.ID),
		"group": "desk", "organisation": "acme", "kind": "service", "member": "target", "filter": "fil_none",
	}
}

// refreshFamily is one that the application holds of the person.
func (s *steering) refreshFamily(user id.User, client id.Client) id.Family {
	s.t.Helper()
	name, _ := id.NewFamily()
	now := time.Now().UTC().Truncate(time.Microsecond)
	must(s.t, s.House.Store.InsertFamily(context.Background(), oauth.Family{
		ID: name, Authorization: oauth.Authorization{
			ID: id.NewAuthorization(), Client: client, User: user, Session: "ses_none", Scopes: []string{"openid", "offline_access"}, AuthTime: now, Level: proof.AAL1, Nonce: "hush-nonce",
		},
		Generation: 1, CurrentHash: []byte("hush-" + string(name)), Created: now, RotatedAt: now, IdleExpires: now.Add(time.Hour), Expires: now.Add(time.Hour),
	}))
	return name
}

// gatePart makes a route of the gate, an upstream and an edge with a name.
func (s *steering) gatePart(name string) {
	s.t.Helper()
	s.House.Gate.Compiler.Reach = gate.Only([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")})
	for _, o := range []gate.Object{
		{ID: name, Upstream: &gate.UpstreamSpec{Targets: []string{"http://127.0.0.1:9"}}},
		{ID: name, Route: &gate.RouteSpec{Match: gate.MatchSpec{Hosts: []string{"a.test"}, Paths: []string{"/"}, Methods: []string{"GET"}}, Public: true, Upstream: name}},
		{ID: name, Edge: edgeOf(edgeSecret)},
	} {
		_, err := s.House.Gate.Create(context.Background(), gatetest.Console, o)
		must(s.t, err)
	}
}

// bindScope binds a scope to a permission of an API that is made for it.
func (s *steering) bindScope(name string) {
	s.t.Helper()
	ctx, a := context.Background(), s.House.Access
	_, err := a.CreateAPI(ctx, gatetest.Console, access.API{
		ID: "target", Audience: "https://target.test", Permissions: []access.Permission{{Resource: "things", Action: "read"}, {Resource: "things", Action: "write"}},
	})
	must(s.t, err)
	_, err = a.CreateScope(ctx, gatetest.Console, access.Scope{Name: name, API: "target", Patterns: []access.Pattern{{API: "target", Resource: "things", Action: "read"}}})
	must(s.t, err)
}

var pathParts = regexp.MustCompile(`\{[a-z_]+\}`)

func pathOf(rt *admin.Route, names func(part string) string) string {
	return admin.Base + pathParts.ReplaceAllStringFunc(rt.Path, func(part string) string { return names(strings.Trim(part, "{}")) })
}

func (s *steering) try(credential string, rt *admin.Route, names func(part string) string) gatetest.Answer {
	s.t.Helper()
	var body any
	if rt.Method == http.MethodPost || rt.Method == http.MethodPut || rt.Method == http.MethodPatch {
		body = "{}"
	}
	path := pathOf(rt, names)
	if query := needed(rt.ID); query != "" {
		path += "?" + query
	}
	return s.call(credential, rt.Method, path, body, "If-Match", "*")
}

// C12, C13: for every route, whoever lacks just its permission is refused before anything
// of the request counts, and nothing changes; who cannot be told is nobody.
func TestNoRouteIsOpenToWhoLacksJustItsPermission(t *testing.T) {
	t.Parallel()
	s := newSteering(t, func(c *config.Config) { c.Limits.Bad.Enabled = false }) // one address tries all of it
	there := s.targets()
	real := func(part string) string {
		if there[part] == "" {
			t.Fatalf("there is no %q to try: add one to targets", part)
		}
		return there[part]
	}
	none := func(string) string { return "none" }
	lacking := map[string]string{}
	for _, rt := range admin.Table() {
		if lacking[rt.Permission] == "" {
			name := "no-" + strings.ReplaceAll(rt.Permission, ":", "-")
			lacking[rt.Permission] = s.account(name, func(p string) bool { return p != rt.Permission })
		}
	}
	auditor, err := s.House.Access.CreateServiceAccount(context.Background(), gatetest.Console, access.NewServiceAccount{
		ServiceAccountRecord: access.ServiceAccountRecord{ID: "auditor-key"}, Role: access.Auditor,
	})
	must(t, err)
	gone := s.gone()
	s.House.Refusals.Take = func(context.Context, string) time.Duration { return 0 } // of one address there are not so many
	s.Settle()
	db := underneath(t, s.Gate)
	before := besideTheTrail(t, db)
	for _, rt := range admin.Table() {
		name := rt.Method + " " + rt.Path
		if a := s.try(lacking[rt.Permission], rt, real); a.Status != http.StatusForbidden || problem(a) != "caller.forbidden" || !strings.Contains(a.Text("detail"), "gatehouse/"+rt.Permission) {
			t.Errorf("%s without %s: %d %s", name, rt.Permission, a.Status, a.Body)
		}
		if a := s.try(s.boss, rt, none); a.Status == http.StatusForbidden || a.Status == http.StatusUnauthorized || a.Status >= 500 || a.Status == http.StatusMethodNotAllowed {
			t.Errorf("%s with everything: %d %s", name, a.Status, a.Body)
		}
		if rt.Permission == "tokens:preview" || rt.Permission == "filters:write" || rt.Permission == "audit:verify" { // auditors have them: nothing is changed by them but what is their own, and what a verification came to
			if a := s.try(auditor.Text, rt, real); a.Status == http.StatusForbidden {
				t.Errorf("%s by an auditor: %d %s", name, a.Status, a.Body)
			}
		} else if rt.Changes() {
			if a := s.try(auditor.Text, rt, real); a.Status != http.StatusForbidden {
				t.Errorf("%s by an auditor: %d %s", name, a.Status, a.Body)
			}
		} else if a := s.try(auditor.Text, rt, real); a.Status != http.StatusOK {
			t.Errorf("%s by an auditor: %d %s", name, a.Status, a.Body)
		}
		for who, credential := range gone {
			if a := s.try(credential, rt, real); a.Status != http.StatusUnauthorized || a.Header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s by %s: %d %s", name, who, a.Status, a.Body)
			}
		}
	}
	if rows := differing(before, besideTheTrail(t, db)); len(rows) > 0 {
		t.Errorf("refused requests changed:\n%s", strings.Join(rows, "\n"))
	}
	recorded(t, s.Gate)
	told := column(t, db, `SELECT DISTINCT e.target_kind || ' ' || d.after_doc FROM audit_events e JOIN audit_details d ON d.event = e.id
		WHERE e.action = 'access.refuse' AND e.outcome = 'refused'`)
	for _, rt := range admin.Table() {
		kind := cmp.Or(string(rt.Kind), "house")
		if !slices.ContainsFunc(told, func(one string) bool {
			return strings.HasPrefix(one, kind+" ") && strings.Contains(one, `"gatehouse/`+rt.Permission+`"`)
		}) {
			t.Errorf("that %s was refused is not in the audit log", rt.ID)
		}
	}
}

// besideTheTrail is every row but those of the audit log, which keeps refusals too.
func besideTheTrail(t *testing.T, db *sql.DB) []string {
	t.Helper()
	return rowsOf(t, db, column(t, db, `SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'audit%'`)...)
}

// gone are credentials that had every permission and are good for nothing any more.
func (s *steering) gone() map[string]string {
	s.t.Helper()
	ctx, a := context.Background(), s.House.Access
	everything := func(string) bool { return true }
	gone := map[string]string{"nobody": "", "garbage": "garbage", "a locked account": s.account("held", everything), "a disabled account": s.account("off", everything)}
	s.account("over", everything)
	_, revoked, err := a.CreateServiceKey(ctx, gatetest.Console, access.KeyRecord{Owner: "over", Name: "revoked"})
	must(s.t, err)
	keys, err := a.ServiceKeys(ctx, "over")
	must(s.t, err)
	for _, k := range keys {
		_, err := a.RevokeServiceKey(ctx, gatetest.Console, access.Subject{}, k.ID)
		must(s.t, err)
	}
	gone["a revoked key"] = revoked
	_, err = a.DisableServiceAccount(ctx, gatetest.Console, "off", "test")
	must(s.t, err)
	_, err = a.PutLock(ctx, gatetest.Console, access.LockRecord{Lock: access.Lock{On: access.LockTarget{Kind: access.LockService, ID: "held"}, Reason: "test"}})
	must(s.t, err)
	return gone
}

// What has a revision is changed by who saw the present one.
func TestAChangeNamesTheRevisionThatWasSeen(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	made := s.call(s.boss, http.MethodPost, "/api/v1/users", map[string]any{"email": "ada@example.test", "name": "Ada"})
	if made.Status != http.StatusCreated || made.Header.Get("ETag") != `"1"` || made.Header.Get("Location") != "/api/v1/users/"+made.Text("id") {
		t.Fatalf("made: %d %v %s", made.Status, made.Header, made.Body)
	}
	path := made.Header.Get("Location")
	for _, c := range []struct {
		name, match string
		status      int
		code        string
		tag         string
	}{
		{"without a condition", "", http.StatusPreconditionRequired, "request.if_match", ""},
		{"with a tag that we never gave", `"x"`, http.StatusPreconditionFailed, "request.outdated", ""},
		{"with a weak tag", `W/"1"`, http.StatusPreconditionFailed, "request.outdated", ""},
		{"with the present one", `"1"`, http.StatusOK, "", `"2"`},
		{"with the one before", `"1"`, http.StatusPreconditionFailed, "request.outdated", ""},
		{"whatever it is", "*", http.StatusOK, "", `"3"`},
	} {
		var header []string
		if c.match != "" {
			header = []string{"If-Match", c.match}
		}
		a := s.call(s.boss, http.MethodPatch, path, map[string]any{"name": "Ada " + c.name}, header...)
		if a.Status != c.status || problem(a) != c.code || a.Header.Get("ETag") != c.tag {
			t.Errorf("%s: %d %s %s", c.name, a.Status, a.Header.Get("ETag"), a.Body)
		}
	}
	for _, c := range []struct{ method, path string }{
		{http.MethodDelete, path}, {http.MethodPost, path + "/disable"}, {http.MethodDelete, path + "/sessions"}, {http.MethodDelete, path + "/factors"},
	} {
		if a := s.call(s.boss, c.method, c.path, nil, "If-Match", `"1"`); a.Status != http.StatusPreconditionFailed {
			t.Errorf("%s %s as it was: %d %s", c.method, c.path, a.Status, a.Body)
		}
	}
	if a := s.call(s.boss, http.MethodDelete, path, nil, "If-Match", `"3"`); a.Status != http.StatusNoContent {
		t.Errorf("deleted: %d %s", a.Status, a.Body)
	}
}

// A request with a key is done once, however often it comes.
func TestARepeatedRequestIsDoneOnce(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	other := s.account("other", func(string) bool { return true })
	post := func(credential, key, path string, body any) gatetest.Answer {
		return s.call(credential, http.MethodPost, path, body, "Idempotency-Key", key)
	}
	ada := map[string]any{"email": "ada@example.test", "name": "Ada"}
	first := post(s.boss, "one", "/api/v1/users", ada)
	second := post(s.boss, "one", "/api/v1/users", ada)
	if first.Status != http.StatusCreated || second.Status != first.Status || string(first.Body) != string(second.Body) ||
		first.Header.Get("ETag") != second.Header.Get("ETag") || first.Header.Get("Location") != second.Header.Get("Location") {
		t.Errorf("the first was %d %s, the second %d %s", first.Status, first.Body, second.Status, second.Body)
	}
	for name, c := range map[string]struct {
		a      gatetest.Answer
		status int
		code   string
	}{
		"another key":                 {post(s.boss, "two", "/api/v1/users", ada), http.StatusConflict, "user.email_taken"},
		"a refusal keeps no key":      {post(s.boss, "two", "/api/v1/users", map[string]any{"email": "bob@example.test"}), http.StatusCreated, ""},
		"another request":             {post(s.boss, "one", "/api/v1/users", map[string]any{"email": "eve@example.test"}), http.StatusUnprocessableEntity, "idempotency.reused"},
		"another caller":              {post(other, "one", "/api/v1/users", ada), http.StatusConflict, "user.email_taken"},
		"a key that is none":          {post(s.boss, "a b", "/api/v1/users", ada), http.StatusUnprocessableEntity, "request.invalid"},
		"a key that is too long":      {post(s.boss, strings.Repeat("k", 129), "/api/v1/users", ada), http.StatusUnprocessableEntity, "request.invalid"},
		"as long as it may be":        {post(s.boss, strings.Repeat("k", 128), "/api/v1/users", map[string]any{"email": "cyd@example.test"}), http.StatusCreated, ""},
		"another address":             {post(s.boss, "one", "/api/v1/groups", map[string]any{"id": "desk"}), http.StatusUnprocessableEntity, "idempotency.reused"},
		"one person":                  {post(s.boss, "four", first.Header.Get("Location")+"/disable", nil), http.StatusOK, ""},
		"another, by the same":        {post(s.boss, "four", "/api/v1/users/usr_none/disable", nil), http.StatusUnprocessableEntity, "idempotency.reused"},
		"a secret":                    {post(s.boss, "three", "/api/v1/service-accounts", map[string]any{"id": "nightly"}), http.StatusCreated, ""},
		"a secret is not shown twice": {post(s.boss, "three", "/api/v1/service-accounts", map[string]any{"id": "nightly"}), http.StatusConflict, "idempotency.secret"},
	} {
		if c.a.Status != c.status || problem(c.a) != c.code {
			t.Errorf("%s: %d %s, want %d %s", name, c.a.Status, c.a.Body, c.status, c.code)
		}
	}
	if rows := column(t, underneath(t, s.Gate), "SELECT key FROM requests WHERE key = 'three' AND length(answer) = 0"); len(rows) != 1 {
		t.Errorf("what is kept of an answer with a secret: %v", rows)
	}
}

func TestACallerHasABoundedNumberOfIdempotencyKeys(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	mustExec(t, underneath(t, s.Gate), `INSERT INTO requests (caller, since, key, hash, answer, person, created_at, over_at)
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
		SELECT 'service:boss', a.created_at, 'k' || i, x'00', x'00', '', 0, 9000000000000000 FROM n, service_accounts a WHERE a.id = 'boss'`)
	a := s.call(s.boss, http.MethodPost, "/api/v1/users", map[string]any{"email": "ada@example.test"}, "Idempotency-Key", "one")
	if a.Status != http.StatusTooManyRequests || problem(a) != "idempotency.full" || a.Header.Get("Retry-After") == "" {
		t.Errorf("one key too many: %d %s", a.Status, a.Body)
	}
	if a := s.call(s.boss, http.MethodPost, "/api/v1/users", map[string]any{"email": "ada@example.test"}); a.Status != http.StatusCreated {
		t.Errorf("without a key: %d %s", a.Status, a.Body)
	}
}

// What is not understood in one way alone is refused, with the place that is wrong.
func TestRequestsAreReadStrictly(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	for name, c := range map[string]struct {
		method, path string
		body         any
		header       []string
		status       int
		code, says   string
	}{
		"an unknown member":         {http.MethodPost, "/users", `{"email":"a@example.test","admin":true}`, nil, 422, "request.invalid", `"pointer":"#/admin"`},
		"a member in capitals":      {http.MethodPost, "/users", `{"Email":"a@example.test"}`, nil, 422, "request.invalid", `"pointer":"#/Email"`},
		"a member twice":            {http.MethodPost, "/users", `{"email":"a@example.test","email":"b@example.test"}`, nil, 400, "request.body", "twice"},
		"a member of another type":  {http.MethodPost, "/users", `{"email":7}`, nil, 422, "request.invalid", `"pointer":"#/email"`},
		"a member deep inside":      {http.MethodPost, "/users", `{"email":"a@example.test","claims":{"address":{"street":"x"}}}`, nil, 422, "request.invalid", `"pointer":"#/claims/address/street"`},
		"a rule of the house":       {http.MethodPost, "/users", `{"email":"no address"}`, nil, 422, "user.invalid", `"pointer":"#/email"`},
		"no JSON":                   {http.MethodPost, "/users", `{`, nil, 400, "request.body", ""},
		"no object":                 {http.MethodPost, "/users", `[]`, nil, 422, "request.invalid", ""},
		"nothing":                   {http.MethodPost, "/users", nil, nil, 400, "request.body", ""},
		"a body where none belongs": {http.MethodDelete, "/users/usr_none", `{}`, []string{"If-Match", "*"}, 400, "request.body", "no body"},
		"a form":                    {http.MethodPost, "/users", `email=a`, []string{"Content-Type", "application/x-www-form-urlencoded"}, 400, "request.body", ""},
		"too much":                  {http.MethodPost, "/users", `{"name":"` + strings.Repeat("a", admin.MaxBody) + `"}`, nil, 400, "", ""},
		"an unknown parameter":      {http.MethodGet, "/users?limits=1", nil, nil, 422, "request.invalid", `"parameter":"limits"`},
		"a parameter in capitals":   {http.MethodGet, "/users?Limit=1", nil, nil, 422, "request.invalid", `"parameter":"Limit"`},
		"a parameter twice":         {http.MethodGet, "/users?limit=1&limit=2", nil, nil, 422, "request.invalid", `"parameter":"limit"`},
		"a limit too high":          {http.MethodGet, "/users?limit=1000", nil, nil, 422, "request.invalid", `"parameter":"limit"`},
		"a member that is none":     {http.MethodGet, "/users?fields=email,password", nil, nil, 422, "request.invalid", `"parameter":"fields"`},
		"a query that is none":      {http.MethodGet, "/users?limit=%zz", nil, nil, 400, "request.query", ""},
		"an unknown path":           {http.MethodGet, "/nothing", nil, nil, 404, "request.no_route", ""},
		"an unknown path, changing": {http.MethodDelete, "/users/x/y/z", nil, nil, 404, "request.no_route", ""},
		"another method":            {http.MethodPut, "/users", nil, nil, 405, "request.method", ""},
		"a path that is not clean":  {http.MethodGet, "//users", nil, nil, 404, "page.not_found", ""},
		"nobody":                    {http.MethodGet, "/users/usr_none", nil, nil, 404, "user.not_found", ""},
		"a token in the query":      {http.MethodGet, "/users?access_token=x", nil, nil, 400, "caller.credential", ""},
	} {
		a := s.call(s.boss, c.method, "/api/v1"+c.path, c.body, c.header...)
		if a.Status != c.status || c.code != "" && problem(a) != c.code || !strings.Contains(string(a.Body), c.says) {
			t.Errorf("%s: %d %s, want %d %s with %s", name, a.Status, a.Body, c.status, c.code, c.says)
		}
		if a.Header.Get("Content-Type") != "application/problem+json" || a.Text("instance") == "" || a.Text("instance") != a.Header.Get("X-Request-Id") {
			t.Errorf("%s: %v is no problem document with the request's id", name, a.Header)
		}
	}
	if a := s.call(s.boss, http.MethodPut, "/api/v1/users", nil); a.Header.Get("Allow") != "GET, HEAD, POST" {
		t.Errorf("Allow is %q", a.Header.Get("Allow"))
	}
}

// A caller is told how much it has left, and waits when it has nothing.
func TestACallerIsBounded(t *testing.T) {
	t.Parallel()
	s := newSteering(t, func(c *config.Config) { c.Limits.API.Enabled, c.Limits.API.Burst, c.Limits.API.PerMinute = true, 3, 1 })
	other := s.account("other", func(string) bool { return true })
	for i := range 4 {
		a := s.call(s.boss, http.MethodGet, "/api/v1/users", nil)
		want, left := http.StatusOK, []string{"r=2", "r=1", "r=0", "r=0"}[i]
		if i == 3 {
			want = http.StatusTooManyRequests
		}
		if a.Status != want || !strings.Contains(a.Header.Get("RateLimit"), left) || a.Header.Get("RateLimit-Policy") != `"caller";q=3;w=180` {
			t.Errorf("request %d: %d %v", i+1, a.Status, a.Header)
		}
	}
	if a := s.call(other, http.MethodGet, "/api/v1/users", nil); a.Status != http.StatusOK {
		t.Errorf("another caller: %d %s", a.Status, a.Body)
	}
}

// Answers are compressed, but not those with a secret.
func TestASecretIsNotCompressed(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	for i := range 20 {
		s.Person("somebody-"+string(rune('a'+i)), gatetest.NoPassword)
	}
	if a := s.call(s.boss, http.MethodGet, "/api/v1/users", nil, "Accept-Encoding", "gzip"); a.Header.Get("Content-Encoding") != "gzip" || a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("a list: %v", a.Header)
	}
	if a := s.call(s.boss, http.MethodGet, "/api/v1/users", nil, "Accept-Encoding", "gzip;q=0, br"); a.Header.Get("Content-Encoding") != "" {
		t.Errorf("a list for who takes no gzip: %v", a.Header)
	}
	a := s.call(s.boss, http.MethodPost, "/api/v1/service-accounts", map[string]any{"id": "nightly", "description": strings.Repeat("a", 200), "reason": strings.Repeat("b", 200)}, "Accept-Encoding", "gzip")
	if a.Status != http.StatusCreated || a.Header.Get("Content-Encoding") != "" || !strings.HasPrefix(a.Text("key"), access.KeyPrefix) {
		t.Errorf("a new account: %d %v", a.Status, a.Header)
	}
	if ends := s.call(a.Text("key"), http.MethodGet, "/api/v1/users", nil); ends.Status != http.StatusForbidden {
		t.Errorf("the new key, which was granted nothing: %d %s", ends.Status, ends.Body)
	}
}

// Of attempts that come at once one is made, and all are told of it.
func TestAttemptsAtOnceAreOneRequest(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	answers := make(chan string, 8)
	for range cap(answers) {
		go func() {
			w := httptest.NewRecorder()
			for range 100 { // what is known may grow too old meanwhile: who is told so comes again
				r := httptest.NewRequest(http.MethodPost, gatetest.Issuer+"/api/v1/users", strings.NewReader(`{"email":"ada@example.test"}`))
				r.Header.Set("Content-Type", "application/json")
				r.Header.Set("Authorization", "Bearer "+s.boss)
				r.Header.Set("Idempotency-Key", "once")
				w = httptest.NewRecorder()
				if s.Server.Handler().ServeHTTP(w, r); w.Code != http.StatusServiceUnavailable {
					break
				}
				if err := s.House.Feed.Step(context.Background()); err != nil {
					t.Error(err)
				}
			}
			answers <- fmt.Sprint(w.Code, w.Body)
		}()
	}
	first := <-answers
	for range cap(answers) - 1 {
		if other := <-answers; other != first || !strings.HasPrefix(other, "201") {
			t.Errorf("one attempt was answered %s, another %s", first, other)
		}
	}
	if n := column(t, underneath(t, s.Gate), "SELECT COUNT(*) FROM users"); n[0] != "1" {
		t.Errorf("there are %s people", n[0])
	}
}

// What is said about a thing is changed by who saw the present words.
func TestADescriptionIsChangedInItsRevision(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	for _, path := range []string{"/api/v1/groups", "/api/v1/organisations", "/api/v1/service-accounts"} {
		if a := s.call(s.boss, http.MethodPost, path, map[string]any{"id": "one"}); a.Status != http.StatusCreated {
			t.Fatalf("%s: %d %s", path, a.Status, a.Body)
		}
		for _, c := range []struct {
			match  string
			status int
		}{{`"1"`, http.StatusOK}, {`"1"`, http.StatusPreconditionFailed}, {`"2"`, http.StatusOK}} {
			if a := s.call(s.boss, http.MethodPatch, path+"/one", map[string]any{"description": "For " + c.match}, "If-Match", c.match); a.Status != c.status {
				t.Errorf("%s as %s: %d %s, want %d", path, c.match, a.Status, a.Body, c.status)
			}
		}
		if a := s.call(s.boss, http.MethodGet, path+"/one", nil); a.Text("description") != `For "2"` || a.Header.Get("ETag") != `"3"` {
			t.Errorf("%s: %v %s", path, a.Header, a.Body)
		}
	}
}
