package view

import (
	"net/url"
	"testing"
	"time"

	"gatehouse/fault"
	"gatehouse/web"
)

// Samples are the pages that every door may show.
func Samples(*testing.T) map[string]Page {
	at := time.Date(2026, 3, 1, 12, 4, 0, 0, time.UTC)
	return map[string]Page{
		"sign out":            signOut{SignOutPage: web.SignOutPage{Email: "alice@example.com", FormToken: "form-token"}, path: "/signout"},
		"sign out, app":       signOut{SignOutPage: web.SignOutPage{AppName: "Grafana", FormToken: "form-token", FormAction: "https://grafana.example.com"}, path: "/oauth2/logout"},
		"signed out":          signedOut{AppName: "Grafana", AppURL: "https://grafana.example.com"},
		"signed out, own":     signedOut{},
		"signed out, unnamed": signedOut{AppURL: "https://grafana.example.com"},
		"form post":           formPost{action: "https://grafana.example.com/cb", method: "post", policy: web.Policy{FormAction: []string{"https://grafana.example.com"}, NoSelf: true}, host: "grafana.example.com", hidden: []pair{{"code", "c"}}},
		"error":               errorPage{web.ErrorPage{Status: 400, Code: "x", Received: "https://a/b", AppName: "Grafana", AppURL: "https://grafana.example.com", Fields: []fault.Field{{Name: "a", Problem: "is missing"}}}, "req_a", at, unknown{}, ""},
		"error, expired":      errorPage{web.ErrorPage{Status: 409, Code: "flow.expired", AppName: "Grafana", AppURL: "https://grafana.example.com"}, "req_a", at, unknown{}, ""},
		"error, unnamed":      errorPage{web.ErrorPage{Status: 409, Code: "flow.browser", AppURL: "https://grafana.example.com"}, "req_a", at, unknown{}, ""},
		"error, later":        errorPage{web.ErrorPage{Status: 429, Code: "client.attempts", RetryAfter: 45 * time.Second}, "req_a", at, unknown{}, ""},
		"error, much later":   errorPage{web.ErrorPage{Status: 503, Code: "password.busy", RetryAfter: 5 * time.Minute}, "req_a", at, unknown{}, ""},
		"error, tomorrow":     errorPage{web.ErrorPage{Status: 429, Code: "factor.throttled", RetryAfter: 24 * time.Hour}, "req_a", at, unknown{}, ""},
		"error, own flow":     errorPage{web.ErrorPage{Status: 404, Code: "flow.gone"}, "req_a", at, unknown{}, ""},
		"error, elsewhere":    errorPage{web.ErrorPage{Status: 403, Code: "flow.browser"}, "req_a", at, unknown{elsewhere: true, came: "10.0.0.7", issuer: "https://id.example.com"}, ""},
		"error, some place":   errorPage{web.ErrorPage{Status: 403, Code: "flow.browser"}, "req_a", at, unknown{elsewhere: true, issuer: "https://id.example.com"}, ""},
		"error, no cookie":    errorPage{web.ErrorPage{Status: 403, Code: "flow.browser"}, "req_a", at, unknown{cookieless: true, issuer: "https://id.example.com"}, ""},
		"error, no cookie 2":  errorPage{web.ErrorPage{Status: 403, Code: "form.token"}, "req_a", at, unknown{cookieless: true, form: true, issuer: "https://id.example.com"}, ""},
		"error, set up":       errorPage{web.ErrorPage{Status: 404, Code: "setup.done"}, "req_a", at, unknown{}, ""},
		"error, mend":         errorPage{web.ErrorPage{Status: 400, Code: "authorize.redirect_uri", Received: "http://localhost/cb"}, "req_a", at, unknown{}, "gatehouse client list"},
		"error, none of it":   errorPage{web.ErrorPage{Status: 500}, "", at, unknown{}, ""},
	}
}

func parameters(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}
