package demo

import (
	"embed"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/pquerna/otp/totp"
)

//go:embed shop.png
var assets embed.FS

// frame is what every page of the shop shows.
type frame struct {
	Title, Issuer, Email, Notice string
	SignedIn                     bool
}

// homePage is the shop, for a guest and for a member.
type homePage struct {
	frame
	Products             []product
	Orders               []order
	First, Subject       string
	Level                string // how the person was proved
	IDToken, AccessToken string // their claims, laid out
	RawID, RawAccess     string // as they came
	Expires              string
}

func (a *app) home(w http.ResponseWriter, r *http.Request) {
	v := a.visitor(w, r, false)
	v.mu.Lock()
	defer v.mu.Unlock()
	p := homePage{frame: a.frame("Welcome", v), Products: products}
	v.notice = ""
	if v.token != nil {
		p.Title, p.First = "Your orders", v.firstName()
		p.Subject, _ = v.claims["sub"].(string)
		p.Level, p.Orders = levelInWords(v.claims["acr"]), ordersAt(time.Now())
		p.IDToken, p.AccessToken = layout(v.idToken), layout(v.token.AccessToken)
		p.RawID, p.RawAccess = v.idToken, v.token.AccessToken
		p.Expires = v.token.Expiry.Format(time.TimeOnly)
	}
	show(w, r, p.body())
}

func (a *app) frame(title string, v *visitor) frame {
	return frame{Title: title, Issuer: a.issuer, Email: v.says("email"), Notice: v.notice, SignedIn: v.token != nil}
}

// says returns what Gatehouse says about the visitor, "" when it does not.
func (v *visitor) says(claim string) string {
	said, _ := v.profile[claim].(string)
	return said
}

// firstName is how to greet the visitor.
func (v *visitor) firstName() string {
	for _, claim := range []string{"given_name", "name", "email"} {
		if said := v.says(claim); said != "" {
			return said
		}
	}
	return "stranger"
}

func levelInWords(acr any) string {
	if acr == "aal2" {
		return "a password and a second factor"
	}
	return "a password"
}

// code is what an authenticator would show now.
type code struct{ Email, Code string }

type codesPage struct {
	frame
	Codes []code
}

// codes shows the current codes of the seeded people, so that the demo can be
// tried without a phone. Only a demo may do this.
func (a *app) codes(w http.ResponseWriter, r *http.Request) {
	p := codesPage{frame: a.frame("Codes", &visitor{})}
	for _, who := range a.people.People {
		if who.TOTP == "" {
			continue
		}
		if c, err := totp.GenerateCode(who.TOTP, time.Now()); err == nil {
			p.Codes = append(p.Codes, code{who.Email, c})
		}
	}
	show(w, r, p.body())
}

type failedPage struct {
	frame
	Failure string
}

func (a *app) fail(w http.ResponseWriter, r *http.Request, what string, err error) {
	if err != nil {
		what += " " + err.Error()
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusBadGateway)
	show(w, r, failedPage{a.frame("That did not work", &visitor{}), what}.body())
}

func show(w http.ResponseWriter, r *http.Request, page templ.Component) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = page.Render(r.Context(), w) // the browser has gone if this fails
}

// layout returns a JWT's claims for people to read; it verifies nothing.
func layout(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return token
	}
	claims := map[string]any{}
	if err := json.Unmarshal(decode(parts[1]), &claims); err != nil {
		return token
	}
	pretty, _ := json.MarshalIndent(claims, "", "  ") // decoded from JSON a line above
	return string(pretty)
}

func compact(v any) string {
	b, _ := json.Marshal(v) // claims that came as JSON
	return string(b)
}

func decode(part string) []byte {
	b, _ := base64.RawURLEncoding.DecodeString(part) // shown as it came when it is none
	return b
}
