package housetest

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/config"
	"gatehouse/follow"
	"gatehouse/internal/gatetest"
	"gatehouse/internal/streamtest"
	"gatehouse/pdp"
)

// use is a way to use what was given.
type use struct {
	name  string
	rests []thing // on which it is refused once one of them is over
	shows bool    // whether it tells, or gives, the permission
	keeps bool    // it can be tried before the change, and uses nothing up
	// resumes says that it works again when what was taken is given back.
	resumes bool
	once    bool          // what it uses can be used once, unless it was refused
	late    time.Duration // from the change on, how long it may not know yet
	try     map[access.Kind]func(r *row) outcome
	not     map[access.Kind]string // why a kind of principal does not have it
}

// heard is how late an API that hears the feed may be: the process that it hears knows
// within a second, and it knows within another one whether it hears.
const heard = 2 * follow.MaxAge

const (
	noSignIn = "a program does not sign in"
	noToken  = "a service account comes with its key, and gets no token"
	noCaller = "it does not ask the house for decisions here"
)

var programs = map[access.Kind]string{access.Client: noSignIn, access.ServiceAccount: noSignIn}

// uses are the columns of the table.
var uses = []use{
	{
		name: "userinfo", rests: resting(theToken), keeps: true, resumes: true, not: programs,
		try: people(func(r *row) outcome { return ofUserinfo(r.there.Userinfo(r.access)) }),
	},
	{
		name: "userinfo by what needs a role", rests: resting(theToken, theRole), keeps: true, resumes: true, not: programs,
		try: people(func(r *row) outcome { return ofUserinfo(r.there.Userinfo(r.gatedAccess)) }),
	},
	{
		name: "introspection", rests: resting(theToken), shows: true, keeps: true, resumes: true,
		try: map[access.Kind]func(r *row) outcome{
			access.User:   func(r *row) outcome { return ofIntrospection(r.watcher.Introspect(r.access), true) },
			access.Client: func(r *row) outcome { return ofIntrospection(r.watcher.Introspect(r.access), true) },
		},
		not: map[access.Kind]string{access.ServiceAccount: noToken},
	},
	{
		name: "introspection by what needs a role", rests: resting(theToken, theRole), keeps: true, resumes: true, not: programs,
		try: people(func(r *row) outcome { return ofIntrospection(r.watcher.Introspect(r.gatedAccess), false) }),
	},
	{
		name: "introspection of a refresh token", rests: resting(theRole), keeps: true, resumes: true, not: programs,
		try: people(func(r *row) outcome { return ofIntrospection(r.gated.At(r.there).Introspect(r.current), false) }),
	},
	{
		name: "an API that verifies and hears the feed", rests: resting(theToken, thePermission), keeps: true, late: heard,
		try: map[access.Kind]func(r *row) outcome{access.User: (*row).verified, access.Client: (*row).verified},
		not: map[access.Kind]string{access.ServiceAccount: noToken},
	},
	{
		name: "the gate", rests: resting(theToken, thePermission), keeps: true, resumes: true,
		try: map[access.Kind]func(r *row) outcome{access.User: atTheGate, access.Client: atTheGate},
		not: map[access.Kind]string{access.ServiceAccount: noToken},
	},
	{
		name: "the gate in a browser", rests: []thing{thePrincipal, theSession, thePermission}, keeps: true, resumes: true,
		try: map[access.Kind]func(r *row) outcome{access.User: atTheGateInABrowser},
		not: map[access.Kind]string{access.Client: noSession, access.ServiceAccount: noSession},
	},
	{
		name: "the gate by its key", rests: []thing{thePrincipal, theKey, thePermission}, keeps: true, resumes: true,
		try: map[access.Kind]func(r *row) outcome{access.ServiceAccount: atTheGateByKey, access.User: atTheGateByKey},
		not: map[access.Kind]string{access.Client: noKey},
	},
	actsBy("the gate by another issuer's token", func(r *row, in *http.Request) {
		in.Header.Set("Authorization", "Bearer "+partnerOf(r.there).Token(r.id, partnerAudience))
	}),
	actsBy("the gate by a token that says nothing", func(r *row, in *http.Request) {
		in.Header.Set("Authorization", "Bearer "+partnerOf(r.there).opaque(r.id))
	}),
	actsBy("the gate by a client certificate", func(r *row, in *http.Request) {
		in.TLS = &tls.ConnectionState{ServerName: gateHost, PeerCertificates: []*x509.Certificate{partnerOf(r.there).certified(r.T, r.id).Leaf}}
	}),
	actsOn("WebSocket"), actsOn("events"), actsOn("gRPC"),
	stays("WebSocket"), stays("events"), stays("gRPC"),
	staysByKey("WebSocket"), staysByKey("events"), staysByKey("gRPC"),
	staysInABrowser("WebSocket"), staysInABrowser("events"), staysInABrowser("gRPC"),
	staysByTicket(resting(theToken, thePermission), "its token", (*row).itsToken),
	staysByTicket([]thing{thePrincipal, theKey, thePermission}, "its key", (*row).itsKey),
	{
		name: "a refresh", rests: resting(), shows: true, resumes: true, not: programs,
		try: people(func(r *row) outcome {
			a := r.web.At(r.there).Refresh(r.refresh)
			if next := a.Text("refresh_token"); next != "" {
				r.refresh = next
			}
			return r.ofTokens(a, true)
		}),
	},
	{
		name: "a refresh by the token before", rests: resting(theRole), resumes: true, once: true, not: programs,
		try: people(func(r *row) outcome { return r.ofTokens(r.gated.At(r.there).Refresh(r.before), false) }),
	},
	{
		name: "a refresh by what needs a role", rests: resting(theRole), resumes: true, not: programs,
		try: people(func(r *row) outcome {
			a := r.gated.At(r.there).Refresh(r.current)
			if next := a.Text("refresh_token"); next != "" {
				r.current = next
			}
			return r.ofTokens(a, false)
		}),
	},
	{
		name: "a refresh that keeps its token", rests: resting(theRole), resumes: true, not: programs,
		try: people(func(r *row) outcome { return r.ofTokens(r.still.At(r.there).Refresh(r.kept), false) }),
	},
	{
		name: "a code that was given before", rests: []thing{thePrincipal, theSession, theApplication, theConsent, theRole}, resumes: true, once: true, not: programs,
		try: people(func(r *row) outcome { return r.ofTokens(r.gated.At(r.there).Exchange(r.code), false) }),
	},
	{
		name: "going on with the session", rests: []thing{thePrincipal, theSession, theApplication, theConsent}, keeps: true, resumes: true, not: programs,
		try: people(func(r *row) outcome {
			return ofPage(r.browser.At(r.there).Get(r.web.AuthorizeURL("prompt", "none")))
		}),
	},
	{
		name: "going on with the session to what needs a role", rests: []thing{thePrincipal, theSession, theApplication, theConsent, theRole}, keeps: true, resumes: true, not: programs,
		try: people(func(r *row) outcome {
			return ofPage(r.browser.At(r.there).Get(r.gated.AuthorizeURL("prompt", "none")))
		}),
	},
	{
		name: "a new sign-in", rests: []thing{thePrincipal, theApplication}, resumes: true, not: programs,
		try: people(func(r *row) outcome { return r.signsIn(r.web) }),
	},
	{
		name: "a new sign-in to what needs a role", rests: []thing{thePrincipal, theApplication, theRole}, resumes: true, not: programs,
		try: people(func(r *row) outcome { return r.signsIn(r.gated) }),
	},
	{
		name: "a new token of its own", rests: []thing{thePrincipal}, shows: true, resumes: true,
		try: map[access.Kind]func(r *row) outcome{access.Client: func(r *row) outcome { return r.ofTokens(r.web.At(r.there).ClientCredentials(), true) }},
		not: map[access.Kind]string{access.User: "a person has none without an application", access.ServiceAccount: noToken},
	},

	about("an evaluation", pdp.PathEvaluation, "", func(r *row, a gatetest.Answer) bool { return a.JSON["decision"] == true }),
	about("evaluations", pdp.PathEvaluations, `,"evaluations":[{},{"resource":{"type":"%s","id":"43"}}]`, func(_ *row, a gatetest.Answer) bool {
		list, _ := a.JSON["evaluations"].([]any)
		return len(list) == 2 && !slices.ContainsFunc(list, func(one any) bool { return one.(map[string]any)["decision"] != true })
	}),
	about("a search for subjects", pdp.PathSearchSubject, `,"page":{"limit":1000}`, func(r *row, a gatetest.Answer) bool {
		return found(a, func(one map[string]any) bool { return one["id"] == r.id && one["type"] == string(r.kind) })
	}),
	about("a search for actions", pdp.PathSearchAction, "", func(r *row, a gatetest.Answer) bool {
		return found(a, func(one map[string]any) bool { return one["name"] == "read" })
	}),
	about("a search for resources", pdp.PathSearchResource, "", func(_ *row, a gatetest.Answer) bool {
		context, _ := a.JSON["context"].(map[string]any)
		return fmt.Sprint(context["unlisted"]) == "[any]"
	}),

	asking("an evaluation asked by its key", pdp.PathEvaluation),
	asking("evaluations asked by its key", pdp.PathEvaluations),
	asking("a search for subjects by its key", pdp.PathSearchSubject),
	asking("a search for actions by its key", pdp.PathSearchAction),
	asking("a search for resources by its key", pdp.PathSearchResource),
	{
		name: "the feed by its key", rests: []thing{thePrincipal, theKey}, shows: true, keeps: true, resumes: true,
		try: map[access.Kind]func(r *row) outcome{access.ServiceAccount: func(r *row) outcome {
			return ofStatus(r.there.Get(pdp.PathFeed, "Authorization", "Bearer "+r.text))
		}},
		not: map[access.Kind]string{access.User: noCaller, access.Client: noCaller},
	},
}

