package signin

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gatehouse/flow"
	"gatehouse/secret"
)

func TestSignInWithoutAnApplicationLeadsToTheAccount(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		"": "/account", "?return_to=/account/security": "/account/security", "?return_to=//evil.example": "/account",
	} {
		h := &house{decision: flow.StepSignIn}
		b := newBrowser(t, h)
		delete(b.jar, "gatehouse_browser")
		leadsTo(t, b.get("/signin"+query), "/signin?i=int_new")
		if got := h.asks[len(h.asks)-1]; got.ReturnTo != want || got.Client != "" {
			t.Errorf("%q asks for %+v", query, got)
		}
		if b.jar["gatehouse_browser"] == "" || h.refs[0].Browser != b.jar["gatehouse_browser"] {
			t.Errorf("the sign-in is bound to %q, the browser holds %q", h.refs[0].Browser, b.jar["gatehouse_browser"])
		}
	}
}

func TestSignInOfWhoIsSignedInGoesOnAtOnce(t *testing.T) {
	t.Parallel()
	h := &house{decision: flow.StepIssue}
	leadsTo(t, newBrowser(t, h).get("/signin?return_to=/account/apps"), "/account/apps")
	if len(h.calls) > 0 {
		t.Errorf("calls %q", h.calls)
	}
}

// Before anybody is there nobody can sign in: the page that says where the set-up link is comes
// instead.
func TestSignInBeforeTheSetUpLeadsToWhereItsLinkIs(t *testing.T) {
	t.Parallel()
	h := &house{decision: flow.StepSignIn, nobody: true}
	leadsTo(t, newBrowser(t, h).get("/signin?return_to=/account/apps"), "/")
	if len(h.calls) > 0 {
		t.Errorf("calls %q", h.calls)
	}
}

// Security checklist R05.
func TestReturnPathNeverLeavesThisHost(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		"", "account", "//evil.example", "///evil.example", "////evil", `/\evil.example`, `/\/evil`, `\\evil.example`, `\/evil`, "/\t/evil.example", "/\n/evil",
		"/%09/evil.example", "/%0a/evil", "/%0d%0aLocation:evil", "/%5cevil.example", "/%5Cevil", "/%2f/evil.example", "/%2Fevil", "/a//evil", "/a/..//evil",
		"/../evil", "/..", "/%2e%2e/evil", "https://evil.example", "https:evil.example", "https:/evil.example", "HTTPS://evil", "javascript:alert(1)", "JaVaScRiPt:alert(1)",
		"data:text/html,x", "@evil.example", "/ /evil", " //evil", "/\x00/evil", "/\u2028/evil", "/\u3002evil", "/％2fevil", "/account\r\nSet-Cookie: a=b",
		"/account?next=//evil.example", "/%zz", "?x", "#x", "." + "/a", strings.Repeat("/a", 2000),
	} {
		if got := ReturnPath(bad); got != "/account" {
			t.Errorf("ReturnPath(%q) = %q", bad, got)
		}
	}
	for _, good := range []string{"/", "/account", "/account/security?done=enrol", "/account/apps#a", "/a%20b", "/account/security/"} {
		if got := ReturnPath(good); got != good {
			t.Errorf("ReturnPath(%q) = %q", good, got)
		}
	}
}

func FuzzReturnPath(f *testing.F) {
	for _, seed := range []string{"/account", "//evil", `/\evil`, "/%09/evil", "https:evil", "/a?b=c#d", "/%2e%2e//x", "/.//x"} {
		f.Add(seed)
	}
	base, err := url.Parse("https://id.example.com/signin")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, path string) {
		got := ReturnPath(path)
		if got != path && got != "/account" {
			t.Fatalf("ReturnPath(%q) = %q: it must take a path as it is or not at all", path, got)
		}
		// What browsers do before they read a URL (WHATWG URL, basic parser).
		read := strings.Map(func(r rune) rune {
			switch r {
			case '\t', '\n', '\r':
				return -1
			case '\\':
				return '/'
			}
			return r
		}, strings.TrimFunc(got, func(r rune) bool { return r <= ' ' }))
		to, err := base.Parse(read)
		if err != nil {
			t.Fatalf("ReturnPath(%q) = %q: %v", path, got, err)
		}
		if to.Scheme != "https" || to.Host != "id.example.com" || to.User != nil || strings.HasPrefix(to.Path, "//") {
			t.Fatalf("ReturnPath(%q) = %q leads to %s", path, got, to)
		}
	})
}

func TestSignOutAsksFirstAndThenEndsTheSession(t *testing.T) {
	t.Parallel()
	h := &house{live: true}
	b := newBrowser(t, h)
	b.jar["gatehouse_session"] = secret.Token(32)

	wants(t, b.get("/signout"), 200, "Sign out?", "ada@example.com", `name="form_token"`)
	if len(h.ended) > 0 {
		t.Fatal("looking at the page ended the session")
	}
	leadsTo(t, b.post("/signout"), "/signout")
	if len(h.ended) != 1 || h.ended[0] != "ses_a" || b.jar["gatehouse_session"] != "" {
		t.Errorf("ended %v, cookie %q", h.ended, b.jar["gatehouse_session"])
	}
	wants(t, b.get("/signout"), 200, "You are signed out")
	leadsTo(t, b.post("/signout"), "/signout")
	if len(h.ended) != 1 {
		t.Errorf("the second click ended %v", h.ended)
	}
}

// Who is told that they are signed out leaves the machine to others.
func TestASignOutThatFailedIsNotSaidToBeOne(t *testing.T) {
	t.Parallel()
	h := &house{live: true, stays: errors.New("the disk is full")}
	b := newBrowser(t, h)
	token := secret.Token(32)
	b.jar["gatehouse_session"] = token
	if w := b.post("/signout"); w.Code != http.StatusInternalServerError || b.jar["gatehouse_session"] != token {
		t.Errorf("answered %d, leading to %q; the cookie is %q", w.Code, w.Header().Get("Location"), b.jar["gatehouse_session"])
	}
}

func TestASignInThatBeginsAnewKeepsAllOfItsWay(t *testing.T) {
	t.Parallel()
	const back = "/account/security?done=enrol&more=a+b"
	again, err := url.Parse(goesAgain(flow.Entry{Interaction: flow.Interaction{Ask: flow.Ask{ReturnTo: back}}}))
	if err != nil || again.Path != "/signin" || again.Query().Get("return_to") != back {
		t.Errorf("it leads to %v, %v", again, err)
	}
}
