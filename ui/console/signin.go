package console

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"gatehouse/fault"
	"gatehouse/secret"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/web"
)

// signInLife is how long somebody may take to sign in, and maxReturn how long the path is
// that they come back to, in bytes.
const (
	signInLife = time.Hour
	maxReturn  = 1000
)

// signIns is the client's half of the protocol, ready to be used.
type signIns struct {
	config oauth2.Config
	http   *http.Client
	tokens *oidc.IDTokenVerifier
}

func (d *Door) newSignIns() signIns {
	s := signIns{http: &http.Client{Transport: inside{d.Client.Inside}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	s.config = oauth2.Config{
		ClientID: d.Client.ID, ClientSecret: d.Client.Secret, RedirectURL: d.Issuer + d.Client.Callback, Scopes: []string{oidc.ScopeOpenID},
		Endpoint: oauth2.Endpoint{AuthURL: d.Issuer + d.Client.Authorize, TokenURL: d.Issuer + d.Client.Token, AuthStyle: oauth2.AuthStyleInHeader},
	}
	s.tokens = oidc.NewVerifier(d.Issuer, oidc.NewRemoteKeySet(s.within(context.Background()), d.Issuer+d.Client.Keys), &oidc.Config{ClientID: d.Client.ID})
	return s
}

// within has what the libraries ask stay in this process.
func (s *signIns) within(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, s.http)
}

// begun is a sign-in under way, as it travels with the browser: sealed in the state. It is
// bound to one browser, and knows each of its tabs apart.
type begun struct {
	Browser string // the hash of the browser's cookie
	Nonce   string
	Path    string // where it goes on
	At      time.Time
}

// signIn begins a sign-in by the authorization endpoint. The query says where to go on, and
// what must be proved (acr_values, max_age). Where nobody is there yet nobody can pass it, and
// the page that says where the set-up link is comes instead.
func (d *Door) signIn(w http.ResponseWriter, r *http.Request) error {
	if nobody, err := d.Directory.Nobody(r.Context()); err != nil {
		return err
	} else if nobody {
		return view.SeeOther(w, r, "/")
	}
	if err := d.Client.Keep(r.Context()); err != nil {
		return err
	}
	browser, err := d.Cookies.EnsureBrowser(w, r)
	if err != nil {
		return err
	}
	b := begun{Browser: hashed(browser), Nonce: secret.Token(32), Path: d.local(r.URL.Query().Get("return_to")), At: time.Now()}
	state, err := d.seal(b)
	if err != nil {
		return err
	}
	options := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(d.verifier(b.Nonce)), oidc.Nonce(b.Nonce)}
	for _, name := range []string{"acr_values", "max_age", web.ParamFor} {
		if value := r.URL.Query().Get(name); value != "" && len(value) <= 64 {
			options = append(options, oauth2.SetAuthURLParam(name, value))
		}
	}
	return view.SeeOther(w, r, d.signIns.config.AuthCodeURL(state, options...))
}

func (d *Door) seal(b begun) (string, error) {
	plain, err := json.Marshal(b)
	if err != nil {
		return "", err
	}
	return d.Seals.Seal(plain)
}

// open returns the sign-in of a state that came back, which the same browser began.
func (d *Door) open(state, browser string) (b begun, err error) {
	plain, err := d.Seals.Open(state)
	if err == nil {
		err = json.Unmarshal(plain, &b)
	}
	if err != nil {
		return begun{}, refused(err)
	}
	if age := time.Since(b.At); age > signInLife || age < -signInLife || browser == "" || b.Browser != hashed(browser) {
		return begun{}, refused(nil)
	}
	return b, nil
}

func refused(err error) error {
	return fault.Wrap(err, fault.Malformed, "console.signin", "This sign-in took too long, or was begun in another browser.")
}

// verifier is the code verifier of a sign-in (RFC 7636), which nobody but us can derive.
func (d *Door) verifier(nonce string) string {
	return base64.RawURLEncoding.EncodeToString(secret.MAC(d.Key, "verifier\x00"+nonce))
}

func hashed(token string) string { return base64.RawURLEncoding.EncodeToString(secret.Hash(token)) }

// local is a path of the console to go on to, its first page where text is none.
func (d *Door) local(text string) string {
	u, err := url.Parse(text)
	odd := strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' || r == '\\' || r == '"' })
	// A browser takes dot segments away, escaped or not, and would leave the console by them.
	own := err == nil && u.Scheme == "" && u.Host == "" && u.User == nil && (u.Path == guard.Root || strings.HasPrefix(path.Clean(u.Path), guard.Root+"/")) &&
		!slices.ContainsFunc(strings.Split(u.Path, "/"), func(segment string) bool { return segment == "." || segment == ".." })
	if odd || !own || len(text) > maxReturn || slices.Contains([]string{guard.PathSignIn, d.Client.Callback, guard.PathSignOut}, u.Path) {
		return guard.Root
	}
	return text
}
