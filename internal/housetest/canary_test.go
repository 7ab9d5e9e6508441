package housetest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/identity"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// canaries are secrets that must turn up nowhere, by what they are.
type canaries map[string]string

// add takes a secret; one and the same may have two names.
func (c canaries) add(name, secret string) {
	for n := 1; ; n++ {
		full := fmt.Sprint(name, " ", n)
		if _, taken := c[full]; !taken {
			c[full] = secret
			return
		}
	}
}

// find returns the names of those that stand in text. Short ones, the codes of
// an authenticator, count only where they stand by themselves.
func (c canaries) find(text string) (names []string) {
	for name, secret := range c {
		if secret == "" {
			continue
		}
		if len(secret) > 8 && strings.Contains(text, secret) ||
			len(secret) <= 8 && regexp.MustCompile(`(^|[^0-9A-Za-z])`+regexp.QuoteMeta(secret)+`($|[^0-9A-Za-z])`).MatchString(text) {
			names = append(names, name)
		}
	}
	return names
}

// comesBack reports whether a form that is shown again must hold the thing: its
// own token, what it is about, and the name that was typed.
func comesBack(name string) bool {
	for _, thing := range []string{"form token", "set-up link", "TOTP secret", "password in the wrong field"} {
		if strings.HasPrefix(name, thing+" ") {
			return true
		}
	}
	return false
}

var recoveryOnPage = regexp.MustCompile(`[0-9A-Z]{6}(-[0-9A-Z]{6}){3}`)

