package doctor

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/config"
	"gatehouse/house"
	"gatehouse/house/backup"
	"gatehouse/identity"
	"gatehouse/internal/freeport"
	"gatehouse/internal/testconfig"
	"gatehouse/internal/testpg"
	"gatehouse/oauth"
	"gatehouse/server"
)

// newHouse is the configuration of a house with a person and an application in
// it, which nobody serves yet.
func newHouse(t *testing.T, change ...func(*config.Config)) config.Config {
	t.Helper()
	cfg := testconfig.New(t)
	ports := make([]string, 2)
	for i := range ports {
		var err error
		if ports[i], err = freeport.Next(); err != nil {
			t.Fatal(err)
		}
	}
	cfg.Web.Listen.Public, cfg.Web.Listen.Internal = "127.0.0.1:"+ports[0], "127.0.0.1:"+ports[1]
	cfg.Issuer = "http://localhost:" + ports[0]
	for _, c := range change {
		c(&cfg)
	}
	h, err := house.Open(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	by := audit.Actor{Kind: audit.Console}
	_, err = h.Identity.Create(t.Context(), by, identity.User{Email: "ada@example.test", Name: "Ada", EmailVerified: true}, "a sentence that is long enough")
	if err == nil {
		_, _, err = h.OAuth.CreateClient(t.Context(), by, oauth.Client{
			ID: "web", Name: "Web", AuthMethod: oauth.AuthSecret, RedirectURIs: []string{"https://app.example.test/cb"},
			GrantTypes: []string{oauth.GrantCode}, Scopes: []string{"openid"},
		})
	}
	if err == nil {
		err = h.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// serve runs the server of cfg until the test ends.
func serve(t *testing.T, cfg config.Config) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- server.Serve(ctx, cfg, slog.New(slog.DiscardHandler), server.Options{Ready: func(net.Addr, net.Addr) { close(ready) }})
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	select {
	case <-ready:
	case err := <-ended:
		ended <- err
		t.Fatalf("serve: %v", err)
	}
}

// bad are the findings that somebody must do something about, but for what is
// the test machine's own.
func bad(r Report) (all []string) {
	for _, f := range r.Findings {
		if f.Bad() && f.Check != "disk" {
			all = append(all, f.Check+": "+f.Says)
		}
	}
	return all
}

func severity(r Report, name string) string {
	for _, f := range r.Findings {
		if f.Check == name {
			return string(f.Severity)
		}
	}
	return ""
}

func TestDoctorFindsAHealthyHouseHealthy(t *testing.T) {
	t.Parallel()
	for kind, on := range map[string]func(t *testing.T) func(*config.Config){
		"sqlite": func(*testing.T) func(*config.Config) { return func(*config.Config) {} },
		"postgres": func(t *testing.T) func(*config.Config) {
			url := testpg.URL(t)
			return func(c *config.Config) { c.Store.URL = url }
		},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			cfg := newHouse(t, on(t))
			serve(t, cfg)
			p := Patient{Config: cfg, BackupAge: time.Hour}
			if got := bad(Examine(t.Context(), p)); len(got) != 1 || !strings.HasPrefix(got[0], "backup: ") {
				t.Errorf("before the first back-up: %v", got)
			}
			file := filepath.Join(t.TempDir(), "backup")
			if _, err := backup.Make(t.Context(), cfg, nil, file, backup.Options{}); err != nil {
				t.Fatal(err)
			}
			r := Examine(t.Context(), p)
			if got := bad(r); len(got) > 0 || r.Unknown > 0 {
				t.Errorf("a healthy house: %v, %d unknown: %v", got, r.Unknown, r.Findings)
			}
			for _, name := range []string{"configuration", "database", "clock.database", "backup", "clients", "server", "issuer", "proxy"} {
				if got := severity(r, name); got != "ok" {
					t.Errorf("%s is %q, want ok", name, got)
				}
			}
		})
	}
}

