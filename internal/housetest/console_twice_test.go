package housetest

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/gatetest"
)

// consoleForms are the patterns of the pages and forms of the console.
func consoleForms(g *gatetest.Gate) *http.ServeMux {
	forms := http.NewServeMux()
	for _, pattern := range g.Server.Patterns() {
		if _, path, _ := strings.Cut(pattern, " "); path == "/console" || strings.HasPrefix(path, "/console/") {
			forms.HandleFunc(pattern, func(http.ResponseWriter, *http.Request) {})
		}
	}
	return forms
}

// typedTwice is what the walk types into inputs that have nothing in them, by their names.
var typedTwice = map[string]string{
	"email": "fresh@example.test", "name": "fresh", "id": "fresh", "reason": "because", "description": "fresh", "password": "a long enough password of nobody",
	"audience": "https://fresh.test", "permission": "target/things:read", "permissions": "things:read", "expires_at": "8h", "client_name": "Fresh",
	"redirect_uris": "https://fresh.test/cb", "who": "group:desk", "subject": "group:desk", "member": "group:desk", "role": "target", "on": "target", "hosts": "fresh.test", "paths": "/", "targets": "http://127.0.0.1:9",
	"peers": "127.0.0.9", "secrets": strings.Repeat("a1", 32), "value": "", "list": "users", "query": "state=active",
}

var leads = regexp.MustCompile(`href="(/console[^"#]*)"`)

// recordedAgain are forms of which the second record is no second thing, and why.
var recordedAgain = map[string]string{
	"/console/users/{user}/password": "the password is the same one, and a key would keep a hash of it that is quick to try",
}

// A form of the console that is sent twice does a thing once, whichever it is: the walk follows the
// links of the console, sends each form that it finds, and the same again.
func TestEveryFormOfTheConsoleDoesAThingOnce(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	s.targets()
	b := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
	forms := consoleForms(s.Gate)
	patternOf := func(method, path string) string {
		r, err := http.NewRequest(method, gatetest.Issuer+path, http.NoBody)
		must(t, err)
		_, pattern := forms.Handler(r)
		return strings.TrimPrefix(pattern, method+" ")
	}

	type found struct{ page, action, pattern string }
	var all []found
	seen := map[string]int{}
	for todo := []string{"/console"}; len(todo) > 0; todo = todo[1:] {
		page := b.Get(todo[0])
		for _, f := range page.Forms() {
			action, _, _ := strings.Cut(f.Action, "?")
			pattern := patternOf(http.MethodPost, action)
			if f.Method == http.MethodPost && strings.HasPrefix(action, "/console/") && pattern != "/console/signout" && f.Values.Has("key") && !slices.ContainsFunc(all, func(x found) bool { return x.pattern == pattern }) {
				all = append(all, found{todo[0], f.Action, pattern})
			}
		}
		for _, m := range leads.FindAllStringSubmatch(page.Body, -1) {
			to := html.UnescapeString(m[1])
			u, err := url.Parse(to)
			if err != nil || u.Query().Has("cursor") || u.Query().Has("sort") {
				continue
			}
			pattern := patternOf(http.MethodGet, u.Path)
			if pattern == "" || slices.Contains(todo, to) {
				continue
			}
			if seen[pattern]++; seen[pattern] <= 2 { // of several things of a kind two
				todo = append(todo, to)
			}
		}
	}
	if len(all) < 40 {
		t.Fatalf("the walk finds %d forms", len(all))
	}
	// What ends something comes after what looks at it.
	slices.SortStableFunc(all, func(x, y found) int { return takesAway(x.pattern) - takesAway(y.pattern) })

	once := 0
	for _, f := range all {
		if strings.Contains(f.pattern, "/sessions/") {
			continue // it would end that of the walk
		}
		page := b.Get(f.page)
		i := slices.IndexFunc(page.Forms(), func(x gatetest.Form) bool { return x.Action == f.action && x.Values.Has("key") })
		if page.Status != http.StatusOK || i < 0 {
			continue // of what a form before it took away
		}
		values := page.Forms()[i].Values
		for name := range values {
			if values.Get(name) == "" && typedTwice[name] != "" {
				values.Set(name, typedTwice[name])
			}
		}
		if name := regexp.MustCompile(`Type (.+?) to confirm`).FindStringSubmatch(page.Body); values.Has("confirm") && name != nil {
			values.Set("confirm", html.UnescapeString(name[1]))
		}
		var came [3]int
		for n := range came {
			came[n] = s.changes(t)
			if n < 2 {
				b.Post(f.action, values)
				must(t, s.House.Verifications.Step(t.Context(), time.Now()))
				must(t, s.House.Intake.Step(t.Context(), time.Now())) // what goes on in the background is recorded before it is counted
			}
		}
		if came[1] > came[0] {
			once++
			t.Logf("%s did %d", f.pattern, came[1]-came[0])
		} else {
			t.Logf("%s did nothing", f.pattern)
		}
		if came[2] != came[1] && recordedAgain[f.pattern] == "" {
			t.Errorf("%s: sent twice, the form recorded %d changes and then %d more", f.pattern, came[1]-came[0], came[2]-came[1])
		}
	}
	if once < 20 {
		t.Errorf("of %d forms %d did something: the walk tries nothing", len(all), once)
	}
}

// takesAway orders forms: those that take something away come last.
func takesAway(pattern string) int {
	last := pattern[strings.LastIndexByte(pattern, '/')+1:]
	return slices.Index([]string{"disable", "unset", "end-session", "end", "lift", "revoke", "reset-factors", "withdraw", "remove", "sign-out", "{kid}", "delete"}, last)
}

// changes is how many changes were recorded.
func (s *steering) changes(t *testing.T) (n int) {
	t.Helper()
	for e, err := range s.House.Trail.All(t.Context(), audit.Query{}) {
		must(t, err)
		if e.Outcome == audit.Done && !strings.HasPrefix(string(e.Action), "session.") {
			n++
		}
	}
	return n
}
