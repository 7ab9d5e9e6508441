package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// The scopes of access tokens for the API.
const (
	ScopeRead  = "gatehouse.read"
	ScopeAdmin = "gatehouse.admin"
)

// WithClientCredentials brings access tokens that an application gets for itself by its
// id and secret, and gets again before each ends. Without scopes it asks for ScopeAdmin.
// The application needs the grant type client_credentials, the audience ISSUER/api, and
// these scopes.
func WithClientCredentials(clientID, secret string, scopes ...string) Option {
	return func(g *Gatehouse) error {
		if clientID == "" || secret == "" {
			return errors.New("gatehouse: the client_id or its secret is empty")
		}
		if len(scopes) == 0 {
			scopes = []string{ScopeAdmin}
		}
		g.tokens = &clientCredentials{g: g, id: clientID, secret: secret, scope: strings.Join(scopes, " "), one: make(chan struct{}, 1)}
		return nil
	}
}

type clientCredentials struct {
	g                 *Gatehouse
	id, secret, scope string
	one               chan struct{} // whoever has put something in may use what follows
	token             string
	renew             time.Time
}

// early is how long before its end a token is replaced, if it lives twice as long.
const early = 30 * time.Second

func (c *clientCredentials) Token(ctx context.Context) (string, error) {
	select {
	case c.one <- struct{}{}:
		defer func() { <-c.one }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if c.token != "" && time.Now().Before(c.renew) {
		return c.token, nil
	}
	if err := c.fetch(ctx); err != nil {
		return "", fmt.Errorf("get an access token: %w", err)
	}
	return c.token, nil
}

// Refused forgets the token.
func (c *clientCredentials) Refused(token string) bool {
	c.one <- struct{}{}
	defer func() { <-c.one }()
	if c.token == token {
		c.token = ""
	}
	return true
}

func (c *clientCredentials) fetch(ctx context.Context) error {
	var metadata struct {
		TokenEndpoint string `json:"token_endpoint"`
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.g.base+"/.well-known/openid-configuration", nil)
	if err != nil {
		return err
	}
	if err := c.ask(r, &metadata); err != nil {
		return err
	}
	if !strings.HasPrefix(metadata.TokenEndpoint, c.g.base+"/") {
		return errors.New("the token endpoint is none of this Gatehouse")
	}
	form := url.Values{"grant_type": {"client_credentials"}, "resource": {c.g.base + "/api"}, "scope": {c.scope}}
	r, err = http.NewRequestWithContext(ctx, http.MethodPost, metadata.TokenEndpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(url.QueryEscape(c.id), url.QueryEscape(c.secret)) // RFC 6749 section 2.3.1
	var answer struct {
		Token string `json:"access_token"`
		Lives int64  `json:"expires_in"`
	}
	if err := c.ask(r, &answer); err != nil {
		return err
	}
	if answer.Token == "" {
		return errors.New("the answer has none")
	}
	lives := time.Duration(answer.Lives) * time.Second
	c.token, c.renew = answer.Token, time.Now().Add(max(lives-early, lives/2))
	return nil
}

// maxTokenAnswer bounds what is read of an answer, in bytes.
const maxTokenAnswer = 1 << 20

func (c *clientCredentials) ask(r *http.Request, out any) error {
	r.Header.Set("User-Agent", c.g.agent)
	resp, err := c.g.http.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxTokenAnswer))
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		var refusal struct {
			Code        string `json:"error"`
			Description string `json:"error_description"`
		}
		_ = json.Unmarshal(text, &refusal) // what is none has no code
		return fmt.Errorf("%s answers %d %s %s", r.URL.Path, resp.StatusCode, refusal.Code, refusal.Description)
	}
	if err := json.Unmarshal(text, out); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	return nil
}