func people(try func(r *row) outcome) map[access.Kind]func(r *row) outcome {
	return map[access.Kind]func(r *row) outcome{access.User: try}
}

// resting are the things that what came of a sign-in rests on, and more.
func resting(more ...thing) []thing {
	return append([]thing{thePrincipal, theSession, theApplication, theConsent, theAuthorization}, more...)
}

// about is a question about the principal, which somebody else asks. It is answered by
// no, whether the principal is no more or has nothing more.
func about(name, path, more string, may func(r *row, a gatetest.Answer) bool) use {
	try := func(r *row) outcome {
		kind := r.pattern.API + "/" + r.pattern.Resource
		body := fmt.Sprintf(`{"subject":{"type":"%s","id":"%s"},"action":{"name":"read"},"resource":{"type":"%s","id":"42"}`, r.kind, r.id, kind)
		a := ask(r.there, path, r.asker, body+strings.ReplaceAll(more, "%s", kind)+"}")
		switch {
		case a.Status == http.StatusServiceUnavailable:
			return cannotTell
		case a.Status != http.StatusOK:
			return answered(a)
		case may(r, a):
			return goesOn
		}
		return isRefused
	}
	return use{
		name: name, rests: []thing{thePrincipal, thePermission}, keeps: true, resumes: true,
		try: map[access.Kind]func(r *row) outcome{access.User: try, access.Client: try, access.ServiceAccount: try},
	}
}

