package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/apply"
)

// exporting of these, and then an end.
type told struct {
	all []apply.Object
	err error
}

func (s told) Export(_ context.Context, write func(o apply.Object) error) error {
	for _, o := range s.all {
		if err := write(o); err != nil {
			return err
		}
	}
	return s.err
}

// files are what lies in a folder, hidden too, with what is in it.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		found[e.Name()] = string(b)
		if info, err := e.Info(); err != nil || info.Mode().IsRegular() && info.Mode().Perm() != 0o600 {
			t.Errorf("%s is for others to read too: %v, %v", e.Name(), info, err)
		}
	}
	return found
}

// Half an export takes the place of nothing: applied with --prune it would remove the rest.
func TestAnExportThatBreaksOffLeavesTheOldFiles(t *testing.T) {
	t.Parallel()
	a := &app{stdout: io.Discard, stderr: io.Discard}
	group := func(name string) apply.Object {
		return apply.Object{Kind: apply.Group, ID: name, Spec: &apply.GroupSpec{}}
	}
	role := apply.Object{Kind: apply.Role, ID: "reader", Spec: &apply.RoleSpec{Permissions: []string{"shop/orders:read"}}}
	broken := errors.New("the connection is gone")
	dir := t.TempDir()
	single, folder := filepath.Join(dir, "all.yaml"), filepath.Join(dir, "policy")+"/"
	for _, to := range []string{single, folder} {
		if err := a.exportFrom(t.Context(), told{all: []apply.Object{group("desk"), role}}, to); err != nil {
			t.Fatal(err)
		}
		before := files(t, filepath.Dir(to))
		for _, all := range [][]apply.Object{nil, {group("desk")}, {group("other"), role}} {
			if err := a.exportFrom(t.Context(), told{all, broken}, to); !errors.Is(err, broken) {
				t.Errorf("%s: got %v", to, err)
			}
		}
		after := files(t, filepath.Dir(to))
		if len(after) != len(before) {
			t.Errorf("%s: there were %v, and are %v", to, before, after)
		}
		for name, text := range before {
			if after[name] != text {
				t.Errorf("%s: %s was\n%s\nand is\n%s", to, name, text, after[name])
			}
		}
		if err := os.Remove(single); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	if err := a.exportFrom(t.Context(), told{all: []apply.Object{group("hall")}}, folder); err != nil {
		t.Fatal(err)
	}
	if is := files(t, folder); len(is) != 1 || !strings.Contains(is["group.yaml"], "id: hall") {
		t.Errorf("of kinds of which there is nothing any more there are files: %v", is)
	}
}

// A link stays one, and leads to what was written.
func TestAnExportFollowsALink(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real.yaml"), filepath.Join(dir, "link.yaml")
	writeFile(t, real, "old")
	if err := os.Symlink("real.yaml", link); err != nil {
		t.Fatal(err)
	}
	a := &app{stdout: io.Discard, stderr: io.Discard}
	if err := a.exportFrom(t.Context(), told{all: []apply.Object{{Kind: apply.Group, ID: "desk", Spec: &apply.GroupSpec{}}}}, link); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(real)
	info, failed := os.Lstat(link)
	if err != nil || failed != nil || info.Mode()&os.ModeSymlink == 0 || !strings.Contains(string(b), "id: desk") {
		t.Errorf("got %s and %v, %v, %v", b, info, err, failed)
	}
}

// What answers and is no Gatehouse is believed nothing, and no key goes elsewhere.
func TestAServerThatIsNoGatehouseIsNotBelieved(t *testing.T) {
	t.Parallel()
	stolen := ""
	thief := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { stolen = r.Header.Get("Authorization") }))
	defer thief.Close()
	for what, answer := range map[string]http.HandlerFunc{
		"another page": func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>") },
		"an unknown field": func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, `{"objects":[{"apiVersion":"gatehouse/v1","kind":"Group","metadata":{"id":"x"},"spec":{"admin":true}}]}`)
		},
		"an unknown kind": func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, `{"objects":[{"apiVersion":"gatehouse/v1","kind":"Rolle","spec":{}}]}`)
		},
		"an error page": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "down", http.StatusBadGateway) },
		"a problem": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			io.WriteString(w, `{"type":"https://id.test/problems/caller.forbidden","detail":"The permission gatehouse/config:read is needed."}`)
		},
		"somewhere else": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, thief.URL, http.StatusTemporaryRedirect)
		},
		"half of the answer": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, `{"objects":[`)
		},
	} {
		s := httptest.NewServer(answer)
		a := &app{stdout: io.Discard, stderr: io.Discard, env: []string{keyVariable + "=gatehouse_pat_x"}}
		there, err := a.elsewhere(serverFlags{url: s.URL})
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(t.TempDir(), "all.yaml")
		if err := a.exportFrom(t.Context(), there, to); err == nil || strings.Contains(err.Error(), "gatehouse_pat_x") {
			t.Errorf("%s: got %v", what, err)
		}
		if _, err := os.Stat(to); !os.IsNotExist(err) {
			t.Errorf("%s: there is a file", what)
		}
		s.Close()
	}
	if stolen != "" {
		t.Errorf("the key went elsewhere: %s", stolen)
	}
	for _, url := range []string{"http://id.example.com", "id.example.com", "ftp://id.example.com", "https://"} {
		if _, err := (&app{env: []string{keyVariable + "=k"}}).elsewhere(serverFlags{url: url}); err == nil {
			t.Errorf("%s is taken for a server", url)
		}
	}
	if _, err := (&app{}).elsewhere(serverFlags{url: "https://id.example.com"}); err == nil {
		t.Error("it asks without a key")
	}
}
