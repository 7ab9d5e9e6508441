package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"gatehouse/audit"
	"gatehouse/config"
	"gatehouse/house"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/internal/freeport"
	"gatehouse/oauth"
	"gatehouse/proof"
)

var console = audit.Actor{Kind: audit.Console, ID: "bench"}

// subject is a running Gatehouse and what it was seeded with.
type subject struct {
	cfg          config.Config
	env          []string // of the served process, besides what cfg says
	url, healthy string
	pid          int
	cmd          *exec.Cmd
	clientID     string
	secret       string
	refresh      string // file of refresh tokens, one a line
	audience     string // of the families' tokens; the issuer's unless it is set
}

// configFor returns the configuration of a subject on a store.
func (b *bench) configFor(name, storeURL string) (config.Config, error) {
	cfg := config.Default()
	public, err := freeport.Next()
	if err != nil {
		return cfg, err
	}
	internal, err := freeport.Next()
	if err != nil {
		return cfg, err
	}
	cfg.DataDir = filepath.Join(b.dir, name)
	cfg.MasterKeyFile = filepath.Join(cfg.DataDir, "master.key")
	cfg.Store.URL = storeURL
	if storeURL == "" {
		cfg.Store.URL = "sqlite:" + filepath.Join(cfg.DataDir, "gatehouse.db")
	}
	cfg.Issuer = "http://localhost:" + public
	cfg.Web.Listen.Public, cfg.Web.Listen.Internal = "127.0.0.1:"+public, "127.0.0.1:"+internal
	return cfg, nil
}

func environment(cfg config.Config) []string {
	return []string{
		"GATEHOUSE_ISSUER=" + cfg.Issuer, "GATEHOUSE_DATA_DIR=" + cfg.DataDir, "GATEHOUSE_STORE_URL=" + cfg.Store.URL,
		"GATEHOUSE_LISTEN_PUBLIC=" + cfg.Web.Listen.Public, "GATEHOUSE_LISTEN_INTERNAL=" + cfg.Web.Listen.Internal,
		"GATEHOUSE_LOG_FORMAT=json",
		// All of the load comes from one address, and some of it in one name.
		"GATEHOUSE_LIMITS_ADDRESS_ENABLED=false", "GATEHOUSE_LIMITS_PERSON_ENABLED=false",
	}
}

// serve starts the built server with the default log level.
func (b *bench) serve(s *subject) error {
	cmd, err := b.launch(append(environment(s.cfg), s.env...), *bin, "serve")
	if err != nil {
		return err
	}
	s.cmd, s.pid = cmd, cmd.Process.Pid
	s.url, s.healthy = "http://"+s.cfg.Web.Listen.Public, "http://"+s.cfg.Web.Listen.Internal+"/readyz"
	return waitFor(s.healthy)
}

// newSubject seeds a store with a client, families and people, and serves it.
func (b *bench) newSubject(name, storeURL string, families, people int) (*subject, error) {
	cfg, err := b.configFor(name, storeURL)
	if err != nil {
		return nil, err
	}
	s := &subject{cfg: cfg}
	if err := s.seed(families, people); err != nil {
		return nil, fmt.Errorf("seed: %w", err)
	}
	return s, b.serve(s)
}

func (s *subject) seed(families, people int) error {
	h, err := house.Open(background(), s.cfg, quiet())
	if err != nil {
		return err
	}
	defer h.Close()
	c, secret, err := h.OAuth.CreateClient(background(), console, oauth.Client{
		ID: "bench", Name: "Bench", AuthMethod: oauth.AuthBasic, RedirectURIs: []string{"http://127.0.0.1:9/cb"},
		GrantTypes: []string{oauth.GrantCode, oauth.GrantRefresh, oauth.GrantClient}, Scopes: []string{"openid", "offline_access", "api"},
		SkipConsent: true, Audiences: s.audiences(),
	})
	if err != nil {
		return err
	}
	s.clientID, s.secret = string(c.ID), secret
	var first identity.User
	for i := range max(1, people) {
		u, err := h.Identity.Create(background(), console, identity.User{Email: email(i), Name: "Bench"}, benchPassword)
		if err != nil {
			return err
		}
		if i == 0 {
			first = u
		}
	}
	return s.seedFamilies(h, first.ID, families)
}

// audiences are of the tokens of everybody; none: the issuer's.
func (s *subject) audiences() []string {
	if s.audience == "" {
		return nil
	}
	return []string{s.audience, s.cfg.Issuer}
}

const benchPassword = "a password for the benchmark"

func email(i int) string { return fmt.Sprintf("bench%d@example.test", i) }

func (s *subject) seedFamilies(h *house.House, user id.User, n int) error {
	codec := oauth.RefreshCodec{Key: h.Keeper.Key("refresh-token"), KeyID: 1}
	browser, _, err := h.Sessions.Create(background(), console, user, proof.List{{Method: proof.Password, At: time.Now(), Source: proof.ByPassword}})
	if err != nil {
		return err
	}
	var tokens strings.Builder
	for range n {
		name, raw := id.NewFamily()
		token, hash := codec.Mint(raw, 1)
		now := time.Now().UTC()
		if err := h.Store.InsertFamily(background(), oauth.Family{
			ID: name, Generation: 1, CurrentHash: hash, Created: now, RotatedAt: now,
			IdleExpires: now.Add(24 * time.Hour), Expires: now.Add(48 * time.Hour),
			Authorization: oauth.Authorization{
				ID: id.NewAuthorization(), Client: "bench", User: user, Session: browser.ID, Scopes: []string{"offline_access", "api"}, Audiences: []string{cmp.Or(s.audience, s.cfg.Issuer)},
				AuthTime: now, Level: proof.AAL1, AMR: []string{"pwd"},
			},
		}); err != nil {
			return err
		}
		tokens.WriteString(token + "\n")
	}
	s.refresh = filepath.Join(s.cfg.DataDir, "refresh.txt")
	return os.WriteFile(s.refresh, []byte(tokens.String()), 0o600)
}

// accessTokens asks for n tokens and writes them to a file.
func (s *subject) accessTokens(n int) (string, error) {
	var tokens strings.Builder
	for range n {
		token, err := s.token(url.Values{"grant_type": {oauth.GrantClient}, "scope": {"api"}})
		if err != nil {
			return "", err
		}
		tokens.WriteString(token + "\n")
	}
	file := filepath.Join(s.cfg.DataDir, "access.txt")
	return file, os.WriteFile(file, []byte(tokens.String()), 0o600)
}

// token returns the access token that the token endpoint answers with.
func (s *subject) token(form url.Values) (string, error) {
	req, err := http.NewRequest(http.MethodPost, s.url+"/oauth2/token", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(s.clientID, s.secret)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	var body struct {
		Token string `json:"access_token"`
		Why   string `json:"error_description"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil || body.Token == "" {
		return "", fmt.Errorf("no token: %d %s %v", resp.StatusCode, body.Why, err)
	}
	return body.Token, nil
}
