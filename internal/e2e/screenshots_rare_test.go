package e2e

import (
	"context"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // underneath the house

	"gatehouse/audit"
	"gatehouse/house"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/web"
)

// The pages to which no link leads, because something has to have gone before, are shown too.
func TestScreenshotsOfRarePages(t *testing.T) {
	dir := os.Getenv("GATEHOUSE_TEST_SCREENSHOTS")
	if dir == "" {
		t.Skip("make screenshots runs this")
	}
	r := startDemoBehind(t, freePort(t))
	b, own := newTab(t), newTab(t)
	if language := os.Getenv("GATEHOUSE_TEST_LANGUAGE"); language != "" {
		dir = filepath.Join(dir, language)
		b.open(r.issuer + "/")
		b.speaks(language)
		own.open(r.issuer + "/")
		own.speaks(language)
	}
	b.administers(r, "/console")

	b.open(r.issuer + "/console/routes/simulator?" + url.Values{"method": {"GET"}, "url": {r.gate + "/orders/1"}, "who": {r.person("bob").Email}}.Encode())
	b.portrait(dir, "simulator-refused")
	b.open(r.issuer + "/console/routes/simulator?" + url.Values{"method": {"PUT"}, "url": {r.gate + "/products/twine"}, "who": {r.person("bob").Email}}.Encode())
	b.portrait(dir, "simulator-grant-it")

	b.open(r.issuer + "/console/users/" + string(r.newPerson(t, "Dora")) + "/password-link")
	b.follow("#submit")
	b.portrait(dir, "password-link-made")
	link := b.value("document.querySelector('main').innerText.match(/http\\S+#token=\\S+/)[0]")
	own.open(link)
	own.portrait(dir, "welcome")
	own.follow("#submit")
	own.portrait(dir, "welcome-password")
	own.fill("password", "password1234") // one of those that are tried first
	own.follow("#submit")
	own.portrait(dir, "welcome-wrong")
	own.fill("password", "a harbour of slow boats")
	own.follow("#submit")
	own.portrait(dir, "welcome-done")
	again := own.another()
	again.open("about:blank")
	again.open(link)
	again.follow("#submit")
	again.portrait(dir, "welcome-over")
	again.open(r.issuer + "/welcome")
	again.portrait(dir, "welcome-without")

	b.open(r.issuer + "/console/signin?" + url.Values{"max_age": {"1"}, web.ParamFor: {"deleteUser"}, "return_to": {"/console/audit/verification"}}.Encode())
	b.portrait(dir, "signin-again")
	b.fill("password", r.person("admin").Password)
	b.follow("#submit")
	b.portrait(dir, "signin-again-factor")
	b.fill("code", nextCode(t, r.person("admin").TOTP))
	b.follow("#submit")
	b.arrives("/console/audit/verification")

	mustExec(t, r.underneath(t), "DROP TRIGGER audit_events_no_update; UPDATE audit_events SET reason = 'other' WHERE id = (SELECT max(id) FROM audit_events WHERE action = 'user.create')")
	b.follow("#submit")
	b.see("[data-testid=forged]")
	b.portrait(dir, "verification-failed")
	b.open(r.issuer + "/console/audit/verification")
	b.portrait(dir, "verification-failed-list")
}

// newPerson is somebody who has no password.
func (r *running) newPerson(t *testing.T, name string) (person id.User) {
	t.Helper()
	r.beside(func(ctx context.Context, h *house.House) error {
		u, err := h.Identity.Create(ctx, audit.Actor{Kind: audit.Console, ID: "test"}, identity.User{Email: strings.ToLower(name) + "@example.test", Name: name + " Example"}, "")
		person = u.ID
		return err
	})
	return person
}

// underneath is the house's database, past the house.
func (r *running) underneath(t *testing.T) *sql.DB {
	t.Helper()
	path := strings.TrimPrefix(r.cfg.Store.URL, "sqlite:")
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: path}).String()+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func mustExec(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}
