package demo

import (
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/house"
	"gatehouse/internal/testconfig"
)

func testHouse(t *testing.T) *house.House {
	t.Helper()
	h, err := house.Open(t.Context(), testconfig.New(t), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// The table must be true: also when the file that remembers it was lost, or was
// never written because the first run was stopped.
func TestWhatTheDemoPrintsSignsIn(t *testing.T) {
	t.Parallel()
	h := testHouse(t)
	file := filepath.Join(h.Config.DataDir, "demo.json")
	for i, forget := range []bool{false, false, true} {
		if forget {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
		}
		s, err := seed(t.Context(), h, "http://localhost:8081")
		if err != nil {
			t.Fatalf("run %d: %v", i, err)
		}
		factors := 0
		for _, p := range s.People {
			user, _, err := h.Identity.CheckPassword(t.Context(), audit.Actor{}, p.Email, p.Password)
			if err != nil {
				t.Errorf("run %d: %s cannot sign in: %v", i, p.Email, err)
				continue
			}
			has, err := h.Identity.HasFactor(t.Context(), user)
			if err != nil || has != (p.TOTP != "") {
				t.Errorf("run %d: %s has a second factor: %t, and the demo knows it: %t (%v)", i, p.Email, has, p.TOTP != "", err)
			}
			if p.TOTP == "" {
				continue
			}
			factors++
			code, err := totp.GenerateCode(p.TOTP, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := h.Identity.CheckTOTP(t.Context(), audit.Actor{}, user, code); err != nil && i != 1 {
				t.Errorf("run %d: the code of %s: %v", i, p.Email, err)
			}
		}
		if factors != 2 {
			t.Errorf("run %d: %d people have a second factor, want the administrator and Ada", i, factors)
		}
		info, err := os.Stat(file)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("run %d: %v %v, want a file for its owner alone", i, info, err)
		}
	}
}

// The application is an example. Whoever planted its cookie before the sign-in
// must not share what comes after it.
func TestDemoApplicationRenewsItsCookieAtSignIn(t *testing.T) {
	t.Parallel()
	a := &app{visitors: map[string]*visitor{}}
	w := httptest.NewRecorder()
	v := a.visitor(w, httptest.NewRequest(http.MethodGet, "/login", nil), true)
	before := w.Result().Cookies()[0]

	r := httptest.NewRequest(http.MethodGet, "/callback", nil)
	r.AddCookie(before)
	w = httptest.NewRecorder()
	a.renew(w, r, v)
	after := w.Result().Cookies()[0]
	if after.Value == before.Value || !after.HttpOnly {
		t.Errorf("the cookie after the sign-in is %v", after)
	}
	if a.visitor(httptest.NewRecorder(), r, false) == v {
		t.Error("the old cookie still opens the visitor")
	}
	r = httptest.NewRequest(http.MethodGet, "/", nil)
	r.AddCookie(after)
	if a.visitor(httptest.NewRecorder(), r, false) != v {
		t.Error("the new cookie does not open the visitor")
	}
}

// What the demo prints about its policy is so, at the first run and at a later
// one at which the grants that end are over.
func TestTheDemoHasTheGrantsOfWhichItTells(t *testing.T) {
	t.Parallel()
	h := testHouse(t)
	for run := range 3 {
		if _, err := seed(t.Context(), h, "http://localhost:8081"); err != nil {
			t.Fatalf("run %d: %v", run, err)
		}
		ends := map[string]bool{}
		for _, email := range []string{"ada@example.test", "bob@example.test"} {
			u, err := h.Identity.UserByEmail(t.Context(), email)
			if err != nil {
				t.Fatal(err)
			}
			grants, _, err := h.Access.Grants(t.Context(), access.Subject{Kind: access.User, ID: string(u.ID)}, false, access.GrantCursor{}, 100)
			if err != nil {
				t.Fatal(err)
			}
			for i := range grants {
				ends[grants[i].Role] = !grants[i].ExpiresAt.IsZero()
				if run == 1 {
					if _, err := h.Access.Revoke(t.Context(), actor, grants[i].ID, "over"); err != nil {
						t.Fatal(err)
					}
				}
			}
			if want := len(grants); email[0] == 'a' && want != 2 || email[0] == 'b' && want != 1 {
				t.Errorf("run %d: %s has %d grants", run, email, want)
			}
		}
		if want := map[string]bool{"support": true, "refunder": true, "customer": false}; !maps.Equal(ends, want) {
			t.Errorf("run %d: the roles that are held, and whether they end: %v, want %v", run, ends, want)
		}
	}
}

// The table leads to the console, and says who can use it.
func TestTheDemoSaysWhereTheConsoleIs(t *testing.T) {
	t.Parallel()
	h := testHouse(t)
	seeded, err := seed(t.Context(), h, "http://localhost:1")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	d := demonstration{house: h, people: seeded, out: &out, appURL: "http://localhost:1"}
	d.printTable()
	for line := range strings.Lines(out.String()) {
		if strings.Contains(line, h.Config.Issuer+"/console") && strings.Contains(line, "for admin@example.test") {
			return
		}
	}
	t.Errorf("no line names the console:\n%s", out.String())
}