// asking is a question that the principal asks by its key.
func asking(name, path string) use {
	return use{
		name: name, rests: []thing{thePrincipal, theKey}, shows: true, keeps: true, resumes: true,
		try: map[access.Kind]func(r *row) outcome{access.ServiceAccount: func(r *row) outcome {
			return ofStatus(ask(r.there, path, r.text, `{"subject":{"type":"user","id":"usr_nobody"},"action":{"name":"read"},"resource":{"type":"shop/orders","id":"42"}}`))
		}},
		not: map[access.Kind]string{access.User: noCaller, access.Client: noCaller},
	}
}

func found(a gatetest.Answer, is func(one map[string]any) bool) bool {
	list, _ := a.JSON["results"].([]any)
	return slices.ContainsFunc(list, func(one any) bool { return is(one.(map[string]any)) })
}

// answered is an outcome that the table never wants.
func answered(a gatetest.Answer) outcome {
	return outcome(fmt.Sprintf("is answered %d %s", a.Status, a.Body))
}

func ofStatus(a gatetest.Answer) outcome {
	switch a.Status {
	case http.StatusOK:
		return goesOn
	case http.StatusForbidden:
		return lacks
	case http.StatusUnauthorized:
		return isRefused
	case http.StatusServiceUnavailable:
		return cannotTell
	}
	return answered(a)
}