// After a life with everything in it, from set-up to deletion, no
// secret stands in the log, in an event, in an error, or in the database's files.
func TestSecretsTurnUpNowhere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := gatetest.New(t)
		ctx := context.Background()
		found := canaries{}
		var errorBodies []string
		var mu sync.Mutex
		g.Watch = func(seen gatetest.Seen) {
			mu.Lock()
			defer mu.Unlock()
			for _, c := range (&http.Response{Header: seen.Header}).Cookies() {
				found.add("cookie "+c.Name, c.Value)
			}
			if seen.Status < 400 {
				return
			}
			headers, err := json.Marshal(seen.Header)
			must(t, err)
			errorBodies = append(errorBodies, seen.Request.URL.Path+"\n"+string(headers)+"\n"+seen.Body)
		}
		pause := func() { time.Sleep(time.Minute); g.Settle() }

		// Set-up, by the link, with a mistake.
		link, _, err := g.House.Identity.SetupLink(ctx, gatetest.Console, true)
		must(t, err)
		found.add("set-up link", link)
		found.add("weak password", "weakling")
		found.add("administrator's password", "canary of the administrator")
		b := g.Browser()
		page := b.Get("/setup").Submit("token", link, "email", "root@example.test", "password", "weakling")
		page = page.Submit("token", link, "email", "root@example.test", "password", "canary of the administrator").At("/signin/enrol")
		g.Browser().Post("/setup", url.Values{"token": {link}, "email": {"eve@example.test"}, "password": {"canary of the administrator"}})

		// Sign-in with a wrong password elsewhere; and enrolment, which administrators must.
		mistaken := g.Browser().Get("/signin?return_to=/account").Submit("email", "root@example.test", "password", "canary that is wrong").Is(http.StatusUnprocessableEntity)
		found.add("wrong password", "canary that is wrong")
		mistaken.Submit("email", "a canary in the wrong field", "password", "x")
		found.add("password in the wrong field", "a canary in the wrong field")
		secret := ""
		for _, m := range keyOnPage.FindAllStringSubmatch(page.Body, -1) {
			secret += m[1]
		}
		found.add("TOTP secret", secret)
		found.add("wrong code", "804713")
		page.Submit("code", "804713")
		code := gatetest.CodeFor(t, secret, time.Now())
		found.add("enrolment code", code)
		page = page.Submit("code", code).Says("Your recovery codes")
		recovery := recoveryOnPage.FindAllString(page.Body, -1)
		if len(recovery) != 10 {
			t.Fatalf("%d recovery codes on the page", len(recovery))
		}
		for _, c := range recovery {
			found.add("recovery code", c)
			found.add("recovery code, cleaned", strings.ReplaceAll(c, "-", ""))
		}
		root := &gatetest.Person{Email: "root@example.test", Password: "canary of the administrator", Secret: secret}

		// What the command line does.
		found.add("person's password", "canary of a person of the console")
		u, err := g.House.Identity.Create(ctx, gatetest.Console, identity.User{Email: "ada@example.test", Name: "Ada"}, "canary of a person of the console")
		must(t, err)
		found.add("password that is set", "canary that the operator has set")
		must(t, g.House.Identity.SetPassword(ctx, gatetest.Console, u.ID, 0, "canary that the operator has set"))
		app := g.App("web")
		found.add("client secret", app.Secret)
		_, next, err := g.House.OAuth.RotateSecret(ctx, gatetest.Console, app.ID)
		must(t, err)
		app.Secret = next
		found.add("client secret", app.Secret)
		g.Settle()

		// Codes and tokens, rightly and wrongly used.
		keep := func(a gatetest.Answer) gatetest.Answer {
			for _, name := range []string{"access_token", "refresh_token", "id_token"} {
				found.add(name, a.Text(name))
			}
			return a
		}
		pause()
		b = g.Browser()
		page = b.Get(app.AuthorizeURL("scope", "openid email offline_access")).At("/signin").Submit("email", root.Email, "password", root.Password).At("/signin/factor")
		page.Submit("code", "804713")
		b.Get("/signin/recovery?i="+page.URL.Query().Get("i")).Submit("recovery_code", recovery[0])
		page = b.Get("/consent?i="+page.URL.Query().Get("i")).At("/consent").Press("", "allow")
		authorization := page.SentTo(gatetest.RedirectURI).Get("code")
		found.add("authorization code", authorization)
		found.add("verifier", gatetest.Verifier)
		wrong := *app
		wrong.Secret = "gatehouse_cs_a-canary-that-was-never-a-secret"
		found.add("wrong client secret", wrong.Secret)
		wrong.Exchange(authorization)
		app.Exchange(authorization, "code_verifier", gatetest.Verifier+"-wrong")
		first := keep(app.Exchange(authorization))
		second := keep(app.Refresh(first.Text("refresh_token")))
		third := keep(app.Refresh(second.Text("refresh_token")))
		g.Userinfo(third.Text("access_token"))
		g.Userinfo(third.Text("access_token") + "x")
		g.Userinfo(third.Text("refresh_token"))
		wrong.Introspect(third.Text("access_token"))
		app.Introspect(third.Text("refresh_token"))
		wrong.Revoke(third.Text("refresh_token"))
		app.Refresh(third.Text("refresh_token"), "scope", "openid everything")
		b.Get(app.AuthorizeURL("id_token_hint", third.Text("id_token")+"x"))
		b.Get(app.AuthorizeURL("id_token_hint", third.Text("id_token"), "prompt", "none"))
		for _, token := range []string{third.Text("access_token"), third.Text("refresh_token"), authorization} {
			b.Get("/oauth2/userinfo?access_token=" + token)
			b.Get("/oauth2/token?refresh_token=" + token)
			b.Get("/callback?code=" + token)
			g.PostForm("/oauth2/token?code="+token, "web", app.Secret, url.Values{"grant_type": {"authorization_code"}})
			g.PostForm("/oauth2/token", "web", app.Secret, url.Values{"grant_type": {token}, token: {"x"}})
		}
		app.Revoke(third.Text("access_token"))
		app.Refresh(first.Text("refresh_token")) // a replay
		app.Exchange(authorization)              // and another
		app.Revoke(third.Text("refresh_token"))

		// A client that authenticates by a key.
		key := newClientKey(t)
		g.App("robot", func(c *oauth.Client) {
			c.AuthMethod, c.JWKS, c.GrantTypes, c.RedirectURIs = oauth.AuthPrivateKey, key.jwks(t), []string{oauth.GrantClient}, nil
		})
		assertion := key.sign(t, claimsFor("robot"), nil)
		found.add("client assertion", assertion)
		for range 2 {
			keep(assertionAuth(assertion).post(g, "/oauth2/token", url.Values{"grant_type": {"client_credentials"}}))
		}

		// The account: password, recovery codes, second factor, sign-out.
		found.add("new password", "canary that a person has chosen")
		b.Get("/account/password").Submit("password", "canary that is wrong", "new_password", "canary that a person has chosen")
		b.Get("/account/password").Submit("password", root.Password, "new_password", "weakling")
		b.Get("/account/password").Submit("password", root.Password, "new_password", "canary that a person has chosen").Says("Your password is changed")
		root.Password = "canary that a person has chosen"
		pause()
		page = b.Get("/account/security/recovery")
		if page.URL.Path != "/account/security/recovery" {
			page = page.SignIn(root)
		}
		page = page.At("/account/security/recovery").Press("", "submit").Says("Your recovery codes")
		for _, c := range recoveryOnPage.FindAllString(page.Body, -1) {
			found.add("new recovery code", c)
		}
		out := b.Get("/signout")
		found.add("form token", formToken(out))
		b.Post("/signout", url.Values{"form_token": {formToken(out)}})
		b.Get("/oauth2/logout?id_token_hint=" + first.Text("id_token") + "&post_logout_redirect_uri=https://evil.example.test/")
		must(t, g.House.Identity.Delete(ctx, gatetest.Console, u.ID))

		// A failing store, whose errors are the longest.
		db := underneath(t, g)
		mustExec(t, db, "ALTER TABLE refresh_families RENAME TO lost")
		app.Refresh(third.Text("refresh_token"))
		app.Introspect(third.Text("refresh_token"))
		app.Revoke(third.Text("refresh_token"))
		mustExec(t, db, "ALTER TABLE lost RENAME TO refresh_families")

		if len(found) < 60 || len(errorBodies) < 25 {
			t.Fatalf("the life was too quiet: %d secrets, %d errors", len(found), len(errorBodies))
		}
		for n, body := range errorBodies {
			for _, name := range found.find(body) {
				if !comesBack(name) {
					t.Errorf("the %s stands in error %d of %s", name, n, strings.SplitN(body, "\n", 2)[0])
				}
			}
		}
		places := map[string]string{"the log": g.Log.String()}
		for _, e := range eventsOf(t, g, "") {
			text, err := json.Marshal(e)
			must(t, err)
			places["the event "+string(e.Action)+" "+string(e.ID)] = string(text)
		}
		for what, text := range places {
			for _, name := range found.find(text) {
				t.Errorf("the %s stands in %s", name, what)
			}
		}
		files, err := filepath.Glob(strings.TrimPrefix(g.House.Config.Store.URL, "sqlite:") + "*")
		must(t, err)
		for _, file := range files {
			content, err := os.ReadFile(file)
			must(t, err)
			for name, secret := range found {
				// The codes of an authenticator are numbers like many others.
				if len(secret) > 8 && bytes.Contains(content, []byte(secret)) {
					t.Errorf("the %s stands in %s", name, filepath.Base(file))
				}
			}
		}
	})
}
