package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"

	_ "github.com/jackc/pgx/v5/stdlib" // creates the databases to measure on

	"gatehouse/house"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/proof"
)

// createDatabases makes empty databases on the server of admin.
func createDatabases(admin string, names []string) error {
	db, err := sql.Open("pgx", admin)
	if err != nil {
		return err
	}
	defer db.Close()
	for _, name := range names {
		if _, err := db.Exec("DROP DATABASE IF EXISTS " + name); err != nil {
			return err
		}
		if _, err := db.Exec("CREATE DATABASE " + name); err != nil {
			return err
		}
	}
	return nil
}

// hashTime measures one argon2id hash of the default cost on one core while
// nothing else runs.
func hashTime() time.Duration {
	const n = 20
	began := time.Now()
	for range n {
		argon2.IDKey([]byte(benchPassword), []byte("0123456789abcdef"), 2, 19456, 1, 32)
	}
	return time.Since(began) / n
}

// signIns saturates the password slots and measures how many sign-ins a second
// come through, and what that does to the token endpoint.
func (b *bench) signIns() error {
	defer b.stopAll()
	const people = 64
	s, err := b.newSubject("signins", "", 0, people)
	if err != nil {
		return err
	}
	one := hashTime()
	slots := max(1, runtime.NumCPU()-1)
	idle, err := b.tokenLatency(s)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(background())
	var done, shed atomic.Int64
	var workers sync.WaitGroup
	for i := range 8 {
		workers.Go(func() {
			for n := i; ctx.Err() == nil; n += 8 {
				switch s.signIn(ctx, email(n%people)) {
				case nil:
					done.Add(1)
				default:
					if ctx.Err() == nil {
						shed.Add(1)
					}
				}
			}
		})
	}
	time.Sleep(2 * time.Second) // until the slots are busy
	from, began := done.Load(), time.Now()
	time.Sleep(5 * time.Second) // only sign-ins run
	rate := float64(done.Load()-from) / time.Since(began).Seconds()
	var busy result
	err = profileWhile(s, "sign-ins", func() (err error) {
		busy, err = b.tokenLatency(s)
		return err
	})
	stop()
	workers.Wait()
	if err != nil {
		return err
	}
	bound := float64(slots) / one.Seconds()
	fmt.Printf("## Password sign-ins\n\none hash %v, %d slots: bound %.1f/s; measured %.1f/s = %.2f of the bound (%d refused)\n\n", one.Round(100*time.Microsecond), slots, bound, rate, rate/bound, shed.Load())
	fmt.Printf("token p99 at 200 requests/s: idle %.2f ms, while sign-ins saturate %.2f ms = %.1fx\n\n", idle.P99, busy.P99, busy.P99/idle.P99)
	return nil
}

// tokenLatency measures the token endpoint at a fixed gentle rate.
func (b *bench) tokenLatency(s *subject) (result, error) {
	results, err := b.open([]string{
		"-mode", "client_credentials", "-url", s.url + "/oauth2/token", "-id", s.clientID, "-secret", s.secret, "-c", "8", "-rate", "200", "-d", "5s",
	})
	return results, err
}

var hidden = regexp.MustCompile(`name="(i|form_token)"[^>]*value="([^"]*)"`)

// signIn walks through the sign-in page as a browser without a session.
func (s *subject) signIn(ctx context.Context, email string) error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	c := &http.Client{Jar: jar, Transport: transport}
	page, err := fetch(ctx, c, http.MethodGet, s.url+"/signin?return_to=/account", nil)
	if err != nil {
		return err
	}
	form := url.Values{"email": {email}, "password": {benchPassword}}
	for _, m := range hidden.FindAllStringSubmatch(page, -1) {
		form.Set(m[1], m[2])
	}
	_, err = fetch(ctx, c, http.MethodPost, s.url+"/signin", form)
	if err == nil && !hasSession(jar, s.url) {
		err = fmt.Errorf("no session")
	}
	return err
}

func hasSession(jar http.CookieJar, base string) bool {
	u, err := url.Parse(base)
	if err != nil {
		return false
	}
	for _, c := range jar.Cookies(u) {
		if c.Name == "gatehouse_session" {
			return true
		}
	}
	return false
}

var transport = &http.Transport{MaxIdleConnsPerHost: 64}

func fetch(ctx context.Context, c *http.Client, method, target string, form url.Values) (string, error) {
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(ctx, method, target, body)
	if err != nil {
		return "", err
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := c.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answered %s", target, resp.Status)
	}
	return string(content), err
}

// memory measures an idle server, and one loaded with ten thousand sessions and
// clients after a burst of work.
func (b *bench) memory() error {
	defer b.stopAll()
	idle, err := b.newSubject("idle", "", 0, 1)
	if err != nil {
		return err
	}
	time.Sleep(3 * time.Second) // until the RSA key is made and the heap is quiet
	idleMB, err := rss(idle.pid)
	if err != nil {
		return err
	}
	b.stopAll()
	loaded, err := b.loaded()
	if err != nil {
		return err
	}
	if _, err := b.suite([]scenario{
		{Name: "cc", Mode: "client_credentials", URL: loaded.url + "/oauth2/token", ID: loaded.clientID, Secret: loaded.secret, Conc: 16},
		{Name: "refresh", Mode: "refresh", URL: loaded.url + "/oauth2/token", ID: loaded.clientID, Secret: loaded.secret, Tokens: loaded.refresh, Conc: 16},
	}); err != nil {
		return err
	}
	loadedMB, err := rss(loaded.pid)
	if err != nil {
		return err
	}
	fmt.Printf("## Memory\n\nidle %.0f MB; with 10,000 clients and 10,000 sessions, right after load %.0f MB (RSS)\n\n", idleMB, loadedMB)
	return nil
}

func (b *bench) loaded() (*subject, error) {
	cfg, err := b.configFor("loaded", "")
	if err != nil {
		return nil, err
	}
	s := &subject{cfg: cfg}
	if err := s.seed(10_000, 1); err != nil {
		return nil, err
	}
	if err := s.seedCrowd(10_000); err != nil {
		return nil, err
	}
	return s, b.serve(s)
}

func (s *subject) seedCrowd(n int) error {
	h, err := house.Open(background(), s.cfg, quiet())
	if err != nil {
		return err
	}
	defer h.Close()
	u, err := h.Identity.UserByEmail(background(), email(0))
	if err != nil {
		return err
	}
	return h.Store.InTx(background(), func(ctx context.Context) error {
		for range n {
			if _, _, err := h.Sessions.Create(ctx, console, u.ID, proof.List{{Method: proof.Password, At: time.Now(), Source: proof.ByPassword}}); err != nil {
				return err
			}
			if _, _, err := h.OAuth.CreateClient(ctx, console, oauth.Client{
				ID: id.NewClient(), Name: "Crowd", AuthMethod: oauth.AuthBasic, RedirectURIs: []string{"https://crowd.example.test/cb"},
				GrantTypes: []string{oauth.GrantCode, oauth.GrantRefresh}, Scopes: []string{"openid", "profile", "email"},
			}); err != nil {
				return err
			}
		}
		return nil
	})
}
