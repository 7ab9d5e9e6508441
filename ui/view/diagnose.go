package view

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"gatehouse/ui/words"
	"gatehouse/web"
)

// unknown is why a page does not know the browser, where the request tells: a
// sign-in that seems to be another browser's is most often this one's, which came
// by another address or keeps no cookies. The zero value: it does not tell.
type unknown struct {
	elsewhere, cookieless bool
	came                  string // the host, where it may be repeated
	issuer                string
	form                  bool
}

// diagnose looks why the browser is not known, if that is what code is about.
func (v *Pages) diagnose(r *http.Request, code string) unknown {
	cookieless := !web.KnowsBrowser(r)
	// A form comes from the page before it: a cookie that came along is of the same host.
	if code != "flow.browser" && (code != "form.token" || !cookieless) {
		return unknown{}
	}
	host, elsewhere := hostOf(r, v.Issuer)
	return unknown{elsewhere: elsewhere, cookieless: cookieless && !elsewhere, came: host, issuer: v.Issuer, form: code == "form.token"}
}

// say puts the reason in the place of what is said about the code.
func (u unknown) say(say *words.Catalogue, said *words.Fault) {
	issuer := words.Issuer.Is(u.issuer)
	switch {
	case u.elsewhere && u.came == "":
		*said = words.Fault{Title: say.Error.Elsewhere, Detail: say.Error.ElsewhereUnnamed.Fill(issuer), Todo: say.Error.ElsewhereTodo}
	case u.elsewhere:
		*said = words.Fault{Title: say.Error.Elsewhere, Detail: say.Error.ElsewhereWhy.Fill(words.Host.Is(u.came), issuer), Todo: say.Error.ElsewhereTodo}
	case u.cookieless && u.form:
		*said = words.Fault{Title: say.Error.NoCookie, Detail: say.Error.NoCookieForm, Todo: say.Error.NoCookieTodo.Fill(issuer)}
	case u.cookieless:
		*said = words.Fault{Title: say.Error.NoCookie, Detail: say.Error.NoCookieWhy, Todo: say.Error.NoCookieTodo.Fill(issuer)}
	}
}

// plainHost is a host as it may be repeated on a page.
var plainHost = regexp.MustCompile(`^[A-Za-z0-9.:\[\]-]{1,255}$`)

// hostOf reports whether r came by another host than the issuer's, and by which:
// "" is one that somebody wrote a text into.
func hostOf(r *http.Request, issuer string) (host string, elsewhere bool) {
	u, err := url.Parse(issuer)
	if err != nil || u.Host == "" || strings.EqualFold(withoutPort(r.Host, u.Scheme), u.Host) {
		return "", false
	}
	if !plainHost.MatchString(r.Host) {
		return "", true
	}
	return r.Host, true
}

// withoutPort returns host without the port that scheme has by itself.
func withoutPort(host, scheme string) string {
	if scheme == "https" {
		return strings.TrimSuffix(host, ":443")
	}
	return strings.TrimSuffix(host, ":80")
}
