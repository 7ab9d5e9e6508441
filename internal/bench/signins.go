package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
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

// hashing is a way to hash, by configuration.
type hashing struct {
	name           string
	process, slots string
	processors     int // that may hash

	subject           *subject
	rates, idle, busy []float64
}

// signIns saturates the password slots and measures how many sign-ins a second
// come through, and what that does to the token endpoint: as configured by
// default, and in the server's own process beside it.
func (b *bench) signIns() error {
	defer b.stopAll()
	one, cores := hashTime(), runtime.NumCPU()
	ways := []*hashing{
		{name: "child process (the default)", process: "auto", slots: "0", processors: cores},
		{name: "inside, all processors but one", process: "inside", slots: "0", processors: max(1, cores-1)},
		{name: "inside, all processors", process: "inside", slots: strconv.Itoa(cores), processors: cores},
	}
	for i, w := range ways {
		cfg, err := b.configFor(fmt.Sprintf("signins-%d", i), "")
		if err != nil {
			return err
		}
		w.subject = &subject{cfg: cfg, env: []string{"GATEHOUSE_PASSWORDS_PROCESS=" + w.process, "GATEHOUSE_PASSWORDS_SLOTS=" + w.slots}}
		if err := errors.Join(w.subject.seed(0, people), b.serve(w.subject)); err != nil {
			return err
		}
	}
	for i := range *repeat {
		for j := range ways { // each goes first once
			if err := b.saturate(ways[(i+j)%len(ways)]); err != nil {
				return err
			}
		}
	}
	fmt.Printf("## Password sign-ins\n\none hash %v on one processor alone; token requests at 200/s; medians of %d interleaved runs (all of them)\n\n", one.Round(100*time.Microsecond), *repeat)
	fmt.Print("| hashing | sign-ins/s | of processors ÷ hash time | token p99 ms, idle | while sign-ins saturate | of idle |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, w := range ways {
		var of []float64
		for i := range w.busy {
			of = append(of, w.busy[i]/w.idle[i])
		}
		rate := middle(w.rates)
		fmt.Printf("| %s | %.1f %.1f | %.2f | %.2f %.2f | %.2f %.2f | %.1fx %.1f |\n", w.name, rate, w.rates, rate*one.Seconds()/float64(w.processors), middle(w.idle), w.idle, middle(w.busy), w.busy, middle(of), of)
	}
	fmt.Println()
	return nil
}

func middle(list []float64) float64 { return slices.Sorted(slices.Values(list))[len(list)/2] }

// people is how many sign in by turns.
const people = 64

// saturate measures one way once.
func (b *bench) saturate(w *hashing) error {
	idle, err := b.tokenLatency(w.subject)
	if err != nil {
		return err
	}
	crowd, err := openBrowsers(w.subject.url, 0)
	if err != nil {
		return err
	}
	done := &crowd.done
	time.Sleep(time.Second) // until the slots are busy
	from, began := done.Load(), time.Now()
	time.Sleep(5 * time.Second) // only sign-ins run
	rate := float64(done.Load()-from) / time.Since(began).Seconds()
	var busy result
	err = profileWhile(w.subject, "sign-ins", func() (err error) {
		busy, err = b.tokenLatency(w.subject)
		return err
	})
	err = errors.Join(err, crowd.close())
	w.rates, w.idle, w.busy = append(w.rates, rate), append(w.idle, idle.P99), append(w.busy, busy.P99)
	return err
}

// tokenLatency measures the token endpoint once at a fixed gentle rate.
func (b *bench) tokenLatency(s *subject) (result, error) {
	return b.open([]string{
		"-mode", "client_credentials", "-url", s.url + "/oauth2/token", "-id", s.clientID, "-secret", s.secret, "-c", "8", "-rate", "200", "-d", "5s", "-repeat", "1",
	})
}

var hidden = regexp.MustCompile(`name="(i|form_token)"[^>]*value="([^"]*)"`)

// signIn walks through the sign-in page as a browser without a session.
func (s *subject) signIn(ctx context.Context, email string) error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	_, _, err = s.walkIn(ctx, &http.Client{Jar: jar, Transport: transport}, email)
	if err == nil && !hasSession(jar, s.url) {
		err = fmt.Errorf("no session")
	}
	return err
}

// walkIn returns the page that asked for the password, and the one behind it.
func (s *subject) walkIn(ctx context.Context, c *http.Client, email string) (asks, account string, err error) {
	asks, err = fetch(ctx, c, http.MethodGet, s.url+"/signin?return_to=/account", nil)
	if err != nil {
		return "", "", err
	}
	form := url.Values{"email": {email}, "password": {benchPassword}}
	for _, m := range hidden.FindAllStringSubmatch(asks, -1) {
		form.Set(m[1], m[2])
	}
	account, err = fetch(ctx, c, http.MethodPost, s.url+"/signin", form)
	return asks, account, err
}

func hasSession(jar http.CookieJar, base string) bool {
	u, err := url.Parse(base)
	if err != nil {
		return false
	}
	for _, c := range jar.Cookies(u) {
		if c.Name == "gatehouse_session_"+u.Port() {
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
