package housetest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/gatetest"
)

// visitor is a browser before the gate: it keeps the cookies of each host apart, and has
// one of the issuer beside them.
type visitor struct {
	t    *testing.T
	gate *gatetest.Gate
	*gatetest.Browser
	jars map[string]map[string]string
	more []string // headers that go with each page
}

func newVisitor(t *testing.T, g *gatetest.Gate, b *gatetest.Browser) *visitor {
	t.Helper()
	return &visitor{t: t, gate: g, Browser: b, jars: map[string]map[string]string{}}
}

// opens is what a browser says of somebody who opens a page.
var opens = []string{"Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document", "Sec-Fetch-Site: none", "Accept: text/html"}

// sends is what it says of a form on a page of the same host.
var sends = []string{"Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document", "Sec-Fetch-Site: same-origin", "Accept: text/html"}

// ask sends a request to the gate, with the cookies of its host, and keeps those that come.
func (v *visitor) ask(method, target string, header ...string) *http.Response {
	v.t.Helper()
	return v.sendsBody(method, target, "", header...)
}

// sendForm sends a form of a page of the same host.
func (v *visitor) sendForm(target string, form url.Values) *http.Response {
	v.t.Helper()
	return v.sendsBody("POST", target, form.Encode(), plus(sends, "Content-Type: application/x-www-form-urlencoded")...)
}

func (v *visitor) sendsBody(method, target, body string, header ...string) *http.Response {
	v.t.Helper()
	u, err := url.Parse(target)
	must(v.t, err)
	in := httptest.NewRequest(method, u.RequestURI(), strings.NewReader(body))
	in.Host = u.Host
	jar := v.jars[u.Hostname()]
	for name, value := range jar {
		in.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	for _, h := range header {
		name, value, _ := strings.Cut(h, ": ")
		in.Header.Add(name, value)
	}
	out := httptest.NewRecorder()
	v.gate.Server.Gate().Handler.ServeHTTP(out, in)
	if jar == nil {
		jar = map[string]string{}
		v.jars[u.Hostname()] = jar
	}
	answer := out.Result()
	for _, c := range answer.Cookies() {
		if jar[c.Name] = c.Value; c.MaxAge < 0 {
			delete(jar, c.Name)
		}
	}
	return answer
}

// open opens a page.
func (v *visitor) open(target string) *http.Response {
	v.t.Helper()
	return v.ask("GET", target, plus(opens, v.more...)...)
}

// led opens a page, is led to the issuer, and signs in there if it must, and is led back to
// the gate, where it is not yet; callback is that address.
func (v *visitor) led(target string, who *gatetest.Person) (callback string) {
	v.t.Helper()
	return v.signsIn(v.open(target), who)
}

func (v *visitor) signsIn(answer *http.Response, who *gatetest.Person) (callback string) {
	v.t.Helper()
	to := answer.Header.Get("Location")
	if answer.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, gatetest.Issuer+"/gate?t=") {
		v.t.Fatalf("%d, to %q: %s", answer.StatusCode, to, said(answer))
	}
	p := v.Get(to)
	if p.Out == nil && p.URL.Path == "/signin/factor" {
		p = p.Submit("code", who.Code())
	}
	if p.Out == nil {
		p = p.SignIn(who)
	}
	if p.Out == nil || p.Out.Path != "/.gatehouse/callback" {
		v.t.Fatalf("the browser stands at %s (%d) and was not led back: %s", p.URL, p.Status, p.Body)
	}
	return p.Out.String()
}

// enter is led, and comes back to where it wanted to go.
func (v *visitor) enter(target string, who *gatetest.Person) {
	v.t.Helper()
	answer := v.open(v.led(target, who))
	u, err := url.Parse(target)
	must(v.t, err)
	if to := answer.Header.Get("Location"); answer.StatusCode != http.StatusSeeOther || to != u.RequestURI() {
		v.t.Fatalf("%d, to %q, want %q: %s", answer.StatusCode, to, u.RequestURI(), said(answer))
	}
}

func said(answer *http.Response) string {
	body, _ := io.ReadAll(answer.Body) // of a recorder
	return string(body)
}

// cookie is the visitor's session at a host behind the gate.
func (v *visitor) cookie(host string) string { return v.jars[host]["__Host-gatehouse_gate"] }

// cookieOf returns the header of a cookie of that name.
func cookieOf(name, value string) string { return "Cookie: " + name + "=" + value }

// plus returns headers with more.
func plus(header []string, more ...string) []string { return slices.Concat(header, more) }