func TestDoctorSaysWhatItCouldNotAskWhileNoServerRuns(t *testing.T) {
	t.Parallel()
	r := Examine(t.Context(), Patient{Config: newHouse(t)})
	if got := bad(r); len(got) > 0 {
		t.Errorf("found %v", got)
	}
	for _, name := range []string{"server", "issuer", "proxy"} {
		if got := severity(r, name); got != "unknown" {
			t.Errorf("%s is %q, want unknown", name, got)
		}
	}
}

func TestDoctorFindsWhatIsWrongWithTheDatabase(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		spoil func(t *testing.T, cfg *config.Config)
		want  string
	}{
		"none is there": {func(_ *testing.T, c *config.Config) { c.Store.URL += ".not" }, "database.open"},
		"no database": {func(t *testing.T, c *config.Config) {
			file := filepath.Join(t.TempDir(), "file")
			must(t, os.WriteFile(file, []byte(strings.Repeat("no database ", 100)), 0o600))
			c.Store.URL = "sqlite:" + file
		}, "database.open"},
		"nobody listens": {func(_ *testing.T, c *config.Config) { c.Store.URL = "postgres://gate:hush-hush@127.0.0.1:1/gate" }, "database.open"},
		"empty": {func(t *testing.T, c *config.Config) {
			file := filepath.Join(t.TempDir(), "empty.db")
			must(t, os.WriteFile(file, nil, 0o600))
			c.Store.URL = "sqlite:" + file
		}, "database.schema"},
		"of a newer one": {func(t *testing.T, c *config.Config) {
			testconfig.Exec(t, *c, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)")
		}, "database.schema"},
		"of an older one": {func(t *testing.T, c *config.Config) {
			testconfig.Exec(t, *c, "DELETE FROM goose_db_version WHERE version_id > 0")
		}, "database.schema"},
		"of another key": {func(t *testing.T, c *config.Config) {
			c.MasterKeyFile = filepath.Join(t.TempDir(), "other.key")
			must(t, os.WriteFile(c.MasterKeyFile, []byte(strings.Repeat("A", 43)), 0o600))
		}, "key.fits"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			cfg := newHouse(t)
			c.spoil(t, &cfg)
			r := Examine(t.Context(), Patient{Config: cfg})
			if got := bad(r); len(got) != 1 || !strings.HasPrefix(got[0], c.want+": ") {
				t.Errorf("found %v, want %s alone", got, c.want)
			}
			if text, err := json.Marshal(r); err != nil || strings.Contains(string(text), "hush") {
				t.Errorf("the report holds the password: %s", text)
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// world is what answers under the issuer's name.
func world(t *testing.T, tls bool, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(handler)
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	if tls {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return s
}

func TestDoctorFindsWhatIsWrongWithTheIssuer(t *testing.T) {
	t.Parallel()
	discovery := func(issuer string) string {
		return fmt.Sprintf(`{"issuer":%q,"jwks_uri":%q}`, issuer, issuer+"/keys")
	}
	for what, c := range map[string]struct {
		say  func(issuer string, w http.ResponseWriter, r *http.Request)
		want []string
	}{
		// There is no database here to compare the keys with.
		"nothing": {func(issuer string, w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/keys":
				fmt.Fprint(w, `{"keys":[{"kid":"one"}]}`)
			case "/.well-known/openid-configuration":
				fmt.Fprint(w, discovery(issuer))
			default:
				w.WriteHeader(http.StatusNotFound)
			}
		}, []string{"issuer unknown"}},
		"a bad gateway": {func(_ string, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, []string{"issuer.discovery problem"}},
		"a redirect": {func(_ string, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://elsewhere.example.test/", http.StatusFound)
		}, []string{"issuer.discovery problem"}},
		"a page":         {func(_ string, w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>welcome</html>") }, []string{"issuer.discovery problem"}},
		"another issuer": {func(issuer string, w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, discovery(issuer+"/")) }, []string{"issuer.discovery problem"}},
		"keys elsewhere": {func(issuer string, w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"issuer":%q,"jwks_uri":"https://elsewhere.example.test/keys"}`, issuer)
		}, []string{"issuer.discovery problem"}},
		"no keys": {func(issuer string, w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/.well-known/openid-configuration" {
				fmt.Fprint(w, discovery(issuer))
				return
			}
			w.WriteHeader(http.StatusInternalServerError)
		}, []string{"issuer.keys problem"}},
		"metrics for all": {func(issuer string, w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/keys":
				fmt.Fprint(w, `{"keys":[{"kid":"one"}]}`)
			case "/metrics":
				fmt.Fprint(w, `gatehouse_build_info{version="1"} 1`)
			default:
				fmt.Fprint(w, discovery(issuer))
			}
		}, []string{"issuer.internal problem"}},
		"another time": {func(issuer string, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
			if r.URL.Path == "/keys" {
				fmt.Fprint(w, `{"keys":[{"kid":"one"}]}`)
				return
			}
			fmt.Fprint(w, discovery(issuer))
		}, []string{"clock.issuer problem"}},
		"an answer out of a cache": {func(issuer string, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
			w.Header().Set("Age", "3600")
			if r.URL.Path == "/keys" {
				fmt.Fprint(w, `{"keys":[{"kid":"one"}]}`)
				return
			}
			fmt.Fprint(w, discovery(issuer))
		}, []string{"issuer unknown"}},
	} {
		var issuer string
		s := world(t, false, func(w http.ResponseWriter, r *http.Request) { c.say(issuer, w, r) })
		issuer = s.URL
		e := &examiner{Patient: Patient{Config: config.Config{Issuer: issuer}}, now: time.Now(), up: true}
		wantFound(t, what, e.issuer(t.Context()), c.want...)
	}
}

func TestDoctorFindsKeysOfAnotherHouse(t *testing.T) {
	t.Parallel()
	cfg := newHouse(t)
	s := world(t, false, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"issuer":"http://%[1]s","jwks_uri":"http://%[1]s/keys","keys":[{"kid":"of another house"}]}`, r.Host)
	})
	cfg.Issuer = s.URL
	if got := severity(Examine(t.Context(), Patient{Config: cfg}), "issuer.keys"); got != "problem" {
		t.Errorf("issuer.keys is %q, want problem", got)
	}
}

func TestDoctorLooksAtTheCertificateThatTheIssuerShows(t *testing.T) {
	t.Parallel()
	s := world(t, true, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"issuer":"https://%[1]s","jwks_uri":"https://%[1]s/keys","keys":[{"kid":"one"}]}`, r.Host)
	})
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	port := s.URL[strings.LastIndex(s.URL, ":"):]
	for what, c := range map[string]struct {
		issuer string
		roots  *x509.CertPool
		at     time.Time
		want   []string
	}{
		"one that is believed":  {s.URL, roots, time.Now(), []string{"issuer unknown"}},
		"one of nobody":         {s.URL, nil, time.Now(), []string{"tls.chain warning"}},
		"one of another host":   {"https://localhost" + port, roots, time.Now(), []string{"tls.host problem"}},
		"one that is soon over": {s.URL, roots, s.Certificate().NotAfter.Add(-24 * time.Hour), []string{"tls.expiry warning"}},
	} {
		e := &examiner{Patient: Patient{Config: config.Config{Issuer: c.issuer}, Roots: c.roots}, now: c.at, up: true}
		wantFound(t, what, e.issuer(t.Context()), c.want...)
	}
}

// Only the running server knows that its clock was moved, where the database has none.
func TestDoctorTellsThatTheServerDoubtsItsClock(t *testing.T) {
	t.Parallel()
	for body, c := range map[string]struct {
		status int
		want   []string
	}{
		`{"checks":{"store":"ok"}}`: {http.StatusOK, nil},
		`{"checks":{"store":"ok"},"doubts":{"clock":"the clock was moved by 960h0m0s"}}`:    {http.StatusOK, []string{"server.clock problem"}},
		`{"checks":{"keys":"none"},"doubts":{"clock":"the clock was moved by 960h0m0s"}}`:   {http.StatusServiceUnavailable, []string{"server.clock problem", "server.keys problem"}},
		`{"checks":{"store":"ok"},"doubts":{"something":"that a later version may doubt"}}`: {http.StatusOK, nil},
		`{"checks":{"store":"ok"},"doubts":{"redis":"Redis does not answer"}}`:              {http.StatusOK, []string{"server.redis warning"}},
	} {
		s := world(t, false, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(c.status)
			fmt.Fprint(w, body)
		})
		e := &examiner{}
		e.Config.Web.Listen.Internal = strings.TrimPrefix(s.URL, "http://")
		wantFound(t, body, e.server(t.Context()), c.want...)
	}
}

func TestDoctorTellsWhatIsNotReady(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][]string{
		`{"checks":{"store":"ok","write":"the disk is full","keys":"none"}}`: {"server.keys problem", "server.write problem"},
		`not of ours`: {"server problem"},
	} {
		s := world(t, false, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprint(w, body)
		})
		e := &examiner{}
		e.Config.Web.Listen.Internal = strings.TrimPrefix(s.URL, "http://")
		wantFound(t, body, e.server(t.Context()), want...)
		if !e.up {
			t.Error("what answers is up")
		}
	}
}

// The probe goes through a real proxy to a real server.
func TestDoctorSeesWhatAProxyDoes(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		trusted []string
		headers func(*httputil.ProxyRequest)
		want    string
	}{
		"appends, and is trusted": {[]string{"127.0.0.1"}, func(r *httputil.ProxyRequest) {
			r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"]
			r.SetXForwarded()
		}, "proxy ok"},
		"appends, and nobody trusts it": {nil, (*httputil.ProxyRequest).SetXForwarded, "proxy.trusted warning"},
		"passes on what visitors say": {[]string{"127.0.0.1"}, func(r *httputil.ProxyRequest) {
			r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"]
		}, "proxy.forged problem"},
		"says nothing": {[]string{"127.0.0.1"}, func(*httputil.ProxyRequest) {}, "proxy.address warning"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			cfg := newHouse(t, func(cfg *config.Config) { cfg.Web.TrustedProxies = c.trusted })
			serve(t, cfg)
			behind, err := url.Parse("http://" + cfg.Web.Listen.Public)
			must(t, err)
			proxy := httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
				r.SetURL(behind)
				r.Out.Host = r.In.Host
				c.headers(r)
			}}
			cfg.Issuer = world(t, false, proxy.ServeHTTP).URL
			e := &examiner{Patient: Patient{Config: cfg}, now: time.Now(), up: true}
			wantFound(t, what, e.arrival(t.Context()), c.want)
		})
	}
}

func TestTheWarningsOfAConfigurationAreInTheReport(t *testing.T) {
	t.Parallel()
	cfg := newHouse(t)
	cfg.SignIn.MFA, cfg.Web.Listen.Internal = "nobody", strings.Replace(cfg.Web.Listen.Internal, "127.0.0.1", "", 1)
	must(t, os.Chmod(cfg.DataDir, 0o777))
	must(t, os.Chmod(cfg.MasterKeyFile, 0o644))
	r := Examine(t.Context(), Patient{Config: cfg})
	for _, want := range []string{"listen.internal", "signin.mfa", "data_dir", "key.file"} {
		if !slices.ContainsFunc(bad(r), func(s string) bool { return strings.HasPrefix(s, want+": ") }) {
			t.Errorf("%s is missing in %v", want, bad(r))
		}
	}
	if r.Well() || r.Problems == 0 || r.Warnings == 0 {
		t.Errorf("%d problems and %d warnings", r.Problems, r.Warnings)
	}
}
