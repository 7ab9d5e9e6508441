package web

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/sessions"

	"gatehouse/secret"
)

// Cookies is the cookie layer: which browser this is, and which session it has.
// A cookie holds an opaque random token and nothing else; what it means is in
// the store. On https the names carry the __Host- prefix (RFC 6265bis), so that
// no sibling host can plant them.
type Cookies struct {
	// Secure is whether the issuer is https.
	Secure bool
	// Port ends the names where the issuer is on loopback (PortHere).
	Port string
	// FormKey makes form tokens.
	FormKey []byte
	// SessionAge is how long the browser keeps the session cookie; the store
	// decides how long it is worth anything. nil: until it is closed.
	SessionAge func() time.Duration
}

// A session of gorilla's carries one value under this key.
const tokenValue = "token"

const browserAge = 365 * 24 * time.Hour

func (c *Cookies) name(short string) string { return cookieName("gatehouse_"+short, c.Secure, c.Port) }

func cookieName(short string, secure bool, port string) string {
	if port != "" {
		short += "_" + port
	}
	if secure {
		return hostPrefix + short
	}
	return short
}

const hostPrefix = "__Host-"

func (c *Cookies) sessionAge() time.Duration {
	if c.SessionAge == nil {
		return 0
	}
	return c.SessionAge()
}

// Cookies is a sessions.Store: the cookie is the token, there is nothing else
// in it that a client could change.
var _ sessions.Store = (*Cookies)(nil)

// Get returns the session named name, from the request's registry.
func (c *Cookies) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(c, name)
}

// New reads the session named name from the request's cookie. A cookie that
// does not look like a token of ours counts as none.
func (c *Cookies) New(r *http.Request, name string) (*sessions.Session, error) {
	s := sessions.NewSession(c, name)
	s.Options = c.options(c.sessionAge())
	s.IsNew = true
	if cookie, err := r.Cookie(name); err == nil && tokenLike(cookie.Value) {
		s.Values[tokenValue], s.IsNew = cookie.Value, false
	}
	return s, nil
}

// Save writes the session's cookie; a session without a token is deleted.
func (c *Cookies) Save(_ *http.Request, w http.ResponseWriter, s *sessions.Session) error {
	token, _ := s.Values[tokenValue].(string)
	if token == "" {
		s.Options.MaxAge = -1
	}
	http.SetCookie(w, sessions.NewCookie(s.Name(), token, s.Options))
	return nil
}

// options spells out every attribute: gorilla's defaults leave HttpOnly off.
func (c *Cookies) options(age time.Duration) *sessions.Options {
	return &sessions.Options{Path: "/", MaxAge: int(age.Seconds()), Secure: c.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode}
}

// tokenLike reports whether v has the form of a 256-bit token.
func tokenLike(v string) bool {
	if len(v) != base64.RawURLEncoding.EncodedLen(32) {
		return false
	}
	_, err := base64.RawURLEncoding.Strict().DecodeString(v)
	return err == nil
}

func (c *Cookies) token(r *http.Request, short string) string {
	s, err := c.Get(r, c.name(short))
	if err != nil {
		return ""
	}
	token, _ := s.Values[tokenValue].(string)
	return token
}

func (c *Cookies) put(w http.ResponseWriter, r *http.Request, short, token string, age time.Duration) error {
	s, err := c.Get(r, c.name(short))
	if err != nil {
		return err
	}
	s.Options = c.options(age)
	s.Values[tokenValue] = token
	return c.Save(r, w, s)
}

// Session returns the session token that the browser sent, "" when it sent none.
func (c *Cookies) Session(r *http.Request) string { return c.token(r, "session") }

// SetSession gives the browser a session token.
func (c *Cookies) SetSession(w http.ResponseWriter, r *http.Request, token string) error {
	return c.put(w, r, "session", token, c.sessionAge())
}

// ClearSession takes the session token from the browser.
func (c *Cookies) ClearSession(w http.ResponseWriter, r *http.Request) error {
	return c.put(w, r, "session", "", 0)
}

// Console returns the token of the browser's session at the console, "" when it sent none.
func (c *Cookies) Console(r *http.Request) string { return c.token(r, "console") }

// SetConsole gives the browser a token for the console, "" to take it back. It comes along
// with what our own pages ask for alone: a link or a form of another site opens nothing there.
func (c *Cookies) SetConsole(w http.ResponseWriter, r *http.Request, token string) error {
	s, err := c.Get(r, c.name("console"))
	if err != nil {
		return err
	}
	s.Options = c.options(c.sessionAge())
	s.Options.SameSite = http.SameSiteStrictMode
	s.Values[tokenValue] = token
	return c.Save(r, w, s)
}

// Browser returns the token that binds interactions and forms to this browser,
// "" when it sent none.
func (c *Cookies) Browser(r *http.Request) string { return c.token(r, "browser") }

// KnowsBrowser reports whether r brought a cookie of EnsureBrowser's, whatever it
// holds: then the browser keeps cookies.
func KnowsBrowser(r *http.Request) bool {
	return slices.ContainsFunc(r.Cookies(), func(c *http.Cookie) bool {
		return strings.HasPrefix(strings.TrimPrefix(c.Name, hostPrefix), "gatehouse_browser")
	})
}

// EnsureBrowser returns the binding token, and gives the browser a fresh one
// when it had none.
func (c *Cookies) EnsureBrowser(w http.ResponseWriter, r *http.Request) (string, error) {
	if token := c.Browser(r); token != "" {
		return token, nil
	}
	token := secret.Token(32)
	return token, c.put(w, r, "browser", token, browserAge)
}

// FormToken returns the token that a form must carry for browsers that send
// neither Sec-Fetch-Site nor Origin. It is bound to the browser cookie; "" when
// there is none.
func (c *Cookies) FormToken(browser string) string {
	if browser == "" {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(secret.MAC(c.FormKey, "form:"+browser))
}

// GoodFormToken reports whether the request's form_token belongs to its browser cookie.
func (c *Cookies) GoodFormToken(r *http.Request) bool {
	want := c.FormToken(c.Browser(r))
	return want != "" && secret.Equal([]byte(want), []byte(r.PostForm.Get("form_token")))
}
