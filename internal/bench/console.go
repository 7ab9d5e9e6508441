package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"
	"golang.org/x/net/html"

	"gatehouse/access"
	"gatehouse/clock"
	"gatehouse/demo/town"
	"gatehouse/house"
	"gatehouse/identity"
	"gatehouse/proof"
	"gatehouse/secret"
	"gatehouse/server"
)

const (
	// readable is what a page of the console may take of the server in 95 of 100 cases, and
	// the two sizes what the first one may cost a browser that comes for the first time.
	readable    = 100 * time.Millisecond
	firstPage   = 150_000
	firstScript = 60_000 // of it
	// alike is how many pages of one kind are asked for: of people, and of one person.
	alike = 4
)

// typed is what no link leads to: what somebody types who looks for people of the town. Nobody's name
// goes on with "a b" or "nobodyatall" from any part of it.
var typed = []string{
	"/console/users?search=ada", "/console/users?search=santos", "/console/users?search=ada+santos", "/console/users?search=a+b",
	"/console/users?search=a", "/console/users?search=ada.santos.1", "/console/users?search=nobodyatall", "/console/users?search=ada&state=active&second_factor=false",
	"/console/search?q=ada", "/console/search?q=a+b", "/console/search?q=role-1", "/console/search?q=nobodyatall",
}

// consolePages fills a house as `gatehouse demo --size large` does, and asks for every page
// that links lead to from the first one of the console.
func (b *bench) consolePages(backend string) error {
	storeURL := ""
	filled := filepath.Join(b.dir, "console-"+backend, "filled") // is there when the house is
	_, err := os.Stat(filled)
	again := err == nil
	if backend == "postgres" {
		if storeURL, err = consoleDatabase(again); err != nil || storeURL == "" {
			return err
		}
	}
	cfg, err := b.configFor("console-"+backend, storeURL)
	if err != nil {
		return err
	}
	cfg.Limits.API.Enabled, cfg.Limits.Address.Enabled = false, false
	cfg.Issuer = "http://localhost:8080" // the server is in this process; a house that is kept knows its own name
	s := &subject{cfg: cfg}
	return s.withHouse(func(h *house.House) error {
		v, err := visitConsole(h) // before it is filled, so that what fails here does so at once
		if err != nil {
			return err
		}
		fmt.Printf("## Console, %s\n\n", backend)
		if again {
			fmt.Printf("the house of an earlier run\n\n")
		} else if err := fillConsole(h, filled); err != nil {
			return err
		}
		return profileHere("console-"+backend, v.measureAll)
	})
}

// consoleDatabase returns the address of an own database, which is a new one but when it is
// to be used again.
func consoleDatabase(again bool) (string, error) {
	admin := os.Getenv("GATEHOUSE_TEST_POSTGRES")
	u, err := url.Parse(admin)
	if err != nil || admin == "" {
		return "", err
	}
	if !again {
		if err := createDatabases(admin, []string{"bench_console"}); err != nil {
			return "", err
		}
	}
	u.Path = "/bench_console"
	return u.String(), nil
}

// fillConsole leaves a file behind that says that it is done.
func fillConsole(h *house.House, filled string) error {
	began, size := time.Now(), sized(town.Large, *portion)
	if err := town.Fill(background(), h, size, func(string, int, int) {}); err != nil {
		return err
	}
	fmt.Printf("%d people, %d roles, %d grants, filled in %s\n\n", size.People, size.Roles, size.Grants, time.Since(began).Round(time.Second))
	if err := errors.Join(h.Feed.Step(background()), settle(h)); err != nil {
		return err
	}
	return os.WriteFile(filled, nil, 0o600)
}

// settle does with the audit log what a server does beside its work.
func settle(h *house.House) error {
	if err := h.Sealer.Seal(background(), time.Now()); err != nil {
		return err
	}
	nodes := h.Nodes()
	for range 40 { // a step is of 65,536 leaves
		if err := nodes.Step(background(), time.Now()); err != nil {
			return err
		}
	}
	return nil
}

// measureAll prints a row for each page. It is an error that one is slow.
func (v *visitor) measureAll() error {
	pages, err := v.crawl("/console")
	if err != nil {
		return err
	}
	pages = append(pages, typed...)
	slow := v.weigh()
	fmt.Printf("Each page %d times:\n\n| page | kB | median, ms | p95, ms |\n| --- | --- | --- | --- |\n", asked)
	for _, page := range pages {
		if strings.Contains(page, *onePage) {
			slow = errors.Join(slow, v.measure(page))
		}
	}
	fmt.Println()
	return slow
}