func ofUserinfo(a gatetest.Answer) outcome {
	if a.Status == http.StatusUnauthorized && a.Error() != "invalid_token" {
		return answered(a)
	}
	return ofStatus(a)
}

// ofIntrospection reads an answer about a token, which shows the permission or does not.
func ofIntrospection(a gatetest.Answer, shows bool) outcome {
	switch {
	case a.Status == http.StatusServiceUnavailable:
		return cannotTell
	case string(a.Body) == `{"active":false}`, a.Error() == "invalid_client": // who asks for itself may be over itself
		return isRefused
	case a.Status != http.StatusOK || a.JSON["active"] != true:
		return answered(a)
	case shows && !mayRead(a.JSON["permissions"]):
		return lacks
	}
	return goesOn
}

// mayRead reports whether rights, of a token or of an introspection, have orders:read.
func mayRead(rights any) bool {
	list, _ := rights.([]any)
	return slices.Contains(list, any("shop/orders:read"))
}

// ofTokens reads an answer of the token endpoint. A new token that shows what its holder
// may do is taken by an API, and let pass if it has the permission.
func (r *row) ofTokens(a gatetest.Answer, shows bool) outcome {
	refusal := "invalid_grant"
	if slices.Contains(r.ends, theApplication) || r.kind == access.Client {
		refusal = "invalid_client"
	}
	token := a.Text("access_token")
	switch {
	case a.Status == http.StatusServiceUnavailable:
		return cannotTell
	case token == "" && a.Error() == refusal && a.Text("refresh_token") == "" && a.Text("id_token") == "":
		return isRefused
	case token == "" || a.Status != http.StatusOK:
		return answered(a)
	case !shows:
		return goesOn
	}
	got, want := goesOn, http.StatusOK
	if !mayRead(gatetest.Claims(token)["permissions"]) {
		got, want = lacks, http.StatusForbidden
	}
	begun := time.Now()
	taken := func(status int, by func() int) bool {
		return outcomeOf(begun, 0, goesOn, func() outcome {
			switch by() {
			case status:
				return goesOn
			case http.StatusServiceUnavailable:
				return cannotTell
			}
			return isRefused
		}) == goesOn
	}
	if !taken(http.StatusOK, func() int { return guarded(r.verifier.RequireToken(), token) }) ||
		!taken(want, func() int { return guarded(r.verifier.RequirePermission("orders:read"), token) }) {
		return got + ", and an API answers its new token otherwise"
	}
	return got
}

// verified is what an API says to the access token that was given first.
func (r *row) verified() outcome {
	switch status := guarded(r.verifier.RequirePermission("orders:read"), r.access); status {
	case http.StatusOK:
		return goesOn
	case http.StatusUnauthorized:
		return isRefused
	case http.StatusServiceUnavailable:
		return cannotTell
	default:
		return outcome(fmt.Sprint("is answered ", status))
	}
}

func ofPage(p *gatetest.Page) outcome {
	switch where := landing(p); {
	case where == "code":
		return goesOn
	case p.Status == http.StatusServiceUnavailable:
		return cannotTell
	case p.Status > 499:
		return outcome("comes to the " + where)
	}
	return isRefused
}

