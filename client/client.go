package client

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Gatehouse is the admin API of one. New makes it.
type Gatehouse struct {
	base     string // without a slash at the end
	http     *http.Client
	tokens   TokenSource
	agent    string
	attempts int
	patience time.Duration

	mu   sync.Mutex
	turn time.Time // no request is sent before
}

// The bounds of one call where no option says otherwise.
const (
	defaultAttempts = 5
	defaultPatience = time.Minute
)

// Option changes how a Gatehouse is called.
type Option func(*Gatehouse) error

// New returns the API of the Gatehouse at an address, which is its issuer:
// "https://id.example.test". http is for this machine only. It sends no request. Without
// a credential (WithKey, WithKeyFile, WithClientCredentials, WithTokens) it fails.
func New(address string, options ...Option) (*Gatehouse, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return nil, errors.New("gatehouse: the address must be the https issuer of a Gatehouse; http is for this machine only")
	}
	g := &Gatehouse{base: strings.TrimSuffix(address, "/"), http: usual(), agent: "gatehouse-client-go", attempts: defaultAttempts, patience: defaultPatience}
	for _, o := range options {
		if err := o(g); err != nil {
			return nil, err
		}
	}
	if g.tokens == nil {
		return nil, errors.New("gatehouse: a credential is needed, such as WithKey")
	}
	return g, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// usual is the client where the caller brings none. There is no limit for a whole
// answer: an export may take its time, and the context bounds it.
func usual() *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.ResponseHeaderTimeout = time.Minute
	return &http.Client{Transport: t, CheckRedirect: stay}
}

// stay follows no redirect: the API has none, and a key goes nowhere else.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// WithHTTPClient sends requests by a client of the caller's, which is copied; it follows
// no redirects.
func WithHTTPClient(c *http.Client) Option {
	return func(g *Gatehouse) error {
		own := *c
		own.CheckRedirect = stay
		g.http = &own
		return nil
	}
}

// WithUserAgent names the program in the audit log, such as "terraform-provider/1.2".
func WithUserAgent(name string) Option {
	return func(g *Gatehouse) error {
		g.agent = name
		return nil
	}
}

// WithAttempts is how often a request is sent at most, 5 where it is not said; 1 sends
// none again.
func WithAttempts(n int) Option {
	return func(g *Gatehouse) error {
		if n < 1 {
			return fmt.Errorf("gatehouse: %d attempts are none", n)
		}
		g.attempts = n
		return nil
	}
}

// WithPatience is the longest wait between two attempts, a minute where it is not said.
// Where the server asks for a longer one, its refusal is returned.
func WithPatience(d time.Duration) Option {
	return func(g *Gatehouse) error {
		g.patience = d
		return nil
	}
}
