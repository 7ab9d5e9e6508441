package verify

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Config says whose tokens are taken, and for what. Issuer and Audience are
// needed; everything else has a default that is safe.
type Config struct {
	// Issuer is the Gatehouse that gives the tokens, exactly as it writes itself:
	// "https://id.example.com". Plain http is for loopback addresses.
	Issuer string
	// Audience is what this API is called in the tokens: "https://shop.example.test".
	Audience string
	// API is its id at Gatehouse, "shop". With it "orders:read" is short for
	// "shop/orders:read"; without it only whole ids are permissions.
	API string

	// ClientID and ClientSecret are of this API's own client at Gatehouse, which
	// may introspect tokens and read the feed. Neither is needed for anything else.
	ClientID, ClientSecret string
	// Key is a service key (gatehouse_pat_…) that may read the feed; it is used for
	// that instead of the client.
	Key string

	// Feed has the verifier follow what ended early. Without it a token is good
	// until it expires.
	Feed bool
	// WhenBehind says what becomes of tokens while the feed is older than MaxLag.
	// The zero value refuses them with 503.
	WhenBehind Behind
	// MaxLag is how old the feed may be; zero: a second.
	MaxLag time.Duration
	// Opaque has tokens that are no JWTs looked up at the issuer, not refused.
	Opaque bool

	// Gate is for an API behind Gatehouse's gate: the middlewares take the assertion that
	// the gate sends along, whose audience is Audience, and no access token.
	Gate bool

	// Resource is this API's own https address as its callers know it. With it,
	// challenges name the metadata that Metadata serves (RFC 9728).
	Resource string
	// Scopes are named in that metadata.
	Scopes []string
	// Realm is named in challenges; zero: API, or else the host of Audience.
	Realm string

	// Algorithms are those that tokens may be signed with; empty: ES256, RS256 and
	// EdDSA, which are all that Gatehouse has.
	Algorithms []string
	// Skew is how far the issuer's clock may be ahead, for iat and nbf; zero: 30
	// seconds. No time is added to exp: a right that ends at five is not had at
	// half past five.
	Skew time.Duration
	// MaxLifetime is how long a token may live in all; zero: 24 hours, which is the
	// longest that Gatehouse has. What ended is remembered for as long.
	MaxLifetime time.Duration
	// MaxKeyAge is how long known keys are used while the issuer cannot be
	// reached; zero: an hour.
	MaxKeyAge time.Duration
	// MaxEntries bounds what is remembered of the feed; zero: 100,000, some 20 MB.
	// Beyond it, all tokens from before are refused once, and got anew.
	MaxEntries int

	// Client asks the issuer; nil: one of our own. Redirects are never followed.
	Client *http.Client
	// Log gets a line for each denial, without the token; nil: slog.Default().
	Log *slog.Logger
	// Deny, when set, writes the body of a denial. Status, challenge and headers
	// are decided already: it may set Content-Type, must call w.WriteHeader(status)
	// and must not tell the caller more than err.Public() says.
	Deny func(w http.ResponseWriter, r *http.Request, status int, err *Error)
}

// Behind is what becomes of tokens while the feed is too old to tell.
type Behind int

// What becomes of them.
const (
	Refuse Behind = iota // 503
	Ask                  // the issuer is asked about each token; when it cannot answer, 503
	Serve                // they are taken; every decision is logged as made behind the feed
)

// Bounds of what is read.
const (
	maxToken     = 8 << 10
	maxDocument  = 256 << 10 // metadata, key set, introspection
	maxBatch     = 4 << 20
	maxKeys      = 64
	maxName      = 256
	fetchTimeout = 5 * time.Second
)

var ourAlgorithms = []string{"ES256", "RS256", "EdDSA"}

// filled returns c with its defaults, or what is wrong with it.
func (c Config) filled() (Config, error) {
	c.MaxLag = cmp.Or(c.MaxLag, time.Second)
	c.Skew = cmp.Or(c.Skew, 30*time.Second)
	c.MaxLifetime = cmp.Or(c.MaxLifetime, 24*time.Hour)
	c.MaxKeyAge = cmp.Or(c.MaxKeyAge, time.Hour)
	c.MaxEntries = cmp.Or(c.MaxEntries, 100_000)
	c.Client = cmp.Or(c.Client, &http.Client{})
	c.Log = cmp.Or(c.Log, slog.Default())
	c.Algorithms = slices.Clone(c.Algorithms)
	if len(c.Algorithms) == 0 {
		c.Algorithms = slices.Clone(ourAlgorithms)
	}
	c.Scopes = slices.Clone(c.Scopes)
	err := c.wrong()
	if err == nil && c.Realm == "" {
		c.Realm = cmp.Or(c.API, hostOf(c.Audience), c.Audience)
	}
	return c, err
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// wrong says all that is wrong with c at once.
func (c *Config) wrong() error {
	var bad []error
	say := func(is bool, format string, args ...any) {
		if is {
			bad = append(bad, fmt.Errorf("verify: "+format, args...))
		}
	}
	say(!trusted(c.Issuer), "Issuer %q is no https address (http is for loopback)", c.Issuer)
	say(c.Audience == "", "Audience is empty: a token for another API would be taken")
	say(c.API != "" && !isID(c.API), "API %q is no id", c.API)
	say((c.ClientID == "") != (c.ClientSecret == ""), "ClientID and ClientSecret belong together")
	say(c.Feed && c.ClientID == "" && c.Key == "", "Feed needs a Key, or ClientID and ClientSecret")
	say(c.WhenBehind < Refuse || c.WhenBehind > Serve, "WhenBehind has no meaning %d", c.WhenBehind)
	say(c.WhenBehind == Ask && c.ClientID == "", "WhenBehind: Ask needs ClientID and ClientSecret")
	say(c.Opaque && c.ClientID == "", "Opaque needs ClientID and ClientSecret")
	say(c.Resource != "" && !trusted(c.Resource), "Resource %q is no https address (http is for loopback)", c.Resource)
	say(c.Gate && (c.ClientID != "" || c.Feed || c.Opaque), "Gate needs none of ClientID, Feed and Opaque: the gate has decided")
	for _, alg := range c.Algorithms {
		say(!slices.Contains(ourAlgorithms, alg), "Algorithms has %q; Gatehouse signs with %s", alg, strings.Join(ourAlgorithms, ", "))
	}
	say(min(c.MaxLag, c.Skew, c.MaxLifetime, c.MaxKeyAge) < 0, "a duration is negative")
	say(c.MaxEntries < 0, "MaxEntries is negative")
	return errors.Join(bad...)
}

// trusted reports whether an address may be asked, or believed to be itself: it is
// https, or never leaves this machine.
func trusted(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	host := u.Hostname()
	ip := net.ParseIP(host)
	loopback := host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
	return u.Scheme == "https" || u.Scheme == "http" && loopback
}
