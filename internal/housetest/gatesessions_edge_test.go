package housetest

import (
	"net/http"
	"strings"
	"testing"

	"gatehouse/id"
	"gatehouse/internal/gatetest"
	"gatehouse/proxy"
)

// A browser signs in through another proxy as at the gate itself: what the gate says goes
// to it by the proxy, and the gate's own pages are asked for through it.
func TestABrowserSignsInThroughAnotherProxy(t *testing.T) {
	t.Parallel()
	g := newEdged(t)
	for d := range dialects {
		ask := func(method string, header ...string) (status int, answer http.Header) {
			t.Helper()
			status, answer, _ = g.send(t, "GET", "gate.internal", proxy.EdgePath+string(d), edgeAsks(d, method, "shop.example.test", "/orders/42?page=2", header...)...)
			return status, answer
		}
		v := newVisitor(t, g.Gate, g.Browser())
		_, answer := ask("GET", opens...)
		to := answer.Get("Location") + answer.Get(proxy.HeaderLocation)
		cookies := http.Header{"Set-Cookie": append(answer["Set-Cookie"], answer["X-Gatehouse-Set-Cookie-1"]...)}
		if !strings.HasPrefix(to, gatetest.Issuer+"/gate?t=") || len(cookies["Set-Cookie"]) != 1 {
			t.Fatalf("%s: %v", d, answer)
		}
		nonce := (&http.Response{Header: cookies}).Cookies()[0]
		v.jars["shop.example.test"] = map[string]string{nonce.Name: nonce.Value}
		p := v.Get(to)
		if p.Out == nil {
			p = p.SignIn(g.ada)
		}
		if back := v.open(p.Out.String()); back.StatusCode != http.StatusSeeOther || back.Header.Get("Location") != "/orders/42?page=2" {
			t.Fatalf("%s: %d %v", d, back.StatusCode, back.Header)
		}
		cookie := cookieOf("__Host-gatehouse_gate", v.cookie("shop.example.test"))
		status, answer := ask("GET", plus(opens, cookie+"; theme=dark")...)
		if status != http.StatusNoContent || answer.Get("Cookie") != "theme=dark" {
			t.Fatalf("%s: %d %v", d, status, answer)
		}
		claims := g.verified(t, seenRequest{Header: http.Header{"X-Gatehouse-Jwt": answer["X-Gatehouse-Jwt"]}}, "app")
		if claims.Subject != string(g.ada.ID) || !claims.May("shop/orders:read") {
			t.Errorf("%s: %+v", d, claims)
		}
		for name, header := range map[string][]string{
			"another site": {"Sec-Fetch-Site: cross-site", cookie}, "of another origin": {"Origin: https://evil.test", cookie}, "that says nothing": {cookie},
		} {
			if status, answer := ask("POST", header...); status != http.StatusForbidden {
				t.Errorf("%s, %s: %d %v", d, name, status, answer)
			}
		}
		if status, answer := ask("GET", bearer("x"), cookie); status != http.StatusUnauthorized {
			t.Errorf("%s, beside a bad token: %d %v", d, status, answer)
		}
		must(t, g.House.Sessions.End(t.Context(), gatetest.Console, id.Session(claims.Session), "over"))
		if status, answer := ask("GET", cookie); status != http.StatusUnauthorized {
			t.Errorf("%s, signed out: %d %v", d, status, answer)
		}
	}
	// No proxy is led to the gate's own pages by asking about them.
	for _, path := range []string{"/.gatehouse/sign-in", "/.gatehouse/callback?code=x", "/.gatehouse/sign-out"} {
		for d := range dialects {
			if status, _, body := g.ask(t, d, "GET", "shop.example.test", path, opens...); status != http.StatusNotFound {
				t.Errorf("%s, %s: %d %s", d, path, status, body)
			}
		}
	}
}
