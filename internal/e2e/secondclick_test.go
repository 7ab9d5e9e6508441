package e2e

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"gatehouse/audit"
	"gatehouse/house"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/secret"
)

// slow is an application that takes its time to answer.
func slow(w http.ResponseWriter, r *http.Request) {
	select {
	case <-time.After(700 * time.Millisecond):
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<p id="arrived">You are in</p>`)
	case <-r.Context().Done():
	}
}

// Two clicks 400 ms apart, while the application takes its time: the person arrives
// there, with the page's guard and without scripts.
func TestDoubleClickArrivesAtASlowApplication(t *testing.T) {
	t.Parallel()
	r := startDemo(t)
	for name, noScripts := range map[string]bool{"with scripts": false, "without scripts": true} {
		t.Run(name, func(t *testing.T) {
			app := httptest.NewServer(http.HandlerFunc(slow))
			t.Cleanup(app.Close)
			b := newTab(t)
			if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: noScripts}); err != nil {
				t.Fatalf("switch scripts: %v", err)
			}
			b.open(r.issuer + "/oauth2/authorize?" + r.register(app.URL+"/cb").Encode())
			p := r.person("bob")
			b.fill("email", p.Email)
			b.fill("password", p.Password)
			b.twice("#submit", 0)
			b.see("#allow")
			b.twice("#allow", 400*time.Millisecond)
			b.says("#arrived", "You are in")
			if at := b.location(); !strings.HasPrefix(at, app.URL+"/cb?") {
				t.Errorf("the browser stands at %s", at)
			}
			b.until("the application's page is loaded", "document.readyState === 'complete'")
			b.once("go back", "history.back()")
			b.until("it shows the sign-in again", "location.pathname === '/consent' && document.readyState === 'complete'")
			b.once("load the page again", "location.reload()")
			b.says("#continue", "Continue to Slow")
			b.fits("finished")
		})
	}
}

// A request that is too long for an address, posted from the application's own page:
// the browser comes by GET, with its cookies, and the sign-in is shown right there.
func TestLongRequestThatIsPostedSignsIn(t *testing.T) {
	t.Parallel()
	r := startDemo(t)
	var request url.Values
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, in *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if in.URL.Path == "/cb" {
			fmt.Fprint(w, `<p id="arrived">You are in</p>`)
			return
		}
		fmt.Fprintf(w, `<form method="post" action="%s/oauth2/authorize">`, r.issuer)
		for name := range request {
			fmt.Fprintf(w, `<input type="hidden" name="%s" value="%s">`, name, html.EscapeString(request.Get(name)))
		}
		fmt.Fprint(w, `<button id="go">Sign in</button></form>`)
	}))
	t.Cleanup(app.Close)
	request = r.register(app.URL + "/cb")
	request.Set("claims", `{"userinfo":{"`+secret.Token(4500)+`":null}}`)
	b := newTab(t)
	b.open(app.URL)
	b.follow("#go")
	b.signIn(r.person("bob"))
	b.follow("#allow")
	b.says("#arrived", "You are in")
}

// register makes an application that is answered at redirect, and returns its request.
func (r *running) register(redirect string) url.Values {
	r.t.Helper()
	ctx := context.Background()
	h, err := house.Open(ctx, r.cfg, quiet())
	if err != nil {
		r.t.Fatal(err)
	}
	defer h.Close()
	c := oauth.Client{
		ID: id.Client(fmt.Sprintf("slow-%d", time.Now().UnixNano())), Name: "Slow", AuthMethod: oauth.AuthBasic, RedirectURIs: []string{redirect},
		GrantTypes: []string{oauth.GrantCode}, Scopes: []string{"openid", "email"},
	}
	if c, _, err = h.OAuth.CreateClient(ctx, audit.Actor{Kind: audit.Console}, c); err != nil {
		r.t.Fatal(err)
	}
	return url.Values{
		"client_id": {string(c.ID)}, "redirect_uri": {redirect}, "response_type": {"code"}, "scope": {"openid email"}, "nonce": {"0123456789"}, "state": {"s"},
	}
}

// twice clicks where the element is, and again there after a while. It waits for the
// whole page first: a form that leaves a page which still loads takes that page's place
// in the history (HTML, form submission), and the way back is another one.
func (b *tab) twice(css string, apart time.Duration) {
	b.t.Helper()
	b.see(css)
	b.until("the page is loaded", "document.readyState === 'complete'")
	box, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]float64](fmt.Sprintf(
		"(r => [r.x + r.width / 2, r.y + r.height / 2])(document.querySelector(%q).getBoundingClientRect())", css)))
	if err != nil {
		b.t.Fatalf("find %s: %v", css, err)
	}
	b.do("click "+css, chromedp.MouseClickXY(box[0], box[1]))
	time.Sleep(apart) // a person's hand
	b.do("click again where it was", chromedp.MouseClickXY(box[0], box[1]))
}