// sized is a town of which there is one in so many of what there is many of.
func sized(t town.Size, portion int) town.Size {
	for _, n := range []*int{&t.People, &t.Members, &t.Grants, &t.Sessions, &t.SignIns} {
		*n /= max(portion, 1)
	}
	return t
}

// visitor is an administrator at a browser, whose server is in this process.
type visitor struct {
	handler http.Handler
	issuer  *url.URL
	jar     http.CookieJar
}

// visitConsole signs somebody in at the console: what they prove is written down, and the
// rest is what any browser does.
func visitConsole(h *house.House) (*visitor, error) {
	token, err := signedIn(h)
	if err != nil {
		return nil, err
	}
	srv, err := server.New(h, server.Options{})
	if err != nil {
		return nil, err
	}
	if err := h.Feed.Step(background()); err != nil {
		return nil, err
	}
	issuer, err := url.Parse(h.Config.Issuer)
	if err != nil {
		return nil, err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	jar.SetCookies(issuer, []*http.Cookie{{Name: "gatehouse_session_" + issuer.Port(), Value: token}})
	v := &visitor{srv.Handler(), issuer, jar}
	seen, _, err := v.follow("/console")
	if err == nil && seen.Code != http.StatusOK {
		err = fmt.Errorf("the console answers %d: %.2000s", seen.Code, seen.Body)
	}
	return v, err
}

// signedIn makes an administrator with a second factor and a session.
func signedIn(h *house.House) (token string, err error) {
	ctx := background()
	u, err := h.Identity.Create(ctx, console, identity.User{Email: "bench-" + strings.ToLower(rand.Text()) + "@example.test", EmailVerified: true, Name: "Bench"}, secret.Token(16))
	if err != nil {
		return "", err
	}
	_, err = h.Access.Give(ctx, console, access.Grant{
		Subject: access.Subject{Kind: access.User, ID: string(u.ID)}, Effect: access.Allow, Role: access.Administrator,
		Where: access.Where{Place: access.Everywhere}, Reason: "measures",
	})
	if err != nil {
		return "", err
	}
	e, err := h.Identity.StartEnrol(ctx, console, u.ID, nil)
	if err != nil {
		return "", err
	}
	code, err := totp.GenerateCode(e.Secret, time.Now())
	if err != nil {
		return "", err
	}
	if _, _, err := h.Identity.ConfirmEnrol(ctx, console, u.ID, nil, code); err != nil {
		return "", err
	}
	password, err := h.Store.Password(ctx, u.ID)
	if err != nil {
		return "", err
	}
	factors, err := h.Identity.Factors(ctx, u.ID)
	if err != nil {
		return "", err
	}
	_, token, err = h.Sessions.Create(ctx, console, u.ID, proof.List{
		{Method: proof.Password, At: clock.Now(), Factor: password.ID, Source: proof.ByPassword},
		{Method: proof.OTP, At: clock.Now(), Factor: factors[0].ID, Source: proof.ByAuthenticator},
	})
	return token, err
}

// ask asks for one address, and says how long the server took over it.
func (v *visitor) ask(path string, header ...string) (*httptest.ResponseRecorder, time.Duration, error) {
	at, err := v.issuer.Parse(path)
	if err != nil {
		return nil, 0, err
	}
	ctx, cancel := context.WithTimeout(background(), 30*time.Second)
	defer cancel()
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	r.RemoteAddr = "127.0.0.1:9"
	r.Header.Set("Accept", "text/html")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	for _, c := range v.jar.Cookies(at) {
		r.AddCookie(c)
	}
	out := httptest.NewRecorder()
	began := time.Now()
	v.handler.ServeHTTP(out, r)
	took := time.Since(began)
	v.jar.SetCookies(at, out.Result().Cookies())
	return out, took, nil
}

// follow goes where it is sent, also by pages that go on by themselves.
func (v *visitor) follow(path string) (*httptest.ResponseRecorder, string, error) {
	for range 10 {
		out, _, err := v.ask(path)
		if err != nil {
			return nil, path, err
		}
		next := out.Header().Get("Location")
		if refresh := out.Header().Get("Refresh"); refresh != "" {
			_, next, _ = strings.Cut(refresh, "url=")
		}
		if next == "" {
			return out, path, nil
		}
		at, err := v.issuer.Parse(next)
		if err != nil {
			return nil, path, err
		}
		path = at.RequestURI()
	}
	return nil, path, errors.New("it goes round in a circle: " + path)
}

// crawl returns the addresses of pages, of each kind some, in the order in which links lead
// to them. An export of a million events is a file, and no page.
func (v *visitor) crawl(from string) (pages []string, err error) {
	todo, seen, kinds := []string{from}, map[string]bool{from: true}, map[string]int{}
	for len(todo) > 0 {
		path := todo[0]
		todo = todo[1:]
		out, _, err := v.ask(path)
		if err != nil {
			return nil, err
		}
		if out.Code != http.StatusOK || !strings.HasPrefix(out.Header().Get("Content-Type"), "text/html") {
			continue
		}
		pages = append(pages, path)
		for _, link := range links(out.Body, "a", "href") {
			at, err := v.issuer.Parse(link)
			if err != nil || strings.HasSuffix(at.Path, "/export") || at.Host != v.issuer.Host || at.Path != from && !strings.HasPrefix(at.Path, from+"/") {
				continue
			}
			at.Fragment = ""
			next := at.RequestURI()
			if kind := kindOf(at); seen[next] || kinds[kind] >= alike {
				continue
			} else {
				kinds[kind]++
			}
			seen[next] = true
			todo = append(todo, next)
		}
	}
	return pages, nil
}

// kindOf is what pages have in common that show several things of a kind: the path without
// the name of the thing, and which filters there are; for pages behind a cursor the path alone.
func kindOf(at *url.URL) string {
	parts := strings.Split(at.Path, "/")
	for i := 3; i < len(parts); i += 2 { // /console/users/{user}/access
		parts[i] = "…"
	}
	var names []string
	if at.Query().Has("cursor") {
		return strings.Join(parts, "/") + "?cursor"
	}
	for name := range at.Query() {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(parts, "/") + "?" + strings.Join(names, "&")
}

// links returns an attribute of all elements of a name, but of those that lead to a file.
func links(page io.Reader, element, attribute string) (all []string) {
	for tokens := html.NewTokenizer(page); ; {
		switch tokens.Next() {
		case html.ErrorToken:
			return all
		case html.StartTagToken, html.SelfClosingTagToken:
			t := tokens.Token()
			if t.Data != element || slices.ContainsFunc(t.Attr, func(a html.Attribute) bool { return a.Key == "download" }) {
				continue
			}
			for _, a := range t.Attr {
				if a.Key == attribute {
					all = append(all, a.Val)
				}
			}
		}
	}
}

// weigh prints what the first page costs a browser that has nothing yet.
func (v *visitor) weigh() error {
	out, _, err := v.ask("/console")
	if err != nil {
		return err
	}
	text := out.Body.Bytes()
	sizes := map[string]int{}
	for kind, found := range map[string][]string{
		"page": {"/console"}, "style": links(bytes.NewReader(text), "link", "href"), "script": links(bytes.NewReader(text), "script", "src"), "pictures": links(bytes.NewReader(text), "img", "src"),
	} {
		for _, path := range found {
			if strings.HasPrefix(path, "data:") {
				continue
			}
			part, _, err := v.ask(path, "Accept-Encoding", "gzip")
			if err != nil {
				return err
			}
			sizes[kind] += part.Body.Len()
		}
	}
	all := sizes["page"] + sizes["style"] + sizes["script"] + sizes["pictures"]
	fmt.Printf("The first page over the wire: %.1f kB, of it page %.1f, style %.1f, script %.1f, pictures %.1f\n\n",
		kilo(all), kilo(sizes["page"]), kilo(sizes["style"]), kilo(sizes["script"]), kilo(sizes["pictures"]))
	if all > firstPage || sizes["script"] > firstScript {
		return fmt.Errorf("the first page has %d bytes, and %d of script", all, sizes["script"])
	}
	return nil
}

func kilo(n int) float64 { return float64(n) / 1000 }

// measure prints the row of a page. It is an error that it is slow.
func (v *visitor) measure(path string) error {
	var took []time.Duration
	size := 0
	for range asked {
		out, t, err := v.ask(path)
		if err != nil {
			return err
		}
		if out.Code != http.StatusOK {
			return fmt.Errorf("%s: %d", path, out.Code)
		}
		took, size = append(took, t), out.Body.Len()
	}
	slices.SortFunc(took, cmp.Compare[time.Duration])
	half, p95 := took[len(took)/2], took[(len(took)*95+99)/100-1]
	fmt.Printf("| %s | %.0f | **%.1f** | %.1f |\n", path, kilo(size), millis(half), millis(p95))
	if p95 > readable {
		return fmt.Errorf("%s: %v, want at most %v", path, p95, readable)
	}
	return nil
}