// signsIn comes with the password, in a new browser.
func (r *row) signsIn(app *gatetest.Application) outcome {
	p := r.there.Browser().Get(app.AuthorizeURL())
	if p.Out == nil && p.URL.Path == "/signin" {
		p = p.Submit("email", r.person.Email, "password", r.person.Password)
	}
	return ofPage(p.Allow())
}

// atTheGate is a request through the gate, with the token of the principal.
func atTheGate(r *row) outcome { return r.asksGate(r.access) }

// atTheGateByKey is one with the key of a service account, or a person's token of their own.
func atTheGateByKey(r *row) outcome { return r.asksGate(r.text) }

func (r *row) asksGate(credential string) outcome {
	in := httptest.NewRequest(http.MethodGet, "/"+r.pattern.API, nil)
	in.Header.Set("Authorization", "Bearer "+credential)
	return r.through(in)
}

// atTheGateInABrowser is one with the cookie of the browser in which the person signed in.
func atTheGateInABrowser(r *row) outcome {
	in := httptest.NewRequest(http.MethodGet, "/"+r.pattern.API, nil)
	in.Header.Set("Cookie", "__Host-gatehouse_gate="+r.cookie)
	return r.through(in)
}

func (r *row) through(in *http.Request) outcome {
	in.Host = gateHost
	out := httptest.NewRecorder()
	r.there.Server.Gate().Handler.ServeHTTP(out, in)
	switch out.Code {
	case http.StatusOK:
		return goesOn
	case http.StatusUnauthorized, http.StatusForbidden:
		return isRefused
	case http.StatusServiceUnavailable:
		return cannotTell
	}
	return outcome(fmt.Sprint(out.Code))
}

// actsBy is a request of somebody of elsewhere who acts as the service account.
func actsBy(name string, shows func(r *row, in *http.Request)) use {
	return use{
		name: name, rests: []thing{thePrincipal, thePermission}, keeps: true, resumes: true,
		try: map[access.Kind]func(r *row) outcome{access.ServiceAccount: func(r *row) outcome {
			in := httptest.NewRequest(http.MethodGet, "/"+r.pattern.API, nil)
			shows(r, in)
			return r.through(in)
		}},
		not: map[access.Kind]string{access.User: noCaller, access.Client: noCaller},
	}
}

// gateHost is where the gate of the table is.
const gateHost = "gate.example.test"

// mostRows is how many rows the table may have: a partner speaks for each of them.
const mostRows = 300

// withGate has the configuration want a gate before an application that answers all that
// gets through.
func withGate(t *testing.T) func(*config.Config) {
	t.Helper()
	app, folder := newBehind(t), t.TempDir()
	var accounts []string
	for i := range mostRows {
		accounts = append(accounts, fmt.Sprintf("%s-%d", access.ServiceAccount, i))
	}
	must(t, os.WriteFile(filepath.Join(folder, "partner.yaml"), []byte(newPartner(t, folder).documents(accounts...)), 0o600))
	lasting := strings.NewReplacer("APP", streamtest.NewTalker(t).URL, "authorize: {api: gatehouse", "issuers: [self, partner]\n  authorize: {api: gatehouse")
	must(t, os.WriteFile(filepath.Join(folder, "lasting.yaml"), []byte(lasting.Replace(lastingRoutes)), 0o600))
	writeRoutes(t, folder, app, `apiVersion: gatehouse/v1
kind: Upstream
metadata: {id: app}
spec: {targets: ["APP"]}
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: shop}
spec:
  match: {hosts: [gate.example.test], paths: ["/shop"], methods: [GET]}
  authn: [session, bearer]
  authorize: {api: shop, permission: "orders:read"}
  upstream: app
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: gatehouse}
spec:
  match: {hosts: [gate.example.test], paths: ["/gatehouse"], methods: [GET]}
  authn: [bearer, mtls]
  issuers: [self, partner]
  opaque: partner
  client_ca: devices
  authorize: {api: gatehouse, permission: "decisions:read"}
  upstream: app
`+pageRoutes)
	return withRoutes(folder)
}
