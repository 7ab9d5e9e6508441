package e2e

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"gatehouse/demo"
	"gatehouse/oauth"
)

// focused waits until the element with the id has the focus.
func (b *tab) focused(id string) {
	b.t.Helper()
	b.until(id+" has the focus", fmt.Sprintf("document.activeElement.id === %q", id))
}

// key presses one key where the focus is.
func (b *tab) key(keys string) {
	b.t.Helper()
	b.do("press a key", chromedp.KeyEvent(keys))
}

// reload loads the page again, and posts again what it was the answer to.
func (b *tab) reload() {
	b.t.Helper()
	b.do("load the page again", chromedp.Reload())
}

func TestAWrongPasswordIsMendedWithoutTheMouse(t *testing.T) {
	t.Parallel()
	r := startDemo(t)
	bob := r.person("bob")
	b := newTab(t)
	b.open(r.app + "/login")
	b.focused("email")
	b.fill("email", bob.Email)
	b.fill("password", "not the password")
	b.follow("#submit")
	b.says("#password-problem", "Email or password is wrong.")
	b.focused("password")
	b.until("the email is as it was", fmt.Sprintf("document.getElementById('email').value === %q && !document.getElementById('email').ariaInvalid", bob.Email))
	b.until("nothing is said above the form", "document.getElementById('alert') === null")
	b.until("the address keeps the sign-in", "location.pathname === '/signin' && location.search.startsWith('?i=')")
	b.fits("wrong-password")
	b.accessible("wrong password", "#password-problem")

	b.focused("password")
	b.key(bob.Password)
	b.key("\t")
	b.until("Show comes after the password", "document.activeElement.textContent.trim() === 'Show'")
	b.key(" ")
	b.until("it tells that the password shows",
		"document.activeElement.textContent.trim() === 'Hide' && document.activeElement.ariaLabel === 'Hide Password' && document.getElementById('password').type === 'text'")
	b.key("\t")
	b.focused("submit")
	b.key("\r")
	b.see("#allow")
}

func TestCapsLockIsSaidBesideThePassword(t *testing.T) {
	t.Parallel()
	r := startDemo(t)
	b := newTab(t)
	b.open(r.app + "/login")
	b.see("#password")
	press := func(lock bool) {
		b.once("press a key", fmt.Sprintf("document.getElementById('password').dispatchEvent(new KeyboardEvent('keydown', {key: 'A', modifierCapsLock: %v}))", lock))
	}
	height := "document.querySelector('main').offsetHeight"
	b.until("the height is noted", "(document.body.dataset.was = "+height+") > 0")
	press(true)
	b.says("[data-caps=password]", "Caps Lock is on")
	b.until("nothing jumps", "String("+height+") === document.body.dataset.was")
	b.fits("caps-lock")
	b.accessible("caps lock", "#password")
	press(false)
	b.until("it is not said any more", "document.querySelector('[data-caps=password]').textContent === ''")
}

// The codes that somebody has just stored must go on working, whatever they do to
// the page that showed them.
func TestReloadingRecoveryCodesKeepsThem(t *testing.T) {
	t.Parallel()
	r := startDemo(t)
	ada := r.person("ada")
	b := newTab(t)
	b.open(r.issuer + "/account/security/recovery")
	b.signIn(ada)
	b.fill("code", code(t, ada.TOTP))
	b.follow("#submit")
	b.follow("#submit")
	b.see("[data-testid=codes]")
	stored := strings.Fields(b.text("[data-testid=codes]"))
	if len(stored) != 10 {
		t.Fatalf("the codes are %q", stored)
	}
	b.reload()
	b.see("[data-testid=shown]")
	b.fits("codes-shown")
	b.accessible("codes were shown", "[data-testid=shown]")

	fresh := newTab(t)
	fresh.open(r.issuer + "/account")
	fresh.signIn(ada)
	fresh.follow("#recovery-code")
	fresh.fits("recovery")
	fresh.accessible("recovery", "#recovery_code")
	fresh.fill("recovery_code", stored[0])
	fresh.follow("#submit")
	fresh.says("body", "Ada Example")

	b.follow("#submit") // the button that says so makes others
	b.see("[data-testid=codes]")
	if again := strings.Fields(b.text("[data-testid=codes]")); len(again) != 10 || again[0] == stored[1] {
		t.Errorf("the button makes %q", again)
	}
}

// longScope is longer than a phone is wide, and has nowhere to break.
const longScope = "https://api.example.test/auth/orders.readwrite.everything.all.the.time"

func TestSignInPagesFitEveryWindow(t *testing.T) {
	t.Parallel()
	r := startDemo(t)
	r.widen()
	bob, b := r.person("bob"), newTab(t)
	page := func(name, address, css string) {
		t.Helper()
		b.open(address)
		b.see(css)
		b.fits(name)
		b.accessible(name, css)
	}
	wrong := r.issuer + "/oauth2/authorize?" + url.Values{
		"client_id": {string(demo.ClientID)}, "response_type": {"code"}, "scope": {"openid"}, "redirect_uri": {"http://127.0.0.1:9999/" + strings.Repeat("callback", 20)},
	}.Encode()

	page("signed-out", r.issuer+"/signout", "[data-testid=signed-out]")
	page("problem", r.issuer+"/problems/flow.expired", "[data-testid=group]")
	page("not-found", r.issuer+"/"+strings.Repeat("nowhere", 20), "[data-testid=error-title]")
	page("wrong-address", wrong, "[data-testid=mend]")
	b.says("h1", "Return address not registered")
	b.press("summary")
	b.see("[data-testid=received]")
	b.fits("wrong-address-open")
	b.accessible("wrong address, unfolded", "[data-testid=received]")
	page("not-registered", r.issuer+"/oauth2/authorize?client_id=nobody&response_type=code", "[data-testid=mend]")
	b.says("h1", "Application not registered")

	b.open(r.issuer + "/oauth2/authorize?" + r.asks("openid email "+longScope).Encode())
	b.see("#password")
	b.follow("#forgot")
	b.fits("help")
	b.accessible("help", "[data-testid=help]")
	b.follow("#back")
	b.signIn(bob)
	b.says("h1", "wants to use your account")
	b.fits("consent-access")
	b.accessible("consent to access", "#allow")
	b.open(r.issuer + "/oauth2/authorize?" + r.asks("openid email").Encode())
	b.says("h1", "Sign in to")
	page("select", r.issuer+"/oauth2/authorize?"+r.asks("openid", "prompt", "select_account").Encode(), "#other")
	page("again", r.issuer+"/oauth2/authorize?"+r.asks("openid", "prompt", "login").Encode(), "#notyou")
	page("sign-out", r.issuer+"/signout", "#stay")
}

// asks are the parameters of a request of the demo's client, more of them in pairs.
func (r *running) asks(scope string, more ...string) url.Values {
	v := url.Values{
		"client_id": {string(demo.ClientID)}, "response_type": {"code"}, "scope": {scope}, "redirect_uri": {r.app + "/callback"},
		"code_challenge": {strings.Repeat("A", 43)}, "code_challenge_method": {"S256"},
	}
	for i := 0; i < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return v
}

// widen lets the demo's client ask for a scope of its own.
func (r *running) widen() {
	r.t.Helper()
	r.changeClient(func(c *oauth.Client) { c.Scopes = append(c.Scopes, longScope) })
}
